import gzip

import pytest

from app.core.web import init_web

CSS = b"a { color: red }" * 50


@pytest.fixture
def make_client(make_tiny, tmp_path):
    dist = tmp_path / "static" / "dist"
    dist.mkdir(parents=True)
    (dist / "main-3FZK7Q2A.css").write_bytes(CSS)
    (dist / "main-3FZK7Q2A.css.gz").write_bytes(gzip.compress(CSS))
    (dist / "main-3FZK7Q2A.css.br").write_bytes(b"as if it were brotli")
    (dist / "manifest.json").write_text("{}")
    (tmp_path / "static" / "private.txt").write_text("private")

    def make(environment):
        return make_tiny(init_web, BUREAU_ENV=environment).test_client()

    return make


@pytest.fixture(params=["development", "production"])
def client(request, make_client):
    return make_client(request.param)


def get(client, name, **headers):
    return client.get(f"/static/dist/{name}", headers=headers, buffered=True)


def test_a_hashed_file_is_kept_for_ever(client):
    response = get(client, "main-3FZK7Q2A.css")

    assert response.data == CSS
    assert response.mimetype == "text/css"
    assert "immutable" in response.headers["Cache-Control"]


def test_another_file_is_not(client):
    assert "immutable" not in get(client, "manifest.json").headers["Cache-Control"]


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_the_file_made_ahead_is_sent(client, encoding):
    response = get(client, "main-3FZK7Q2A.css", **{"Accept-Encoding": encoding})

    assert response.headers["Content-Encoding"] == encoding


def test_a_file_has_the_security_headers(client):
    headers = get(client, "main-3FZK7Q2A.css").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("name", ["missing.css", "../private.txt", "%2e%2e/private.txt", ""])
def test_nothing_else_is_served(client, name):
    assert get(client, name).status_code in (404, 308)


def test_a_new_build_shows_without_a_restart_in_development(make_client, tmp_path):
    client = make_client("development")

    (tmp_path / "static" / "dist" / "new-ABCDEFGH.js").write_text("1")

    assert get(client, "new-ABCDEFGH.js").status_code == 200
