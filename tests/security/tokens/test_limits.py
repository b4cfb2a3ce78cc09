"""The API counts calls: by key, by user, else by address; with Redis, and without it."""

from __future__ import annotations

import pytest

from app.security.keys.operations import make_key
from app.security.rights.sets import Rights
from tests import services
from tests.security.conftest import access_token, user_named

URL = "/api/v1/users/"
RATE = "5 per minute"


@pytest.fixture
def limited(make_app):
    """`limited(**config)` makes an application that counts."""

    def make(**config):
        return make_app(**{"RATELIMIT_ENABLED": True, "BUREAU_API_RATE": RATE, **config})

    return make


def header_of(app, name: str) -> dict[str, str]:
    with app.app_context():
        return {"Authorization": f"Bearer {access_token(user_named(f'cast-{name}'))}"}


def statuses(client, count: int, url: str = URL, **options) -> list[int]:
    return [client.get(url, **options).status_code for _ in range(count)]


def test_too_many_calls_are_429_that_says_when_to_come_back(limited):
    app = limited()
    client, headers = app.test_client(), header_of(app, "owner")

    assert statuses(client, 5, headers=headers) == [200] * 5
    answer = client.get(URL, headers=headers)

    assert answer.status_code == 429
    assert answer.json["code"] == "rate_limited"
    assert set(answer.json) == {"message", "code", "errors"}
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_each_user_and_each_key_has_a_number_of_calls_of_their_own(limited):
    app = limited()
    client = app.test_client()
    with app.app_context():
        owner = user_named("cast-owner")
        keys = [make_key(owner, name, Rights())[1] for name in "ab"]
    callers = [
        header_of(app, "owner"),
        header_of(app, "admin"),
        *({"Authorization": f"Bearer {key}"} for key in keys),
    ]

    for headers in callers:
        assert statuses(client, 6, headers=headers) == [200] * 5 + [429]


def test_tokens_of_one_user_are_counted_together(limited):
    app = limited()
    client = app.test_client()

    assert statuses(client, 5, headers=header_of(app, "owner")) == [200] * 5
    assert statuses(client, 1, headers=header_of(app, "owner")) == [429]


@pytest.mark.parametrize("sent", ["Bearer nonsense", f"Bearer bureau_00000000_{'0' * 64}", ""])
def test_who_tries_tokens_out_is_counted_by_address(limited, sent):
    app = limited()
    client, headers = app.test_client(), {"Authorization": sent}
    other = {"REMOTE_ADDR": "198.51.100.7"}

    assert statuses(client, 6, headers=headers) == [401] * 5 + [429]
    assert statuses(client, 1, headers=headers, environ_overrides=other) == [401]
    assert statuses(client, 1, headers=header_of(app, "owner")) == [200]


def test_of_several_rates_the_first_to_be_used_up_counts(limited):
    app = limited(BUREAU_API_RATE="100 per second; 2 per hour")
    client, headers = app.test_client(), header_of(app, "owner")

    assert statuses(client, 2, headers=headers) == [200] * 2
    assert int(client.get(URL, headers=headers).headers["Retry-After"]) > 1


def test_pages_are_not_counted(limited):
    client = limited().test_client()

    assert statuses(client, 8, "/login/") == [200] * 8


def test_nothing_is_counted_where_no_rate_is_set(limited):
    app = limited(BUREAU_API_RATE="")

    assert statuses(app.test_client(), 8, headers=header_of(app, "owner")) == [200] * 8


def test_processes_count_together_in_redis(limited, redis_url):
    first, second = (limited(RATELIMIT_STORAGE_URI=redis_url) for _ in range(2))
    visitors = [app.test_client() for app in (first, second)]
    address = {"REMOTE_ADDR": "203.0.113.9"}

    found = [
        visitors[number % 2].get(URL, environ_overrides=address).status_code for number in range(6)
    ]

    assert found == [401] * 5 + [429]


def test_counting_goes_on_in_the_process_when_redis_dies(limited):
    with services.redis() as url:
        app = limited(RATELIMIT_STORAGE_URI=url)
        client, headers = app.test_client(), header_of(app, "owner")
        assert statuses(client, 3, headers=headers) == [200] * 3

    assert statuses(client, 6, headers=headers) == [200] * 5 + [429]
    assert client.get(URL, headers=headers).headers["Retry-After"]
