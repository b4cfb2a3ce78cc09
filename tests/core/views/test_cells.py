"""One field of a record is edited by itself, through the same rules as the whole form."""

import re

import pytest
import sqlalchemy as sa

from app.core.history.models import Change, Operation
from app.extensions import db
from tests.core.models import Animal, Badge, Keeper, Pen, Species
from tests.core.zoo import SECRET_TITLE, find_row, key_of
from tests.forms import changed, read_form
from tests.meeting import fresh, meet, save, side

ANIMALS = "/zoo/animals"
SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def cell(zoe):
    """`cell("rank")` is the address of that field of Zoe."""
    return lambda field: f"{ANIMALS}/cell/{zoe}/{field}"


def headings(page):
    """The fields that the columns of a list edit in place."""
    return re.findall(r'<th[^>]* data-field="(\w+)"', page)


def test_a_list_says_once_for_each_column_what_can_be_edited(mine, zoo_session):
    page = mine.get(f"{ANIMALS}/list/").text

    assert headings(page) == ["name", "species", "keeper", "stand_in", "pen", "diet", "rank"]
    assert f'data-cells="{ANIMALS}/cell/"' in page
    assert "cell/" not in page[page.index("<tbody>") : page.index("</tbody>")]


def test_the_page_of_a_field_has_that_field_alone(mine, cell):
    form = read_form(mine.get(cell("rank")).text)

    assert set(form) == {"csrf_token", "_version", "rank"}
    assert form["rank"] == "7"


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("name", "Zoé", "Zoé"),
        ("rank", "12", 12),
        ("diet", "meat", "meat"),
        ("is_tame", "true", True),
        ("born_on", "2020-02-29", "2020-02-29"),
    ],
)
def test_a_field_is_saved_by_itself(field, typed, stored, mine, cell, zoe):
    before = fresh(Animal, zoe).motto

    done = save(mine, cell(field), **{field: typed})

    row = fresh(Animal, zoe)
    assert done.status_code == 302
    assert done.location == f"{ANIMALS}/show/{zoe}"
    assert str(getattr(row, field)) == str(stored)
    assert (row.motto, row.version) == (before, 2)


def test_a_related_record_is_chosen_by_itself(mine, cell, zoe):
    bob = key_of(Keeper, first_name="Bob")

    save(mine, cell("keeper"), keeper=bob)

    assert fresh(Animal, zoe).keeper.first_name == "Bob"


def test_a_script_gets_the_form_and_then_the_row_of_its_list(mine, cell, zoe):
    form = mine.get(cell("rank"), headers=SCRIPT).text
    sent = changed(read_form(mine.get(cell("rank")).text), rank="12")
    sent["next"] = f"{ANIMALS}/list/?columns=name,rank,legs&q=o"

    answer = mine.post(cell("rank"), data=sent, headers=SCRIPT)

    assert "<html" not in form
    assert 'id="cell-rank"' in form
    cells = re.findall(r"<t[dh]\b.*?(?=<t[dh]|</tbody)", answer.text, re.DOTALL)
    assert [re.sub(r"<[^>]+>|\s+", " ", text).split() for text in cells[1:4]] == [
        ["Zoe"],
        ["12"],
        ["—"],
    ]
    assert "Zoe was saved." in answer.text
    assert "/history/undo/" in answer.text


def test_what_is_wrong_stands_beside_the_control_with_what_was_typed(mine, cell, zoe):
    form = changed(read_form(mine.get(cell("rank")).text), rank="many")

    for headers in ({}, SCRIPT):
        answer = mine.post(cell("rank"), data=form, headers=headers)
        assert answer.status_code == 422
        assert 'value="many"' in answer.text
        assert 'aria-invalid="true"' in answer.text
    assert fresh(Animal, zoe).rank == 7


def test_what_the_database_refuses_is_said_there_too(mine, cell, zoe):
    other = find_row(Animal, name="Max")

    answer = mine.post(
        cell("name"),
        data=changed(read_form(mine.get(cell("name")).text), name=other.name),
        headers=SCRIPT,
    )

    assert answer.status_code == 422
    assert 'value="Max"' in answer.text
    assert fresh(Animal, zoe).name == "Zoe"


def test_the_history_names_the_door(mine, cell, zoe):
    save(mine, cell("rank"), rank="12")

    done = db.session.scalars(sa.select(Operation).order_by(Operation.at.desc())).first()
    change = db.session.scalars(sa.select(Change).where(Change.operation_id == done.id)).one()
    assert (done.action, done.source) == ("AnimalView.cell", "screen")
    assert (change.before, change.after) == ({"rank": "7"}, {"rank": "12"})


def test_the_offer_to_undo_sets_the_field_back(mine, cell, zoe):
    save(mine, cell("rank"), rank="12")
    page = mine.get(f"{ANIMALS}/list/").text

    mine.post(re.search(r'action="(/history/undo/[^"]+)"', page)[1])

    assert fresh(Animal, zoe).rank == 7


