"""Digests: what is in one, who gets it, and that nobody gets it twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.errors import Conflict
from app.extensions import db
from app.features.blog.models import PostStatus
from app.features.blog.newsletter import digests, jobs, subscribing
from app.features.blog.newsletter.models import (
    Digest,
    DigestState,
    Frequency,
    Subscriber,
    SubscriberState,
)
from app.mail.models import MailMessage, MailState
from tests.factories.blog import make_post, make_published_post
from tests.factories.readers import make_reader
from tests.features.blog.newsletter.conftest import SATURDAY
from tests.fixtures.mail import deliver_everything, html_of, text_of

WEEK = timedelta(days=7)


@pytest.fixture
def send(app, db_session, postbox):
    """A function that does what the job does on Saturday, up to the mails."""

    def send() -> None:
        jobs.send_digest.enqueue()
        deliver_everything()

    return send


def make_new_post(author, clock, title="Twelve bridges", **values):
    published_at = clock() - timedelta(days=2)
    return make_published_post(author, **{"title": title, "published_at": published_at, **values})


def digest() -> Digest:
    db.session.commit()
    return db.session.query(Digest).order_by(Digest.id.desc()).first()


@pytest.mark.both_databases
def test_digest_tells_of_new_posts(author, clock, send, postbox):
    make_reader("ana@readers.example")
    make_new_post(author, clock, "Twelve bridges", body="<p>A walk &amp; a <b>map</b>.</p>")
    make_new_post(author, clock, "Last year", published_at=clock() - timedelta(days=8))
    make_post(author, "Draft")

    send()

    [mail] = postbox.to("ana@readers.example")
    assert "Twelve bridges" in mail["Subject"]
    assert "A walk & a map." in text_of(mail)
    assert "/blog/twelve-bridges" in text_of(mail)
    for part in (text_of(mail), html_of(mail)):
        assert "Draft" not in part
        assert "Last year" not in part
    assert (digest().state, digest().post_count, digest().recipient_count) == ("sent", 1, 1)


def test_next_digest_begins_where_the_last_has_ended(author, clock, send, postbox):
    make_reader("ana@readers.example")
    make_new_post(author, clock, "First")
    send()
    clock.advance(WEEK)
    make_new_post(author, clock, "Second")

    send()

    first, second = postbox.to("ana@readers.example")
    assert "Second" not in text_of(first)
    assert "First" not in text_of(second)
    ends = [row.window_end for row in db.session.query(Digest).order_by(Digest.id)]
    assert digest().window_start == ends[0]


@pytest.mark.both_databases
def test_no_new_post_means_no_mail(author, clock, send, postbox):
    make_reader("ana@readers.example")
    make_post(author, "Draft")

    send()

    assert postbox.taken == []
    assert digest().state is DigestState.SKIPPED


@pytest.mark.parametrize(
    "values",
    [
        {"state": SubscriberState.PENDING},
        {"state": SubscriberState.UNSUBSCRIBED},
        {"state": SubscriberState.BOUNCED},
        {"frequency": Frequency.NONE},
        {"paused": 1},
    ],
    ids=["pending", "unsubscribed", "bounced", "none", "on a break"],
)
def test_who_gets_none(author, clock, send, postbox, values):
    if days := values.pop("paused", None):
        values["paused_until"] = clock() + timedelta(days=days)
    make_reader("ana@readers.example", **values)
    make_new_post(author, clock)

    send()

    assert postbox.taken == []


def test_break_ends_by_itself(author, clock, send, postbox):
    make_reader("ana@readers.example", paused_until=clock() - timedelta(minutes=1))
    make_new_post(author, clock)

    send()

    assert len(postbox.taken) == 1


def test_each_reader_gets_their_language_and_their_own_links(author, clock, send, postbox):
    make_reader("ana@readers.example", locale="pt")
    make_reader("bo@readers.example", locale="en")
    make_new_post(author, clock)

    send()

    ana, bo = (postbox.to(name)[0] for name in ("ana@readers.example", "bo@readers.example"))
    assert (ana["Content-Language"], bo["Content-Language"]) == ("pt", "en")
    assert ana["List-Unsubscribe"] != bo["List-Unsubscribe"]
    assert ana["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert ana["List-Unsubscribe"].strip("<>") in text_of(ana)


def test_of_a_translated_post_each_reader_gets_one(author, clock, send, postbox):
    original = make_new_post(author, clock, "Twelve bridges", locale="en")
    make_new_post(author, clock, "Doze pontes", locale="pt", original_id=original.id)
    for name, locale in (("ana", "pt"), ("bo", "en")):
        make_reader(f"{name}@readers.example", locale=locale)

    send()

    texts = [text_of(postbox.to(f"{name}@readers.example")[0]) for name in ("ana", "bo")]
    assert ["Doze pontes" in text for text in texts] == [True, False]
    assert ["Twelve bridges" in text for text in texts] == [False, True]


def test_markup_of_a_post_is_inert(author, clock, send, postbox):
    """Acceptance check 4, in the digest."""
    make_reader("ana@readers.example")
    body = '<p>Hi</p><script>alert(1)</script><img src="a.png" onerror="alert(1)">'
    make_new_post(author, clock, "<b>Bold</b> & more", body=body)

    send()

    html = html_of(postbox.taken[0])
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; more" in html
    assert "alert" not in html
    assert "onerror" not in html


@pytest.mark.both_databases
def test_parts_cover_all_readers_once(author, clock, send, postbox, monkeypatch):
    monkeypatch.setattr(digests, "PART_SIZE", 3)
    for number in range(10):
        make_reader(f"reader{number}@readers.example")
    make_new_post(author, clock)

    send()

    assert sorted(mail["To"] for mail in postbox.taken) == [
        f"reader{number}@readers.example" for number in range(10)
    ]
    assert digest().recipient_count == 10


def test_part_that_runs_twice_writes_once(author, clock, send, postbox):
    reader = make_reader("ana@readers.example")
    make_new_post(author, clock)
    send()

    jobs.write_digest.enqueue(digest=digest().id, first=reader.id, last=reader.id)
    deliver_everything()

    assert len(postbox.taken) == 1
    assert digest().recipient_count == 1


def test_whoever_confirms_meanwhile_is_in_the_next_one(author, clock, db_session, postbox):
    ana = make_reader("ana@readers.example")
    late = make_reader("late@readers.example", state=SubscriberState.PENDING, confirmed_at=None)
    make_new_post(author, clock, "First")
    jobs.send_digest()
    db_session.commit()
    clock.advance(timedelta(seconds=1))
    subscribing.confirm(late)
    db_session.commit()

    jobs.write_digest.enqueue(digest=digest().id, first=ana.id, last=late.id)
    deliver_everything()

    assert [mail["To"] for mail in postbox.taken] == ["ana@readers.example"]


def test_whoever_leaves_meanwhile_gets_none(author, clock, db_session, postbox):
    make_reader("ana@readers.example")
    make_new_post(author, clock)
    jobs.send_digest()
    subscribing.leave(db_session.query(Subscriber).one())
    db_session.commit()

    deliver_everything()

    assert postbox.taken == []
    assert digest().state is DigestState.SENT


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "end",
    [
        subscribing.leave,
        lambda reader: subscribing.note_bounce("other", address=reader.email),
        lambda reader: subscribing.choose(
            reader, {"locale": "en", "frequency": Frequency.NONE, "paused_until": None}
        ),
    ],
    ids=["leaves", "bounces", "wants none"],
)
def test_digest_that_waits_to_be_sent_is_withdrawn(author, clock, db_session, postbox, end):
    ana, ben = make_reader("ana@readers.example"), make_reader("ben@readers.example")
    make_new_post(author, clock)
    assert jobs.send_digest() is not None
    jobs.write_digest(digest().id, ana.id, ben.id)
    db_session.commit()

    end(ana)
    db_session.commit()
    deliver_everything()

    assert [mail["To"] for mail in postbox.taken] == ["ben@readers.example"]


def test_digest_that_was_given_up_is_gone_when_its_reader_leaves(author, clock, send, postbox):
    ana = make_reader("ana@readers.example")
    postbox.answers[ana.email] = "550 5.7.1 not from you"
    make_new_post(author, clock)
    send()
    [mail] = db.session.query(MailMessage)
    assert mail.state is MailState.FAILED

    subscribing.leave(ana)
    db.session.commit()

    assert db.session.query(MailMessage).count() == 0


@pytest.mark.parametrize(
    "values",
    [
        {"status": PostStatus.ARCHIVED},
        {"expires_at": SATURDAY - timedelta(hours=1)},
        {"deleted_at": SATURDAY},
    ],
    ids=["archived", "expired", "in the trash"],
)
def test_post_that_is_gone_is_in_no_digest(author, clock, send, postbox, values):
    make_reader("ana@readers.example")
    make_new_post(author, clock, "Secret plans", **values)
    make_new_post(author, clock, "Fog")

    send()

    [mail] = postbox.taken
    assert "Secret plans" not in text_of(mail)
    assert digest().post_count == 1


def test_post_that_is_archived_meanwhile_is_in_no_digest(author, clock, db_session, postbox):
    make_reader("ana@readers.example")
    post = make_new_post(author, clock, "Secret plans")
    jobs.send_digest()
    post.status = PostStatus.ARCHIVED
    db_session.commit()

    deliver_everything()

    assert postbox.taken == []


def test_monthly_readers_get_the_first_of_a_month(author, clock, send, postbox):
    make_reader("ana@readers.example", frequency=Frequency.MONTHLY)
    subjects = []
    for number in range(6):
        make_new_post(author, clock, f"Post {number}")
        send()
        subjects.append(len(postbox.taken))
        clock.advance(WEEK)

    # The first digest of all, and those of 5 December and 2 January.
    assert subjects == [1, 2, 2, 2, 2, 3]
    told = [text_of(mail) for mail in postbox.taken]
    assert [sum(f"Post {number}" in text for number in range(6)) for text in told] == [1, 1, 4]


def test_prepared_digest_is_the_next_one(author, clock, editor, send, postbox):
    make_reader("ana@readers.example")
    make_new_post(author, clock)
    editor.post("/blog/digests/add", data={"introduction": "Dear all\n\nIt snows."})
    planned = digest()

    send()

    assert (digest().id, digest().state) == (planned.id, DigestState.SENT)
    assert text_of(postbox.taken[0]).startswith("Dear all\n\nIt snows.")


def test_only_one_digest_waits(clock, editor):
    first = editor.post("/blog/digests/add", data={"introduction": "One"})
    second = editor.post("/blog/digests/add", data={"introduction": "Two"})

    assert (first.status_code, second.status_code) == (302, 422)
    assert "Two" in second.text
    assert db.session.query(Digest).count() == 1


def test_digest_is_sent_now(author, clock, editor, postbox):
    make_reader("ana@readers.example")
    make_new_post(author, clock)
    editor.post("/blog/digests/add", data={"introduction": "Dear all"})
    path = f"/blog/digests/preview/{digest().id}"
    preview = editor.get(path)

    answers = [
        editor.post("/blog/digests/bulk/send", data={"key": digest().id}) for _again in range(2)
    ]
    deliver_everything()

    assert "Dear all" in preview.text
    assert "Twelve bridges" in preview.text
    assert [each.status_code for each in answers] == [302, 302]
    assert len(postbox.taken) == 1
    assert (digest().state, digest().window_end) == (DigestState.SENT, clock())


def test_digest_that_was_sent_is_not_changed(author, clock, editor, send):
    make_reader("ana@readers.example")
    make_new_post(author, clock)
    send()

    statuses = [
        editor.open(f"/blog/digests/{page}/{digest().id}", method=method).status_code
        for page, method in (("edit", "GET"), ("delete", "POST"))
    ]

    assert statuses == [403, 403]
    with pytest.raises(Conflict):
        digests.refuse_started(digest())


def test_preview_says_where_there_is_nothing(clock, editor):
    editor.post("/blog/digests/add", data={"introduction": "Dear all"})

    assert editor.get(f"/blog/digests/preview/{digest().id}").status_code == 404
    assert "no new post" in editor.get(f"/blog/digests/show/{digest().id}").text


def test_author_sends_no_digest(app, author, clock, login, editor):
    editor.post("/blog/digests/add", data={"introduction": "Dear all"})
    client = login(app.test_client(), author)

    response = client.post("/blog/digests/bulk/send", data={"key": digest().id})

    assert response.status_code == 403
    assert digest().state is DigestState.PLANNED


def test_mails_carry_the_key_of_digest_and_reader(author, clock, send):
    reader = make_reader("ana@readers.example")
    make_new_post(author, clock, status=PostStatus.PUBLISHED)

    send()

    key = db.session.query(MailMessage.dedupe_key).scalar()
    assert key == f"digest:{digest().id}:{reader.id}"
