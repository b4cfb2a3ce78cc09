"""Tags by name: each exists once, whoever makes it, and leads on when it is renamed or merged."""

from __future__ import annotations

import threading

import pytest

from app.content.tags.models import Tag, TagAddress
from app.content.tags.operations import (
    find_by_slug,
    find_named,
    merge_tags,
    prepare_tag,
    tags_named,
)
from app.extensions import db
from app.features.blog.models import Post
from tests.factories.blog import make_post
from tests.factories.people import make_person


@pytest.mark.both_databases
def test_names_that_differ_in_case_or_spaces_are_one_tag(db_session):
    first = tags_named(["Garden", "  garden ", "ÉTÉ", "été", ""])
    again = tags_named(["GARDEN", "Winter"])

    assert [tag.name for tag in first] == ["Garden", "ÉTÉ"]
    assert again[0] is first[0]
    assert [tag.slug for tag in (*first, *again)] == ["garden", "ete", "garden", "winter"]


@pytest.mark.both_databases
def test_a_name_that_no_database_stores_is_no_tag(db_session):
    tags_named(["Bread"])

    assert [*find_named(["a\x00", "\ud800", "bread"])] == ["bread"]


def test_names_that_make_the_same_address_get_numbers(db_session):
    assert {tag.slug for tag in tags_named(["C", "C++", "c#"])} == {"c", "c-2", "c-3"}


def test_a_renamed_tag_is_found_at_its_old_address(db_session):
    (tag,) = tags_named(["Gardn"])
    tag.name = "Garden"
    prepare_tag(tag)
    db_session.commit()

    assert find_by_slug("gardn") is tag
    assert find_by_slug("garden") is tag
    assert tag.slug == "garden"
    assert find_by_slug("nothing") is None


def test_a_tag_that_gets_its_old_name_back_gets_its_old_address_back(db_session):
    (tag,) = tags_named(["One"])
    for name in ("Two", "One"):
        tag.name = name
        prepare_tag(tag)
        db_session.commit()

    assert tag.slug == "one"
    assert db_session.query(TagAddress.slug).all() == [("two",)]


@pytest.mark.both_databases
def test_merging_moves_links_without_doubling_them_and_keeps_the_address(db_session):
    author = make_person("tag-author", "Blog Author")
    old, new = tags_named(["Lissabon", "Lisbon"])
    posts = [
        make_post(author, "Both", tags=[old, new]),
        make_post(author, "Old", tags=[old]),
        make_post(author, "New", tags=[new]),
    ]
    key = new.id

    merge_tags(old, new)

    db_session.expire_all()
    assert [[tag.id for tag in post.tags] for post in posts] == [[key]] * 3
    assert db_session.query(Tag.name).all() == [("Lisbon",)]
    assert find_by_slug("lissabon").id == key


def test_what_led_to_a_merged_tag_leads_on_to_the_other(db_session):
    first, second, third = tags_named(["One", "Two", "Three"])

    merge_tags(first, second)
    merge_tags(second, third)

    assert find_by_slug("one").name == find_by_slug("two").name == "Three"


def test_a_tag_knows_how_often_and_when_it_was_last_used(db_session):
    author = make_person("tag-author", "Blog Author")
    used, _unused = tags_named(["Used", "Unused"])
    for title in ("One", "Two"):
        make_post(author, title, tags=[used])

    rows = db_session.query(Tag.name, Tag.post_count, Tag.post_used_at).order_by(Tag.name).all()

    assert [row[:2] for row in rows] == [("Unused", 0), ("Used", 2)]
    assert rows[0].post_used_at is None
    assert rows[1].post_used_at is not None


# Races


def in_threads(app, *steps) -> list[BaseException]:
    """Run the steps at the same time, each in a context of its own; gives what they raised."""
    barrier, errors = threading.Barrier(len(steps)), []

    def run(step) -> None:
        with app.app_context():
            barrier.wait()
            try:
                step()
                db.session.commit()
            except BaseException as error:  # noqa: BLE001 (the test looks at them)
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return errors


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_many_who_make_the_same_tags_at_once_make_them_once(make_app, backend):
    app = make_app(backend)
    names = [f"Tag {number}" for number in range(6)]

    errors = in_threads(
        app, *(lambda turn=turn: tags_named(names[turn:] + names[:turn]) for turn in range(6))
    )

    with app.app_context():
        found = db.session.query(Tag.name).order_by(Tag.name).all()
    assert errors == []
    assert [name for (name,) in found] == names


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_two_who_merge_the_same_tags_both_ways_leave_one(make_app, backend):
    app = make_app(backend)
    with app.app_context():
        author = make_person("tag-author", "Blog Author")
        one, two = tags_named(["One", "Two"])
        for number in range(5):
            make_post(author, f"Post {number}", tags=[one if number % 2 else two])
        keys = one.id, two.id

    def merge(first: int, second: int) -> None:
        tag, into = db.session.get(Tag, first), db.session.get(Tag, second)
        if tag is not None and into is not None:
            merge_tags(tag, into)

    in_threads(app, lambda: merge(*keys), lambda: merge(*reversed(keys)))

    with app.app_context():
        left = db.session.query(Tag).all()
        assert len(left) == 1
        assert all(post.tags == left for post in db.session.query(Post))
        assert find_by_slug("one") is find_by_slug("two") is left[0]
