"""Many records get the same values in one operation: all of them, or none."""

import re

import pytest
import sqlalchemy as sa

from app.core.history.models import Change, Operation
from app.extensions import db
from tests.core.models import Animal, Badge, Keeper, Pen
from tests.core.zoo import StrictKeeperView, find_row, key_of
from tests.meeting import fresh, save

ANIMALS = "/zoo/animals"
EDIT = f"{ANIMALS}/bulk/edit"
STRICT = "/zoo/strict-keepers/bulk/edit"


@pytest.fixture
def client(mine):
    return mine


@pytest.fixture
def keys(zoo_session):
    return [key_of(Animal, name=name) for name in ("Zoe", "Max", "Kim")]


def opened(page, button=0):
    """What the form sends when nobody touches it and presses one of its buttons."""
    rows = re.findall(r'name="_rows" value="([^"]+)"', page)
    return {"_rows": rows[button]}


def edit(client, keys, path=EDIT, **values):
    """Open the form for these records, tick the fields given and save."""
    page = client.post(path, data={"key": keys}).text
    return client.post(path, data={**opened(page), "_set": list(values), **values})


def ranks():
    db.session.expire_all()
    return dict(db.session.execute(sa.select(Animal.name, Animal.rank)).all())


def test_the_form_ticks_and_fills_in_nothing(client, keys):
    page = client.post(EDIT, data={"key": keys}).text

    form = page[page.index('<form class="edit"') : page.index("</form>", page.index("_rows"))]
    assert "Edit 3 records" in page
    assert 'name="_set" value="rank"' in form
    assert " checked" not in form
    assert " selected" not in form
    assert {"badges", "code", "version", "is_heavy"}.isdisjoint(
        re.findall(r'name="_set" value="(\w+)"', form)
    )


@pytest.mark.both_databases
def test_only_what_is_ticked_is_written_and_to_the_chosen_rows_alone(client, keys):
    bob = key_of(Keeper, first_name="Bob")

    done = edit(client, keys, rank="3", keeper=bob, is_tame="true", motto="")

    rows = [fresh(Animal, key) for key in keys]
    assert done.status_code == 302
    assert [(row.rank, row.keeper.first_name, row.is_tame) for row in rows] == [
        (3, "Bob", True)
    ] * 3
    assert [row.version for row in rows] == [2, 2, 2]
    assert rows[1].legs == 2
    assert ranks()["Dodo"] == 7


def test_all_rows_that_match_are_edited_on_every_page(client, keys):
    query = "?filter=rank:eq:7&page_size=1"
    page = client.post(EDIT, data={"all": "1", "query": query}).text
    assert "Edit 4 records" in page
    assert "1 record is left out, because you may not change it." in page

    client.post(EDIT, data={**opened(page), "_set": "rank", "rank": "4"})

    assert set(ranks().values()) == {4, 7}
    assert ranks()["Dodo"] == 7


def test_what_may_not_be_edited_is_left_out_and_counted(client, keys):
    dodo = key_of(Animal, name="Dodo")

    page = client.post(EDIT, data={"key": [keys[0], dodo, "999999"]}).text

    assert "Edit 1 record<" in page
    assert "2 records were left out" in page


def test_it_is_one_operation_which_is_undone_as_one(client, keys):
    page = client.post(EDIT, data={"key": keys}).text
    form = {**opened(page), "_set": "rank", "rank": "3"}

    answer = client.post(EDIT, data=form, follow_redirects=True)

    done = db.session.scalars(sa.select(Operation).order_by(Operation.at.desc())).first()
    changes = db.session.scalars(sa.select(Change).where(Change.operation_id == done.id)).all()
    assert (done.action, done.source) == ("AnimalView.edit", "bulk")
    assert sorted(change.row_key for change in changes) == sorted(keys)
    assert {tuple(change.after.items()) for change in changes} == {(("rank", "3"),)}
    assert "3 records were changed." in answer.text
    client.post(re.search(r'action="(/history/undo/[^"]+)"', answer.text)[1])
    assert set(ranks().values()) == {7}


@pytest.mark.both_databases
def test_rows_that_others_changed_are_named_and_nothing_is_saved(client, theirs, keys):
    page = client.post(EDIT, data={"key": keys}).text
    save(theirs, f"{ANIMALS}/edit/{keys[0]}", motto="theirs")

    answer = client.post(EDIT, data={**opened(page), "_set": ["rank"], "rank": "3"})

    notice = answer.text.partition("Others were faster")[2].partition("<form")[0]
    assert answer.status_code == 409
    assert "Zoe" in notice
    assert "Teammate Cast" in notice
    assert "Max" not in notice
    assert 'value="3"' in answer.text
    assert re.search(r'value="rank" checked', answer.text)
    assert set(ranks().values()) == {7}


