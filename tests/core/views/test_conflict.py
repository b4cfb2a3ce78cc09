import re

import pytest
import sqlalchemy as sa

from app.extensions import db
from tests.core.models import Animal, Badge, Keeper
from tests.core.zoo import SECRET_TITLE, find_row, key_of
from tests.forms import action_of, changed, read_form
from tests.meeting import fresh, meet, save, side

pytestmark = pytest.mark.both_databases
ANIMALS = "/zoo/animals"


def test_the_loser_sees_base_theirs_and_mine_side_by_side(mine, theirs, zoe):
    path = f"{ANIMALS}/edit/{zoe}"

    answer = meet(mine, theirs, path, {"notes": "my text"}, {"notes": "their text"})

    text, chosen = side(answer.text, "notes")
    assert answer.status_code == 409
    assert chosen == []
    assert "Both changed it" in text
    assert re.search(r"Before\s+—.*Theirs\s+their text.*Teammate Cast.*Mine.*my text", text)
    assert fresh(Animal, zoe).notes == "their text"


def test_whoever_alone_changed_a_field_is_chosen_beforehand(mine, theirs, zoe):
    path = f"{ANIMALS}/edit/{zoe}"

    answer = meet(mine, theirs, path, {"notes": "mine"}, {"motto": "theirs"})

    assert side(answer.text, "notes")[1] == ["mine"]
    assert side(answer.text, "motto")[1] == ["theirs"]
    assert len(re.findall("data-clash", answer.text)) == 2


def test_saving_the_page_as_it_comes_keeps_the_work_of_both(mine, theirs, zoe):
    path = f"{ANIMALS}/edit/{zoe}"
    answer = meet(mine, theirs, path, {"notes": "mine"}, {"motto": "theirs"})

    saved = mine.post(path, data=read_form(answer.text))

    assert saved.status_code == 302
    row = fresh(Animal, zoe)
    assert (row.notes, row.motto) == ("mine", "theirs")


@pytest.mark.parametrize(("choice", "kept"), [("mine", "my text"), ("theirs", "their text")])
def test_what_both_changed_is_as_it_was_decided(choice, kept, mine, theirs, zoe):
    path = f"{ANIMALS}/edit/{zoe}"
    answer = meet(mine, theirs, path, {"notes": "my text"}, {"notes": "their text"})

    saved = mine.post(path, data=changed(read_form(answer.text), **{"_take.notes": choice}))

    assert saved.status_code == 302
    assert fresh(Animal, zoe).notes == kept


def test_what_is_not_decided_is_asked_again_with_all_that_was_typed(mine, theirs, zoe):
    path = f"{ANIMALS}/edit/{zoe}"
    answer = meet(mine, theirs, path, {"notes": "my text"}, {"notes": "their text"})

    again = mine.post(path, data=read_form(answer.text))

    text, chosen = side(again.text, "notes")
    assert again.status_code == 422
    assert chosen == []
    assert "Choose which of the two to keep." in text
    assert re.search(r"Before\s+—.*Theirs\s+their text.*Mine.*my text", text)


def test_a_further_conflict_shows_the_page_again(mine, theirs, zoe):
    path = f"{ANIMALS}/edit/{zoe}"
    answer = meet(
        mine, theirs, path, {"notes": "mine", "code": "c1"}, {"notes": "theirs", "motto": "m"}
    )
    decided = changed(read_form(answer.text), **{"_take.notes": "mine"})
    save(theirs, path, notes="theirs again")

    again = mine.post(path, data=decided)

    assert again.status_code == 409
    # Decided on another text than there is now, so it is asked again; the rest stands.
    assert side(again.text, "notes")[1] == []
    assert "theirs again" in side(again.text, "notes")[0]
    assert side(again.text, "code")[1] == ["mine"]
    assert side(again.text, "motto")[1] == ["theirs"]
    done = mine.post(path, data=changed(read_form(again.text), **{"_take.notes": "mine"}))
    row = fresh(Animal, zoe)
    assert (done.status_code, row.notes, row.code, row.motto) == (302, "mine", "c1", "m")


def test_relations_meet_by_their_titles(mine, theirs, zoe):
    path = f"{ANIMALS}/edit/{zoe}"
    bob, cat = key_of(Keeper, first_name="Bob"), key_of(Keeper, first_name="Cat")
    old = key_of(Badge, name="Old")

    answer = meet(
        mine,
        theirs,
        path,
        {"keeper": cat, "badges": ["", old]},
        {"keeper": bob, "badges": [""]},
    )

    keeper, badges = side(answer.text, "keeper"), side(answer.text, "badges")
    assert re.search(r"Before\s+Ann Archer\s+Theirs\s+Bob Baker.*Mine.*Cat Cooper", keeper[0])
    assert re.search(r"Before\s+Big, Old\s+Theirs\s+—.*Mine.*Old", badges[0])
    assert (keeper[1], badges[1]) == ([], [])


