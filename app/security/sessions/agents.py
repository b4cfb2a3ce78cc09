"""What a browser says of itself, in words: "Firefox on Windows".

It is only for people to recognise their own devices by; nothing is decided by it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask_babel import gettext as _

# Nearly every browser names others to be served like them, so the order decides.
_BROWSERS = (
    ("Edge", re.compile(r"\bEdgA?/|\bEdgiOS/|\bEdge/")),
    ("Opera", re.compile(r"\bOPR/|\bOpera\b")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Vivaldi", re.compile(r"\bVivaldi/")),
    ("Firefox", re.compile(r"\bFirefox/|\bFxiOS/")),
    ("Chrome", re.compile(r"\bChrome/|\bCriOS/|\bHeadlessChrome/")),
    ("Chromium", re.compile(r"\bChromium/")),
    ("Safari", re.compile(r"\bSafari/")),
)
_SYSTEMS = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac OS X\b|\bMacintosh\b")),
    ("Linux", re.compile(r"\bLinux\b|\bX11\b")),
)
_HANDHELD = frozenset({"iPhone", "iPad", "Android"})
_PRODUCT = re.compile(r"[A-Za-z][\w.+-]{0,39}")


@dataclass(frozen=True)
class Agent:
    """A program and what it runs on, as far as it tells."""

    program: str
    system: str = ""

    @property
    def icon(self) -> str:
        """The symbol of the device."""
        if not self.system:
            return "code"
        return "mobile" if self.system in _HANDHELD else "screen"

    def __str__(self) -> str:
        if self.program and self.system:
            return _("%(program)s on %(system)s", program=self.program, system=self.system)
        return self.program or self.system or _("A program that does not say what it is")


def describe_agent(text: str | None) -> Agent:
    """What a `User-Agent` header names; of a program that is no browser it is the first word."""
    text = text or ""
    browser, system = _first(_BROWSERS, text), _first(_SYSTEMS, text)
    if not browser and not text.startswith("Mozilla/"):
        product = _PRODUCT.match(text)
        browser = product.group() if product else ""
    return Agent(browser, system)


def _first(known: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str:
    return next((name for name, pattern in known if pattern.search(text)), "")
