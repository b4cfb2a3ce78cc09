"""Names of files mislead nobody: neither a person nor a system."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from app.core.files.naming import MAX_BYTES, MAX_LENGTH, clean_name, extension_of, named


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("Contrato de Março.pdf", "Contrato de Março.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\paper.pdf", "paper.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie_ x=1.pdf"),
        ("x.pdf\0.html", "x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u200bzero\u2066.txt", "zero.txt"),
        (".htaccess", "htaccess"),
        ("...", ""),
        ('a"b<c>.txt', "a_b_c_.txt"),
        ("  two  words .txt", "two words .txt"),
        ("\ud800x.txt", "x.txt"),
        ("", ""),
    ],
)
def test_a_name_loses_what_misleads(given_name, expected):
    assert clean_name(given_name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("paper.pdf", "paper.pdf"),
        ("paper.PDF", "paper.pdf"),
        ("paper.html", "paper.pdf"),
        ("paper", "paper.pdf"),
        ("", "file.pdf"),
        ("a.b c", "a.b c.pdf"),
    ],
)
def test_a_name_gets_the_extension_of_what_the_file_is(name, expected):
    assert named(name, ("pdf",)) == expected


def test_another_extension_of_the_same_type_stays():
    assert named("x.jpeg", ("jpg", "jpeg")) == "x.jpeg"


@given(st.text(max_size=6000) | st.just("a" * 5000) | st.just("é" * 5000 + ".pdf"))
def test_any_name_becomes_a_short_plain_one(text):
    name = named(clean_name(text), ("pdf",))

    assert len(name) <= MAX_LENGTH
    assert len(name.encode()) <= MAX_BYTES
    assert extension_of(name) == "pdf"
    assert not name.startswith(".")
    assert not any(c in name for c in '/\\<>:"|?*')
    assert not any(unicodedata.category(c).startswith("C") for c in name)
