import datetime

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.presence import LEASE, TABLE
from app.extensions import db
from tests.core.models import Animal, Diary, Pen
from tests.core.zoo import key_of
from tests.forms import changed, read_form

pytestmark = pytest.mark.both_databases


def leases():
    return db.session.execute(sa.select(TABLE.c.model, TABLE.c.row_key)).all()


def test_others_who_have_the_record_open_are_named(mine, theirs, zoe):
    alone = mine.post(f"/presence/animals/{zoe}")
    theirs.post(f"/presence/animals/{zoe}")

    together = mine.post(f"/presence/animals/{zoe}")

    assert (alone.status_code, alone.text.strip()) == (200, "")
    assert "Teammate Cast has this record open too." in together.text
    assert "Owner" not in together.text
    assert len(leases()) == 2


def test_who_has_another_record_open_is_not(mine, theirs, zoe):
    theirs.post(f"/presence/animals/{key_of(Animal, name='Max')}")

    assert mine.post(f"/presence/animals/{zoe}").text.strip() == ""


def test_a_lease_runs_out_and_is_forgotten(mine, theirs, zoe):
    theirs.post(f"/presence/animals/{zoe}")
    aged = now() - LEASE - datetime.timedelta(seconds=1)
    db.session.execute(sa.update(TABLE).values(seen_at=aged))
    db.session.commit()

    answer = mine.post(f"/presence/animals/{zoe}")

    assert answer.text.strip() == ""
    assert len(leases()) == 1


def test_a_change_since_the_form_was_opened_is_told(mine, theirs, zoe):
    path = f"/zoo/animals/edit/{zoe}"
    start = read_form(mine.get(path).text)["_version"]
    before = mine.post(f"/presence/animals/{zoe}", data={"start": start})
    theirs.post(path, data=changed(read_form(theirs.get(path).text), notes="new"))

    after = mine.post(f"/presence/animals/{zoe}", data={"start": start})

    assert before.text.strip() == ""
    assert "Teammate Cast changed this record" in after.text
    assert f'href="{path}"' in after.text


def test_a_record_without_a_version_is_compared_by_its_values(mine, theirs, zoo_session):
    key = key_of(Pen, number=2)
    path, heart = f"/zoo/pens/edit/{key}", f"/presence/pens/{key}"
    start = read_form(mine.get(path).text)["_base"]
    before = mine.post(heart, data={"start": start})
    theirs.post(path, data=changed(read_form(theirs.get(path).text), title="new"))

    after = mine.post(heart, data={"start": start})

    assert before.text.strip() == ""
    assert "Teammate Cast changed this record" in after.text


def test_the_edit_page_says_where_its_heart_beats(mine, zoe):
    page = mine.get(f"/zoo/animals/edit/{zoe}").text

    assert f'data-presence="/presence/animals/{zoe}"' in page
    assert leases() == []


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        (None, "/presence/animals/1", 302),
        ("stranger", "/presence/animals/1", 403),
        ("owner", "/presence/animals/999", 404),
        ("owner", "/presence/animals/x", 404),
        ("owner", "/presence/nothing/1", 404),
    ],
)
def test_only_who_may_edit_the_record_is_answered(who, path, status, zoo, zoo_client):
    client = zoo_client(who) if who else zoo.test_client()

    assert client.post(path).status_code == status


def test_a_row_that_is_not_the_users_has_no_presence(mine, theirs, zoo_session):
    dodo = key_of(Animal, name="Dodo")
    diary = key_of(Diary, title="Diary of Owner")

    assert mine.post(f"/presence/animals/{dodo}").status_code == 403
    assert mine.post(f"/presence/diaries/{diary}").status_code == 200
    assert theirs.post(f"/presence/diaries/{diary}").status_code == 404
    assert len(leases()) == 1
