"""Files of records: taken whole or not at all, and given only to whoever may see them."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from app.core.files import store
from app.core.history.models import Change
from app.extensions import db
from tests.core.archive import (
    DOSSIERS,
    MAX_BYTES,
    OTHER_PDF,
    PDF,
    Dossier,
    dossier,
    kept_files,
    picture,
    sent,
    stored_file,
)

pytestmark = pytest.mark.both_databases
PAGE = b"<!DOCTYPE html><script>alert(1)</script>"
TOKEN = re.compile(r'name="_file\.paper" value="([^"]*)"')


@pytest.fixture
def client(archive_client):
    return archive_client("owner")


def only_row() -> Dossier:
    db.session.expire_all()
    return db.session.scalars(sa.select(Dossier)).one()


def edit(client, row, **values):
    """Send the form of a dossier as a browser does."""
    form = {"title": row.title, "_file.paper": "", **values}
    return client.post(f"{DOSSIERS}/edit/{row.id}", data=form)


def token_in(page) -> str:
    """What the form of a page sends for a file that waits."""
    return TOKEN.search(page.text).group(1)


def test_a_file_is_saved_with_its_record(client):
    answer = client.post(f"{DOSSIERS}/add", data={"title": "One", "paper": sent(PDF, "../Ä b.pdf")})

    assert answer.status_code == 302
    file = only_row().paper
    assert (file.name, file.type, file.size) == ("Ä b.pdf", "application/pdf", len(PDF))
    assert store.path_of(file.key).read_bytes() == PDF


def test_a_picture_is_saved_with_its_size(client):
    photo = sent(picture("JPEG"), "me.png", "image/png")
    client.post(f"{DOSSIERS}/add", data={"title": "One", "photo": photo})

    file = only_row().photo
    assert (file.name, file.type) == ("me.jpg", "image/jpeg")
    assert (file.width, file.height) == (8, 6)


@pytest.mark.parametrize(
    ("field", "content", "message"),
    [
        ("paper", PAGE, "not a file of an allowed type"),
        ("photo", PAGE, "not a file of an allowed type"),
        ("photo", PDF, "not a file of an allowed type"),
        ("paper", b"", "This file is empty"),
        ("paper", PDF + b" " * MAX_BYTES, "This file is too large"),
        ("photo", picture(size=(101, 100)), "at most 10,000 pixels"),
        ("photo", b"GIF89a=1;alert(1)//", "is damaged"),
    ],
)
def test_a_bad_file_is_refused_beside_its_field(client, field, content, message):
    answer = client.post(
        f"{DOSSIERS}/add", data={"title": "One", field: sent(content, "x.png", "image/png")}
    )

    assert answer.status_code == 422
    error = re.search(rf'id="{field}-error">(.*?)</p>', answer.text, re.DOTALL)
    assert message in error.group(1)
    assert kept_files() == []
    assert db.session.scalars(sa.select(Dossier)).all() == []


def test_a_form_says_what_it_takes(client):
    page = client.get(f"{DOSSIERS}/add").text

    assert '<input class="input" type="file" accept=".png,.jpg,.jpeg,.gif,.webp"' in page
    assert "at most 20 kB. A picture has at most 10,000 pixels." in page
    assert 'aria-describedby="photo-limits"' in page
    assert 'id="photo-limits"' in page


def test_a_file_stays_where_no_other_is_sent(client):
    row = dossier(paper=stored_file())
    before = row.paper

    edit(client, row, title="Two")

    assert (only_row().title, only_row().paper) == ("Two", before)


def test_a_file_is_replaced_by_another(client):
    row = dossier(paper=stored_file())

    edit(client, row, paper=sent(OTHER_PDF, "other.pdf"))

    assert only_row().paper.name == "other.pdf"
    assert store.path_of(only_row().paper.key).read_bytes() == OTHER_PDF


def test_a_file_is_removed_by_its_box(client):
    row = dossier(paper=stored_file())
    assert 'name="_drop.paper"' in client.get(f"{DOSSIERS}/edit/{row.id}").text

    edit(client, row, **{"_drop.paper": "1"})

    assert only_row().paper is None


def test_list_and_page_of_a_record_link_to_its_file(client):
    row = dossier(paper=stored_file())
    link = f'<a href="{DOSSIERS}/file/{row.id}/paper" download><bdi>paper.pdf</bdi></a>'

    assert link in client.get(f"{DOSSIERS}/list/").text
    assert link in client.get(f"{DOSSIERS}/show/{row.id}").text


def test_a_file_is_sent_to_be_saved_and_for_nothing_else(client):
    row = dossier(paper=stored_file(name="Ä\u202e b.pdf"))

    answer = client.get(f"{DOSSIERS}/file/{row.id}/paper")

    assert (answer.status_code, answer.data) == (200, PDF)
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%C3%84%20b.pdf" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "private, no-store"


def test_a_file_that_one_has_is_not_sent_again(client):
    row = dossier(paper=stored_file())
    url = f"{DOSSIERS}/file/{row.id}/paper"
    first = client.get(url)
    tag = first.headers["ETag"]

    again = client.get(url, headers={"If-None-Match": tag})
    edit(client, row, paper=sent(OTHER_PDF, "other.pdf"))
    other = client.get(url, headers={"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")
    assert (other.status_code, other.data) == (200, OTHER_PDF)
    assert row.paper.key not in str(first.headers)


def test_a_download_that_was_cut_off_goes_on(client):
    row = dossier(paper=stored_file())

    rest = client.get(f"{DOSSIERS}/file/{row.id}/paper", headers={"Range": "bytes=5-"})

    assert (rest.status_code, rest.data) == (206, PDF[5:])
    assert rest.headers["Content-Disposition"].startswith("attachment;")


def test_an_empty_field_and_one_without_files_have_no_file(client):
    row = dossier()

    for name in ("paper", "title", "nothing"):
        assert client.get(f"{DOSSIERS}/file/{row.id}/{name}").status_code == 404


def test_a_file_that_was_lost_is_not_found(client):
    row = dossier(paper=stored_file())
    store.delete(row.paper.key)

    assert client.get(f"{DOSSIERS}/file/{row.id}/paper").status_code == 404


def test_the_gate_stands_before_every_file(archive, archive_client):
    mine = dossier(paper=stored_file(), secret=stored_file(), hinted=stored_file())
    foreign = dossier("Not yours", paper=stored_file())
    files = [(mine, "paper"), (mine, "secret"), (mine, "hinted"), (foreign, "paper")]
    asked = {
        who: [client.get(f"{DOSSIERS}/file/{row.id}/{name}").status_code for row, name in files]
        for who in ("owner", "admin", "stranger")
        for client in [archive_client(who)]
    }

    assert asked == {
        "owner": [200, 404, 404, 404],
        "admin": [200, 200, 200, 404],
        "stranger": [403, 403, 403, 403],
    }
    visitor = archive.test_client().get(f"{DOSSIERS}/file/{mine.id}/paper")
    assert visitor.status_code == 302
    assert visitor.headers["Location"].startswith("/login/")


def test_a_file_in_the_trash_is_not_found(client):
    row = dossier(paper=stored_file())
    client.post(f"{DOSSIERS}/delete/{row.id}")

    assert client.get(f"{DOSSIERS}/file/{row.id}/paper").status_code == 404


def test_a_masked_file_shows_the_end_of_its_name_and_nothing_more(client):
    row = dossier(hinted=stored_file(name="salaries.pdf"))

    page = client.get(f"{DOSSIERS}/show/{row.id}").text

    assert "•••• .pdf" in page
    assert "salaries" not in page
    assert row.hinted.key not in page


def test_a_masked_or_hidden_file_cannot_be_written(client):
    row = dossier(hinted=stored_file(), secret=stored_file())

    edit(client, row, hinted=sent(OTHER_PDF), secret=sent(OTHER_PDF))

    assert only_row().hinted.digest == only_row().secret.digest == stored_file().digest


def test_no_page_or_answer_shows_where_a_file_lies(client):
    row = dossier(paper=stored_file())
    edit(client, row, paper=sent(OTHER_PDF))
    keys = [row.paper.key, only_row().paper.key]

    paths = ["list/", f"show/{row.id}", f"edit/{row.id}", f"history/{row.id}", "export/json"]
    pages = [client.get(f"{DOSSIERS}/{path}") for path in paths]
    pages += [client.get(f"/api/v1/dossiers/{row.id}{path}") for path in ("", "/history")]

    assert [page.status_code for page in pages] == [200] * 7
    assert not [page for page in pages for key in keys if key.partition(".")[0] in page.text]


def test_a_refused_save_keeps_the_file(client):
    refused = client.post(f"{DOSSIERS}/add", data={"title": "", "paper": sent(PDF, "mine.pdf")})
    assert refused.status_code == 422
    assert "mine.pdf" in refused.text
    assert "sent, not saved yet" in refused.text

    again = {"title": "One", "_file.paper": token_in(refused)}
    client.post(f"{DOSSIERS}/add", data=again)

    assert only_row().paper.name == "mine.pdf"
    assert store.path_of(only_row().paper.key).read_bytes() == PDF


def test_a_file_kept_for_one_user_is_of_no_use_to_another(client, archive_client):
    refused = client.post(f"{DOSSIERS}/add", data={"title": "", "paper": sent(PDF)})

    form = {"title": "One", "_file.paper": token_in(refused)}
    answer = archive_client("teammate").post(f"{DOSSIERS}/add", data=form)

    assert answer.status_code == 422
    assert "no longer kept" in answer.text
    assert db.session.scalars(sa.select(Dossier)).all() == []


def test_a_kept_file_goes_into_no_other_field(client):
    token = token_in(client.post(f"{DOSSIERS}/add", data={"title": "", "paper": sent(PDF)}))

    answer = client.post(f"{DOSSIERS}/add", data={"title": "One", "_file.photo": token})

    assert answer.status_code == 422


@pytest.mark.parametrize("token", ["x", "x" * 5000, '{"key": "x"}'])
def test_a_forged_token_is_refused(client, token):
    answer = client.post(f"{DOSSIERS}/add", data={"title": "One", "_file.paper": token})

    assert answer.status_code == 422


def test_no_text_stands_for_a_file(client):
    foreign = stored_file()

    answer = client.post(f"{DOSSIERS}/add", data={"title": "One", "paper": foreign.to_text()})

    assert answer.status_code == 302
    assert only_row().paper is None


def test_two_at_one_record_lose_no_file(client, archive_client):
    row = dossier(paper=stored_file())
    start = {"_version": str(row.version)}
    edit(archive_client("teammate"), row, title="Theirs", **start)

    clash = edit(client, row, paper=sent(OTHER_PDF, "mine.pdf"), **start)
    assert clash.status_code == 409
    assert "mine.pdf" in clash.text
    hidden = dict(re.findall(r'type="hidden" name="(_[^"]*)" value="([^"]*)"', clash.text))
    hidden["_ask"] = re.findall(r'name="_ask" value="([^"]*)"', clash.text)
    chosen = {f"_take.{name}": "mine" for name in hidden["_ask"]} | {"_take.title": "theirs"}
    answer = client.post(f"{DOSSIERS}/edit/{row.id}", data={"title": "One"} | hidden | chosen)

    assert answer.status_code == 302
    assert (only_row().title, only_row().paper.name) == ("Theirs", "mine.pdf")


def test_history_tells_of_the_files_and_undo_brings_the_old_one_back(client):
    row = dossier(paper=stored_file(name="old.pdf"))
    old = row.paper
    edit(client, row, paper=sent(OTHER_PDF, "new.pdf"))
    change = db.session.scalars(sa.select(Change).order_by(Change.id.desc())).first()
    page = client.get(f"{DOSSIERS}/history/{row.id}").text
    assert "old.pdf (45 B)" in page
    assert "new.pdf (45 B)" in page
    assert old.digest in change.before["paper"]

    client.post(f"/history/undo/{change.operation_id}")

    assert only_row().paper == old


def test_undo_does_not_bring_back_a_file_that_is_gone(client):
    row = dossier(paper=stored_file(name="old.pdf"))
    edit(client, row, paper=sent(OTHER_PDF, "new.pdf"))
    change = db.session.scalars(sa.select(Change).order_by(Change.id.desc())).first()
    for key in set(kept_files()) - {only_row().paper.key}:
        store.delete(key)

    answer = client.post(f"/history/undo/{change.operation_id}")

    assert answer.status_code == 409
    assert only_row().paper.name == "new.pdf"


def test_lists_ask_whether_there_is_a_file(client):
    dossier("With", paper=stored_file())
    dossier("Without")

    filled = client.get(f"{DOSSIERS}/list/?filter=paper:filled").text
    empty = client.get(f"{DOSSIERS}/list/?filter=paper:empty").text

    assert ">With<" in filled
    assert ">Without<" not in filled
    assert ">Without<" in empty
    assert client.get(f"{DOSSIERS}/list/?sort=paper").status_code == 400
    assert client.get(f"{DOSSIERS}/list/?filter=paper:eq:x").status_code == 400


def test_charts_and_the_trash_get_along_with_files(client):
    row = dossier(paper=stored_file())
    assert client.get(f"{DOSSIERS}/chart/").status_code == 200
    client.post(f"{DOSSIERS}/delete/{row.id}")

    page = client.get(f"{DOSSIERS}/trash/").text

    assert "paper.pdf (45 B)" in page
    assert "/file/" not in page


def test_a_change_that_shows_in_the_history_of_a_hidden_field_stays_hidden(client):
    row = dossier(hinted=stored_file(name="salaries.pdf"))

    page = client.get(f"{DOSSIERS}/history/{row.id}").text

    assert "•••• .pdf" in page
    assert "salaries" not in page


def test_exports_give_the_name(client):
    dossier(paper=stored_file(name="=1+1.pdf"))

    table = client.get(f"{DOSSIERS}/export/csv?columns=title,paper").text

    assert "'=1+1.pdf" in table


def test_many_records_get_no_file_at_once(client, archive):
    view = next(v for v in archive.appbuilder.baseviews if type(v).__name__ == "DossierView")

    assert not {"paper", "photo"} & {*view.derived.bulk_columns, *view.derived.inline_columns}
