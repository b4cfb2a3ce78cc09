import pytest
from flask import Response, jsonify, request, session
from flask_wtf.csrf import generate_csrf

from app.core.web import content_security_policy, csp_nonce, init_web

WORDS = "Bureau writes itself. " * 200


@pytest.fixture
def make_client(make_tiny, tmp_path):
    (tmp_path / "static" / "dist").mkdir(parents=True)

    def make(**config):
        app = make_tiny(init_web, **config)
        app.add_url_rule("/page", "page", lambda: WORDS)
        app.add_url_rule("/nonce", "nonce", lambda: f"{csp_nonce()} {csp_nonce()}")
        app.add_url_rule("/stream", "stream", lambda: Response(iter(["a" * 900] * 9)))
        app.add_url_rule("/address", "address", lambda: f"{request.remote_addr} {request.url}")
        app.add_url_rule("/log-in", "log_in", log_in, methods=["POST"])
        app.add_url_rule("/form", "form", generate_csrf)
        app.add_url_rule("/own", "own", own_rules)
        app.add_url_rule("/json", "json", lambda: {"words": WORDS, "asked": request.args})
        app.add_url_rule("/short", "short", lambda: {"words": "few"})
        app.add_url_rule("/row", "row", versioned_row)
        app.add_url_rule("/method", "method", lambda: Response(headers={"Seen": request.method}))
        return app.test_client()

    return make


def log_in():
    session["_user_id"] = "1"
    return "in"


def own_rules():
    headers = {"Cache-Control": "public, max-age=60", "Content-Security-Policy": "sandbox"}
    return Response("own", headers=headers)


def versioned_row():
    response = jsonify(words=WORDS, name=request.args.get("name"))
    response.set_etag("7")
    return response


@pytest.fixture
def client(make_client):
    return make_client()


@pytest.mark.parametrize("path", ["/page", "/missing"])
def test_every_response_has_the_security_headers(client, path):
    headers = client.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "object-src 'none'" in headers["Content-Security-Policy"]


def test_the_policy_allows_nothing_inline():
    policy = content_security_policy("abc")

    assert "unsafe" not in policy
    assert "*" not in policy
    assert "script-src 'nonce-abc'" in policy


def test_the_nonce_is_one_for_the_response_and_new_for_the_next(client):
    first, second = client.get("/nonce"), client.get("/nonce")

    nonce, again = first.text.split()
    assert nonce == again
    assert f"'nonce-{nonce}'" in first.headers["Content-Security-Policy"]
    assert nonce not in second.text


def test_what_runs_no_script_may_run_none(client):
    assert "script-src 'none'" in client.get("/page").headers["Content-Security-Policy"]


def test_a_view_may_have_rules_of_its_own(client):
    headers = client.get("/own").headers

    assert headers["Content-Security-Policy"] == "sandbox"
    assert headers["Cache-Control"] == "public, max-age=60"


def test_only_production_asks_for_https_for_a_year(make_client):
    production = make_client(BUREAU_ENV="production").get("/page")
    development = make_client(BUREAU_ENV="development").get("/page")

    assert "max-age=31536000" in production.headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in development.headers


def test_the_session_cookie_of_production_is_bound_to_the_host(make_client):
    client = make_client(BUREAU_ENV="production")

    cookie = client.post("/log-in", base_url="https://bureau.test").headers["Set-Cookie"]

    assert cookie.startswith("__Host-session=")
    for attribute in ("Secure", "HttpOnly", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_nothing_of_a_signed_in_user_is_kept(client):
    before = client.get("/page").headers["Cache-Control"]
    client.post("/log-in")

    assert before == "private, no-cache"
    assert client.get("/page").headers["Cache-Control"] == "no-store"


def test_nothing_of_a_client_with_a_token_is_kept(client):
    response = client.get("/page", headers={"Authorization": "Bearer abc"})

    assert response.headers["Cache-Control"] == "no-store"


def test_a_form_after_logging_in_sets_no_cookie(client):
    client.post("/log-in")

    response = client.get("/form")

    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip"])
def test_a_page_is_compressed(client, encoding):
    response = client.get("/page", headers={"Accept-Encoding": encoding})

    assert response.headers["Content-Encoding"] == encoding
    assert len(response.data) < len(WORDS) / 10


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [("gzip, deflate, br, zstd", "zstd"), ("gzip, deflate, br", "br"), ("gzip, br;q=0.5", "gzip")],
)
def test_the_quickest_that_the_browser_reads_as_well_is_chosen(client, accepted, chosen):
    response = client.get("/page", headers={"Accept-Encoding": accepted})

    assert response.headers["Content-Encoding"] == chosen


def test_a_short_answer_is_sent_as_it_is(client):
    response = client.get("/short", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in response.headers
    assert "ETag" not in response.headers


@pytest.mark.parametrize("encoding", ["", "identity", "deflate"])
def test_nobody_gets_what_they_cannot_read(client, encoding):
    response = client.get("/page", headers={"Accept-Encoding": encoding})

    assert response.text == WORDS


@pytest.mark.parametrize("path", ["/json?a=1", "/row"])
@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip", "identity"])
def test_what_the_caller_has_already_is_not_sent_again(client, path, encoding):
    headers = {"Accept-Encoding": encoding}
    tag = client.get(path, headers=headers).headers["ETag"]

    again = client.get(path, headers=headers | {"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag


@pytest.mark.parametrize(("path", "other"), [("/json?a=1", "/json?a=2"), ("/row", "/row?name=b")])
def test_what_is_another_answer_is_sent(client, path, other):
    tag = client.get(path).headers["ETag"]

    answer = client.get(other, headers={"If-None-Match": tag})

    assert answer.status_code == 200
    assert answer.headers["ETag"] != tag


def test_a_page_has_no_tag_because_no_two_are_the_same(client):
    assert "ETag" not in client.get("/page").headers


def test_an_answer_to_a_change_has_no_tag(client):
    assert "ETag" not in client.post("/log-in").headers


def test_a_tag_changes_nothing_in_what_may_be_kept(client):
    client.post("/log-in")

    response = client.get("/json")

    assert response.headers["Cache-Control"] == "no-store"
    assert "Cookie" in response.headers["Vary"]


def test_a_view_knows_a_head_as_the_get_that_it_is(client):
    """What a view does on anything but a GET must not happen to whoever only looks."""
    assert client.head("/method").headers["Seen"] == "GET"
    assert client.head("/page").data == b""


def test_a_stream_stays_a_stream(client):
    response = client.get("/stream", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in response.headers


FORWARDED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.test"}


def test_a_forwarded_header_is_not_believed(client):
    assert client.get("/address", headers=FORWARDED).text == "127.0.0.1 http://localhost/address"


def test_a_proxy_that_is_set_is_believed(make_client):
    client = make_client(BUREAU_PROXY_COUNT=1)

    seen = client.get("/address", headers=FORWARDED).text

    assert seen == "203.0.113.9 http://evil.test/address"


def test_a_host_that_is_not_ours_is_refused(make_client):
    client = make_client(TRUSTED_HOSTS=["bureau.test"])

    assert client.get("/page", base_url="http://evil.test").status_code == 400
    assert client.get("/page", base_url="http://bureau.test").status_code == 200


@pytest.mark.parametrize("path", ["/login/", "/healthz", "/nowhere", "/api/v1/nowhere"])
def test_the_whole_application_has_the_security_headers(make_app, path):
    headers = make_app().test_client().get(path).headers

    assert "script-src 'n" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Request-ID"]
    assert headers["Server-Timing"].startswith("sql;desc=")
