"""Many threads at once: nobody sees what another asked for, or saves under another's parent."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.extensions import db
from tests.core.models import Animal, Badge, Species
from tests.core.zoo import add_zoo
from tests.crawl import sign_in

THREADS = 12
ANIMALS_OF_EACH = 3
REQUESTS = 2_000
ADDED_BY_EACH = 25

pytestmark = pytest.mark.both_databases


@pytest.fixture
def eager_threads():
    """Let Python change threads a thousand times more often than it does by itself."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)

    yield

    sys.setswitchinterval(before)


@pytest.fixture
def busy_zoo(make_app, database):
    """The zoo with a species for each thread, on a database that takes many connections."""
    app = make_app(database)
    add_zoo(app)
    with app.app_context():
        for number in range(THREADS):
            species = Species(name=f"Kind{number}.")
            names = [f"animal{number}-{copy}" for copy in range(ANIMALS_OF_EACH)]
            db.session.add_all(Animal(name=name, species=species) for name in names)
        db.session.commit()
        kinds = db.session.execute(sa.select(Species.name, Species.id))
        app.config["KINDS"] = {name: key for name, key in kinds if name.startswith("Kind")}
        db.session.remove()
    return app


def in_threads(work):
    """The results of `work(number)` for each thread, which begin together."""
    with ThreadPoolExecutor(THREADS) as pool:
        return [done.result() for done in [pool.submit(work, n) for n in range(THREADS)]]


def seen_in(page):
    """The numbers of the animals and of the kinds that a page or answer speaks of."""
    return (
        set(re.findall(r"animal(\d+)-\d", page)) | set(re.findall(r"Kind(\d+)\.", page)),
        len(set(re.findall(r"animal\d+-\d", page))),
    )


def test_nobody_sees_the_rows_or_the_filter_of_another(busy_zoo, eager_threads):
    kinds, addresses = busy_zoo.config["KINDS"], ("/zoo/animals/list/", "/api/v1/animals/")

    def ask(number):
        client, wrong = sign_in(busy_zoo, "owner"), []
        query = {"filter": f"species:any:{kinds[f'Kind{number}.']}", "columns": "name,species"}
        for turn in range(REQUESTS // THREADS + 1):
            # A page costs ten times what an answer of the API does.
            answer = client.get(addresses[turn % 8 != 0], query_string=query)
            if seen_in(answer.text) != ({str(number)}, ANIMALS_OF_EACH):
                wrong.append((answer.status_code, seen_in(answer.text)))
        return wrong

    assert in_threads(ask) == [[]] * THREADS


def test_what_is_added_from_a_related_list_belongs_to_its_parent(busy_zoo, eager_threads):
    kinds = busy_zoo.config["KINDS"]

    def add(number):
        client, key = sign_in(busy_zoo, "owner"), str(kinds[f"Kind{number}."])
        statuses = []
        for turn in range(ADDED_BY_EACH):
            form = client.get("/zoo/animals/add", query_string={"species": key}).text
            shown = re.search(rf'value="(\d+)"[^>]*>\s*Kind{number}\.', form)
            data = {"name": f"added{number}-{turn}", "species": shown[1], "rank": "7"}
            statuses.append(client.post("/zoo/animals/add", data=data).status_code)
        return statuses

    assert in_threads(add) == [[302] * ADDED_BY_EACH] * THREADS
    with busy_zoo.app_context():
        found = db.session.execute(
            sa.select(Animal.name, Species.name)
            .join(Animal.species)
            .where(Animal.name.startswith("added"))
        ).all()
        db.session.remove()
    assert len(found) == THREADS * ADDED_BY_EACH
    assert [pair for pair in found if number_in(pair[0]) != number_in(pair[1])] == []


def number_in(name):
    return re.search(r"\d+", name)[0]


def test_of_many_writers_of_one_row_each_save_counts_or_is_refused(busy_zoo, eager_threads):
    with busy_zoo.app_context():
        badge = Badge(name="contested")
        db.session.add(badge)
        db.session.commit()
        key = badge.id
        db.session.remove()

    def write(number):
        client = sign_in(busy_zoo, "owner")
        path = f"/api/v1/badges/{key}"
        return [
            client.patch(path, json={"name": f"contested {number} {turn}"}).status_code
            for turn in range(ADDED_BY_EACH)
        ]

    statuses = [status for found in in_threads(write) for status in found]
    with busy_zoo.app_context():
        version = db.session.get(Badge, key).version
        db.session.remove()

    assert set(statuses) <= {200, 409}
    assert version == 1 + statuses.count(200)
