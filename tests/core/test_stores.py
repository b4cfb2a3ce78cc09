import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask_caching.backends import RedisCache, SimpleCache
from redis import Redis

from app.core.stores import LocalStore, RedisStore
from app.core.versions import LocalVersions

SIZE = 3


def redis_store(client):
    values = RedisCache(client, key_prefix="test:")
    return RedisStore(client, "test:", values)


@pytest.fixture(params=["local", "redis"])
def store(request):
    if request.param == "local":
        yield LocalStore(LocalVersions(), SimpleCache())
    else:
        with Redis.from_url(request.getfixturevalue("redis_url")) as client:
            client.flushdb()
            yield redis_store(client)


@pytest.fixture
def redis_stores(redis_url):
    """The stores of two processes."""
    with Redis.from_url(redis_url) as client:
        client.flushdb()
        yield redis_store(client), redis_store(client)


def test_a_value_is_found_with_the_stamps_of_its_tags(store):
    store.look("key", ["book", "shelf"], None)
    store.renew(["book"])
    store.keep("key", b"value", 60)

    look = store.look("key", ["book", "shelf"], None)

    assert look.data == b"value"
    assert look.stamps[0] > 0 >= look.stamps[1]


def test_a_look_tells_when_a_person_has_written(store):
    before = store.look("key", ["book"], "person:1").written_ns

    store.renew(["person:1"])
    after = [store.look("key", ["book"], who).written_ns for who in ("person:1", "person:2", None)]

    assert before == 0
    assert after[0] > 0
    assert after[1:] == [0, 0]


def test_a_value_is_gone_after_its_time(store):
    store.keep("key", b"value", 1)

    time.sleep(1.1)

    assert store.look("key", ["book"], None).data is None


def test_threads_may_fill_a_store_that_is_full():
    store = LocalStore(LocalVersions(), SimpleCache(threshold=SIZE))

    def fill(number: int) -> None:
        for step in range(300):
            store.keep(f"{number}.{step}", b"value", 60)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fill, range(8)))

    kept = [key for key in range(8) if store.look(f"{key}.299", [], None).data]
    assert kept


def test_one_process_at_a_time_may_make_a_value(redis_stores):
    one, other = redis_stores

    claims = [one.claim("key", 60), other.claim("key", 60), other.claim("another", 60)]
    other.release("key")
    still_taken = not other.claim("key", 60)
    one.release("key")

    assert claims == [True, False, True]
    assert still_taken
    assert other.claim("key", 60)


def test_a_value_is_not_trusted_when_redis_has_lost_a_stamp(redis_url, redis_stores):
    store, _other = redis_stores
    before = store.look("key", ["book"], None).stamps
    store.keep("key", b"value", 60)

    with Redis.from_url(redis_url) as client:
        client.delete("test:version:book")
    look = store.look("key", ["book"], None)

    assert look.data is None
    assert look.stamps != before
