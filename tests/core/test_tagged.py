"""Old values: who gets one, for how long, and who makes the new one."""

import multiprocessing
import sys
import threading
import time

import pytest
import sqlalchemy as sa
from flask import Flask, g
from sqlalchemy.orm import Session

from app.core.cache import cached, drop, init_cache
from app.core.changes import EVERYTHING
from app.extensions import db
from tests.core.conftest import Book, tables

PATIENCE_SECONDS = 15
LONG = 60
READERS = 12


@pytest.fixture(params=["memory", "redis"])
def app(request, make_tiny):
    config = {}
    if request.param == "redis":
        config["CACHE_REDIS_URL"] = request.getfixturevalue("redis_url")
    app = make_tiny(init_cache, **config)
    with tables(app):
        drop(EVERYTHING)
    return app


class Person:
    """Somebody who is signed in."""

    def __init__(self, number):
        self.id = number


def ask(app, value, person=1, stale_seconds=LONG, key="key"):
    """What somebody's request gets for the value, which it makes if it has to."""
    with app.test_request_context("/"):
        g._login_user = Person(person)
        make = value if callable(value) else lambda: value
        return cached(key, [Book], make, stale_seconds=stale_seconds)


def write(app, person=2):
    """Change the table in somebody's request."""
    with app.test_request_context("/"):
        g._login_user = Person(person)
        db.session.add(Book(title="Emma"))
        db.session.commit()


class SlowMaker:
    """Makes a value when it is told to, and knows when it has begun."""

    def __init__(self, value):
        self.value = value
        self.calls = 0
        self.has_begun = threading.Event()
        self.may_end = threading.Event()

    def __call__(self):
        self.calls += 1
        self.has_begun.set()
        assert self.may_end.wait(PATIENCE_SECONDS)
        return self.value


@pytest.fixture
def make_slowly(app):
    """Begin to make a value in a thread that ends with the test; gives its maker."""
    threads = []

    def begin(value, person=9, stale_seconds=LONG):
        maker = SlowMaker(value)
        thread = threading.Thread(target=ask, args=(app, maker, person, stale_seconds))
        thread.start()
        threads.append((thread, maker))
        assert maker.has_begun.wait(PATIENCE_SECONDS)
        return maker

    yield begin

    for thread, maker in threads:
        maker.may_end.set()
        thread.join()


def test_others_get_the_old_value_while_one_makes_the_new(app, make_slowly):
    ask(app, "old")
    write(app)
    maker = make_slowly("new")

    meanwhile = [ask(app, "mine", person) for person in (1, 3, 4)]
    maker.may_end.set()

    assert meanwhile == ["old"] * 3
    assert wait_for(lambda: ask(app, "mine", stale_seconds=LONG) == "new")
    assert maker.calls == 1


def test_whoever_asks_first_gets_the_new_value(app):
    ask(app, "old")
    write(app)

    assert ask(app, "new") == "new"


def test_whoever_has_written_waits_for_the_new_value(app, make_slowly):
    ask(app, "old")
    write(app, person=2)
    maker = make_slowly("new")

    answers = in_threads([lambda: ask(app, "mine", person=2)], then=maker.may_end.set)

    assert answers == ["new"]


def test_a_visitor_who_has_written_waits_too(app, make_slowly):
    ask(app, "old")
    write(app, person=None)
    maker = make_slowly("new")

    answers = in_threads([lambda: ask(app, "mine", person=None)], then=maker.may_end.set)

    assert answers == ["new"]


def test_an_own_change_that_is_not_committed_is_seen(app, make_slowly):
    ask(app, "old")
    write(app)
    make_slowly("new")

    with app.test_request_context("/"):
        g._login_user = Person(1)
        db.session.add(Book(title="Ulysses"))
        db.session.flush()

        assert cached("key", [Book], lambda: "mine", stale_seconds=LONG) == "mine"


def test_a_value_that_was_true_too_long_ago_is_given_to_nobody(app, make_slowly):
    ask(app, "old", stale_seconds=0.3)
    time.sleep(0.4)
    write(app)
    maker = make_slowly("new")

    answers = in_threads([lambda: ask(app, "mine", stale_seconds=0.3)], then=maker.may_end.set)

    assert answers == ["new"]


def test_the_time_counts_from_when_the_value_was_seen_to_be_true(app, make_slowly):
    ask(app, "old", stale_seconds=1)
    time.sleep(1.1)
    ask(app, "not made", stale_seconds=1)
    write(app)
    make_slowly("new")

    assert ask(app, "mine", stale_seconds=1) == "old"


