"""Deciding about comments: who may, what happens, and who sees what."""

from __future__ import annotations

import re

import pytest

from app.content.comments.models import Comment, CommentState
from tests.factories.comments import make_approved_comment, make_comment

ROWS = re.compile(r"<tbody.*?</tbody>", re.DOTALL)


def token(client, path: str = "/content/comments/list/") -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)[1]


def decide(client, verb: str, *comments: Comment, **more: str):
    data = {"key": [c.id for c in comments], "csrf_token": token(client, "/home/"), **more}
    return client.post(f"/content/comments/bulk/{verb}", data=data)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("approve", CommentState.APPROVED),
        ("reject", CommentState.REJECTED),
        ("spam", CommentState.SPAM),
    ],
)
def test_a_moderator_decides_and_can_undo_it(clients, people, post, db_session, verb, state):
    comment = make_comment(post)

    answer = decide(clients["moderator"], verb, comment)

    assert answer.status_code == 302
    db_session.expire_all()
    assert (comment.state, comment.decided_by_id) == (state, people["moderator"].id)
    page = clients["moderator"].get("/content/comments/list/").text
    operation = re.search(r"/undo/([0-9a-f-]{36})", page)[1]
    undo = {"csrf_token": token(clients["moderator"])}
    assert clients["moderator"].post(f"/history/undo/{operation}", data=undo).status_code == 302
    db_session.expire_all()
    assert comment.state is CommentState.PENDING


@pytest.mark.parametrize("verb", ["approve", "reject", "spam", "delete", "erase"])
@pytest.mark.parametrize("who", ["author", "nobody"])
def test_nobody_else_decides(clients, post, db_session, verb, who):
    comment = make_comment(post)

    answer = decide(clients[who], verb, comment, confirmed="1")

    assert answer.status_code == 403
    db_session.expire_all()
    assert comment.state is CommentState.PENDING


def test_deleting_takes_the_replies_along(clients, post, db_session):
    comment = make_approved_comment(post)
    make_approved_comment(post, "Me too", parent_id=comment.id)

    decide(clients["moderator"], "delete", comment, confirmed="1")

    assert db_session.query(Comment).count() == 0


def test_comments_that_wait_come_first_then_the_newest(clients, post):
    make_approved_comment(post, "first shown")
    make_comment(post, "waits")
    make_approved_comment(post, "second shown")

    rows = ROWS.search(clients["moderator"].get("/content/comments/list/").text)[0]

    assert [*dict.fromkeys(re.findall(r"first shown|waits|second shown", rows))] == [
        "waits",
        "second shown",
        "first shown",
    ]


@pytest.mark.both_databases
def test_the_author_of_a_post_reads_all_comments_on_it_and_others_the_approved_ones(
    clients, people, post, login, app
):
    make_approved_comment(post, "shown to all")
    make_comment(post, "still waits")

    own = clients["author"].get("/content/comments/list/").text
    other = login(app.test_client(), people["nobody"]).get("/content/comments/list/")
    visitor = clients["visitor"].get("/api/v1/comments/?columns=text,name")

    assert "still waits" in own
    assert "shown to all" in own
    assert "still waits" not in other.text
    assert [row["text"] for row in visitor.json["result"]] == ["shown to all"]
    assert "readers.example" not in own + other.text + visitor.text


def test_the_list_takes_few_statements_whatever_there_is(clients, post, statements):
    for number in range(8):
        make_comment(post, f"Number {number}")
    clients["moderator"].get("/content/comments/list/")

    with statements() as seen:
        answer = clients["moderator"].get("/content/comments/list/?q=number")

    assert answer.status_code == 200
    assert len(seen) <= 6, "\n".join(seen)


def test_forgetting_a_writer_leaves_an_empty_place_where_others_have_replied(
    clients, post, db_session
):
    alone = make_approved_comment(post, "No reply to this")
    talk = make_approved_comment(post, "A secret of mine")
    reply = make_approved_comment(post, "Oh", parent_id=talk.id, email="jo@readers.example")

    answer = decide(clients["editor"], "erase", alone)

    assert answer.status_code == 302
    db_session.expire_all()
    left = db_session.query(Comment).order_by(Comment.id).all()
    assert [(c.id, c.text) for c in left] == [(talk.id, "…"), (reply.id, "Oh")]
    assert left[0].email == "erased@invalid"
    pages = "".join(
        clients["editor"].get(path).text
        for path in (f"/content/comments/history/{talk.id}", f"/content/comments/show/{talk.id}")
    )
    assert "secret" not in pages
    assert "ana@readers" not in pages


# The moderation page


def test_moderation_shows_what_waits_oldest_first_with_thread_and_writer(clients, post):
    parent = make_approved_comment(post, "The first word", name="Jo", email="jo@readers.example")
    make_comment(post, "A <script>alert(1)</script> reply", parent_id=parent.id)
    make_comment(post, "Second in line")

    page = clients["moderator"].get("/content/moderation/").text

    assert page.index("A &lt;script&gt;") < page.index("Second in line")
    assert "The first word" in page
    assert "Twelve bridges" in page
    assert "ana@readers.example" in page
    assert re.search(r"Their comments</a>:\s*Waiting 2", page)


def test_a_decision_on_the_moderation_page_leads_back_to_it(clients, post, db_session):
    comment = make_comment(post)

    answer = decide(clients["moderator"], "approve", comment, next="/content/moderation/")

    assert answer.location == "/content/moderation/"
    page = clients["moderator"].get(answer.location).text
    assert "1 comment was approved." in page
    assert "No comment waits for a decision." in page


@pytest.mark.parametrize(("who", "status"), [("author", 403), ("nobody", 403), ("editor", 200)])
def test_the_moderation_page_is_for_moderators(clients, who, status, post):
    assert clients[who].get("/content/moderation/").status_code == status


def test_the_moderation_page_takes_few_statements(clients, people, post, statements):
    parent = make_approved_comment(post)
    for number in range(12):
        make_comment(post, f"Number {number}", parent_id=parent.id, email=f"{number}@a.example")
    clients["moderator"].get("/content/moderation/")

    with statements() as seen:
        clients["moderator"].get("/content/moderation/")

    assert len(seen) <= 6, "\n".join(seen)


def test_the_form_to_block_a_writer_comes_filled_in(clients, post):
    make_comment(post)
    page = clients["moderator"].get("/content/moderation/").text
    path = re.search(r'href="([^"]*add\?kind=email[^"]*)"', page)[1].replace("&amp;", "&")

    form = clients["moderator"].get(path).text

    assert 'value="ana@readers.example"' in form


def test_a_network_is_blocked_as_it_is_compared(clients, db_session):
    form = clients["moderator"].get("/content/comment-blocks/add").text
    once = re.search(r'name="_once" value="([^"]+)"', form)[1]
    data = {"csrf_token": token(clients["moderator"]), "_once": once, "kind": "address"}

    bad = clients["moderator"].post("/content/comment-blocks/add", data=data | {"value": "here"})
    good = clients["moderator"].post(
        "/content/comment-blocks/add", data=data | {"value": "192.0.2.7/24"}
    )

    assert (bad.status_code, good.status_code) == (422, 302)
    assert "192.0.2.0/24" in clients["moderator"].get("/content/comment-blocks/list/").text
