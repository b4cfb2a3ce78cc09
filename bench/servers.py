"""Servers of contestants: started one way, and stopped whatever happens."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from http import HTTPStatus
from pathlib import Path

from bench import machine
from bench.client import Visitor
from bench.contestant import Contestant, Site

PATIENCE_SECONDS = 120
GRACE_SECONDS = 10


class ServerError(RuntimeError):
    """A server did not start; the message says what it wrote."""


class Server:
    """A contestant that answers."""

    def __init__(self, contestant: Contestant, site: Site) -> None:
        self.contestant = contestant
        self.site = site
        self.seconds_to_start = 0.0
        self._log = site.folder / "server.log"
        begin = time.perf_counter()
        with self._log.open("w") as output:
            self._process = subprocess.Popen(
                contestant.command(site),
                cwd=contestant.folder,
                env=contestant.environ(site),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C at the terminal is for us; we stop it then.
                start_new_session=True,
            )
        try:
            machine.serve_apart(self._process.pid)
            self._await_first_page(begin)
        except BaseException:
            self.stop()
            raise
        self.seconds_to_start = time.perf_counter() - begin

    def processes(self) -> list[int]:
        """All of them."""
        return machine.family(self._process.pid)

    def stop(self) -> None:
        """End it: with the grace that it needs for what it does, then without."""
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            # Its session is its own, so this reaches what it has started and nobody else.
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _await_first_page(self, begin: float) -> None:
        while time.perf_counter() - begin < PATIENCE_SECONDS:
            visitor = Visitor(self.site.port)
            with contextlib.suppress(OSError), contextlib.closing(visitor):
                answer = visitor.get(self.contestant.login_page)
                if answer.status >= HTTPStatus.BAD_REQUEST:
                    raise ServerError(f"{self.contestant.title}: {answer.status}\n{self._said()}")
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.005)
        raise ServerError(f"{self.contestant.title} does not answer\n{self._said()}")

    def _said(self) -> str:
        return Path(self._log).read_text()[-2000:]
