"""The environment decides, defaults fill in, and what cannot work is refused."""

from __future__ import annotations

import dataclasses
import json
import re
import stat
from pathlib import Path

import pytest

import config
from config import Config, ConfigError, Settings, database_url, drawn_secret

GOOD_SECRET = "0123456789abcdef" * 3


@pytest.fixture
def read(tmp_path):
    """`read(NAME=value)` gives the configuration of an environment with a scratch instance."""

    def from_environment(**environ):
        return Config.from_environment({"BUREAU_INSTANCE": str(tmp_path)} | environ)

    return from_environment


def test_an_empty_environment_is_enough(read, tmp_path):
    values = read()

    assert values["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/bureau.sqlite"
    assert (values["HOST"], values["PORT"]) == ("127.0.0.1", 8080)
    assert "CACHE_REDIS_URL" not in values
    assert values["MAIL_SUPPRESS_SEND"] is True


@pytest.mark.parametrize("rate", ["often", "10", "10 per minute, or so"])
def test_a_rate_that_cannot_be_read_is_refused(read, rate):
    with pytest.raises(ConfigError, match="BUREAU_API_RATE"):
        read(BUREAU_API_RATE=rate)


@pytest.mark.parametrize(
    "origin", ["partner.example", "https://partner.example/", "https://*.example", "null", ".*"]
)
def test_what_is_no_origin_is_refused(read, origin):
    with pytest.raises(ConfigError, match="BUREAU_CORS_ORIGINS"):
        read(BUREAU_CORS_ORIGINS=origin)


def test_every_origin_is_refused_in_production(read):
    assert read(BUREAU_CORS_ORIGINS="*")["BUREAU_CORS_ORIGINS"] == ("*",)
    with pytest.raises(ConfigError, match="production"):
        read(BUREAU_CORS_ORIGINS="*", BUREAU_ENV="production", SECRET_KEY=GOOD_SECRET)


def test_creating_the_app_stays_without_queries(read):
    values = read()

    assert values["FAB_CREATE_DB"] is False
    assert values["FAB_UPDATE_PERMS"] is False
    assert values["FAB_ALLOW_GET_UNSAFE_MUTATIONS"] is False


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_all_forms_of_a_postgresql_url_are_accepted(scheme):
    assert database_url(f"{scheme}://u:p@h/d") == "postgresql+psycopg2://u:p@h/d"


def test_an_empty_variable_counts_as_unset(read):
    assert read(PORT="", REDIS_URL="")["PORT"] == 8080


def test_a_list_is_written_with_commas(read):
    assert read(BUREAU_FEATURES="todo, blog,")["BUREAU_FEATURES"] == ("todo", "blog")


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"PORT": "many"}, "PORT"),
        ({"BUREAU_ENV": "staging"}, "BUREAU_ENV"),
        ({"MAIL_URL": "http://example.org"}, "MAIL_URL"),
        ({"MAIL_URL": "smtp://"}, "MAIL_URL"),
        ({"BUREAU_URL": "bureau.example"}, "BUREAU_URL"),
        ({"BUREAU_URL": "ftp://bureau.example"}, "BUREAU_URL"),
        ({"BUREAU_REGISTRATION": "yes"}, "BUREAU_REGISTRATION"),
    ],
)
def test_a_bad_value_is_refused_by_name(read, environ, named):
    with pytest.raises(ConfigError, match=named):
        read(**environ)


def test_redis_serves_cache_and_limits(read):
    values = read(REDIS_URL="redis://cache:6379/1")

    assert values["CACHE_REDIS_URL"] == values["RATELIMIT_STORAGE_URI"] == "redis://cache:6379/1"


def test_a_mail_url_says_it_all(read):
    values = read(MAIL_URL="smtp+starttls://me%40x.org:s%2Fcret@mail.x.org")

    assert values["MAIL_SERVER"] == "mail.x.org"
    assert values["MAIL_PORT"] == 587
    assert (values["MAIL_USERNAME"], values["MAIL_PASSWORD"]) == ("me@x.org", "s/cret")
    assert (values["MAIL_USE_TLS"], values["MAIL_USE_SSL"]) == (True, False)


def test_production_does_not_send_links_to_nowhere(read):
    environ = {
        "BUREAU_ENV": "production",
        "SECRET_KEY": "kW3vQm0pYt7uZ1xLr9sBn4hGd6fJc2aEoViU8yTqMXw",
        "MAIL_URL": "smtp://mail.x.org",
    }
    with pytest.raises(ConfigError, match="BUREAU_URL"):
        read(**environ)

    assert read(**environ, BUREAU_URL="https://bureau.example")["MAIL_SERVER"] == "mail.x.org"


def test_adopted_databases_come_from_file_and_environment(read, tmp_path):
    listed = {"chinook": "sqlite:////data/chinook.sqlite", "shop": "postgres://old/shop"}
    (tmp_path / "databases.json").write_text(json.dumps(listed))

    binds = read(SHOP_DATABASE_URL="postgres://new/shop")["SQLALCHEMY_BINDS"]

    assert binds["chinook"]["url"] == "sqlite:////data/chinook.sqlite"
    assert binds["shop"]["url"] == "postgresql+psycopg2://new/shop"


def test_the_server_of_the_tests_is_not_adopted(read):
    assert read(TEST_DATABASE_URL="postgres://h/test")["SQLALCHEMY_BINDS"] == {}


def test_a_secret_is_drawn_once_for_its_owner_only(tmp_path):
    path = tmp_path / "secret"

    first, second = drawn_secret(path, 32), drawn_secret(path, 32)

    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_development_keeps_its_secret_between_starts(read):
    assert read()["SECRET_KEY"] == read()["SECRET_KEY"]


def test_testing_writes_no_secret(read, tmp_path):
    read(BUREAU_ENV="testing")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("secret", ["", "short", "dev" * 20, "change-me-" * 5])
def test_production_refuses_a_default_secret(read, secret):
    with pytest.raises(ConfigError, match="SECRET_KEY"):
        read(BUREAU_ENV="production", SECRET_KEY=secret)


def test_production_refuses_debug(read):
    with pytest.raises(ConfigError, match="FLASK_DEBUG"):
        read(BUREAU_ENV="production", SECRET_KEY=GOOD_SECRET, FLASK_DEBUG="1")


def test_production_keeps_cookies_to_https(read):
    values = read(BUREAU_ENV="production", SECRET_KEY=GOOD_SECRET)

    assert values["SESSION_COOKIE_SECURE"] is True
    assert values["BUREAU_DEMO_PASSWORD"] == ""
    assert values["SERVER_TIMING"] is False


def test_every_setting_has_one_line_that_explains_it():
    source = Path(config.__file__).read_text()
    names = [field.name for field in dataclasses.fields(Settings)]

    explained = re.findall(r"^    # [A-Z].*\.\n    ([A-Z_]+):", source, re.M)

    assert explained == names
