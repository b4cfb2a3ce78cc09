"""What a column keeps of a file is the same in each of its forms."""

import pytest

from app.core.files.stored import StoredFile

FILE = StoredFile("k", "image/png", 5, "d", "é.png", 3, 2)


def test_it_is_the_same_as_values_and_as_text():
    assert StoredFile.from_dict(FILE.to_dict()) == FILE
    assert StoredFile.from_text(FILE.to_text()) == FILE
    assert "width" not in StoredFile("k", "text/plain", 5, "d", "a.txt").to_dict()


@pytest.mark.parametrize("text", ["", "x", "[]", "1", "{}", '{"other": 1}'])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        StoredFile.from_text(text)