def test_links_alone_are_a_new_version(mine, theirs, zoe):
    path = f"{ANIMALS}/edit/{zoe}"

    answer = meet(mine, theirs, path, {"notes": "x"}, {"badges": [""]})

    assert answer.status_code == 409
    mine.post(path, data=read_form(answer.text))
    row = fresh(Animal, zoe)
    assert (row.notes, row.badges) == ("x", [])


def test_a_field_that_the_user_may_not_see_is_not_on_the_page(zoo_client, mine, zoo_session):
    key = key_of(Keeper, first_name="Ann")
    path = f"/zoo/keepers/edit/{key}"
    form = changed(read_form(mine.get(path).text), phone="+351912345678")
    save(zoo_client("admin"), path, salary="7777", nickname="Queen")

    answer = mine.post(path, data=form)

    assert answer.status_code == 409
    assert "7777" not in answer.text
    assert "salary" not in answer.text.lower()
    assert "_take.nickname" not in answer.text
    assert mine.post(path, data=read_form(answer.text)).status_code == 302
    row = fresh(Keeper, key)
    assert (row.salary, row.nickname, row.phone) == (7777, "Queen", "+351912345678")


def test_a_related_row_that_the_user_may_not_see_is_not_named(mine, theirs, zoe):
    path = f"{ANIMALS}/edit/{zoe}"
    form = changed(read_form(mine.get(path).text), notes="x")
    row = fresh(Animal, zoe)
    row.keeper = find_row(Keeper, last_name=SECRET_TITLE)
    db.session.commit()

    answer = mine.post(path, data=form)

    assert answer.status_code == 409
    assert SECRET_TITLE not in answer.text


def test_a_set_statement_is_noticed_too(mine, zoe):
    path = f"{ANIMALS}/edit/{zoe}"
    form = changed(read_form(mine.get(path).text), notes="x")
    db.session.execute(sa.update(Animal).where(Animal.id == int(zoe)).values(motto="set"))
    db.session.commit()

    answer = mine.post(path, data=form)

    assert answer.status_code == 409
    assert re.search(r"Before\s+—\s+Theirs\s+set", side(answer.text, "motto")[0])


def test_what_cannot_be_read_is_still_there(mine, theirs, zoe):
    path = f"{ANIMALS}/edit/{zoe}"

    answer = meet(mine, theirs, path, {"legs": "four"}, {"legs": "3"})

    assert answer.status_code == 409
    assert 'value="four"' in answer.text
    refused = mine.post(path, data=changed(read_form(answer.text), **{"_take.legs": "mine"}))
    assert refused.status_code == 422
    assert 'value="four"' in refused.text
    taken = mine.post(path, data=changed(read_form(refused.text), **{"_take.legs": "theirs"}))
    assert (taken.status_code, fresh(Animal, zoe).legs) == (302, 3)


@pytest.mark.parametrize(
    "name", ["fed_at", "weight", "length", "sleeps_for", "born_on", "chip", "traits"]
)
def test_no_unreadable_text_breaks_the_page(mine, theirs, zoe, name):
    path = f"{ANIMALS}/edit/{zoe}"

    answer = meet(mine, theirs, path, {name: "<nothing readable>"}, {"motto": "theirs"})

    assert answer.status_code == 409


# A record that is gone


def test_the_text_for_a_deleted_record_becomes_a_new_one(mine, theirs, zoe):
    key = key_of(Badge, name="Old")
    form = changed(read_form(mine.get(f"/zoo/badges/edit/{key}").text), name="My new name")
    theirs.post(f"/zoo/badges/delete/{key}")

    answer = mine.post(f"/zoo/badges/edit/{key}", data=form)

    assert answer.status_code == 404
    assert "This record is gone" in answer.text
    assert action_of(answer.text) == "/zoo/badges/add"
    assert mine.post("/zoo/badges/add", data=read_form(answer.text)).status_code == 302
    assert find_row(Badge, name="My new name").id != int(key)


def test_an_address_that_was_never_a_form_is_just_not_found(mine):
    answer = mine.post("/zoo/badges/edit/999", data={"name": "x"})

    assert answer.status_code == 404
    assert "This record is gone" not in answer.text
