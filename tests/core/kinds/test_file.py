"""A file is a value like others: shown by name and size, read back from what Bureau wrote."""

import pytest

from app.core.files.stored import StoredFile
from app.core.kinds import BadValue, kind_of_type
from app.core.kinds.file import File
from app.core.kinds.masked import Masked
from app.core.types import Picture, Upload

FILE = StoredFile("k" * 40 + ".x", "application/pdf", 1_234_567, "ab" * 32, "Paper é.pdf")


def test_the_kind_is_found_by_the_type_with_its_limits():
    assert kind_of_type(Upload(("pdf",), 10)) == File(("pdf",), 10, 25_000_000)
    assert kind_of_type(Picture(10, 20)) == File(("png", "jpeg", "gif", "webp"), 10, 20)


def test_a_type_that_nobody_knows_is_refused_when_it_is_declared():
    with pytest.raises(TypeError, match="svg"):
        Upload(("pdf", "svg"))


def test_what_is_written_is_read_back():
    assert File().parse(File().to_input(FILE)) == FILE


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", '{"key": 1, "more": 2}', "null"])
def test_nothing_else_is_read(text, reading):
    with reading(), pytest.raises(BadValue):
        File(("pdf",), 10, 10).parse(text)


@pytest.mark.parametrize("value", [None, "text", {}, FILE.to_dict()])
def test_no_json_is_a_file(value, reading):
    with reading(), pytest.raises(BadValue):
        File(("pdf",), 10, 10).from_json(value)


@pytest.mark.parametrize(
    ("locale", "text"), [("en", "Paper é.pdf (1.2 MB)"), ("pt", "Paper é.pdf (1,2 MB)")]
)
def test_people_see_name_and_size(locale, text, reading):
    with reading(locale):
        assert File().format(FILE) == text


def test_a_mask_shows_the_end_of_the_name():
    assert Masked(File()).mask(FILE) == "•••• .pdf"


def test_clients_see_neither_key_nor_digest():
    assert File().to_json(FILE) == {
        "name": "Paper é.pdf",
        "type": "application/pdf",
        "size": 1_234_567,
    }


def test_it_says_what_is_taken(reading):
    with reading("en"):
        assert File(("pdf", "jpeg"), 500, 1_000).expectation() == (
            "PDF, JPG; at most 500 B. A picture has at most 1,000 pixels."
        )
    assert File(("pdf", "jpeg")).accepted() == ".pdf,.jpg,.jpeg"
