"""The peers' virtual environments: made once, and again when the pins change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.contestant import ROOT, Contestant, own_programs

STAMP = "requirements.made"


def environments() -> Path:
    """The folder that they are in."""
    return Path(os.environ.get("BENCH_ENVIRONMENTS") or ROOT / ".bench" / "environments")


def programs_of(contestant: Contestant) -> Path:
    """The programs of the environment of a contestant; makes the environment if need be."""
    if not contestant.has_environment:
        return own_programs()
    folder = environments() / contestant.name
    pins = contestant.folder / "requirements.txt"
    stamp = folder / STAMP
    if not stamp.exists() or stamp.read_text() != pins.read_text():
        print(f"Making the environment of {contestant.title}", flush=True)
        _run(sys.executable, "-m", "venv", "--clear", folder)
        _run(folder / "bin" / "python", *"-m pip install --quiet --no-deps -r".split(), pins)
        stamp.write_text(pins.read_text())
    return folder / "bin"


def versions(programs: Path) -> dict[str, str]:
    """What is installed there, by name."""
    code = (
        "import json, importlib.metadata as m\n"
        "print(json.dumps({d.metadata['Name'].lower(): d.version for d in m.distributions()}))"
    )
    done = _run(programs / "python", "-c", code)
    found: dict[str, str] = json.loads(done)
    return found


def _run(*command: str | Path) -> str:
    environ = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout
