"""Reads a page as a browser does, and says what in it only a payload can have put there."""

from __future__ import annotations

from html.parser import HTMLParser

from tests.security.corpus import MARK

ADDRESSES = frozenset({"href", "src", "action", "formaction", "data", "srcdoc", "poster", "srcset"})
OUR_SCHEMES = ("http:", "https:", "mailto:", "tel:", "data:image/")


class Page(HTMLParser):
    """Collects the elements and attributes of a page that none of our templates writes."""

    def __init__(self, text: str, nonce: str) -> None:
        super().__init__(convert_charrefs=True)
        self.nonce = nonce
        self.faults: list[str] = []
        self.scripts = 0
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self._inside = tag
        given = dict(attrs)
        if MARK in tag or tag in ("base", "iframe", "object", "embed", "style", "math"):
            self.faults.append(f"<{tag}>")
        if tag == "script":
            self.scripts += 1
            if given.get("nonce") != self.nonce and given.get("type") != "application/json":
                self.faults.append("<script> without the nonce")
        for name, value in attrs:
            self.check(tag, name, value or "")

    def check(self, tag, name, value):
        """Note an attribute that runs a script, or that leads where no template of ours does."""
        if MARK in name or name.startswith("on") or name == "style":
            self.faults.append(f"<{tag} {name}>")
        plain = "".join(value.split()).lower()
        scheme, colon, _rest = plain.partition(":")
        leads_away = colon and "/" not in scheme and "?" not in scheme and "#" not in scheme
        if name in ADDRESSES and leads_away and not plain.startswith(OUR_SCHEMES):
            self.faults.append(f"<{tag} {name}={value[:40]}>")

    def handle_data(self, data):
        if self._inside == "script" and MARK in data and "<" in data:
            self.faults.append(f"in a script: {data[:40]}")

    def handle_endtag(self, tag):
        self._inside = ""


def faults_of(answer) -> list[str]:
    """What is wrong with an HTML answer, or with one of another kind that a browser might show."""
    kind = answer.headers["Content-Type"].partition(";")[0]
    if answer.headers["X-Content-Type-Options"] != "nosniff":
        return ["its type may be guessed"]
    if kind != "text/html":
        is_file = "attachment" in answer.headers.get("Content-Disposition", "")
        return [] if kind == "application/json" or is_file else [f"it is shown as {kind}"]
    policy = answer.headers["Content-Security-Policy"]
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    return Page(answer.text, nonce).faults
