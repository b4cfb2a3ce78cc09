"""Builds the front end, when what it is built from has changed since the last time.

It runs at every start, so it imports nothing that is slow to import.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STAMP = ROOT / "app" / "static" / "dist" / ".inputs"


def inputs() -> Iterator[Path]:
    """Every file that can change what the build writes."""
    yield from (ROOT / "package.json", ROOT / "package-lock.json")
    yield from sorted((ROOT / "scripts").glob("*.mjs"))
    for folder, folders, files in os.walk(ROOT / "app" / "assets"):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(files))


def fingerprint() -> str:
    """A hash of the names and contents of all inputs."""
    digest = hashlib.sha256()
    for path in inputs():
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def main() -> int:
    """Build if needed; the exit code is that of the build."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return 0
    print("Building the front end", flush=True)
    built = subprocess.run(
        [ROOT / "scripts" / "npm", "run", "--silent", "build"], cwd=ROOT, check=False
    )
    if built.returncode == 0:
        STAMP.parent.mkdir(parents=True, exist_ok=True)
        STAMP.write_text(wanted)
    return built.returncode


if __name__ == "__main__":
    sys.exit(main())