def test_without_leave_nobody_gets_an_old_value(app, make_slowly):
    ask(app, "old")
    write(app)
    maker = make_slowly("new")

    answers = in_threads([lambda: ask(app, "mine", stale_seconds=0)], then=maker.may_end.set)

    assert answers == ["new"]


def test_outside_of_a_request_nobody_gets_an_old_value(app, make_slowly):
    ask(app, "old")
    write(app)
    maker = make_slowly("new")

    def in_a_job():
        with app.app_context():
            return cached("key", [Book], lambda: "mine", stale_seconds=LONG)

    assert in_threads([in_a_job], then=maker.may_end.set) == ["new"]


def test_sql_written_by_hand_makes_everything_too_old(app, make_slowly):
    ask(app, "old")
    with app.test_request_context("/"):
        db.session.execute(sa.text("UPDATE book SET title = 'Persuasion'"))
        db.session.commit()
    maker = make_slowly("new")

    answers = in_threads([lambda: ask(app, "mine", person=1)], then=maker.may_end.set)

    assert answers == ["new"]


def test_what_an_older_snapshot_gave_is_made_again(app):
    ask(app, "old")
    with app.test_request_context("/"):
        g._login_user = Person(1)
        db.session.scalars(sa.select(Book)).all()
        write_elsewhere(app)
        cached("key", [Book], lambda: "of before", stale_seconds=LONG)
        db.session.rollback()

    assert ask(app, "new") == "new"


def write_elsewhere(app):
    with app.app_context():
        engine = db.engine
    with Session(engine) as session:
        session.add(Book(title="Emma"))
        session.commit()
    drop_of(app)


def drop_of(app):
    with app.app_context():
        drop(Book)


def test_an_error_while_making_is_told_and_the_next_one_makes(app):
    ask(app, "old")
    write(app)

    def fail():
        raise LookupError

    with pytest.raises(LookupError):
        ask(app, fail)

    assert ask(app, "new") == "new"


def test_many_threads_make_each_new_value_once(app):
    ask(app, 0)
    made, wrong = [], []
    switch_interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    for number in range(1, 11):
        write(app)

        def make(number=number):
            made.append(number)
            time.sleep(0.02)
            return number

        answers = in_threads([lambda p=p: ask(app, make, p) for p in range(10, 10 + READERS)])
        wrong += [answer for answer in answers if answer not in (number - 1, number)]
    sys.setswitchinterval(switch_interval)

    assert wrong == []
    assert made == list(range(1, 11))


def test_two_processes_make_each_new_value_once(redis_url, make_tiny, tmp_path):
    app = make_tiny(init_cache, CACHE_REDIS_URL=redis_url)
    with tables(app):
        drop(EVERYTHING)
        drop("made")
    ask(app, "old")
    context = multiprocessing.get_context("spawn")
    made = context.Value("i", 0)
    ready = context.Barrier(3)
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    arguments = (url, redis_url, str(tmp_path), made, ready)
    processes = [context.Process(target=ask_with_many, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    ready.wait(60)
    write(app)
    ready.wait(60)
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0, 0]
    assert made.value == 1


def ask_with_many(url, redis_url, folder, made, ready):
    """In a process of its own: ask with many threads at once for what has just become old."""
    app = Flask("tiny", root_path=folder, static_folder=None)
    app.config.from_mapping(
        TESTING=True,
        SECRET_KEY="a secret of the tests",
        SQLALCHEMY_DATABASE_URI=url,
        CACHE_KEY_PREFIX="test:",
        CACHE_REDIS_URL=redis_url,
    )
    db.init_app(app)
    init_cache(app)
    assert ask(app, "nothing") == "old"
    ready.wait(60)
    ready.wait(60)

    def make():
        with made.get_lock():
            made.value += 1
        time.sleep(0.3)
        return "new"

    answers = in_threads([lambda p=p: ask(app, make, p) for p in range(10, 10 + READERS)])
    assert set(answers) <= {"old", "new"}
    assert ask(app, make) in ("old", "new")


def in_threads(calls, then=None):
    """The answers of calls that run at the same time; `then` is called once all are under way."""
    answers = []
    threads = [threading.Thread(target=lambda c=c: answers.append(c())) for c in calls]
    for thread in threads:
        thread.start()
    if then is not None:
        time.sleep(0.2)
        assert answers == []
        then()
    for thread in threads:
        thread.join()
    return answers


def wait_for(condition) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()
