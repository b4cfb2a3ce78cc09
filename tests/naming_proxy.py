"""A proxy that has signed somebody in, and tells the server behind it whom; real HTTP both ways."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ADDRESS = "127.0.0.2"
"""What the server sees the proxy ask from; whoever asks it directly comes from elsewhere."""
HEADER = "X-Remote-User"
NEVER_PASSED = frozenset({HEADER.lower(), "connection", "content-length", "transfer-encoding"})


class NamingProxy:
    """Its address, and whom it names: each entry is one header."""

    def __init__(self, behind: str) -> None:
        self.behind = urlsplit(behind)
        self.names: list[tuple[str, str]] = []
        self.url = ""

    def name(self, *users: str) -> None:
        """Name these from now on, each in a header of its own."""
        self.names = [(HEADER, user) for user in users]


def _handler(proxy: NamingProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            behind = http.client.HTTPConnection(
                str(proxy.behind.hostname), proxy.behind.port, source_address=(ADDRESS, 0)
            )
            behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in [*self.headers.items(), *proxy.names, *self._forwarded()]:
                if name.lower() not in NEVER_PASSED or (name, value) in proxy.names:
                    behind.putheader(name, value.encode())
            behind.putheader("Content-Length", str(length))
            behind.endheaders(body)
            self._answer(behind.getresponse())
            behind.close()

        do_POST = do_GET  # noqa: N815 (BaseHTTPRequestHandler calls it so)

        def _forwarded(self) -> list[tuple[str, str]]:
            host = self.headers["Host"]
            return [("X-Forwarded-For", self.client_address[0]), ("X-Forwarded-Host", host)]

        def _answer(self, response: http.client.HTTPResponse) -> None:
            content = response.read()
            self.send_response(response.status)
            for name, value in response.getheaders():
                if name.lower() not in NEVER_PASSED:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


@contextlib.contextmanager
def naming_proxy(behind: str) -> Iterator[NamingProxy]:
    """Run a proxy in front of a server for as long as the block lasts."""
    proxy = NamingProxy(behind)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(proxy))
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
