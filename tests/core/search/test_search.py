"""A search finds the same rows with an index and without, and never more than one may see."""

import random

import pytest
import sqlalchemy as sa

from app.core.search.fts import forget_indexes
from app.core.search.indexes import IndexRefused, create_search_index, missing_columns
from app.core.search.narrowing import FEW
from app.extensions import db
from tests.core.models import Badge, Keeper, Species
from tests.core.zoo import SECRET_TITLE, find_row

pytestmark = pytest.mark.both_databases

ODD = (
    "100% wool",
    "under_score",
    "back\\slash",
    'say "what"',
    "it's",
    "a OR b) NEAR*",
    "Ünïcode ß",
)


def make_index(table, columns):
    """Whether it could be made: some servers lack the extension."""
    try:
        create_search_index(db.session.connection(), table, columns)
    except IndexRefused:
        db.session.rollback()
        return False
    forget_indexes()
    return True


@pytest.fixture(params=["without an index", "with an index"])
def indexed(request, zoo_session):
    db.session.commit()
    if request.param == "with an index":
        make_index("zoo_species", ["name"])
        make_index("zoo_keeper", ["first_name", "last_name", "email", "nickname"])
        db.session.commit()
    return request.param


def found(client, text, plural="species", column="name"):
    query = {"q": text, "columns": column, "page_size": "100"}
    answer = client.get(f"/api/v1/{plural}/", query_string=query)
    assert answer.status_code == 200, answer.text
    assert answer.json["count"] == len(answer.json["result"])
    return {row[column] for row in answer.json["result"]}


@pytest.mark.parametrize("name", ODD)
def test_every_character_means_itself(name, indexed, zoo_client, zoo_session):
    db.session.add_all(Species(name=text) for text in (*ODD, "100x wool", "underxscore", "it s"))
    db.session.commit()
    client = zoo_client("owner")

    assert found(client, name) == {name}
    for length in (3, 4):
        for start in range(len(name) - length + 1):
            part = name[start : start + length].strip()
            if part.isascii() and " " not in part:
                assert name in found(client, part)


def test_random_words_find_what_holds_them(indexed, zoo_client, zoo_session):
    chance = random.Random(7)
    letters = "abcAB %_'\""
    names = {"".join(chance.choices(letters, k=chance.randint(3, 12))).strip() for _ in range(60)}
    db.session.add_all(Species(name=f"x{name}x") for name in names)
    db.session.commit()
    client = zoo_client("owner")
    visible = set(db.session.scalars(sa.select(Species.name).where(~Species.is_secret)))

    for _ in range(60):
        words = ["".join(chance.choices(letters[:5], k=chance.randint(1, 4))) for _ in range(2)]
        text = " ".join(words[: chance.randint(1, 2)])
        wanted = {n for n in visible if all(w.lower() in n.lower() for w in text.split())}

        assert found(client, text) == wanted, text


def test_the_index_follows_every_change(indexed, zoo_client, zoo_session):
    client = zoo_client("owner")
    db.session.add_all([Species(name="Wallaby one"), Species(name="Wallaby two")])
    db.session.commit()
    both = found(client, "wallab")
    find_row(Species, name="Wallaby one").name = "Wombat one"
    db.session.commit()
    renamed = found(client, "wallab"), found(client, "womb")
    db.session.execute(sa.delete(Species).where(Species.name == "Wallaby two"))
    db.session.commit()
    deleted = found(client, "wallab")
    db.session.add(Species(name="Wallaby three"))
    db.session.flush()
    db.session.rollback()

    assert both == {"Wallaby one", "Wallaby two"}
    assert renamed == ({"Wallaby two"}, {"Wombat one"})
    assert deleted == set()
    assert found(client, "wallab") == set()


def test_a_row_that_is_hidden_is_not_found(indexed, zoo_client):
    client = zoo_client("owner")

    assert found(client, SECRET_TITLE) == set()
    assert found(client, SECRET_TITLE, "keepers", "first_name") == set()
    assert found(client, SECRET_TITLE, "animals") == set()


def test_a_column_that_is_hidden_is_not_searched(indexed, zoo_client, zoo_session):
    find_row(Keeper, first_name="Bob").nickname = "Nickname"
    db.session.commit()

    assert found(zoo_client("owner"), "nickna", "keepers", "first_name") == {"Bob"}
    assert found(zoo_client("owner"), "5000", "animals") == set()
    assert len(found(zoo_client("admin"), "5000", "animals")) == 1


def test_related_rows_are_looked_into(indexed, zoo_client, zoo_session):
    find_row(Keeper, first_name="Bob").boss = find_row(Keeper, first_name="Ann")
    badge = find_row(Badge, name="Big")
    of_badge = {animal.name for animal in badge.animals}
    db.session.commit()
    client = zoo_client("owner")

    assert found(client, "archer", "keepers", "first_name") >= {"Ann", "Bob"}
    assert found(client, "archer", "animals") == {"Zoe"}
    assert found(client, "big", "animals") >= of_badge
    assert of_badge


def test_each_word_may_stand_in_another_column(indexed, zoo_client):
    client = zoo_client("owner")

    assert found(client, "ann archer", "keepers", "first_name") == {"Ann"}
    assert found(client, "archer ann", "keepers", "first_name") == {"Ann"}
    assert found(client, "ann baker", "keepers", "first_name") == set()


def test_a_picker_finds_by_any_part_of_the_title(indexed, zoo_client):
    client = zoo_client("owner")

    found = client.get("/zoo/animals/pick/keeper?q=rche").json["results"]

    assert [row["text"] for row in found] == ["Ann Archer"]


def test_common_and_rare_words_find_all_their_rows(indexed, zoo_client, zoo_session):
    db.session.add_all(Species(name=f"Common {number}") for number in range(FEW + 50))
    db.session.commit()
    client = zoo_client("owner")

    def pages(text, page=1):
        query = {"q": text, "page": page, "page_size": "100", "sort": "name", "columns": "name"}
        answer = client.get("/api/v1/species/", query_string=query).json
        return answer["count"], [row["name"] for row in answer["result"]]

    common, rare = pages("comm"), pages("mmon 77")
    last = pages("common", page=11)

    assert common[0] == last[0] == FEW + 50
    assert len(last[1]) == 50
    assert (rare[0], len(rare[1])) == (19, 19)
    assert all("77" in name for name in rare[1])


def test_a_rare_word_is_counted_while_it_is_found(zoo_session, zoo_client, statements, database):
    db.session.add_all(Species(name=f"Gnu {number}") for number in range(40))
    db.session.commit()
    client = zoo_client("owner")
    client.get("/api/v1/species/?columns=name")
    with statements() as cold:
        answer = client.get("/api/v1/species/?q=gnu&columns=name&page_size=10").json
    with statements() as warm:
        client.get("/api/v1/species/?q=gnu&columns=name&page_size=10")

    assert answer["count"] == 40
    assert len(cold) <= 6
    # Whoever asks, and the rows: nothing is counted and nothing looked for a second time.
    assert len(warm) <= 3
    assert not any("count(" in statement for statement in warm)


def test_a_second_index_is_not_made(zoo_session):
    db.session.commit()
    if not make_index("zoo_badge", ["name"]):
        assert missing_columns(db.session.connection(), "zoo_badge", ["name"]) == ["name"]
        return

    create_search_index(db.session.connection(), "zoo_badge", ["name"])

    assert missing_columns(db.session.connection(), "zoo_badge", ["name"]) == []
