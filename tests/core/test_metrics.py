import pytest
import sqlalchemy as sa
from prometheus_client import values

from app.core.error_handlers import init_errors
from app.core.telemetry import init_telemetry
from app.extensions import db


@pytest.fixture
def app(make_tiny):
    app = make_tiny(init_telemetry, init_errors, BUREAU_METRICS_TOKEN="a long token")

    @app.get("/page")
    def page():
        db.session.execute(sa.select(1))
        return "ok"

    return app


@pytest.fixture
def client(app):
    return app.test_client()


def metrics(client, **options) -> str:
    return client.get("/metrics", **options).text


def test_requests_are_counted_by_route_method_and_status(client):
    client.get("/page")
    client.get("/page")
    client.post("/page")
    client.get("/missing")

    text = metrics(client)

    counted = 'bureau_requests_total{{endpoint="{}",method="{}",status="{}"}} {}'
    assert counted.format("page", "GET", 200, 2.0) in text
    assert counted.format("unmatched", "POST", 405, 1.0) in text
    assert counted.format("unmatched", "GET", 404, 1.0) in text


def test_statements_and_seconds_are_counted(client):
    client.get("/page")

    text = metrics(client)

    assert 'bureau_sql_statements_total{endpoint="page",method="GET"} 1.0' in text
    assert 'bureau_request_seconds_count{endpoint="page",method="GET"} 1.0' in text


def test_a_made_up_method_has_no_line_of_its_own(client):
    client.open("/page", method="BREW")

    assert 'method="other"' in metrics(client)
    assert "BREW" not in metrics(client)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1"])
def test_this_machine_may_read(client, address):
    response = client.get("/metrics", environ_base={"REMOTE_ADDR": address})

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("10.0.0.1", {}),
        ("", {}),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}),
        ("10.0.0.1", {"Authorization": "Bearer wrong"}),
        ("10.0.0.1", {"Authorization": "Basic YTpi"}),
    ],
)
def test_nobody_else_may(client, address, headers):
    environ = {"REMOTE_ADDR": address}

    response = client.get("/metrics", environ_base=environ, headers=headers | JSON)

    assert response.status_code == 403


JSON = {"Accept": "application/json"}


def test_whoever_has_the_token_may(client):
    headers = {"Authorization": "Bearer a long token"}

    response = client.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.1"}, headers=headers)

    assert response.status_code == 200


def test_no_token_is_no_way_in(make_tiny):
    client = make_tiny(init_telemetry, init_errors).test_client()
    environ = {"REMOTE_ADDR": "10.0.0.1"}

    response = client.get(
        "/metrics", environ_base=environ, headers=JSON | {"Authorization": "Bearer "}
    )

    assert response.status_code == 403


def test_two_applications_count_apart(app, make_tiny):
    other = make_tiny(init_telemetry)
    other.test_client().get("/page")

    assert "unmatched" not in metrics(app.test_client())


def test_processes_that_share_a_folder_are_added_up(client, monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    process = values.MultiProcessValue(lambda: 42)
    process("counter", "shared", "shared_total", (), (), "Help").inc(3)

    assert "shared_total 3.0" in metrics(client)
