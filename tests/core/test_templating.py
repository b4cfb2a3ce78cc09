import json
import os
import re
from pathlib import Path

import pytest
from flask import render_template_string
from jinja2 import UndefinedError

from app.core import templating
from app.core.i18n import init_i18n
from app.core.preferences import init_preferences
from app.core.templating import (
    MissingAssetError,
    asset,
    env_label,
    icon,
    imports_of,
    init_templating,
)
from app.core.web import init_web


@pytest.fixture
def dist(tmp_path):
    folder = tmp_path / "static" / "dist"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def make_app(make_tiny, dist):
    def make(**config):
        parts = (init_web, init_i18n, init_preferences, init_templating)
        return make_tiny(*parts, BUREAU_ENV=config.pop("BUREAU_ENV", "testing"), **config)

    return make


def write_manifest(dist, at: int, **names) -> None:
    path = dist / "manifest.json"
    path.write_text(json.dumps(names))
    os.utime(path, (at, at))


def test_an_asset_has_its_hashed_address(make_app, dist):
    write_manifest(dist, 1, **{"main.css": "main-3FZK7Q2A.css"})

    with make_app().test_request_context():
        assert asset("main.css") == "/static/dist/main-3FZK7Q2A.css"


def test_an_asset_stands_below_the_prefix_of_a_proxy(make_app, dist):
    write_manifest(dist, 1, **{"main.css": "main-3FZK7Q2A.css"})

    with make_app().test_request_context(base_url="http://localhost/bureau/"):
        assert asset("main.css") == "/bureau/static/dist/main-3FZK7Q2A.css"


@pytest.mark.parametrize(
    ("environment", "expected"), [("development", "b.css"), ("production", "a.css")]
)
def test_a_new_build_is_seen_in_development(make_app, dist, environment, expected):
    write_manifest(dist, 1, **{"main.css": "a.css"})
    app = make_app(BUREAU_ENV=environment)
    with app.test_request_context():
        asset("main.css")
        write_manifest(dist, 2, **{"main.css": "b.css"})

        assert asset("main.css").endswith(expected)


def test_what_a_script_needs_has_addresses_too(make_app, dist):
    names = {"main.js": "main-A.js", "main.js imports": ["chunk-B.js"], "other.js": "other-C.js"}
    write_manifest(dist, 1, **names)

    with make_app().test_request_context(base_url="http://localhost/bureau/"):
        assert imports_of("main.js") == ["/bureau/static/dist/chunk-B.js"]
        assert imports_of("other.js") == []


def test_a_missing_build_says_how_to_make_it(make_app):
    with make_app().app_context(), pytest.raises(MissingAssetError, match="npm run build"):
        asset("main.css")


def test_an_unknown_asset_is_named(make_app, dist):
    write_manifest(dist, 1, **{"main.css": "a.css"})

    with make_app().app_context(), pytest.raises(MissingAssetError, match=r"other\.css"):
        asset("other.css")


def test_a_broken_manifest_says_how_to_make_it(make_app, dist):
    (dist / "manifest.json").write_text("{")

    with make_app().app_context(), pytest.raises(MissingAssetError, match="npm run build"):
        asset("main.css")


def test_a_misspelt_name_fails_in_tests(make_app):
    with make_app().test_request_context(), pytest.raises(UndefinedError):
        render_template_string("{{ misspelt }}")


def test_a_misspelt_name_shows_nothing_to_users(make_app):
    with make_app(TESTING=False).test_request_context():
        assert render_template_string("{{ misspelt }}") == ""


def test_a_page_knows_who_reads_it(make_app):
    template = (
        "{{ current_locale }} {{ text_direction }} {{ preferences.theme }}"
        " {{ app_name }} {{ env_label() }} {{ csp_nonce() | length > 20 }}"
    )

    with make_app().test_request_context(headers={"Cookie": "locale=pt; theme=dark"}):
        shown = render_template_string(template)

    assert shown == "pt ltr dark Bureau Test True"


def test_formats_are_functions_and_filters(make_app):
    with make_app().test_request_context():
        shown = render_template_string("{{ format_number(1234) }} {{ 1234 | format_number }}")

    assert shown == "1,234 1,234"


def test_a_text_outside_a_request_needs_no_reader(make_app):
    with make_app().app_context():
        assert render_template_string("{{ 1234 | format_number }}") == "1,234"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [("development", "Development"), ("testing", "Test"), ("production", "")],
)
def test_env_label(make_app, environment, expected):
    with make_app(BUREAU_ENV=environment).test_request_context():
        assert env_label() == expected


def test_an_icon_is_one_short_element():
    assert icon("home") == '<i class="i-home"></i>'
    assert icon("next", "turns") == '<i class="i-next turns"></i>'


def test_an_icon_of_a_made_up_name_is_no_code():
    assert icon('"><script>') == '<i class="i-&#34;&gt;&lt;script&gt;"></i>'


def test_every_icon_of_a_template_is_drawn():
    app = Path(templating.__file__).parents[1]
    drawn = set(re.findall(r'<symbol id="(\w+)"', (app / "assets" / "icons.svg").read_text()))

    templates = "".join(path.read_text() for path in (app / "templates").rglob("*.html"))
    used = set(re.findall(r'icon\("(\w+)"', templates))

    assert len(used) > 20
    assert used <= drawn
