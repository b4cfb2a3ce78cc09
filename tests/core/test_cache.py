import sys
import threading
import time

import pytest
import sqlalchemy as sa
from redis import Redis
from sqlalchemy.orm import Session

from app.core.cache import cache_is_ready, cached, drop, init_cache, tags_of
from app.core.changes import EVERYTHING
from app.extensions import db
from tests import services
from tests.core.conftest import Book, Shelf, tables

PATIENCE_SECONDS = 15


@pytest.fixture(params=["memory", "redis"])
def app(request, make_tiny):
    config = {}
    if request.param == "redis":
        config["CACHE_REDIS_URL"] = request.getfixturevalue("redis_url")
    app = make_tiny(init_cache, **config)
    with tables(app):
        drop(EVERYTHING)
        db.session.add(Book(id=1, title="Emma"))
        db.session.commit()
        yield app


def titles() -> list[str]:
    return list(db.session.scalars(sa.select(Book.title).order_by(Book.id)))


def cached_titles() -> list[str]:
    return cached("titles", [Book], titles)


class Maker:
    """Counts how often a value is made."""

    def __init__(self, value=None):
        self.value = value
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return self.value


def end_transaction() -> None:
    db.session.rollback()


def test_a_value_is_made_once(app):
    make = Maker("value")

    values = [cached("key", [Book], make) for _ in range(3)]

    assert values == ["value"] * 3
    assert make.calls == 1


@pytest.mark.parametrize("value", [None, "", 0, [], {"a": (1, 2)}])
def test_any_value_can_be_kept(app, value):
    make = Maker(value)

    values = [cached("key", [Book], make) for _ in range(2)]

    assert values == [value, value]
    assert make.calls == 1


def test_a_commit_drops_what_was_made_from_the_table(app):
    before = cached_titles()

    db.session.add(Book(id=2, title="Ulysses"))
    db.session.commit()

    assert (before, cached_titles()) == (["Emma"], ["Emma", "Ulysses"])


def test_a_commit_keeps_what_was_made_from_another_table(app):
    make = Maker()
    cached("key", [Shelf], make)

    db.session.add(Book(id=2, title="Ulysses"))
    db.session.commit()
    cached("key", [Shelf], make)

    assert make.calls == 1


def test_a_change_of_the_table_between_two_models_drops(app):
    db.session.add(Shelf(id=1))
    db.session.commit()
    make = Maker()
    cached("key", [Shelf, "shelf_book"], make)

    shelf = db.session.get(Shelf, 1)
    shelf.books.append(db.session.get(Book, 1))
    db.session.commit()
    cached("key", [Shelf, "shelf_book"], make)

    assert make.calls == 2


def test_sql_written_by_hand_drops_everything(app):
    cached_titles()

    db.session.execute(sa.text("UPDATE book SET title = 'Persuasion'"))
    db.session.commit()

    assert cached_titles() == ["Persuasion"]


def test_a_rollback_drops_nothing(app):
    make = Maker()
    cached("key", [Book], make)

    db.session.add(Book(id=2, title="Ulysses"))
    db.session.flush()
    db.session.rollback()
    cached("key", [Book], make)

    assert make.calls == 1


def test_what_is_not_committed_stays_in_its_transaction(app):
    db.session.add(Book(id=2, title="Ulysses"))
    db.session.flush()
    inside = cached_titles()

    db.session.rollback()

    assert (inside, cached_titles()) == (["Emma", "Ulysses"], ["Emma"])


def test_a_value_made_while_its_own_transaction_writes_is_not_kept(app):
    def make():
        db.session.add(Book(id=2, title="Ulysses"))
        db.session.flush()
        return titles()

    cached("titles", [Book], make)
    db.session.rollback()

    assert cached_titles() == ["Emma"]


def test_an_older_snapshot_is_not_kept_as_the_newest_state(app):
    assert titles() == ["Emma"]
    in_other_session(app, Book(id=2, title="Ulysses"))

    cached("titles", [Book], Maker(["Emma"]))
    end_transaction()

    assert cached_titles() == ["Emma", "Ulysses"]


def in_other_session(app, row) -> None:
    with Session(db.engine) as session:
        session.add(row)
        session.commit()


