"""The check of sizes and names finds what is planted."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import check_style


@pytest.fixture
def write(tmp_path, monkeypatch):
    """`write(name, source)` gives the problems of a file with that name and source."""
    monkeypatch.setattr(check_style, "ROOT", tmp_path)

    def problems_of(name: str, source: str = "") -> list[str]:
        path = Path(tmp_path, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
        return list(check_style.problems_in(path))

    return problems_of


def test_a_long_file_is_found(write):
    assert write("app/core/long.py", "x = 1\n" * 401) == [
        "app/core/long.py: 401 lines, more than 400"
    ]


def test_a_long_function_is_found(write):
    source = "def walk():\n" + "    x = 1\n" * 50

    assert write("app/core/walk.py", source) == ["app/core/walk.py:1: walk has 51 lines"]


def test_a_docstring_does_not_make_a_function_long(write):
    source = 'def walk():\n    """' + "word\n" * 60 + '"""\n    return 1\n'

    assert write("app/core/walk.py", source) == []


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc"])
def test_a_name_that_says_nothing_is_found(write, name):
    assert write(f"app/core/{name}.py") != []
    assert write(f"tests/core/test_{name}.py") != []


def test_a_feature_has_a_closed_list_of_files(write):
    assert write("app/features/blog/stuff.py") != []
    assert write("app/features/blog/models.py") == []
