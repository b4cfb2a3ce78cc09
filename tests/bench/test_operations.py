"""What counts as a right answer, and what does not."""

import itertools

import pytest

from bench.client import Answer, Visitor
from bench.operations import CONNECTIONS, Page, WrongAnswer, creating, editing

EMAILS = ["ana.costa1@example.com", "eva.ito2@example.com"]
LIST = "<p>Company 7</p><a>ana.costa1@example.com</a><b>EVA</b> eva.<mark>ito</mark>2@example.com"


def answer(text="", status=200, location=""):
    return Answer(status, location, text.encode())


def test_list_with_the_rows_in_their_order_is_right():
    page = Page(emails=EMAILS, holds=["company 7"])

    page.check(answer(LIST))
    page.check(answer(f"{LIST} and once more: ana.costa1@example.com"))


@pytest.mark.parametrize(
    ("page", "given", "why"),
    [
        (Page(emails=EMAILS[::-1]), answer(LIST), "rows are"),
        (Page(emails=EMAILS[:1]), answer(LIST), "rows are"),
        (Page(emails=[*EMAILS, "x.y3@example.com"]), answer(LIST), "rows are"),
        (Page(emails=EMAILS, holds=["company 8"]), answer(LIST), "lacks company 8"),
        (Page(emails=EMAILS), answer(LIST, 500), "status 500"),
        (Page((302,), leads_to="login"), answer("", 302, "/list/"), "sent to /list/"),
        (Page((302,), leads_away_from="login"), answer("", 302, "/login/"), "sent to /login/"),
        (Page(lines=3), answer("one\ntwo\n"), "2 lines"),
    ],
)
def test_other_answer_is_wrong_and_says_why(page, given, why):
    with pytest.raises(WrongAnswer, match=why):
        page.check(given)


def test_under_load_the_status_and_the_last_row_are_looked_at():
    page = Page(emails=EMAILS)

    assert page.accepts(200, LIST.replace("<mark>", "").replace("</mark>", "").encode())
    assert not page.accepts(500, LIST.encode())
    assert not page.accepts(200, b"ana.costa1@example.com")


def test_edits_renew_each_form_and_keep_a_record_to_one_connection():
    forms = {f"/edit/{key}": [("phone", "1"), ("version", str(key))] for key in range(8)}
    stored = {}

    def renew(form):
        return [
            (name, str(int(value) + 10) if name == "version" else value) for name, value in form
        ]

    operation = editing(Visitor(1), forms, stored.get, renew)
    sent = [
        (number, request.path, dict(pair.split("=") for pair in request.body.decode().split("&")))
        for number, stream in enumerate(operation.streams)
        for request in itertools.islice(stream, 4)
    ]

    assert len(operation.streams) == CONNECTIONS
    assert {path: number for number, path, _form in sent} == {
        f"/edit/{key}": key % 4 for key in range(8)
    }
    versions = [form["version"] for _number, path, form in sent if path == "/edit/5"]
    assert versions == ["5", "15"]
    assert len({form["phone"] for _number, _path, form in sent}) == len(sent)
    assert not operation.written()

    stored.update({path: form["phone"].replace("%2B351+", "+351 ") for _n, path, form in sent})
    assert operation.written()


def test_creations_count_only_when_all_of_them_are_stored():
    rows = []
    operation = creating(Visitor(1), "/add", [("name", "Ana")], lambda: len(rows))
    sent = [next(operation.streams[number]) for number in (0, 1, 0)]

    assert [request.path for request in sent] == ["/add"] * 3
    assert not operation.written()

    rows += sent
    assert operation.written()
