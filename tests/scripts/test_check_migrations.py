"""The check of the migrations finds a bad name, a missing way down, and drift."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from app.extensions import db
from scripts import check_migrations

GOOD_NAME = "20260101_1200_0123456789ab_blog_first_tables.py"
GOOD_SOURCE = "def downgrade() -> None:\n    op.drop_table('x')\n"


@pytest.fixture
def problems_of(tmp_path):
    def check(name: str, source: str) -> list[str]:
        path = tmp_path / name
        path.write_text(source)
        return list(check_migrations.problems_of_script(SimpleNamespace(path=str(path))))

    return check


def test_a_dated_name_and_a_way_down_pass(problems_of):
    assert problems_of(GOOD_NAME, GOOD_SOURCE) == []


@pytest.mark.parametrize("name", ["0123_blog.py", "20260101_1200_0123456789ab_.py"])
def test_a_name_that_does_not_sort_is_found(problems_of, name):
    assert len(problems_of(name, GOOD_SOURCE)) == 1


def test_a_way_down_that_is_missing_is_found(problems_of):
    assert len(problems_of(GOOD_NAME, "def downgrade() -> None:\n    pass\n")) == 1


def test_a_model_without_a_migration_is_found(make_app):
    app = make_app()
    table = sa.Table("planted", db.metadata, sa.Column("id", sa.Integer, primary_key=True))
    try:
        with app.app_context():
            found = list(check_migrations.drift())
    finally:
        db.metadata.remove(table)

    assert len(found) == 1
    assert "planted" in found[0]


def test_models_and_migrations_agree():
    assert list(check_migrations.problems()) == []
