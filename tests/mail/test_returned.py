"""What servers write back: a final failure marks its mail, and nothing else changes anything."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.mail import send
from app.mail.models import MailMessage, MailState
from app.mail.returned import take_in
from app.mail.signals import bounced
from tests.fixtures.mail import deliver_everything
from tests.mail.conftest import START, only_mail

ANA = {"to": "ana@readers.example", "name": "Ana", "at": START}
REPORT = """\
From: MAILER-DAEMON@mx.example
To: bureau@localhost
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

<script>alert(1)</script> I'm sorry to have to inform you.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 16 Nov 2026 09:00:00 +0000

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{recipient}>: <b>user</b>
 unknown

{returned}
--x--
"""
BASE64 = (
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n"
    b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n!!!\n--x--"
)
WHOLE = "--x\nContent-Type: message/rfc822\n\nSubject: Hello\nMessage-ID: {}\n\nHello\n"
HEADERS = "--x\nContent-Type: text/rfc822-headers\n\nSubject: Hello\nMessage-ID:\n {}\n"


@pytest.fixture
def told():
    """The addresses that receivers of the signal were told."""
    heard = []

    def hear(sender, *, address, **_more):
        heard.append((sender, address))

    with bounced.connected_to(hear):
        yield heard


@pytest.fixture
def sent(db_session, hello, postbox, clock):
    send(hello, dedupe_key="k", **ANA)
    deliver_everything()
    return only_mail()


def report(message_id=None, part=WHOLE, **said):
    returned = part.format(message_id) if message_id else ""
    values = {"recipient": "ana@readers.example", "action": "failed", "status": "5.1.1"}
    return REPORT.format(returned=returned, **values | said).encode()


@pytest.mark.both_databases
@pytest.mark.parametrize("part", [WHOLE, HEADERS], ids=["whole", "headers"])
def test_a_final_failure_marks_the_mail_and_tells(sent, told, part):
    assert take_in(report(sent.message_id, part)) == 1

    mail = only_mail()
    assert (mail.state, mail.bounced_at) == (MailState.BOUNCED, START)
    assert mail.last_error == "5.1.1 550 5.1.1 <ana@readers.example>: <b>user</b>  unknown"
    assert told == [("test_hello", "ana@readers.example")]


def test_the_same_report_twice_tells_once(sent, told):
    counts = [take_in(report(sent.message_id)), take_in(report(sent.message_id))]

    assert (counts, len(told)) == ([1, 0], 1)


def test_what_a_receiver_writes_is_committed_with_the_mark(sent):
    def leave(_sender, *, address, **_more):
        db.session.execute(sa.update(MailMessage).values(note=address))

    with bounced.connected_to(leave):
        take_in(report(sent.message_id))
    db.session.rollback()

    assert (only_mail().state, only_mail().note) == (MailState.BOUNCED, "ana@readers.example")


def test_a_forwarded_address_is_known_by_the_message_id(sent, told):
    take_in(report(sent.message_id, recipient="ana@elsewhere.example"))

    assert told == [("test_hello", "ana@readers.example")]


@pytest.mark.parametrize(
    "said",
    [
        {"status": "4.4.1", "action": "delayed"},
        {"status": "4.4.7"},
        {"action": "delayed"},
        {"action": "relayed"},
        {"action": "delivered", "status": "2.0.0"},
        {"status": "nonsense"},
        {"status": ""},
    ],
)
def test_what_is_no_final_failure_changes_nothing(sent, told, said):
    assert take_in(report(sent.message_id, **said)) == 0

    assert (only_mail().state, told) == (MailState.SENT, [])


def test_a_report_about_a_mail_of_somebody_else_changes_nothing(sent, told):
    assert take_in(report("<0123456789abcdef@localhost>")) == 0

    assert (only_mail().state, told) == (MailState.SENT, [])


def test_a_report_that_only_names_a_reader_changes_nothing(sent, told):
    """Anybody who knows the address of a reader could write it."""
    assert take_in(report()) == 0

    assert (only_mail().state, told) == (MailState.SENT, [])


def test_a_mail_that_never_left_cannot_have_come_back(db_session, hello, told):
    send(hello, **ANA)
    deliver_everything()

    assert take_in(report(only_mail().message_id)) == 0
    assert only_mail().state is MailState.KEPT


def test_a_mail_that_came_back_is_not_sent_by_an_event_that_is_late(sent, postbox):
    take_in(report(sent.message_id))
    db.session.execute(sa.text("UPDATE core_outbox SET delivered_at = NULL, due_at = created_at"))
    deliver_everything()

    assert len(postbox.taken) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 5_000,
        b"Content-Type: multipart/report; report-type=delivery-status\n\n",
        b"Content-Type: multipart/report; report-type*=x'y'delivery-status; boundary=x\n\n--x\n",
        BASE64,
        b"Content-Type: message/rfc822\n\n" * 3_000,
        b"Content-Type: text/plain; charset=nonsense\nSubject: =?x?q?=\xff?=\n\n\xff\xfe",
    ],
)
def test_garbage_changes_nothing(sent, told, raw):
    assert take_in(raw) == 0
    assert only_mail().state is MailState.SENT


def test_damaged_reports_do_no_harm(sent, told):
    moments = random.Random(3)
    whole = report("<0123456789abcdef@localhost>", recipient="carla@elsewhere.example")

    for _number in range(200):
        damaged = bytearray(whole)
        for _place in range(moments.randint(1, 30)):
            damaged[moments.randrange(len(damaged))] = moments.randrange(256)
        take_in(bytes(damaged[: moments.randrange(len(damaged))]))

    assert told == []


def test_the_command_reads_one_message(sent, app):
    done = app.test_cli_runner().invoke(args=["mail-bounce"], input=report(sent.message_id))

    assert (done.exit_code, done.output) == (0, "1 mail came back.\n")
    assert only_mail().state is MailState.BOUNCED


def test_what_is_no_report_is_taken_by_the_command_all_the_same(sent, app):
    """Or the mail server would write back to whoever wrote it."""
    done = app.test_cli_runner().invoke(args=["mail-bounce"], input=b"Subject: Hi\n\nHi")

    assert (done.exit_code, done.output) == (0, "0 mails came back.\n")


def test_a_maildir_is_read_once(sent, app, tmp_path: Path):
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
    (tmp_path / "new" / "1.a.host").write_bytes(report(sent.message_id))
    (tmp_path / "new" / "2.b.host").write_bytes(b"\xff")

    run = app.test_cli_runner().invoke
    outputs = [run(args=["mail-bounces", str(tmp_path)]).output for _number in range(2)]

    assert outputs == ["1 mail came back.\n", "0 mails came back.\n"]
    seen = sorted(path.name for path in (tmp_path / "cur").iterdir())
    assert seen == ["1.a.host:2,S", "2.b.host:2,S"]


def test_a_folder_that_is_no_maildir_is_refused(app, tmp_path: Path):
    done = app.test_cli_runner().invoke(args=["mail-bounces", str(tmp_path)])

    assert done.exit_code == 2
    assert "no maildir" in done.output
