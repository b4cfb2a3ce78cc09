"""Nothing of a request is left on a view, a class or a module: what changes there is declared."""

import re

import pytest

from scripts.commands import command
from tests.core.zoo import add_zoo
from tests.crawl import first_key, model_views, sign_in
from tests.snapshots import Picture

CACHES = {
    # What a statement, a form or a page is made from, worked out once for each choice of columns.
    r"app\.core\.query\.fingerprint:_shapes": 1_000,
    r".*\.gate\._shapes": 200,
    r".*\.gate\.statements.*": 200,
    r".*\._forms": 100,
    r"extension bureau_hiding": 1_000,
    # What the database or the rights were, by version.
    r"extension bureau_cache\._store\._values": 10_000,
    r"extension bureau_cache\._seen": 2_000,
    r"extension bureau_rights\._(sets|distinct)": 4_000,
    r"extension bureau_rights\._pairs": 200_000,
    # What is counted by endpoint, or by who was refused what.
    r"extension bureau_metrics\._counters": 10_000,
    r"extension bureau_repeated_events\._seen": 10_000,
}
"""What may change with requests, and how many entries it may have at most."""
MADE_ONCE = (
    # The same for everybody, and made when somebody asks first.
    r"extension bureau_rules",
    r"extension bureau_rights(\._size|\._lock)?",
    r"extension bureau_export_places.*",
    r"extension bureau_named_rights.*",
    r"extension bureau_assets\._names",
    r"extension bureau_assets\._built_at",
    r"extension bureau_assets\._digest",
    r"appbuilder\._menu_plan",
)


@pytest.fixture(scope="module")
def site(make_app):
    """The application with all features and the zoo, that nobody has asked for anything yet."""
    app = make_app("sqlite")
    command(app, "seed")
    add_zoo(app)
    return app


def crawl(app, name, language, word):
    """Somebody opens every screen of every view, with a search, a page size and an order."""
    client = sign_in(app, name)
    client.post("/preferences/", data={"locale": language, "theme": "dark"})
    count = 0
    for view in model_views(app):
        base, key = view.route_base, first_key(client, view)
        paths = [f"{base}/list/?q={word}&page_size=10", f"{base}/list/", f"{base}/chart/"]
        paths += [f"{base}/add", f"{base}/export/csv?q={word}", f"/api/v1/{view.plural}/?q={word}"]
        if key is not None:
            paths += [f"{base}/{screen}/{key}" for screen in ("show", "edit", "history")]
            paths.append(f"/api/v1/{view.plural}/{key}")
        for path in paths:
            assert client.get(path).status_code < 500, path
            count += 1
        client.post(f"{base}/add", data={"name": word, "title": word})
    return count


def test_requests_leave_nothing_behind_but_declared_caches(site):
    declared = (*CACHES, *MADE_ONCE)
    before = Picture(site, declared)
    asked = crawl(site, "admin", "pt", "ana") + crawl(site, "owner", "en", "zoe")
    after = Picture(site, declared)

    assert asked > 300
    assert len(before.found) > 10_000
    assert before.differences(after) == []


def test_declared_caches_are_bounded(site):
    crawl(site, "admin", "en", "many")
    sizes = Picture(site, CACHES).sizes

    assert len(sizes) > len(CACHES) // 2
    for pattern, most in CACHES.items():
        found = {path: size for path, size in sizes.items() if re.fullmatch(pattern, path)}
        assert {path: size for path, size in found.items() if size > most} == {}
