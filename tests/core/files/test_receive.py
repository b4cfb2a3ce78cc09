"""What is sent becomes a stored file, or a sentence; nothing of what is refused is left."""

import hashlib

import pytest

from app.core.files import store
from app.core.files.receive import FileRefused, receive
from app.core.files.sniff import TYPES
from tests.core.archive import PDF, kept_files, picture


@pytest.fixture(autouse=True)
def _folder(make_tiny, tmp_path):
    with make_tiny(BUREAU_INSTANCE=str(tmp_path)).test_request_context():
        yield


def take(content, name="x", types=tuple(TYPES), max_bytes=1000, max_pixels=100):
    limits = {"max_bytes": max_bytes, "max_pixels": max_pixels}
    return receive(content, name, table="x", types=types, **limits)


def test_what_is_known_of_a_file_is_true():
    file = take(PDF, "a.exe")

    assert (file.name, file.type, file.size) == ("a.pdf", "application/pdf", len(PDF))
    assert file.digest == hashlib.sha256(PDF).hexdigest()
    assert store.path_of(file.key).read_bytes() == PDF


def test_what_is_known_of_a_picture_is_what_was_drawn():
    file = take(picture("JPEG") + b"<script>", "a.png")
    content = store.path_of(file.key).read_bytes()

    assert (file.width, file.height, file.name) == (8, 6, "a.jpg")
    assert (file.size, file.digest) == (len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"", {}, "is empty"),
        (PDF, {"max_bytes": len(PDF) - 1}, "too large. Choose one of at most 44 B"),
        (PDF, {"types": ("docx", "png")}, "Choose one of: DOCX, PNG."),
        (b"<html>", {"name": "x.txt"}, "not a file of an allowed type"),
        (picture(), {"max_pixels": 47}, "at most 47 pixels"),
        (picture()[:50], {}, "damaged"),
    ],
)
def test_what_is_refused_leaves_nothing(content, options, message):
    with pytest.raises(FileRefused, match=message):
        take(content, **options)

    assert kept_files() == []


def test_a_file_of_exactly_the_limit_is_taken():
    assert take(PDF, max_bytes=len(PDF)).size == len(PDF)
