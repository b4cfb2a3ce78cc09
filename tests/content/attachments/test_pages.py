"""Who may upload pictures, and who gets them."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from app.content.attachments import Attachment
from app.content.attachments.operations import FORGOTTEN_AFTER, delete_forgotten
from app.core.clock import now
from app.extensions import db
from app.features.blog.models import Post, PostStatus
from app.features.blog.operations import archive_posts
from tests.content.attachments.conftest import JSON, photograph, send
from tests.factories.blog import make_post


def of(post: Post) -> str:
    return f"/attachments/of/posts/{post.id}"


# Uploading


@pytest.mark.both_databases
def test_an_author_gives_a_post_a_picture(post, clients):
    answer = send(clients["author"], of(post), caption=" At  dusk ")

    assert answer.status_code == 201
    row = db.session.get(Attachment, answer.json["id"])
    assert (row.post_id, row.alt, row.caption, row.position) == (post.id, "A bridge", "At dusk", 1)
    assert (answer.json["width"], answer.json["height"]) == (800, 600)
    assert [found.id for found in post.attachments] == [row.id]


@pytest.mark.parametrize(
    ("who", "status"), [("visitor", 401), ("nobody", 403), ("moderator", 403), ("editor", 201)]
)
def test_only_who_may_edit_the_post_may_add_to_it(post, clients, who, status):
    assert send(clients[who], of(post)).status_code == status


def test_a_post_of_a_colleague_is_out_of_reach(people, clients):
    hidden = make_post(people["editor"], "Not yours")

    assert send(clients["author"], of(hidden)).status_code == 404


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "x.svg"),
        (b"<script>alert(1)</script>", "x.png"),
        (b"%PDF-1.4 %%EOF", "x.pdf"),
        (b"", "x.png"),
        (photograph()[:300], "x.jpg"),
    ],
)
def test_what_is_no_picture_is_refused_beside_the_file(post, clients, content, name):
    answer = send(clients["author"], of(post), content, name)

    assert answer.status_code == 422
    assert answer.json["errors"]["file"]
    assert db.session.query(Attachment).count() == 0


def test_a_picture_says_what_it_shows_unless_it_is_decoration(post, clients):
    refused = send(clients["author"], of(post), alt="  ")
    taken = send(clients["author"], of(post), alt="", decorative="1")

    assert refused.status_code == 422
    assert refused.json["errors"] == {
        "alt": ["Say what the picture shows, or mark it as decoration."]
    }
    assert (taken.status_code, taken.json["alt"]) == (201, "")


def test_a_photograph_keeps_no_place(post, clients):
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (38.0, 43.0, 0.0)}
    file = io.BytesIO()
    Image.new("RGB", (400, 300)).save(file, "JPEG", exif=exif)
    assert Image.open(io.BytesIO(file.getvalue())).getexif().get_ifd(0x8825)

    answer = send(clients["author"], of(post), file.getvalue())
    got = clients["author"].get(answer.json["src"].replace("400.webp", "400.jpg"))

    assert got.status_code == 200
    assert not Image.open(io.BytesIO(got.data)).getexif()


def test_a_page_takes_pictures_without_a_script_and_keeps_what_was_typed(post, clients):
    page = clients["author"].get(of(post))
    data = {"file": (io.BytesIO(b"no"), "x.png"), "alt": "A quiet bridge"}
    refused = clients["author"].post(of(post), data=data)
    data = {"file": (io.BytesIO(photograph()), "x.jpg"), "alt": "A quiet bridge"}
    taken = clients["author"].post(of(post), data=data)

    assert page.status_code == 200
    assert refused.status_code == 422
    assert "A quiet bridge" in refused.text
    assert "not a file of an allowed type" in refused.text
    assert taken.status_code == 302
    assert "A quiet bridge" in clients["author"].get(of(post)).text


def test_words_and_focus_are_changed(attached, clients):
    words = {"alt": "Another", "caption": "", "focal_x": "10", "focal_y": "90"}
    answer = clients["author"].post(f"/attachments/{attached.id}", data=words, headers=JSON)

    assert answer.status_code == 200
    db.session.refresh(attached.row)
    assert (attached.row.alt, attached.row.focal_x, attached.row.focal_y) == ("Another", 10, 90)


@pytest.mark.parametrize(
    "wrong", [{"alt": ""}, {"focal_x": "101"}, {"focal_y": "x"}, {"alt": "x" * 201}]
)
def test_wrong_words_and_numbers_are_refused(attached, clients, wrong):
    words = {"alt": "Another", "focal_x": "50", "focal_y": "50", **wrong}
    answer = clients["author"].post(f"/attachments/{attached.id}", data=words, headers=JSON)

    assert answer.status_code == 422
    db.session.refresh(attached.row)
    assert attached.row.alt == "A bridge"


@pytest.mark.parametrize(("who", "status"), [("visitor", 401), ("nobody", 403), ("moderator", 403)])
def test_strangers_change_nothing(attached, clients, who, status):
    for path in (f"/attachments/{attached.id}", f"/attachments/{attached.id}/delete"):
        answer = clients[who].post(path, data={"alt": "Mine"}, headers=JSON)
        assert answer.status_code == status


@pytest.mark.both_databases
def test_a_deleted_picture_is_gone(attached, clients):
    answer = clients["author"].post(f"/attachments/{attached.id}/delete", headers=JSON)

    assert answer.status_code == 204
    assert clients["author"].get(attached.src).status_code == 404


# Before the record is there


@pytest.mark.both_databases
def test_what_is_uploaded_for_a_new_post_becomes_its_own_when_it_is_saved(people, clients):
    answer = send(clients["author"], "/attachments/of/posts")
    row = db.session.get(Attachment, answer.json["id"])
    assert row.post_id is None
    assert clients["author"].get(answer.json["src"]).status_code == 200
    assert clients["editor"].get(answer.json["src"]).status_code == 404

    body = f'<figure><img src="{answer.json["src"]}" alt="A bridge"></figure>'
    form = {"title": "With a bridge", "kind": "text", "body": body, "body_format": "rich"}
    saved = clients["author"].post("/blog/posts/add", data=form)

    assert saved.status_code == 302, saved.text
    db.session.expire_all()
    post = db.session.query(Post).filter_by(title="With a bridge").one()
    assert row.post_id == post.id
    assert answer.json["src"] in post.body
    assert clients["editor"].get(answer.json["src"]).status_code == 200


def test_a_post_takes_no_pictures_of_others(people, clients, post):
    answer = send(clients["editor"], "/attachments/of/posts")
    row = db.session.get(Attachment, answer.json["id"])

    body = f'<p>x</p><img src="{answer.json["src"]}" alt="A bridge">'
    path = f"/blog/posts/edit/{post.id}"
    form = {"title": post.title, "kind": "text", "body": body, "body_format": "rich"}
    assert clients["author"].post(path, data=form).status_code == 302

    db.session.expire_all()
    assert row.post_id is None


@pytest.mark.both_databases
def test_what_was_never_used_is_forgotten(people, clients, attached):
    waiting = send(clients["author"], "/attachments/of/posts").json["id"]

    assert delete_forgotten() == 0
    assert delete_forgotten(now() + FORGOTTEN_AFTER * 2) == 1

    db.session.commit()
    assert db.session.get(Attachment, waiting) is None
    assert db.session.get(Attachment, attached.id) is not None


# The pictures themselves


@pytest.mark.both_databases
def test_a_picture_of_a_published_post_is_everybodys_and_kept_for_ever(attached, clients):
    answer = clients["visitor"].get(attached.src)

    assert answer.status_code == 200
    assert answer.mimetype == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("who", "status"), [("visitor", 404), ("moderator", 404), ("author", 200), ("editor", 200)]
)
def test_a_picture_of_a_draft_is_for_who_may_read_the_draft(people, clients, who, status):
    draft = make_post(people["author"], "Not yet")
    src = send(clients["author"], of(draft)).json["src"]

    answer = clients[who].get(src)

    assert answer.status_code == status
    assert answer.headers["Cache-Control"] in ("private, no-cache", "no-store")


def test_what_is_taken_back_takes_its_pictures_along(attached, clients, post):
    assert clients["visitor"].get(attached.src).status_code == 200

    archive_posts([post])
    assert post.status is PostStatus.ARCHIVED

    assert clients["visitor"].get(attached.src).status_code == 404


def test_whoever_has_it_is_told_so(attached, clients):
    first = clients["author"].get(attached.src)
    again = clients["author"].get(attached.src, headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304


@pytest.mark.parametrize(
    "change",
    [
        lambda src: src.replace("800.webp", "801.webp"),
        lambda src: src.replace("800.webp", "800.svg"),
        lambda src: src.replace("/pictures/", "/pictures/0"),
        lambda src: src.replace("800.webp", "640-card-1-2.webp"),
        lambda src: f"/pictures/{'a' * 32}/640.webp",
        lambda src: f"/pictures/{'A' * 70}/640.webp",
    ],
)
def test_there_is_nothing_at_other_addresses(attached, clients, change):
    assert clients["visitor"].get(change(attached.src)).status_code == 404


def test_the_address_tells_nothing(attached):
    assert "bridge" not in attached.src
    assert attached.row.file.key.partition(".")[0] not in attached.src
