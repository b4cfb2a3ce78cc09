"""Somebody at a browser, as far as a measurement needs one: keep-alive, cookies, forms."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.forms import Fields

HOST = "127.0.0.1"
AGENT = "bench/1.0"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TIMEOUT_SECONDS = 300
# A search that paints its hits breaks up the names that it found.
MARK = re.compile(r"</?mark[^>]*>")


@dataclass(frozen=True)
class Request:
    """What is sent; the same bytes whoever sends them."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def raw(self, port: int) -> bytes:
        """The request as it goes over the wire."""
        headers = {"Host": f"{HOST}:{port}", **self.headers}
        if self.method != "GET":
            headers["Content-Length"] = str(len(self.body))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{lines}\r\n".encode() + self.body


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    location: str
    body: bytes

    @property
    def text(self) -> str:
        """The page as it can be searched."""
        return MARK.sub("", self.body.decode("utf-8", "replace"))


class Visitor:
    """Keeps its cookies; follows no redirect."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self._connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_SECONDS)

    def headers(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What this browser says with every request."""
        headers = {"User-Agent": AGENT, "Accept": "text/html,application/json;q=0.9,*/*;q=0.8"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{n}={value}" for n, value in self.cookies.items())
        return headers | dict(more or {})

    def page(self, path: str, more: Mapping[str, str] | None = None) -> Request:
        """The request for a page."""
        return Request(path, headers=self.headers(more))

    def form(self, path: str, fields: Fields) -> Request:
        """The request that sends a form."""
        return Request(path, "POST", self.headers(FORM), urlencode(fields).encode())

    def get(self, path: str) -> Answer:
        return self.send(self.page(path))

    def post(self, path: str, fields: Fields) -> Answer:
        return self.send(self.form(path, fields))

    def send(self, request: Request) -> Answer:
        """Send it, once more where the server had closed the idle connection."""
        try:
            return self._send(request)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._connection.close()
            return self._send(request)

    def close(self) -> None:
        self._connection.close()

    def _send(self, request: Request) -> Answer:
        self._connection.request(
            request.method, request.path, request.body or None, dict(request.headers)
        )
        answer = self._connection.getresponse()
        body = answer.read()
        for given in answer.headers.get_all("Set-Cookie", []):
            self._keep(given)
        return Answer(answer.status, answer.getheader("Location") or "", body)

    def _keep(self, given: str) -> None:
        pair, _, attributes = given.partition(";")
        name, _, value = pair.strip().partition("=")
        if value in ("", '""') or "max-age=0" in attributes.lower():
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value