def test_after_a_conflict_the_others_can_be_saved_alone(client, theirs, keys):
    page = client.post(EDIT, data={"key": keys}).text
    save(theirs, f"{ANIMALS}/edit/{keys[0]}", motto="theirs")
    form = {"_set": ["rank"], "rank": "3"}
    answer = client.post(EDIT, data={**opened(page), **form})

    client.post(EDIT, data={**opened(answer.text), **form})

    assert [fresh(Animal, key).rank for key in keys] == [7, 3, 3]


def test_after_a_conflict_all_can_be_saved_all_the_same(client, theirs, keys):
    page = client.post(EDIT, data={"key": keys}).text
    save(theirs, f"{ANIMALS}/edit/{keys[0]}", motto="theirs")
    form = {"_set": ["rank"], "rank": "3"}
    answer = client.post(EDIT, data={**opened(page), **form})

    client.post(EDIT, data={**opened(answer.text, button=1), **form})

    assert [fresh(Animal, key).rank for key in keys] == [3, 3, 3]
    assert fresh(Animal, keys[0]).motto == "theirs"


def test_a_row_that_is_gone_is_counted_and_nothing_is_saved(client, zoo_session):
    keys = [key_of(Badge, name=name) for name in ("Old", "Big")]
    badge = Badge(name="Gone")
    db.session.add(badge)
    db.session.commit()
    path = "/zoo/badges/bulk/edit"
    page = client.post(path, data={"key": [*keys, str(badge.id)]}).text
    db.session.delete(badge)
    db.session.commit()

    answer = client.post(path, data={**opened(page), "_set": "is_secret", "is_secret": "false"})

    assert answer.status_code == 409
    assert "1 record is gone" in answer.text


@pytest.mark.both_databases
def test_rows_without_a_version_are_compared_by_their_values(client, theirs, zoo_session):
    keys = [key_of(Pen, number=number) for number in (1, 2)]
    path = "/zoo/pens/bulk/edit"
    page = client.post(path, data={"key": keys}).text
    save(theirs, f"/zoo/pens/edit/{keys[0]}", title="theirs")

    late = client.post(path, data={**opened(page), "_set": "title", "title": "all"})
    done = client.post(path, data={**opened(late.text), "_set": "title", "title": "all"})

    assert (late.status_code, done.status_code) == (409, 302)
    assert [find_row(Pen, number=number).title for number in (1, 2)] == ["theirs", "all"]


def test_a_writer_who_is_faster_in_the_last_moment_is_noticed(client, zoo_session):
    keys = [key_of(Badge, name=name) for name in ("Old", "Big")]

    answer = edit(client, keys, "/zoo/vanishing-badges/bulk/edit", is_secret="true")

    assert answer.status_code == 409
    assert "Somebody changed this record" in answer.text
    assert [fresh(Badge, key).is_secret for key in keys] == [False, False]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"rank": "3"}, "Tick this field to change it, or empty it."),
        ({}, "Tick the fields that you want to change."),
        ({"_set": "rank", "rank": "many"}, "whole number"),
        ({"_set": "rank", "rank": ""}, "Fill in this field."),
        ({"_set": "species", "species": ""}, "Fill in this field."),
        ({"_set": "is_tame", "is_tame": ""}, "Fill in this field."),
        ({"_set": "legs", "legs": "-1"}, ""),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_saved(form, said, client, keys):
    page = client.post(EDIT, data={"key": keys}).text

    answer = client.post(EDIT, data={**opened(page), **form})

    assert answer.status_code == 422
    assert said in answer.text
    assert 'role="alert"' in answer.text
    assert [fresh(Animal, key).version for key in keys] == [1, 1, 1]


@pytest.mark.parametrize(("number", "status"), [("+351210000001", 409), ("+351210000002", 422)])
def test_a_hook_that_refuses_one_row_keeps_all(number, status, client, zoo_session):
    keys = [key_of(Keeper, first_name=name) for name in ("Ann", "Bob", "Cat")]

    answer = edit(client, keys, STRICT, phone=number)

    assert answer.status_code == status
    assert "“Cat Cooper” cannot be changed like that." in answer.text
    assert "Cat is never called." in answer.text
    assert f'value="{number}"' in answer.text
    assert [fresh(Keeper, key).phone for key in keys] == [None] * 3


