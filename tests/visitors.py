"""Somebody who uses a running server over HTTP, form by form, and notes how long each page took."""

from __future__ import annotations

import html
import re
import time
from typing import Any

import requests

HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')
TIMEOUT = 30


class Visitor:
    """A browser or a client of the API, at an address of its own."""

    def __init__(self, url: str, address: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers["X-Forwarded-For"] = address
        self.seconds: dict[str, float] = {}
        self.codes: dict[str, int] = {}

    @property
    def slowest(self) -> float:
        """How long the slowest answer took."""
        return max(self.seconds.values())

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send one request and follow nothing."""
        began = time.monotonic()
        answer = self.session.request(
            method, f"{self.url}{path}", timeout=TIMEOUT, allow_redirects=False, **options
        )
        name = f"{method} {path}"
        self.seconds[name] = max(time.monotonic() - began, self.seconds.get(name, 0))
        self.codes[name] = answer.status_code
        return answer

    def get(self, path: str) -> requests.Response:
        """Open a page."""
        return self.ask("GET", path)

    def fill_in(self, path: str, **values: Any) -> requests.Response:
        """Open a form, fill it in and send it with all that it carries along."""
        page = self.get(path)
        hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(page.text)}
        return self.ask("POST", path, data=hidden | values)

    def log_in(self, name: str, password: str) -> requests.Response:
        """Fill in the log-in form."""
        return self.fill_in("/login/", username=name, password=password)

    def take_token(self, name: str, password: str) -> None:
        """Call the API with a token from now on."""
        sent = {"username": name, "password": password}
        answer = self.ask("POST", "/api/v1/security/login", json=sent)
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
