import subprocess
import sys

import pytest

from app.core.adopt.layout import Call, Imports, keyword, quoted, statement

LONG = "x" * 40
VALUES = [
    Call("f(", ['"a"']),
    Call("f(", ["a" * 60, "b" * 60]),
    Call("f(", [f'"{LONG}"', f'"{LONG}"', "c=1"]),
    Call("f(", [Call("g(", ["a" * 50, "b" * 60]), "c"]),
    Call("f(", [Call("[", [f'"{LONG}"', f'"{LONG}"'], "]"), Call("[", ['"a"'], "]")]),
    Call("(", ['"only"']),
    Call("(", [f'"{LONG}{LONG}{LONG}"']),
    Call("f(", [Call("views=(", ["A" * 50, "B" * 50]), "x=1"]),
    Call("f(", [Call("views=(", ["A"]), "x=1"]),
    Call("f(", [keyword("comment", "A short one.")]),
    Call("f(", ["a", keyword("comment", "words with 'quotes' and \"more\" " * 10)]),
]


@pytest.mark.parametrize("value", VALUES, ids=str)
@pytest.mark.parametrize("indent", [0, 1])
def test_statement_is_laid_out_as_ruff_does(value, indent):
    head = "class A:\n" if indent else ""
    source = f"{head}{statement('name = ', value, indent)}\n"

    formatted = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--line-length", "100", "-"],
        input=source,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert formatted == source


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", '"plain"'),
        ('say "hi"', "'say \"hi\"'"),
        ("it's", '"it\'s"'),
        ("back\\slash", '"back\\\\slash"'),
        ("tab\t", '"tab\\t"'),
    ],
)
def test_texts_are_quoted_with_the_fewest_backslashes(text, expected):
    assert quoted(text) == expected


@pytest.mark.parametrize("text", ["", "a'b\"c", "\u2028", "\U0001f600", "\x00", "é\\'"])
def test_quoted_text_reads_back_as_itself(text):
    assert eval(quoted(text)) == text


def test_long_text_keeps_all_its_words():
    words = " ".join(f"word{number}" for number in range(60))

    call = keyword("comment", words)

    assert eval(f"dict({call.flat()})") == {"comment": words}


def test_imports_are_sorted_into_blocks():
    imports = Imports()
    imports.add_all([("sqlalchemy", "String"), ("datetime", ""), ("sqlalchemy", "JSON")])
    imports.add("app.core.types", "choice")
    imports.add("decimal", "Decimal")

    assert imports.render() == (
        "import datetime as dt\n"
        "from decimal import Decimal\n"
        "\n"
        "from sqlalchemy import JSON, String\n"
        "\n"
        "from app.core.types import choice"
    )


def test_long_import_takes_a_line_for_each_name():
    imports = Imports()
    imports.add("sqlalchemy", *(f"Name{number}" for number in range(20)))

    assert imports.render().splitlines()[:2] == ["from sqlalchemy import (", "    Name0,"]
