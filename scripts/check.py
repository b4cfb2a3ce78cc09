"""Runs every check there is, two at a time, and prints what each one found."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "types": [str(BIN / "mypy")],
    "lint": [str(BIN / "ruff"), "check", "--quiet"],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet"],
    "imports": [str(BIN / "lint-imports"), "--no-logo", "--no-cache"],
    "style": [sys.executable, "-m", "scripts.check_style"],
    "templates": [sys.executable, "-m", "scripts.check_templates"],
    "front end": ["scripts/npm", "run", "--silent", "check"],
    "catalogues": [sys.executable, "-m", "scripts.check_catalogues"],
    "docs": [sys.executable, "-m", "scripts.check_docs"],
    "migrations": [sys.executable, "-m", "scripts.check_migrations"],
}


def run(name: str) -> tuple[str, bool, str]:
    """Run one check: its line, whether it passed, and what it printed."""
    start = time.monotonic()
    done = subprocess.run(CHECKS[name], cwd=ROOT, capture_output=True, text=True, check=False)
    passed = done.returncode == 0
    line = f"{'ok' if passed else 'FAILED':6}  {name} ({time.monotonic() - start:.1f} s)"
    return line, passed, done.stdout + done.stderr


def main(names: list[str]) -> int:
    """Run the named checks, all when none is named; 1 when any has failed."""
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        print(f"There is no check called {', '.join(unknown)}; there are {', '.join(CHECKS)}")
        return 2
    failures = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for line, passed, output in pool.map(run, names or CHECKS):
            print(line, flush=True)
            if not passed:
                failures += 1
                print(output, flush=True)
    print(
        f"{failures} of {len(names or CHECKS)} checks failed" if failures else "All checks passed"
    )
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
