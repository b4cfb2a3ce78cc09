import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.once import KEPT_FOR, TABLE
from app.extensions import db
from tests.core.models import Badge, Keeper, Species
from tests.core.zoo import add_zoo, find_row, key_of
from tests.crawl import sign_in
from tests.forms import changed, read_form

pytestmark = pytest.mark.both_databases
ADD = "/zoo/badges/add"
API = "/api/v1/badges/"
HEADER = "Idempotency-Key"
TIMES = 20


@pytest.fixture
def client(zoo_client):
    return zoo_client("owner")


def count(name):
    return db.session.scalar(
        sa.select(sa.func.count()).select_from(Badge).where(Badge.name.startswith(name))
    )


def keys():
    return db.session.scalar(sa.select(sa.func.count()).select_from(TABLE))


def test_a_form_sent_twice_adds_one_record(client, zoo_session):
    form = changed(read_form(client.get(ADD).text), name="Once")

    first, second = client.post(ADD, data=form), client.post(ADD, data=form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.location == second.location
    assert count("Once") == 1
    assert "Once was added." in client.get(second.location).text


def test_a_form_sent_twice_is_answered_even_if_it_would_be_refused_now(client, zoo_session):
    bob = find_row(Keeper, first_name="Bob")
    form = read_form(client.get(f"/zoo/animals/add?keeper={bob.id}").text)
    form = changed(form, name="Once", species=key_of(Species, name="Ape"))
    first = client.post("/zoo/animals/add", data=form)
    bob.is_secret = True
    db.session.commit()

    second = client.post("/zoo/animals/add", data=form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.location == second.location


def test_each_form_has_a_key_of_its_own(client):
    assert read_form(client.get(ADD).text)["_once"] != read_form(client.get(ADD).text)["_once"]


def test_a_refused_save_does_not_use_the_key_up(client, zoo_session):
    form = changed(read_form(client.get(ADD).text), name="")

    refused = client.post(ADD, data=form)
    unique = client.post(ADD, data=changed(read_form(refused.text), name="Old"))
    saved = client.post(ADD, data=changed(read_form(unique.text), name="Once"))

    assert (refused.status_code, unique.status_code, saved.status_code) == (422, 422, 302)
    assert read_form(unique.text)["_once"] == form["_once"]
    assert keys() == 1


def test_another_content_with_the_same_key_is_kept_and_asked_about(client, zoo_session):
    form = changed(read_form(client.get(ADD).text), name="Once")
    client.post(ADD, data=form)

    asked = client.post(ADD, data=changed(form, name="Once more"))
    saved = client.post(ADD, data=read_form(asked.text))

    assert asked.status_code == 409
    assert read_form(asked.text)["name"] == "Once more"
    assert saved.status_code == 302
    assert count("Once") == 2


def test_the_key_of_one_user_is_not_that_of_another(client, zoo_client, zoo_session):
    form = changed(read_form(client.get(ADD).text), name="Once")
    client.post(ADD, data=form)

    zoo_client("teammate").post(ADD, data=changed(form, name="Once too"))

    assert count("Once") == 2


def test_old_keys_are_forgotten(client, zoo_session):
    form = changed(read_form(client.get(ADD).text), name="Once")
    client.post(ADD, data=form)
    aged = now() - KEPT_FOR - datetime.timedelta(minutes=1)
    db.session.execute(sa.update(TABLE).values(created_at=aged))
    db.session.commit()

    client.post(ADD, data=changed(read_form(client.get(ADD).text), name="Once more"))

    assert keys() == 1


def test_an_old_key_may_be_used_again(client, zoo_session):
    client.post(API, json={"name": "Once"}, headers={HEADER: "k1"})
    aged = now() - KEPT_FOR - datetime.timedelta(minutes=1)
    db.session.execute(sa.update(TABLE).values(created_at=aged))
    db.session.commit()

    again = client.post(API, json={"name": "Once more"}, headers={HEADER: "k1"})
    twice = client.post(API, json={"name": "Once more"}, headers={HEADER: "k1"})

    assert (again.status_code, twice.status_code) == (201, 201)
    assert again.json == twice.json
    assert (count("Once"), keys()) == (2, 1)


@pytest.mark.parametrize("key", ["x" * 256, "a\tb"])
def test_a_key_that_is_none_is_refused(key, client):
    assert client.post(ADD, data={"name": "Once", "_once": key}).status_code == 400


def test_a_call_sent_twice_adds_one_row(client, zoo_session):
    answers = [client.post(API, json={"name": "Once"}, headers={HEADER: "k1"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert count("Once") == 1


def test_a_call_whose_row_is_gone_is_still_answered(client, zoo_session):
    first = client.post(API, json={"name": "Once"}, headers={HEADER: "k1"})
    client.delete(first.headers["Location"])

    again = client.post(API, json={"name": "Once"}, headers={HEADER: "k1"})

    assert (again.status_code, again.json) == (201, {"id": first.json["id"]})
    assert count("Once") == 0


def test_a_key_used_for_another_call_is_refused(client, zoo_session):
    client.post(API, json={"name": "Once"}, headers={HEADER: "k1"})

    other = client.post(API, json={"name": "Once more"}, headers={HEADER: "k1"})
    elsewhere = client.post("/api/v1/species/", json={"name": "Once"}, headers={HEADER: "k1"})

    assert (other.status_code, other.json["code"]) == (422, "key_reused")
    assert elsewhere.status_code == 422
    assert db.session.scalar(sa.select(Species).filter_by(name="Once")) is None


def test_a_refused_call_does_not_use_the_key_up(client, zoo_session):
    refused = client.post(API, json={"name": "Old"}, headers={HEADER: "k1"})
    made = client.post(API, json={"name": "Once"}, headers={HEADER: "k1"})

    assert (refused.status_code, made.status_code) == (422, 201)


def test_calls_without_a_key_each_add_a_row(client, zoo_session):
    for number in range(2):
        client.post(API, json={"name": f"Once {number}"})

    assert (count("Once"), keys()) == (2, 0)


@pytest.fixture
def busy_zoo(make_app, database):
    app = make_app(database)
    add_zoo(app)
    return app


def test_of_many_sendings_at_once_one_adds_the_record(busy_zoo):
    clients = [sign_in(busy_zoo, "owner") for _number in range(TIMES)]
    form = changed(read_form(clients[0].get("/zoo/diaries/add").text), title="Once")
    json = {"title": "Once"}

    with ThreadPoolExecutor(TIMES) as pool:
        pages = [pool.submit(client.post, "/zoo/diaries/add", data=form) for client in clients]
        pages = [page.result() for page in pages]
        calls = [
            pool.submit(client.post, "/api/v1/diaries/", json=json, headers={HEADER: "k1"})
            for client in clients
        ]
        calls = [call.result() for call in calls]

    assert {page.status_code for page in pages} == {302}
    assert len({page.location for page in pages}) == 1
    assert {call.status_code for call in calls} == {201}
    assert len({call.headers["Location"] for call in calls}) == 1
    with busy_zoo.app_context():
        made = db.session.execute(
            sa.text("SELECT count(*) FROM zoo_diary WHERE title = 'Once'")
        ).scalar()
        db.session.remove()
    assert made == 2
