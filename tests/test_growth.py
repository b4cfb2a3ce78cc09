"""A site that grows asks no more statements: many models, roles, rights, users and records."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import configure_mappers

from app.core.feature import register_features
from app.extensions import db
from app.security.rights.sync import sync_permissions
from bench.growth.models import NAME, grown_feature
from bench.growth.rows import Size, load
from tests.crawl import sign_in

pytestmark = pytest.mark.both_databases

SMALL = Size(models=2, roles=1, permissions=20, users=1, records=10)
LARGE = Size(models=60, roles=100, permissions=5_000, users=300, records=10_000)
ROLES, USERS = "/administration/roles", "/administration/users"
SOMEBODY = 1_000_001
"""The key of the first role and of the first user that were loaded."""
PAGES = (
    "/home/",
    f"/{NAME}/m002s/list/",
    f"/{NAME}/m002s/list/?sort=-amount&q=Title",
    f"/{NAME}/m002s/show/7",
    f"/{NAME}/m002s/edit/7",
    f"{USERS}/list/",
    f"{USERS}/show/{SOMEBODY}",
    f"{USERS}/edit/{SOMEBODY}",
    f"{ROLES}/list/",
    f"{ROLES}/show/{SOMEBODY}",
    f"{ROLES}/edit/{SOMEBODY}",
    "/administration/permissions/list/",
    "/administration/why/",
)


@pytest.fixture(scope="session")
def feature():
    """The models; like those of the zoo, they stand in our metadata only while they are made."""
    made = grown_feature(LARGE.models)
    configure_mappers()
    tables = [view.datamodel.obj.__table__ for view in made.views]
    for table in tables:
        db.metadata.remove(table)
    return made


@pytest.fixture(scope="session")
def site_of(make_app, database, feature):
    """A function that makes a site of a size."""

    def make(size):
        app = make_app(database)
        views = feature.views[: size.models]
        register_features(app, [replace(feature, views=views)])
        with app.app_context():
            tables = [view.datamodel.obj.__table__ for view in views]
            db.metadata.create_all(db.engine, tables=tables)
            sync_permissions(app.appbuilder)
            with db.engine.begin() as connection:
                load(connection, size)
            sync_permissions(app.appbuilder)
        return app

    return make


@pytest.fixture(scope="session")
def small(site_of):
    """A site as it begins."""
    return site_of(SMALL)


@pytest.fixture(scope="session")
def large(site_of):
    """A site after some years."""
    return site_of(LARGE)


@pytest.fixture
def counted(statements):
    """`counted(app)` is how many statements each page takes when all is warm."""

    def count(app):
        client, found = sign_in(app, "admin"), {}
        for path in PAGES:
            assert client.get(path).status_code == 200, path
            with statements() as seen:
                client.get(path)
            found[path] = len(seen)
        return found

    return count


def test_pages_ask_the_same_number_of_statements(small, large, counted):
    few, many = counted(small), counted(large)

    assert many == few
    assert max(many.values()) <= 8


def test_role_with_many_rights_is_edited_a_page_at_a_time(large):
    admin = sign_in(large, "admin")

    first = admin.get(f"{ROLES}/edit/{SOMEBODY}").text
    last = admin.get(f"{ROLES}/edit/{SOMEBODY}?page=99").text
    found = admin.get(f"{ROLES}/edit/{SOMEBODY}?q=dataset77").text

    assert first.count("data-row") == 100
    assert 'rel="next"' in first
    assert 0 < last.count("data-row") <= 100
    assert 'rel="next"' not in last
    assert found.count("data-row") == 1


def test_page_of_anothers_rights_fits_a_browser(large):
    admin = sign_in(large, "admin")

    role = admin.get(f"{ROLES}/show/1").text
    added = admin.get(f"{ROLES}/add").text

    assert len(role) < 400_000
    assert "Show all" in role
    assert len(added) < 100_000
