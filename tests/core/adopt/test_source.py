import hashlib

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.core.adopt.errors import AdoptError
from app.core.adopt.source import open_read_only, parse_url
from tests.core.adopt.conftest import make_file


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense", "not a database URL"),
        ("", "not a database URL"),
        ("mysql://localhost/shop", "no driver for 'mysql'"),
        ("postgresql+asyncpg://localhost/shop", "no driver for"),
        ("postgresql://localhost", "names no database"),
        ("postgresql://localhost:port/shop", "not a database URL"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///missing.sqlite", "There is no file"),
        ("sqlite:///file:shop?mode=ro", "plain path"),
    ],
)
def test_url_that_cannot_work_is_refused_in_one_sentence(text, message, tmp_path):
    with pytest.raises(AdoptError, match=message):
        parse_url(text, tmp_path)


def test_path_of_a_file_is_made_absolute(tmp_path):
    make_file(tmp_path / "shop.sqlite", "")

    url = parse_url("sqlite:///shop.sqlite", tmp_path)

    assert url.database == str(tmp_path / "shop.sqlite")


def test_short_scheme_of_hosting_services_is_taken(tmp_path):
    url = parse_url("postgres://me:secret@localhost/shop", tmp_path)

    assert url.render_as_string(hide_password=False) == "postgresql://me:secret@localhost/shop"


@pytest.mark.parametrize("name", ["shop.sqlite", "with space & 100%.sqlite", "quest?ion#.sqlite"])
def test_file_is_opened_without_the_right_to_write(name, tmp_path):
    path = tmp_path / name
    make_file(path, "CREATE TABLE a (id INTEGER PRIMARY KEY)")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    url = sa.engine.URL.create("sqlite", database=str(path))

    with pytest.raises(AdoptError, match="readonly"), open_read_only(url) as connection:
        connection.exec_driver_sql("INSERT INTO a DEFAULT VALUES")

    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_postgresql_is_opened_without_the_right_to_write(nasty_url, tmp_path):
    url = parse_url(nasty_url, tmp_path)

    with (
        pytest.raises(AdoptError, match="read-only transaction"),
        open_read_only(url) as connection,
    ):
        connection.exec_driver_sql("INSERT INTO tenant VALUES (99, 'x')")


def test_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("Nothing but a few notes, and some more of them." * 30)
    url = parse_url("sqlite:///notes.txt", tmp_path)

    with pytest.raises(AdoptError, match="not a database"), open_read_only(url) as connection:
        connection.exec_driver_sql("SELECT * FROM sqlite_master")


def test_server_that_does_not_answer_is_named_without_its_password(tmp_path):
    url = parse_url("postgresql://me:hidden-word@127.0.0.1:1/shop", tmp_path)

    with pytest.raises(AdoptError, match=r"127\.0\.0\.1") as caught, open_read_only(url):
        pass

    assert "hidden-word" not in caught.value.message
    assert isinstance(caught.value.__cause__, DBAPIError)
