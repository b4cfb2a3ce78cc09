import pytest

from app.core.redirects import came_from, safe_next


@pytest.fixture
def context(make_tiny):
    with make_tiny().test_request_context("/here", base_url="http://bureau.test:8080"):
        yield


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/students/list/?page=2#row-3", "/students/list/?page=2#row-3"),
        ("http://bureau.test:8080/x?y=1", "/x?y=1"),
        ("https://BUREAU.test:8080/x", "/x"),
        ("//bureau.test:8080/x", "/x"),
        ("/a b", "/a b"),
        ("/", "/"),
        ("///evil.test/x", "/evil.test/x"),
    ],
)
def test_our_own_addresses_are_kept(context, url, expected):
    assert safe_next(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://evil.test/",
        "https://bureau.test/",
        "//evil.test/x",
        "////evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        " //evil.test",
        "http:/evil.test",
        "http:evil.test",
        "http:///evil.test",
        "http://bureau.test:8080@evil.test/",
        "http://bureau.test:8080//evil.test",
        "http://[bad/",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "relative/path",
        "?only=query",
    ],
)
def test_anything_else_goes_home(context, url):
    assert safe_next(url, "/home/") == "/home/"


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("GET", {}, "/here?a=1"),
        ("POST", {"Referer": "http://localhost/form?b=2"}, "/form?b=2"),
        ("POST", {"Referer": "http://evil.test/form"}, "/"),
        ("POST", {}, "/"),
        ("GET", {"HX-Request": "true", "HX-Current-URL": "http://localhost/list"}, "/list"),
        ("GET", {"HX-Request": "true", "HX-Boosted": "true"}, "/here?a=1"),
    ],
)
def test_came_from(make_tiny, method, headers, expected):
    with make_tiny().test_request_context("/here?a=1", method=method, headers=headers):
        assert came_from() == expected


def test_came_from_leaves_no_empty_query(make_tiny):
    with make_tiny().test_request_context("/here"):
        assert came_from() == "/here"
