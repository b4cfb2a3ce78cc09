import ast
import json
import stat
from pathlib import Path

import pytest

from app.core.adopt.errors import AdoptError
from app.core.adopt.register import Project, add_feature, changes, store_url, with_feature


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path, tmp_path / "instance")
    made.feature_list.parent.mkdir(parents=True)
    made.feature_list.write_text('"""All."""\n\nFEATURES = (\n    "todo",\n)\n')
    return made


@pytest.mark.parametrize(
    "source",
    [
        'FEATURES = (\n    "todo",\n    "blog",\n)\n',
        'FEATURES: tuple[str, ...] = (\n    "todo",  # The tutorial.\n    "blog",\n)\n',
        'FEATURES = ("todo", "blog")\n',
        'FEATURES = ["todo", "blog"]  # In menu order.\n',
        'FEATURES = (\n    "todo",\n    "blog")\n',
    ],
)
def test_name_is_added_at_the_end(source):
    changed = with_feature(source, "chinook")

    value = ast.parse(changed).body[0].value
    assert ast.literal_eval(value) in (
        ("todo", "blog", "chinook"),
        ["todo", "blog", "chinook"],
    )
    assert '    "chinook",\n' in changed
    assert source.count("#") == changed.count("#")


def test_name_is_added_to_an_empty_list():
    assert with_feature("FEATURES = ()\n", "a") == 'FEATURES = (\n    "a",\n)\n'


def test_name_is_added_once(project):
    add_feature(project, "chinook")
    add_feature(project, "chinook")

    assert project.feature_list.read_text().count("chinook") == 1


def test_missing_list_is_said():
    with pytest.raises(AdoptError, match="no list FEATURES"):
        with_feature("OTHERS = ()\n", "chinook")


def test_url_is_kept_for_its_owner_alone(project):
    store_url(project, "one", "sqlite:///one.sqlite")
    store_url(project, "two", "postgresql://me:secret@localhost/two")

    assert stat.S_IMODE(project.databases.stat().st_mode) == 0o600
    assert json.loads(project.databases.read_text()) == {
        "one": "sqlite:///one.sqlite",
        "two": "postgresql://me:secret@localhost/two",
    }
    assert list(project.instance.iterdir()) == [project.databases]


def test_broken_list_of_databases_is_not_overwritten(project):
    project.instance.mkdir()
    project.databases.write_text("{")

    with pytest.raises(AdoptError, match="not valid JSON"):
        store_url(project, "one", "sqlite:///one.sqlite")

    assert project.databases.read_text() == "{"


def test_changes_are_counted_by_file(project):
    (project.root / "old.py").write_text("a\nb\n")
    (project.root / "same.py").write_text("a\n")

    found = changes(
        project, {Path("old.py"): "a\nc\nd\n", Path("same.py"): "a\n", Path("new.py"): ""}
    )

    assert found == ["old.py (2 lines in, 1 out)", "new.py (new)"]
