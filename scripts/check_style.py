"""Fails on files and functions that have grown too long, and on names that say nothing.

The numbers are those of our style: short enough to be read whole.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("app", "bench", "scripts", "tests")
FILE_LINES = 400
TABLE = Path("config.py")
"""Has two lines for each setting, and is as long as there are settings."""
FUNCTION_LINES = 50
EMPTY_NAMES = ("common", "helper", "helpers", "misc", "util", "utils")
FEATURE_FILES = frozenset(
    "__init__ addresses api cli feature forms jobs listeners mails models operations queries seed"
    " views".split()
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> list[Path]:
    """Our Python files: those git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return [ROOT / name for name in listed.stdout.split() if (ROOT / name).exists()]


def length_of(function: Function) -> int:
    """Lines of a function without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def is_adopted(path: Path) -> bool:
    """Whether the file is of an adopted database, which has as many tables as it has."""
    record = path.parent / "feature.py"
    return record.is_file() and f'database="{path.parent.name}"' in record.read_text()


def problems_in(path: Path) -> Iterator[str]:
    """What is wrong with one file."""
    shown = path.relative_to(ROOT)
    source = path.read_text()
    lines = source.count("\n")
    if lines > FILE_LINES and shown != TABLE and not is_adopted(path):
        yield f"{shown}: {lines} lines, more than {FILE_LINES}"
    if path.stem.removeprefix("test_") in EMPTY_NAMES:
        yield f"{shown}: a file is named by its subject"
    parts = shown.parts
    if parts[:2] == ("app", "features") and len(parts) == 4 and path.stem not in FEATURE_FILES:
        yield f"{shown}: no file of a feature is called that"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function) and length_of(node) > FUNCTION_LINES:
            yield f"{shown}:{node.lineno}: {node.name} has {length_of(node)} lines"


def main() -> int:
    """Check every source file."""
    found = [
        problem
        for path in sources()
        if "migrations" not in path.parts
        for problem in problems_in(path)
    ]
    print("\n".join(found)) if found else None
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
