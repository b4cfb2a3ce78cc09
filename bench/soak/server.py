"""The site as production serves it, in processes of its own, and how much memory they hold."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.crm.site import create_site
from bench.soak.browser import HOST
from scripts.serve import Server, server_settings
from tests import services

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 30
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Served:
    """A running site."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def memory(self) -> int:
        """What its workers hold in memory, in bytes."""
        return sum(_resident(pid) for pid in _children(self.process.pid))


def environment(
    folder: Path, database_url: str, redis_url: str, processes: int, threads: int
) -> dict[str, str]:
    """The settings of a production site; the load comes as from a proxy."""
    return {
        "BUREAU_ENV": "production",
        "SECRET_KEY": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978",
        "BUREAU_INSTANCE": str(folder),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "BUREAU_PROCESSES": str(processes),
        "BUREAU_THREADS": str(threads),
        "BUREAU_EXPORTS_AT_ONCE": str(threads // 2),
        "BUREAU_PROXY_COUNT": "1",
        "BUREAU_TRUSTED_HOSTS": HOST,
        "BUREAU_LOG_LEVEL": "WARNING",
        "PORT": str(services.free_port()),
    }


@contextlib.contextmanager
def served(folder: Path, settings: Mapping[str, str]) -> Iterator[Served]:
    """Serve the site for as long as the block lasts."""
    log, port = folder / "server.log", int(settings["PORT"])
    given = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.soak.server"],
            cwd=ROOT,
            env=given | dict(settings),
            stdout=output,
            stderr=output,
        )
    try:
        services.wait_for(lambda: process.poll() is not None or services.accepts(port), log)
        if process.poll() is not None:
            raise services.ServiceError(f"the site stopped:\n{log.read_text()}")
        yield Served(port, process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(child) for child in text.split()]
    return []


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    return 0


def main() -> None:
    """Serve the site of the environment, as `python -m scripts.serve` does."""
    app = create_site(os.environ)
    Server(app, server_settings(app)).run()


if __name__ == "__main__":
    main()
