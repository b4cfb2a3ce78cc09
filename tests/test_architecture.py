"""The rings hold: arrows point inwards, features stand apart, nothing goes in circles."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from scripts import check_style

ROOT = Path(__file__).resolve().parents[1]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def lint_imports(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Check the contracts on the tree in `folder`."""
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    command = [LINT_IMPORTS, "--no-cache", "--no-logo", *chosen]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """A copy of the sources in which a violation can be planted."""
    folder = tmp_path_factory.mktemp("tree")
    shutil.copytree(
        ROOT / "app",
        folder / "app",
        ignore=shutil.ignore_patterns("__pycache__", "static", "assets", "templates"),
    )
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def plant(tree):
    """`plant(path, source)` adds a module to the copy until the test ends."""
    planted: list[Path] = []

    def add(name: str, source: str) -> None:
        path = tree / name
        assert not path.exists()
        path.write_text(f"{source}\n")
        planted.append(path)

    yield add

    for path in planted:
        path.unlink()


@pytest.fixture
def two_features(tree):
    """Two empty features in the copy."""
    folders = [tree / "app" / "features" / name for name in ("apples", "pears")]
    for folder in folders:
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "models.py").touch()

    yield

    for folder in folders:
        shutil.rmtree(folder)


def test_the_contracts_hold():
    done = lint_imports(ROOT)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("planted", "source"),
    [
        ("app/core/planted.py", "import app.security"),
        ("app/core/planted.py", "import app.features"),
        ("app/core/planted.py", "import app.mail"),
        ("app/mail/planted.py", "import app.security"),
        ("app/security/planted.py", "import app.features"),
    ],
)
def test_an_arrow_that_points_outwards_breaks_the_layers(tree, plant, planted, source):
    plant(planted, source)

    done = lint_imports(tree, "layers")

    assert done.returncode == 1
    assert "BROKEN" in done.stdout


def test_a_feature_that_imports_another_breaks_independence(tree, two_features, plant):
    assert lint_imports(tree, "features").returncode == 0
    plant("app/features/apples/views.py", "import app.features.pears.models")

    done = lint_imports(tree, "features")

    assert done.returncode == 1
    assert "apples" in done.stdout


def test_a_cycle_is_found(tree, plant):
    plant("app/core/planted_a.py", "import app.core.planted_b")
    plant("app/core/planted_b.py", "import app.core.planted_a")

    done = lint_imports(tree, "cycles")

    assert done.returncode == 1
    assert "planted_a" in done.stdout


def test_nobody_imports_what_composes_everything():
    graph = grimp.build_graph("app", cache_dir=None)

    assert graph.find_modules_that_directly_import("app") == set()


def test_no_file_or_function_breaks_the_rules_of_style():
    problems = [
        problem
        for path in check_style.sources()
        if "migrations" not in path.parts
        for problem in check_style.problems_in(path)
    ]

    assert problems == []


def test_two_apps_in_one_process_are_equal(make_app):
    first, second = make_app(), make_app()

    assert routes(first) == routes(second)
    assert first.cli.commands.keys() == second.cli.commands.keys()
    assert first.blueprints.keys() == second.blueprints.keys()


def test_two_apps_in_one_process_both_serve(make_app):
    statuses = [make_app().test_client().get("/login/").status_code for _ in range(2)]

    assert statuses == [200, 200]


def test_creating_the_app_queries_nothing(make_app, statements):
    make_app()

    with statements() as seen:
        make_app(empty=True)

    assert seen == []


def routes(app) -> list[tuple[str, str, tuple[str, ...]]]:
    """Everything about the routes of an application."""
    return sorted(
        (rule.rule, rule.endpoint, tuple(sorted(rule.methods))) for rule in app.url_map.iter_rules()
    )
