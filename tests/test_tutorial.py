"""The tutorial is true: what it says, done in a copy of the tree, makes a working feature."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "add-a-feature.md").read_text()
BUILDING, SHOWING = PAGE.split("\n# What a real feature adds\n")
SNIPPET = re.compile(r"`([\w/.]+\.py)`:\n\n```python\n(.*?)```", re.DOTALL)
FLASK = (sys.executable, "-m", "flask", "--app", "run")
COPIED = ("app", "migrations", "scripts", "tests", "translations")
MAX_FILES = 6

# What the page promises beside the test that it shows.
PROMISES = """
import io

from openpyxl import load_workbook


def test_everything_falls_out(client, cast, login):
    login(client, cast.owner)
    for name, condition in (("Drill", "good"), ("Saw", "worn")):
        client.post("/api/v1/tools/", json={"name": name, "condition": condition})
    path = "/tools/tools"

    filtered = client.get(f"{path}/list/?filter=condition:any:worn").text
    book = load_workbook(io.BytesIO(client.get(f"{path}/export/xlsx").data))

    assert "Saw" in filtered and "Drill" not in filtered
    assert "Bought on" in filtered and "Tools" in filtered
    assert "Drill" in client.get(f"{path}/export/csv?q=dr").text
    assert len(list(book.active.values)) == 3
    assert client.get(f"{path}/chart/").status_code == 200
    assert client.get("/api/v1/tools/").json["count"] == 2
    assert "/api/v1/tools/" in client.get("/api/v1/_openapi").text
"""


def snippets(text: str) -> list[tuple[str, str]]:
    """The snippets that name their file."""
    return SNIPPET.findall(text)


@pytest.mark.parametrize(("name", "code"), snippets(SHOWING))
def test_snippet_stands_in_its_file(name, code):
    assert code in (ROOT / name).read_text()


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the tree with the feature in it, made by following the page."""
    root = tmp_path_factory.mktemp("tutorial")
    for name in COPIED:
        if (ROOT / name).exists():
            ignored = shutil.ignore_patterns("__pycache__", "assets")
            shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for path in (*ROOT.glob("*.py"), ROOT / "pyproject.toml"):
        shutil.copy(path, root)
    for name, code in snippets(BUILDING):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(merged(path, code))
    return root


def merged(path: Path, code: str) -> str:
    """The file with the snippet in it; of the list of features only the list is shown."""
    if not code.startswith("FEATURES"):
        return code
    return re.sub(r"FEATURES.*?\n\)\n", code, path.read_text(), flags=re.DOTALL)


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the page in the copy."""
    environ = {"PATH": "", "BUREAU_INSTANCE": str(root / "instance"), "BUREAU_ENV": "testing"}
    done = subprocess.run(
        command, cwd=root, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_stranger_gets_a_working_feature(tree):
    before = set((tree / "migrations" / "versions").glob("*.py"))

    for command in (
        ("db", "upgrade"),
        ("db", "migrate", "-m", "tools table"),
        ("db", "upgrade"),
        ("fab", "create-permissions"),
    ):
        run(tree, *FLASK, *command)
    [migration] = set((tree / "migrations" / "versions").glob("*.py")) - before
    (tree / "tests/features/tools/test_promises.py").write_text(PROMISES)

    assert re.fullmatch(r"\d{8}_\d{4}_[0-9a-f]+_tools_table\.py", migration.name)
    new = [name for name, code in snippets(BUILDING) if not code.startswith("FEATURES")]
    assert len([*new, migration]) <= MAX_FILES
    run(
        tree, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/features/tools"
    )
    run(tree, sys.executable, "-m", "ruff", "check", "--no-cache", "app/features/tools")
    run(tree, sys.executable, "-m", "ruff", "format", "--check", "--no-cache", *new)