def test_a_change_in_a_thread_without_a_context_drops(app):
    cached_titles()
    end_transaction()
    engine = db.engine

    def change():
        with Session(engine) as session:
            session.add(Book(id=2, title="Ulysses"))
            session.commit()

    thread = threading.Thread(target=change)
    thread.start()
    thread.join()

    assert cached_titles() == ["Emma", "Ulysses"]


def test_drop_by_name(app):
    make = Maker()
    cached("key", ["weather"], make)

    drop("weather")
    cached("key", ["weather"], make)

    assert make.calls == 2


def test_a_value_is_gone_after_its_time(app):
    make = Maker()
    cached("key", [], make, timeout=1)

    time.sleep(2.1)
    cached("key", [], make, timeout=1)

    assert make.calls == 2


def test_an_unreadable_value_is_made_anew(app, monkeypatch):
    module = sys.modules[__name__]
    monkeypatch.setattr(module, "Renamed", type("Renamed", (), {"__module__": __name__}), False)
    cached("key", [Book], module.Renamed)

    monkeypatch.delattr(module, "Renamed")

    assert cached("key", [Book], Maker("new")) == "new"


def test_one_thread_makes_a_value_and_the_others_wait(app):
    made = []

    def make():
        made.append(threading.get_ident())
        time.sleep(0.1)
        return "value"

    def ask():
        with app.app_context():
            assert cached("key", [], make) == "value"

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 1


def test_the_cache_is_ready(app):
    assert cache_is_ready()


def test_tags_of_models_tables_and_names():
    assert tags_of([Book, Shelf.__table__, "weather"]) == {"book", "shelf", "weather"}


def test_processes_share_the_versions_but_not_in_tests(make_tiny, tmp_path):
    make_tiny(init_cache, TESTING=False, BUREAU_INSTANCE=str(tmp_path))

    assert (tmp_path / "cache-versions").exists()


def test_without_redis_everything_works_and_nothing_is_stale(make_tiny):
    with services.redis() as url:
        app = make_tiny(init_cache, CACHE_REDIS_URL=url)
        with tables(app):
            assert cached_titles() == []
            assert cache_is_ready()

    with tables(app):
        db.session.add(Book(id=1, title="Emma"))
        db.session.commit()

        assert cached_titles() == ["Emma"]
        assert not cache_is_ready()


def test_a_redis_that_comes_back_has_nothing_stale(make_tiny, redis_url):
    app = make_tiny(init_cache, CACHE_REDIS_URL=redis_url)
    with tables(app):
        assert cached_titles() == []
        pause(redis_url, milliseconds=1500)
        db.session.add(Book(id=1, title="Emma"))
        db.session.commit()
        was_ready = cache_is_ready()
        wait_until(cache_is_ready)

        assert not was_ready
        assert cached_titles() == ["Emma"]


def test_a_redis_that_hangs_is_asked_once(make_tiny, redis_url):
    app = make_tiny(init_cache, CACHE_REDIS_URL=redis_url)
    make = Maker("value")
    with app.app_context():
        pause(redis_url, milliseconds=1500)
        values = [cached("key", [Book], make) for _ in range(50)]
        wait_until(cache_is_ready)

    assert values == ["value"] * 50
    assert make.calls == 50


def pause(url: str, milliseconds: int) -> None:
    """Let Redis accept connections and answer nothing for a while."""
    with Redis.from_url(url) as client:
        client.client_pause(milliseconds)


def wait_until(condition) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_no_thread_reads_what_is_older_than_the_last_commit(app):
    committed = [1]
    stale = []
    is_over = threading.Event()

    def write():
        with app.app_context():
            for number in range(2, 40):
                db.session.add(Book(id=number, title=str(number)))
                db.session.commit()
                committed[0] = number
        is_over.set()

    def read():
        with app.app_context():
            while not is_over.is_set():
                expected = committed[0]
                seen = len(cached_titles())
                end_transaction()
                if seen < expected:
                    stale.append((seen, expected))

    switch_interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=target) for target in (write, read, read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(switch_interval)

    assert is_over.is_set()
    assert stale == []
