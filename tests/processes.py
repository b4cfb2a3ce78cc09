"""Our own server, as `make run` starts it: another process, another memory, real HTTP."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import services

ROOT = Path(__file__).resolve().parents[1]
SECRET = "kW3vQm0pYt7uZ1xLr9sBn4hGd6fJc2aEoViU8yTqMXw"


@dataclass
class ServerProcess:
    """Where it listens, and what it has logged."""

    url: str
    process: subprocess.Popen
    log: Path

    def said(self) -> str:
        """All that it has logged."""
        return self.log.read_text()


@contextlib.contextmanager
def server_process(folder: Path, database_url: str, **settings: str) -> Iterator[ServerProcess]:
    """Run a server for as long as the block lasts; processes that share a secret share sessions."""
    folder.mkdir(parents=True, exist_ok=True)
    port = services.free_port()
    environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environ |= {
        "BUREAU_ENV": "testing",
        "BUREAU_INSTANCE": str(folder),
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET,
        "PORT": str(port),
        **settings,
    }
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.serve"],
            cwd=ROOT,
            env=environ,
            stdout=output,
            stderr=output,
        )
    try:
        services.wait_for(lambda: process.poll() is not None or services.accepts(port), log)
        if process.poll() is not None:
            raise services.ServiceError(f"the server stopped:\n{log.read_text()}")
        yield ServerProcess(f"http://127.0.0.1:{port}", process, log)
    finally:
        process.terminate()
        process.wait(services.PATIENCE_SECONDS)