@pytest.mark.both_databases
def test_what_a_hook_adds_for_one_row_is_written_with_the_rest(client, zoo_session):
    keys = [key_of(Keeper, first_name=name) for name in ("Ann", "Bob", "Cat")]

    edit(client, keys, STRICT, phone="+351210000004")

    rows = [fresh(Keeper, key) for key in keys]
    assert [row.phone for row in rows] == ["+351210000004"] * 3
    assert [row.last_name for row in rows] == ["Archer", "Brewer", "Cooper"]
    assert [row.version for row in rows] == [2, 2, 2]
    done = db.session.scalars(sa.select(Operation).order_by(Operation.at.desc())).first()
    changes = db.session.scalars(sa.select(Change).where(Change.operation_id == done.id))
    assert {change.row_key: sorted(change.after) for change in changes} == {
        keys[0]: ["phone"],
        keys[1]: ["last_name", "phone"],
        keys[2]: ["phone"],
    }


def test_a_row_that_has_the_value_already_is_not_changed(client, keys):
    save(client, f"{ANIMALS}/edit/{keys[0]}", rank="3")

    edit(client, keys, rank="3", motto="x")

    assert [fresh(Animal, key).rank for key in keys] == [3, 3, 3]
    change = db.session.scalars(
        sa.select(Change).where(Change.row_key == keys[0]).order_by(Change.id.desc())
    ).first()
    assert change.after == {"motto": "x"}
    edit(client, keys, rank="3")
    assert [fresh(Animal, key).version for key in keys] == [3, 2, 2]


def test_rows_cannot_be_moved_to_where_the_user_may_not_have_them(client, zoo_session):
    keys = [key_of(Badge, name=name) for name in ("Old", "Big")]

    answer = edit(client, keys, "/zoo/badges/bulk/edit", is_secret="true")

    assert answer.status_code == 403
    assert [fresh(Badge, key).is_secret for key in keys] == [False, False]


def test_the_hooks_are_called_for_each_row(client, zoo_session):
    keys = [key_of(Keeper, first_name=name) for name in ("Ann", "Bob", "Cat")]
    StrictKeeperView.asked.clear()

    edit(client, keys, STRICT, phone="+351210000003")

    names = ("Ann", "Bob", "Cat")
    expected = [f"{when} {name}" for when in ("before", "after") for name in names]
    assert StrictKeeperView.asked == expected


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"_set": "version", "version": "9"}, 403),
        ({"_set": "badges"}, 403),
        ({"_rows": "x"}, 400),
        ({"_rows": "x", "_set": "rank"}, 400),
    ],
)
def test_what_the_form_does_not_offer_is_refused(form, status, client, keys):
    page = client.post(EDIT, data={"key": keys}).text

    assert client.post(EDIT, data={**opened(page), **form}).status_code == status


def test_hidden_and_locked_fields_are_not_on_the_form(client, zoo_session):
    path, ann = "/zoo/keepers/bulk/edit", key_of(Keeper, first_name="Ann")
    page = client.post(path, data={"key": [ann]}).text

    assert {"salary", "nickname"}.isdisjoint(re.findall(r'name="_set" value="(\w+)"', page))
    for name in ("salary", "nickname"):
        form = {**opened(page), "_set": name, name: "1"}
        assert client.post(path, data=form).status_code == 403


def test_a_row_hidden_from_a_person_cannot_be_among_them(client, zoo_session):
    spy, ann = (key_of(Keeper, first_name=name) for name in ("Spy", "Ann"))

    page = client.post("/zoo/keepers/bulk/edit", data={"key": [spy, ann]}).text

    assert "Edit 1 record<" in page
    assert "Spy" not in page


def test_the_token_of_one_list_is_no_good_in_another(client, keys):
    page = client.post(EDIT, data={"key": keys}).text

    form = {**opened(page), "_set": "is_secret"}
    answer = client.post("/zoo/badges/bulk/edit", data=form)

    assert answer.status_code == 400


def test_without_the_right_there_is_no_form(zoo_client, keys):
    assert zoo_client("stranger").post(EDIT, data={"key": keys}).status_code == 403


def test_nothing_chosen_is_said(client, zoo_session):
    page = client.post(EDIT, data={}, follow_redirects=True)

    assert "None of the chosen records" in page.text


def test_the_number_of_statements_does_not_grow_with_the_rows(client, keys, statements):
    def count(chosen):
        page = client.post(EDIT, data={"key": chosen}).text
        form = {**opened(page), "_set": "rank", "rank": str(len(chosen) + 10)}
        with statements() as seen:
            assert client.post(EDIT, data=form).status_code == 302
        return len(seen)

    count(keys)
    assert count(keys[:1]) == count(keys)
