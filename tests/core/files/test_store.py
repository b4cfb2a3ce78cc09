"""Files lie where nobody can guess, for their owner alone, whole or not at all."""

import contextvars
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.files import store


@pytest.fixture(autouse=True)
def _folder(make_tiny, tmp_path):
    with make_tiny(BUREAU_INSTANCE=str(tmp_path)).app_context():
        yield


def test_a_file_is_read_as_it_was_written():
    key = store.write(b"content", "archive_dossier")

    assert store.path_of(key).read_bytes() == b"content"
    assert store.path_of(key).relative_to(store.root()).parts == (key[:2], key[2:4], key)
    assert store.is_there(key)


def test_equal_files_get_different_keys_of_their_table():
    keys = {store.write(b"content", "archive_dossier") for _ in range(20)}

    assert len(keys) == 20
    assert all(key.endswith(".archive_dossier") for key in keys)


def test_only_its_owner_may_read_it():
    path = store.path_of(store.write(b"content", "x"))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_cannot_be_written_leaves_nothing():
    with pytest.raises(TypeError):
        store.write("no bytes", "x")

    assert not list(store.root().glob("??/??/*"))


WHOLE = "a" * 40


@pytest.mark.parametrize(
    "key",
    ["", "../../../etc/passwd", WHOLE, f"{WHOLE}./..", f"{WHOLE.upper()}.x", f"{WHOLE}.x\n"],
)
def test_nothing_else_is_a_key(key):
    with pytest.raises(ValueError, match="not the key"):
        store.path_of(key)


def test_a_deleted_file_is_gone():
    key = store.write(b"content", "x")

    store.delete(key)
    store.delete(key)

    assert not store.is_there(key)
    assert not store.touch(key)


def test_a_file_that_is_needed_is_not_unused():
    old, needed = store.write(b"a", "x"), store.write(b"b", "x")
    for key in (old, needed):
        os.utime(store.path_of(key), (1000, 1000))

    assert store.touch(needed)

    assert [path.name for path in store.unused_since(2000)] == [old]


def test_what_is_made_of_a_file_is_made_once_and_goes_with_it():
    key = store.write(b"content", "x")
    asked = []

    def shout(content):
        asked.append(content)
        return content.upper()

    with ThreadPoolExecutor(8) as pool:
        context = contextvars.copy_context
        paths = {
            *pool.map(
                lambda c: c.run(store.derived, key, "a", shout), [context() for _ in range(8)]
            )
        }

    assert len(paths) == 1
    assert paths.pop().read_bytes() == b"CONTENT"
    assert asked == [b"content"]

    store.delete(key)

    assert not list(store.root().glob("??/??/*"))


def test_what_is_made_of_a_file_is_no_file_that_nobody_needs():
    key = store.write(b"content", "x")
    made = store.derived(key, "a", bytes.upper)

    assert list(store.unused_since(made.stat().st_mtime + 1)) == [store.path_of(key)]


def test_nothing_is_made_of_a_file_that_is_gone():
    key = store.write(b"content", "x")
    store.delete(key)

    with pytest.raises(FileNotFoundError):
        store.derived(key, "a", bytes.upper)
