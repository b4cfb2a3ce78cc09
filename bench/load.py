"""The load generator: one request under way on each connection, one thread, nothing in between.

It parses only as much of an answer as tells where it ends, so that a core of its own is never
what limits a server in Python.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.client import HOST

CHUNK = 256 * 1024
PATIENCE_SECONDS = 120
CUT_OFF = "the server closed the connection in the middle of an answer"
Accept = Callable[[int, bytes], bool]
"""Whether an answer with this status and this body is a right one."""


class LoadError(RuntimeError):
    """The server stopped answering."""


@dataclass(frozen=True)
class Load:
    """What came of it."""

    answers: int
    wrong: int
    seconds: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds


class Connection:
    """One connection, and the answer that is arriving on it."""

    def __init__(self, port: int, stream: Iterator[bytes]) -> None:
        self._address = (HOST, port)
        self._stream = stream
        self._request = b""
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection(self._address, timeout=PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._is_fresh = True
        self._expect()

    def _expect(self) -> None:
        self._buffer = bytearray()
        self._start = 0
        self._end: int | None = None
        self._chunk = 0
        self._is_chunked = False

    def send_next(self) -> None:
        """Send the stream's next request."""
        self._request = next(self._stream)
        try:
            self.socket.sendall(self._request)
        except (BrokenPipeError, ConnectionResetError):
            self._closed()

    def receive(self) -> tuple[int, bytes] | None:
        """Take in what has come: status and body when it is all, None while it is not."""
        try:
            data = self.socket.recv(CHUNK)
        except ConnectionResetError as error:
            if self._buffer:
                raise LoadError(CUT_OFF) from error
            # A server that closed just before our request came says so in this way.
            data = b""
        self._buffer += data
        if not data:
            return self._closed()
        if not self._start and not self._read_head():
            return None
        if self._is_chunked:
            return self._taken(self._buffer) if self._has_last_chunk() else None
        if self._end is None or len(self._buffer) < self._end:
            return None
        return self._taken(self._buffer)

    def _read_head(self) -> bool:
        """Find out where the body begins and ends; False while the head is not all there."""
        found = self._buffer.find(b"\r\n\r\n")
        if found < 0:
            return False
        head = bytes(self._buffer[:found]).lower()
        self._start = self._chunk = found + 4
        self._is_chunked = b"\r\ntransfer-encoding: chunked" in head
        self._closes = b"\r\nconnection: close" in head
        _, is_given, rest = head.partition(b"\r\ncontent-length:")
        if is_given:
            self._end = self._start + int(rest.split(b"\r\n", 1)[0])
        elif self._status() in (204, 304):
            self._end = self._start
        return True

    def _has_last_chunk(self) -> bool:
        """Walk on over the chunks that are complete."""
        while (line_end := self._buffer.find(b"\r\n", self._chunk)) >= 0:
            size = int(self._buffer[self._chunk : line_end].split(b";")[0], 16)
            following = line_end + 2 + size + 2
            if following > len(self._buffer):
                return False
            if not size:
                return True
            self._chunk = following
        return False

    def _status(self) -> int:
        return int(self._buffer[9:12])

    def _taken(self, buffer: bytearray) -> tuple[int, bytes]:
        answer = self._status(), bytes(buffer[self._start :])
        self._is_fresh = False
        if self._closes:
            self.socket.close()
            self._open()
        else:
            self._expect()
        return answer

    def _closed(self) -> tuple[int, bytes] | None:
        """The server has closed: the end of a body without a length, or an idle connection."""
        if self._start and self._end is None and not self._is_chunked:
            self._closes = True
            return self._taken(self._buffer)
        was_idle = not self._buffer and not self._is_fresh
        self.socket.close()
        if not was_idle:
            raise LoadError(CUT_OFF)
        self._open()
        self.socket.sendall(self._request)
        return None


def press(
    port: int,
    streams: Sequence[Iterator[bytes]],
    seconds: float,
    accept: Accept,
    minimum: int = 1,
) -> Load:
    """Ask on one connection for each stream, for so long and at least so often."""
    connections = [Connection(port, stream) for stream in streams]
    answers = wrong = 0
    begin = time.perf_counter()
    try:
        with selectors.DefaultSelector() as ready:
            for connection in connections:
                connection.send_next()
                ready.register(connection.socket, selectors.EVENT_READ, connection)
            for connection in _readable(ready):
                was = connection.socket
                answer = connection.receive()
                if answer is not None:
                    answers += 1
                    wrong += not accept(*answer)
                    if time.perf_counter() - begin >= seconds and answers >= minimum:
                        ready.unregister(was)
                        continue
                    connection.send_next()
                if connection.socket is not was:
                    ready.unregister(was)
                    ready.register(connection.socket, selectors.EVENT_READ, connection)
    finally:
        for connection in connections:
            connection.socket.close()
    # Answers that came after the time was up count, and so does the time that they took.
    return Load(answers, wrong, time.perf_counter() - begin)


def _readable(ready: selectors.BaseSelector) -> Iterator[Connection]:
    """The connections on which something has come, until none is left to wait for."""
    while ready.get_map():
        events = ready.select(PATIENCE_SECONDS)
        if not events:
            raise LoadError(f"no answer in {PATIENCE_SECONDS} seconds")
        for key, _mask in events:
            yield key.data
