import multiprocessing
import time

import pytest
import redis as redis_client

from app.core.versions import LocalVersions, RedisVersions


@pytest.fixture(params=["local", "redis"])
def versions(request, tmp_path):
    if request.param == "local":
        yield LocalVersions(tmp_path / "versions")
    else:
        with redis_client.Redis.from_url(request.getfixturevalue("redis_url")) as client:
            client.flushdb()
            yield RedisVersions(client, "test:")


def test_a_stamp_stays_until_it_is_renewed(versions):
    first = versions.read(["book", "shelf"])

    again = versions.read(["book", "shelf"])

    assert first == again


def test_renewing_changes_only_what_is_named(versions):
    book, shelf = versions.read(["book", "shelf"])

    versions.renew(["book"])

    assert versions.read(["book"]) != (book,)
    assert versions.read(["shelf"]) == (shelf,)


def test_a_renewed_stamp_is_the_time_of_the_change(versions):
    before = time.time_ns()

    versions.renew(["book"])

    assert before <= versions.read(["book"])[0] <= time.time_ns()


def test_a_stamp_nobody_renewed_is_older_than_everything(versions):
    assert versions.read(["book"])[0] <= 0


def test_a_stamp_redis_has_lost_never_comes_back(redis_url):
    client = redis_client.Redis.from_url(redis_url)
    versions = RedisVersions(client, "test:")
    before = versions.read(["book"])

    client.flushdb()

    assert versions.read(["book"]) != before
    client.close()


def test_another_process_sees_the_change(tmp_path):
    path = tmp_path / "versions"
    versions = LocalVersions(path)
    before = versions.read(["book"])

    process = multiprocessing.get_context("spawn").Process(target=renew_book, args=(path,))
    process.start()
    process.join()

    assert versions.read(["book"]) != before


def renew_book(path):
    LocalVersions(path).renew(["book"])


def test_a_file_that_cannot_be_written_is_a_warning(tmp_path, caplog):
    versions = LocalVersions(tmp_path / "missing" / "versions")

    versions.renew(["book"])

    assert versions.read(["book"])[0] > 0
    assert "Other processes" in caplog.text
