import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import stream_with_context

from app.core.telemetry import init_telemetry, request_id, sql_tally
from app.core.web import init_web
from app.extensions import db
from tests.core.conftest import Book, tables


@pytest.fixture
def app(make_tiny):
    app = make_tiny(init_telemetry, init_web, SERVER_TIMING=True)

    @app.get("/statements/<int:count>")
    def statements(count):
        for _turn in range(count):
            db.session.execute(sa.select(Book))
        return request_id()

    @app.get("/stream")
    def stream():
        return stream_with_context(iter(["a", "b"]))

    with tables(app):
        db.session.commit()
    return app


@pytest.fixture
def client(app):
    return app.test_client()


def test_every_response_has_an_id(client):
    first = client.get("/statements/0")
    second = client.get("/statements/0")

    assert first.headers["X-Request-ID"] == first.text
    assert first.text != second.text


@pytest.mark.parametrize("path", ["/missing", "/stream"])
def test_an_error_and_a_stream_have_an_id_too(client, path):
    assert client.get(path).headers["X-Request-ID"]


def test_a_built_file_has_an_id_too(app):
    dist = Path(app.root_path, "static", "dist")
    dist.mkdir(parents=True)
    (dist / "main-ABCDEFGH.css").write_text("a{}")

    response = app.test_client().get("/static/dist/main-ABCDEFGH.css", buffered=True)

    assert response.status_code == 200
    assert response.headers["X-Request-ID"]


@pytest.mark.parametrize("given", ["abc", "b7c9-11:22.33_4", "0" * 64])
def test_a_well_formed_id_is_kept(client, given):
    response = client.get("/statements/0", headers={"X-Request-ID": given})

    assert response.text == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "é", "<script>", "-a", 'a"b'])
def test_any_other_id_is_replaced(client, given):
    response = client.get("/statements/0", headers={"X-Request-ID": given})

    assert response.headers["X-Request-ID"] not in ("", given)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_the_response_says_how_many_statements_it_took(client, count):
    response = client.get(f"/statements/{count}")

    assert response.headers["Server-Timing"].startswith(f'sql;desc="{count}";dur=')


def test_production_does_not_say(make_tiny):
    app = make_tiny(init_web, SERVER_TIMING=False)

    assert "Server-Timing" not in app.test_client().get("/").headers


def test_a_statement_that_fails_counts(app, client):
    @app.get("/broken")
    def broken():
        with pytest.raises(sa.exc.OperationalError):
            db.session.execute(sa.text("SELECT * FROM nowhere"))
        return "ok"

    assert 'desc="1"' in client.get("/broken").headers["Server-Timing"]


def test_threads_do_not_count_for_each_other(app):
    wrong = []

    def ask(count):
        client = app.test_client()
        for _turn in range(20):
            header = client.get(f"/statements/{count}").headers["Server-Timing"]
            if f'desc="{count}"' not in header:
                wrong.append(header)

    threads = [threading.Thread(target=ask, args=(count,)) for count in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_outside_a_request_there_is_nothing(app):
    assert request_id() == ""
    assert sql_tally().count == 0


def test_a_context_without_the_layer_has_an_id(app):
    with app.test_request_context():
        assert request_id() == request_id() != ""
