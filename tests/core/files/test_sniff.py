"""What a file is, is told by its content; whatever could be run is no file of ours."""

import pytest

from app.core.files.sniff import MAX_PARTS, sniff
from tests.core.archive import DOCX, ODT, PDF, XLSX, picture, zip_of

TEXT = "Olá, mundo\n".encode()


@pytest.mark.parametrize(
    ("content", "extension", "expected"),
    [
        (PDF, "", "pdf"),
        (PDF, "txt", "pdf"),
        (picture("PNG"), "pdf", "png"),
        (picture("JPEG"), "", "jpeg"),
        (picture("GIF"), "", "gif"),
        (picture("WEBP"), "", "webp"),
        (TEXT, "txt", "text"),
        (b"\xef\xbb\xbf" + TEXT, "txt", "text"),
        (b"a;b\n1;2\n", "csv", "csv"),
        (b"1 < 2, and 3 > 2", "txt", "text"),
        (DOCX, "", "docx"),
        (XLSX, "", "xlsx"),
        (ODT, "", "odt"),
    ],
)
def test_allowed_types_are_told_by_their_content(content, extension, expected):
    assert sniff(content, extension).name == expected


PAGE = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
MACRO = {"[Content_Types].xml": b"x", "word/document.xml": b"x", "word/vbaProject.bin": b"x"}
OUTSIDE = {"[Content_Types].xml": b"x", "word/document.xml": b"x", "../../etc/cron.d/x": b"x"}
BOTH = {"[Content_Types].xml": b"x", "word/document.xml": b"x", "xl/workbook.xml": b"x"}
BAD = {
    "page": PAGE,
    "page after blanks": b"\n\n   " + PAGE,
    "page after a mark": b"\xef\xbb\xbf" + PAGE,
    "page in a text": b"Dear reader,\n<script>alert(1)</script>",
    "drawing": SVG,
    "xml": b'<?xml version="1.0"?><x/>',
    "php": b"text <?php system($_GET[0]); ?>",
    "comment": b"x <!-- x --> y",
    "shell script": b"#!/bin/sh\nrm -rf /\n",
    "batch": b"@echo off\n",
    "postscript": b"%!PS-Adobe-3.0\n",
    "rich text": b"{\\rtf1 x}",
    "windows program": b"MZ\x90\x00\x03",
    "linux program": b"\x7fELF\x02\x01",
    "zip": zip_of({"a.txt": b"x"}),
    "jar": zip_of({"META-INF/MANIFEST.MF": b"x", "A.class": b"x"}),
    "macro": zip_of(MACRO),
    "way out": zip_of(OUTSIDE),
    "two documents": zip_of(BOTH),
    "too many parts": zip_of({f"{n}": b"" for n in range(MAX_PARTS + 1)}),
    "something behind a document": DOCX + PAGE,
    "something before a document": PAGE + DOCX,
    "cut document": DOCX[:-30],
    "page before a pdf": PAGE + PDF,
    "page in the head of a pdf": PDF.replace(b"1 0 obj", b"%<html><script>\n1 0 obj"),
    "archive behind a pdf": PDF + zip_of({"a": b"x"}),
    "cut pdf": PDF[:20],
    "nul": b"text\0text",
    "escape": b"text\x1b[31m",
    "latin-1": "Olá".encode("latin-1"),
    "utf-16": "text".encode("utf-16"),
    "sound that says riff": b"RIFF\x00\x00\x00\x00WAVEfmt ",
    "bytes": bytes(range(128, 256)),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("extension", ["png", "txt", "pdf", "docx"])
def test_everything_else_is_refused(name, extension):
    assert sniff(BAD[name], extension) is None


@pytest.mark.parametrize("extension", ["js", "py", "bat", "html", "svg", ""])
def test_text_that_is_not_called_text_is_refused(extension):
    assert sniff(b"alert(1)", extension) is None


def test_a_bomb_is_refused_without_unpacking_it():
    parts = {"[Content_Types].xml": b"x", "word/document.xml": b"x"}
    bomb = zip_of(parts | {f"word/{number}": bytes(60_000_000) for number in range(9)})

    assert len(bomb) < 1_000_000
    assert sniff(bomb, "docx") is None
