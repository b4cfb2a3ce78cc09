"""A pool that is empty, connections that were cut, and a server that is away: clean answers."""

import threading

import pytest
import sqlalchemy as sa
from flask_login import current_user

from app.extensions import db
from tests import services
from tests.core.models import Badge
from tests.core.zoo import add_zoo
from tests.crawl import sign_in
from tests.fixtures.people import PASSWORD

PATIENCE_SECONDS = 30
LEAKS = ("Traceback", "psycopg", "sqlalche", "QueuePool", "SELECT", "127.0.0.1")


@pytest.fixture(scope="module")
def small_app(make_app, postgresql_databases):
    """An application on PostgreSQL whose pool holds two connections."""
    options = {"pool_size": 2, "max_overflow": 0, "pool_timeout": 0.2}
    app = make_app("postgresql", SQLALCHEMY_ENGINE_OPTIONS=options)
    add_zoo(app)

    def commit():
        db.session.add(Badge(name="in doubt"))
        db.session.flush()
        cut_all(app, postgresql_databases)
        db.session.commit()

    def half():
        assert current_user.is_authenticated
        app.config["CLOSE"]()
        db.session.scalar(sa.select(sa.func.count()).select_from(Badge))

    def done():
        db.session.scalar(sa.select(sa.func.count()).select_from(Badge))
        cut_all(app, postgresql_databases)
        return "done"

    app.add_url_rule("/done", "done", done)
    app.add_url_rule("/in-doubt", "in-doubt", commit, methods=["POST"])
    app.add_url_rule("/half-done", "half-done", half, methods=["POST"])
    return app


def cut_all(app, servers):
    """End every connection of the application, as a restart does."""
    with app.app_context():
        name = db.engine.url.database
    servers.execute(
        f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'"
    )


def test_an_empty_pool_is_told_with_when_to_come_back(small_app):
    client = sign_in(small_app, "owner")
    with small_app.app_context():
        held = [db.engine.connect() for _time in range(2)]
        page = client.get("/zoo/animals/list/")
        answer = client.get("/api/v1/animals/")
        fragment = client.get("/zoo/animals/list/", headers={"HX-Request": "true"})
        for connection in held:
            connection.close()

    assert [one.status_code for one in (page, answer, fragment)] == [503] * 3
    assert [one.headers["Retry-After"] for one in (page, answer, fragment)] == ["5"] * 3
    assert "<h1>Too much at once</h1>" in page.text
    assert 'class="plain"' in page.text
    assert answer.json["code"] == "busy"
    assert 'class="toast error' in fragment.text
    assert not [word for word in LEAKS for one in (page, answer) if word in one.text]
    assert client.get("/zoo/animals/list/").status_code == 200


def test_a_form_that_met_an_empty_pool_can_be_sent_again(small_app):
    client = sign_in(small_app, "owner")
    with small_app.app_context():
        held = [db.engine.connect() for _time in range(2)]
        page = client.post("/zoo/badges/add", data={"name": "Patient", "_once": "one-key"})
        for connection in held:
            connection.close()

    assert page.status_code == 503
    assert "Send it again" in page.text
    assert '<input type="hidden" name="name" value="Patient">' in page.text
    sent = {"name": "Patient", "_once": "one-key"}
    assert [client.post("/zoo/badges/add", data=sent).status_code for _time in range(2)] == [
        302
    ] * 2
    with small_app.app_context():
        count = db.session.scalar(
            sa.select(sa.func.count()).select_from(Badge).where(Badge.name == "Patient")
        )
        db.session.remove()
    assert count == 1


def test_connections_that_were_cut_are_replaced_before_anybody_notices(
    small_app, postgresql_databases
):
    client = sign_in(small_app, "owner")
    for _time in range(3):
        assert client.get("/zoo/animals/list/").status_code == 200

        cut_all(small_app, postgresql_databases)

    statuses = []

    def ask():
        mine = sign_in(small_app, "owner")
        statuses.extend(mine.get("/zoo/animals/list/").status_code for _time in range(5))

    threads = [threading.Thread(target=ask) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert statuses == [200] * 10


@pytest.fixture
def closed(small_app, postgresql_databases):
    """A function that takes the database away; it is back after the test."""
    with small_app.app_context():
        name = db.engine.url.database

    def close():
        postgresql_databases.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        cut_all(small_app, postgresql_databases)

    yield close

    postgresql_databases.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')


def test_every_door_says_so_while_the_database_is_away(small_app, closed, caplog):
    person, program = sign_in(small_app, "owner"), small_app.test_client()
    login = {"username": "cast-owner", "password": PASSWORD}
    token = program.post("/api/v1/security/login", json=login).json["access_token"]
    closed()

    answers = [
        person.get("/zoo/animals/list/"),
        person.get("/zoo/animals/chart/"),
        person.get("/zoo/animals/export/csv"),
        person.post("/zoo/badges/add", data={"name": "typed"}),
        small_app.test_client().post("/login/", data=login),
        small_app.test_client().get("/zoo/animals/list/"),
        program.get("/api/v1/animals/", headers={"Authorization": f"Bearer {token}"}),
    ]

    statuses = [answer.status_code for answer in answers]
    # Nobody has to be known to be sent to the page where one logs in.
    assert statuses[:5] + statuses[6:] == [503] * 6
    assert statuses[5] in (302, 503)
    away = [answer for answer in answers if answer.status_code == 503]
    assert {answer.headers["Retry-After"] for answer in away} == {"30"}
    assert all('class="plain"' in answer.text for answer in away if not answer.is_json)
    assert not [word for word in LEAKS for answer in away if word in answer.text]
    assert "typed" in answers[3].text
    assert "The error page cannot be shown" not in caplog.text


def test_a_connection_that_breaks_in_the_middle_is_told_in_a_whole_page(small_app, closed, caplog):
    small_app.config["CLOSE"] = closed

    answer = sign_in(small_app, "owner").post("/half-done", data={"name": "typed"})

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "typed" in answer.text
    assert 'class="plain"' in answer.text
    assert "The error page cannot be shown" not in caplog.text


def test_a_server_that_is_away_is_told_in_every_form(make_app):
    nobody = f"postgresql+psycopg2://bureau@127.0.0.1:{services.free_port()}/bureau"
    app = make_app(empty=True, SQLALCHEMY_DATABASE_URI=nobody, SQLALCHEMY_ENGINE_OPTIONS={})
    client = app.test_client()

    page = client.get("/login/")
    answer = client.get("/api/v1/users/")
    kept = client.post("/zoo/", data={"name": "typed"})

    assert page.status_code in (200, 503)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert answer.json["code"] == "unavailable"
    told = client.get("/api/v1/users/", headers={"Accept-Language": "pt"})
    assert told.json["message"] != answer.json["message"]
    assert kept.status_code in (404, 503)
    assert not [word for word in LEAKS for one in (page, answer, kept) if word in one.text]


def test_an_answer_that_is_made_is_given_though_the_connection_broke_behind_it(small_app):
    client = small_app.test_client()

    assert [client.get("/done").text for _time in range(3)] == ["done"] * 3


def test_where_a_commit_broke_nobody_claims_that_nothing_was_saved(small_app):
    answer = small_app.test_client().post("/in-doubt", headers={"Accept": "application/json"})

    assert answer.status_code == 503
    assert answer.json["code"] == "in_doubt"