@pytest.mark.both_databases
@pytest.mark.parametrize("headers", [{}, SCRIPT], ids=["page", "script"])
def test_who_is_late_sees_both_texts_and_loses_nothing(headers, mine, theirs, cell, zoe):
    form = changed(read_form(mine.get(cell("motto")).text), motto="mine")
    save(theirs, cell("motto"), motto="theirs")

    answer = mine.post(cell("motto"), data=form, headers=headers)

    text, chosen = side(answer.text, "motto")
    assert (answer.status_code, chosen) == (409, [])
    assert re.search(r"Theirs\s+theirs.*Mine", text)
    assert read_form(answer.text)["motto"] == "mine"
    assert set(read_form(answer.text)) >= {"_version", "_origin", "_ask"}
    decided = changed(read_form(answer.text), **{"_take.motto": "mine"})
    assert mine.post(cell("motto"), data=decided).status_code == 302
    assert fresh(Animal, zoe).motto == "mine"


def test_a_change_of_another_field_is_a_conflict_of_the_version_alone(mine, theirs, cell, zoe):
    answer = meet(mine, theirs, cell("motto"), {"motto": "mine"}, {"motto": "x"})
    assert answer.status_code == 409

    form = changed(read_form(mine.get(cell("motto")).text), motto="mine")
    save(theirs, cell("rank"), rank="9")
    answer = mine.post(cell("motto"), data=form)

    assert side(answer.text, "motto")[1] == ["mine"]
    assert mine.post(cell("motto"), data=read_form(answer.text)).status_code == 302
    assert (fresh(Animal, zoe).motto, fresh(Animal, zoe).rank) == ("mine", 9)


@pytest.mark.both_databases
def test_a_row_without_a_version_is_compared_by_its_value(mine, theirs, zoo_session):
    path = f"/zoo/pens/cell/{key_of(Pen, number=2)}/title"

    answer = meet(mine, theirs, path, {"title": "mine"}, {"title": "theirs"})

    assert answer.status_code == 409
    assert side(answer.text, "title")[1] == []
    assert find_row(Pen, number=2).title == "theirs"


def test_a_record_that_is_gone_leaves_the_text(mine, zoo_session):
    badge = Badge(name="Short-lived")
    db.session.add(badge)
    db.session.commit()
    path = f"/zoo/badges/cell/{badge.id}/name"
    form = changed(read_form(mine.get(path).text), name="typed")
    db.session.delete(badge)
    db.session.commit()

    answer = mine.post(path, data=form)

    assert answer.status_code == 404
    assert read_form(answer.text)["name"] == "typed"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("animals/cell/{dodo}/rank", 403),
        ("animals/cell/999999/rank", 404),
        ("animals/cell/{zoe}/nothing", 404),
        ("animals/cell/{zoe}/version", 404),
        ("animals/cell/{zoe}/notes", 404),
        ("animals/cell/{zoe}/badges", 404),
        ("species/cell/{yeti}/name", 404),
        ("keepers/cell/{ann}/salary", 404),
        ("keepers/cell/{ann}/nickname", 403),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_rules_keep_from_a_person_is_kept_here_too(method, path, status, mine, zoe):
    keys = {
        "zoe": zoe,
        "dodo": key_of(Animal, name="Dodo"),
        "yeti": key_of(Species, is_secret=True),
        "ann": key_of(Keeper, first_name="Ann"),
    }

    answer = mine.open(f"/zoo/{path.format(**keys)}", method=method, data={"rank": "1"})

    assert answer.status_code == status
    assert SECRET_TITLE not in answer.text


def test_a_hidden_related_record_cannot_be_chosen(mine, cell, zoe):
    spy = key_of(Keeper, first_name="Spy")

    answer = save(mine, cell("keeper"), keeper=spy)

    assert answer.status_code == 422
    assert fresh(Animal, zoe).keeper.first_name == "Ann"


def test_who_may_only_read_is_offered_nothing(zoo_client, zoe):
    stranger = zoo_client("stranger")

    assert stranger.get(f"{ANIMALS}/cell/{zoe}/rank").status_code == 403
    assert stranger.post(f"{ANIMALS}/cell/{zoe}/rank", data={"rank": "1"}).status_code == 403


def test_a_record_page_leads_to_the_form_of_each_field(mine, zoe):
    page = mine.get(f"{ANIMALS}/show/{zoe}").text

    assert f'href="{ANIMALS}/cell/{zoe}/rank"' in page
    assert f'href="{ANIMALS}/cell/{zoe}/notes"' not in page


def test_a_strange_list_to_go_back_to_is_not_followed(mine, cell):
    form = changed(read_form(mine.get(cell("rank")).text), rank="3")
    form["next"] = "https://evil.example/?page=x"

    answer = mine.post(cell("rank"), data=form, headers=SCRIPT)

    assert answer.status_code == 200
    assert "evil" not in answer.text
