"""Twelve people at once: each of them gets, to the letter, what they get when they are alone.

They have languages, time zones, filters, searches, orders and columns of their own. What one page
shows of another's request would make it another page, wherever on it that is.
"""

import datetime
import random
import re
import sys
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role, User

from app.extensions import db
from app.security.accounts import add_account
from app.security.sessions.store import session_of
from tests.core.models import Animal, Badge, Species
from tests.core.zoo import add_zoo
from tests.fixtures.people import TEAM_ROLE
from tests.test_races import THREADS, in_threads

ANIMALS_OF_EACH = 4
ROUNDS = 30
ZONES = ("Europe/Lisbon", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Auckland")
COLUMNS = ("name,species,fed_at", "name,rank", "name,weight,badges", "name,fed_at,diet,price")
ORDERS = ("name", "-name", "rank,-name")
FED_AT = datetime.datetime(2026, 3, 1, 23, 30, 15, tzinfo=datetime.UTC)
# What is drawn anew for each answer, and how long ago something was, which grows meanwhile.
DRAWN = re.compile(
    r'nonce="[^"]*"|name="csrf-token" content="[^"]*"|name="(?:csrf_token|_once)" value="[^"]*"'
    r"|<time[^>]*title=[^>]*>[^<]*</time>"
)

pytestmark = pytest.mark.both_databases


@pytest.fixture
def eager_threads():
    """Let Python change threads a thousand times more often than it does by itself."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)

    yield

    sys.setswitchinterval(before)


@pytest.fixture
def crowded_zoo(make_app, database):
    """The zoo with a person, a species, a badge and some animals for each thread."""
    app = make_app(database, BUREAU_EXPORTS_AT_ONCE=THREADS)
    add_zoo(app)
    with app.app_context():
        team = db.session.scalars(sa.select(Role).where(Role.name == TEAM_ROLE)).one()
        for number in range(THREADS):
            add_account(f"crowd{number}", ("C", "D"), f"c{number}@crowd.example", None, [team])
            species, badge = Species(name=f"Kind{number}."), Badge(name=f"Badge{number}.")
            db.session.add_all(
                Animal(
                    name=f"animal{number}-{copy}",
                    species=species,
                    badges=[badge],
                    rank=copy % 2,
                    weight=1000 + number,
                    price=number * 1000 + copy,
                    fed_at=FED_AT + datetime.timedelta(minutes=number),
                )
                for copy in range(ANIMALS_OF_EACH)
            )
        db.session.commit()
        kinds = db.session.execute(sa.select(Species.name, Species.id))
        app.config["KINDS"] = {name: key for name, key in kinds if name.startswith("Kind")}
        animals = db.session.execute(sa.select(Animal.name, Animal.id))
        app.config["ANIMALS"] = {name: key for name, key in animals if name.endswith("-0")}
        db.session.remove()
    return app


def person(app, number):
    """The browser of one of them, who has chosen a language and a time zone."""
    client = app.test_client()
    with app.app_context():
        user = db.session.scalars(sa.select(User).where(User.username == f"crowd{number}")).one()
        held = session_of(user)
        db.session.remove()
    with client.session_transaction() as session:
        session.update(held)
    chosen = {"locale": ("en", "pt")[number % 2], "timezone": ZONES[number % len(ZONES)]}
    assert client.post("/preferences/", data=chosen).status_code == 303
    # What the cookies say must not be what the account says, or the account proves nothing.
    for name in ("locale", "timezone"):
        client.delete_cookie(name)
    return client


def addresses(app, number):
    """What one of them asks for: every kind of answer, about their own rows alone."""
    kind, animal = app.config["KINDS"][f"Kind{number}."], app.config["ANIMALS"][f"animal{number}-0"]
    own = f"filter=species:any:{kind}"
    columns, order = COLUMNS[number % len(COLUMNS)], ORDERS[number % len(ORDERS)]
    listed = f"{own}&q=animal{number}&columns={columns}&sort={order}"
    return [
        f"/zoo/animals/list/?{listed}",
        f"/zoo/animals/list/?q=animal{number}-&page_size=10",
        f"/zoo/animals/list/?{own}&columns={columns}",
        f"/zoo/animals/show/{animal}",
        f"/zoo/animals/edit/{animal}",
        f"/zoo/animals/cell/{animal}/name",
        f"/zoo/animals/add?species={kind}",
        f"/zoo/animals/chart/?{own}",
        f"/zoo/animals/export/csv?{listed}",
        f"/zoo/animals/export/json?{own}",
        f"/zoo/species/show/{kind}",
        f"/api/v1/animals/?{listed}",
        f"/api/v1/animals/{animal}",
    ]


def answer(client, path):
    """What comes back, without what is drawn anew each time."""
    got = client.get(path)
    return got.status_code, DRAWN.sub("", got.text)


def strangers(text, number):
    """The numbers of others that an answer speaks of."""
    found = re.findall(r"(?:animal|Kind|Badge)(\d+)[-.]", text)
    return {int(one) for one in found} - {number}


def test_in_a_crowd_everybody_gets_what_they_get_alone(crowded_zoo, eager_threads):
    people = [person(crowded_zoo, number) for number in range(THREADS)]
    asked = [addresses(crowded_zoo, number) for number in range(THREADS)]
    # Asked twice, because the first answer may differ by what it has just put into the cache.
    for number, client in enumerate(people):
        for path in asked[number]:
            answer(client, path)
    alone = [
        {path: answer(client, path) for path in asked[number]}
        for number, client in enumerate(people)
    ]

    def ask(number):
        choose = random.Random(number)
        wrong = []
        for _turn in range(ROUNDS):
            path = choose.choice(asked[number])
            if answer(people[number], path) != alone[number][path]:
                wrong.append(path)
        return wrong

    wrong = in_threads(ask)

    statuses = {(path, got[0]) for found in alone for path, got in found.items()}
    assert {status for _path, status in statuses} == {200}
    for number, found in enumerate(alone):
        assert [path for path, got in found.items() if strangers(got[1], number)] == []
        assert all(str(number) in got[1] for got in found.values())
    assert len({found[asked[n][0]][1] for n, found in enumerate(alone)}) == THREADS
    assert wrong == [[]] * THREADS


def test_everybody_reads_their_own_language_and_time(crowded_zoo, eager_threads):
    people = [person(crowded_zoo, number) for number in range(THREADS)]

    def ask(number):
        key = crowded_zoo.config["ANIMALS"][f"animal{number}-0"]
        expected = (("en", "pt")[number % 2], clock_of(number))
        wrong = []
        for _turn in range(ROUNDS):
            page = people[number].get(f"/zoo/animals/edit/{key}").text
            language = re.search(r'<html lang="(\w+)"', page)[1]
            moment = re.search(r'value="([^"]*)"[^>]*name="fed_at"', page)[1]
            if (language, moment) != expected:
                wrong.append((language, moment))
        return wrong

    assert in_threads(ask) == [[]] * THREADS


def clock_of(number):
    """What the clock of the person's zone showed when their animals were fed."""
    moment = FED_AT + datetime.timedelta(minutes=number)
    zone = ZoneInfo(ZONES[number % len(ZONES)])
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")
