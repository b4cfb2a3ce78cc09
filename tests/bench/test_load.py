"""The load generator, against servers that answer in every way that HTTP has."""

import itertools
import socket
import struct
import threading
from contextlib import contextmanager

import pytest

from bench.client import Request
from bench.load import LoadError, press

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nrig\r\n9;x=y\r\nht\r\n0\r\n\r\n\r\n0\r\n\r\n"
)
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nright"
UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\n\r\nright"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
BROKEN = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nright"
ERROR = b"HTTP/1.1 500 Oops\r\nContent-Length: 5\r\n\r\nwrong"


class Server:
    """Gives its answers in turn, in pieces of so many bytes; notes what it was asked."""

    def __init__(self, *answers, piece=1000, closes_after=(), resets=False):
        self.answers = itertools.cycle(answers)
        self.piece = piece
        self.closes_after = closes_after
        self.resets = resets
        self.asked = []
        self.lock = threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def serve(self):
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while request := connection.recv(10_000):
            with self.lock:
                self.asked.append(request)
                answer = next(self.answers)
                number = len(self.asked)
            for start in range(0, len(answer), self.piece):
                connection.sendall(answer[start : start + self.piece])
            if answer in (CLOSING, UNTIL_CLOSED, BROKEN) or number in self.closes_after:
                break
        if self.resets:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


@contextmanager
def serving(*answers, **how):
    server = Server(*answers, **how)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.socket.shutdown(socket.SHUT_RDWR)
        server.socket.close()
        thread.join()


def stream(port):
    for number in itertools.count():
        yield Request(f"/{number}", headers={"X-Test": "1"}).raw(port)


def ask(server, *, connections=1, minimum=12, wanted=b"right"):
    return press(
        server.port,
        [stream(server.port) for _number in range(connections)],
        0,
        lambda status, body: status < 300 and wanted in body,
        minimum,
    )


@pytest.mark.parametrize("piece", [1, 7, 1000])
@pytest.mark.parametrize("answer", [PLAIN, CLOSING, UNTIL_CLOSED])
def test_answer_is_taken_whole_however_it_ends_and_arrives(answer, piece):
    with serving(answer, piece=piece) as server:
        load = ask(server)

    assert (load.answers, load.wrong) == (12, 0)
    assert len(server.asked) == 12


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_chunks_are_followed_to_the_last_even_where_one_looks_like_it(piece):
    with serving(CHUNKED, piece=piece) as server:
        load = ask(server, wanted=b"\r\n0\r\n\r\n")

    assert (load.answers, load.wrong) == (12, 0)


def test_answer_without_a_body_is_an_answer():
    with serving(EMPTY) as server:
        load = ask(server, wanted=b"")

    assert (load.answers, load.wrong) == (12, 0)


def test_wrong_answers_are_counted():
    with serving(PLAIN, ERROR, PLAIN) as server:
        load = ask(server)

    assert (load.answers, load.wrong) == (12, 4)


def test_every_connection_sends_its_stream_in_order():
    with serving(PLAIN) as server:
        load = ask(server, connections=4, minimum=40)

    assert load.answers >= 40
    numbers = [int(request.split()[1][1:]) for request in server.asked]
    assert len(numbers) == load.answers
    # How far each connection gets is the machine's affair; none leaves a number out.
    times = [numbers.count(number) for number in range(max(numbers) + 1)]
    assert times[0] == 4
    assert times == sorted(times, reverse=True)
    assert 0 not in times


@pytest.mark.parametrize("resets", [False, True])
def test_request_on_a_connection_that_was_idle_and_is_closed_is_sent_again(resets):
    with serving(PLAIN, closes_after=(3, 7), resets=resets) as server:
        load = ask(server)

    assert (load.answers, load.wrong) == (12, 0)
    assert [int(request.split()[1][1:]) for request in server.asked] == list(range(12))


@pytest.mark.parametrize("resets", [False, True])
def test_answer_that_is_cut_off_is_an_error(resets):
    with serving(BROKEN, resets=resets) as server, pytest.raises(LoadError, match="middle"):
        ask(server)


def test_body_without_a_length_that_ends_in_a_reset_is_cut_off():
    with serving(UNTIL_CLOSED, resets=True) as server, pytest.raises(LoadError, match="middle"):
        ask(server)
