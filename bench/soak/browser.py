"""One person's browser: cookies, an address of their own, and a note of every answer."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from bench.soak.journal import Journal, Sample

HOST = "bureau.example"
TIMEOUT_SECONDS = 60
UNANSWERED = 0
"""The status of a request to which no answer came."""
LEAKS = re.compile(r"Traceback|psycopg2?\.|sqlalche|SELECT .* FROM|QueuePool|server closed the")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def is_away(self) -> bool:
        """Whether it says that something is away or busy, so that nobody knows what was done."""
        return self.status in (503, UNANSWERED)


class Browser:
    """Asks one server; like a browser behind a proxy that speaks HTTPS."""

    def __init__(self, port: int, journal: Journal, number: int) -> None:
        self._port = port
        self._journal = journal
        self._address = f"10.{number // 250}.{number % 250}.7"
        self._cookies: dict[str, str] = {}
        self.token = ""

    def get(self, step: str, path: str, **options: bool) -> Answer:
        """Open a page."""
        return self._ask(step, "GET", path, b"", {}, options)

    def post(
        self, step: str, path: str, fields: Iterable[tuple[str, str]], **options: bool
    ) -> Answer:
        """Send a form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask(step, "POST", path, urlencode(list(fields)).encode(), kind, options)

    def call(self, step: str, method: str, path: str, body: str = "") -> Answer:
        """Call the REST API, with the token where there is one."""
        headers = {"Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body:
            headers["Content-Type"] = "application/json"
        return self._ask(step, method, path, body.encode(), headers, {}, has_cookies=False)

    def blame(self, step: str, problem: str) -> None:
        """Note that an answer was wrong, though its status was right."""
        self._journal.blame(step, problem)

    def _ask(
        self,
        step: str,
        method: str,
        path: str,
        body: bytes,
        headers: dict[str, str],
        options: Mapping[str, bool],
        *,
        has_cookies: bool = True,
    ) -> Answer:
        sent = self._headers(has_cookies=has_cookies) | headers
        if options.get("fragment"):
            sent["HX-Request"] = "true"
        began = time.monotonic()
        try:
            answer = self._exchange(method, path, body, sent)
            problem = _problem_of(answer)
        except (OSError, http.client.HTTPException) as error:
            answer = Answer(UNANSWERED, "", {})
            problem = f"no answer: {type(error).__name__}"
        self._journal.note(Sample(step, began, time.monotonic(), answer.status, problem))
        return answer

    def _headers(self, *, has_cookies: bool) -> dict[str, str]:
        headers = {
            "Host": HOST,
            "X-Forwarded-For": self._address,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": HOST,
            "Origin": f"https://{HOST}",
            "Referer": f"https://{HOST}/",
            "User-Agent": "soak/1.0",
            "Accept": "text/html,*/*;q=0.8",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        if has_cookies and self._cookies:
            headers["Cookie"] = "; ".join(f"{n}={value}" for n, value in self._cookies.items())
        return headers

    def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            for line in response.headers.get_all("Set-Cookie") or ():
                for name, morsel in SimpleCookie(line).items():
                    self._cookies[name] = morsel.value
            return Answer(response.status, text, dict(response.headers.items()))
        finally:
            connection.close()


def _problem_of(answer: Answer) -> str:
    """What is wrong with an answer, whatever was asked."""
    if LEAKS.search(answer.text) and "csv" not in answer.headers.get("Content-Type", ""):
        return "it tells of our insides"
    if answer.status == 503:
        return "away" if "Retry-After" in answer.headers else "503 without Retry-After"
    return f"status {answer.status}" if answer.status >= 500 else ""
