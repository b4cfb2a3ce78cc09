"""Puts what was written into its place: the files, the list of features, the database's URL."""

from __future__ import annotations

import ast
import difflib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.core.adopt.errors import AdoptError

OWNER_ONLY = 0o600


@dataclass(frozen=True)
class Project:
    """Where things are: the project's own files, and what this installation keeps for itself."""

    root: Path
    instance: Path

    @property
    def feature_list(self) -> Path:
        """The file that lists all features."""
        return self.root / "app" / "features" / "__init__.py"

    @property
    def databases(self) -> Path:
        """The file that holds the URLs of the adopted databases."""
        return self.instance / "databases.json"

    def package(self, name: str) -> Path:
        """The folder of a feature."""
        return self.root / "app" / "features" / name

    def is_adopted(self, name: str) -> bool:
        """Whether the feature of this name was written by an adoption."""
        record = self.package(name) / "feature.py"
        return record.is_file() and f'database="{name}"' in record.read_text(encoding="utf-8")


def write_files(project: Project, files: Mapping[Path, str]) -> None:
    """Write the files, whose paths are relative to the project."""
    for path, text in files.items():
        target = project.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def changes(project: Project, files: Mapping[Path, str]) -> list[str]:
    """What writing the files would change of those that are there, one line for each file."""
    found: list[str] = []
    for path, text in files.items():
        target = project.root / path
        if not target.is_file():
            found.append(f"{path} (new)")
            continue
        old = target.read_text(encoding="utf-8").splitlines()
        lines = list(difflib.unified_diff(old, text.splitlines(), lineterm="", n=0))[2:]
        added = sum(line.startswith("+") for line in lines)
        removed = sum(line.startswith("-") for line in lines)
        if added or removed:
            found.append(f"{path} ({added} lines in, {removed} out)")
    return found


def with_feature(source: str, name: str) -> str:
    """The text of the list of features, with one name more."""
    value = _feature_list(ast.parse(source))
    names = [str(item.value) for item in value.elts if isinstance(item, ast.Constant)]
    if name in names:
        return source
    lines = source.splitlines(keepends=True)
    last = (value.end_lineno or 1) - 1
    closing = lines[last][: value.end_col_offset or 0]
    if value.lineno - 1 != last and not closing[:-1].strip():
        lines.insert(last, f'    "{name}",\n')
        return "".join(lines)
    # ast counts columns in bytes; the one line of a short list is plain ASCII.
    start, end = value.col_offset, value.end_col_offset or 0
    opening, ending = ("[", "]") if isinstance(value, ast.List) else ("(", ")")
    items = "".join(f'    "{item}",\n' for item in [*names, name])
    first = lines[value.lineno - 1][:start]
    rest = lines[last][end:]
    lines[value.lineno - 1 : last + 1] = [f"{first}{opening}\n{items}{ending}{rest}"]
    return "".join(lines)


def _feature_list(tree: ast.Module) -> ast.Tuple | ast.List:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        else:
            continue
        is_named = any(isinstance(item, ast.Name) and item.id == "FEATURES" for item in targets)
        if is_named and isinstance(node.value, ast.Tuple | ast.List):
            return node.value
    raise AdoptError("app/features/__init__.py has no list FEATURES to add the feature to.")


def add_feature(project: Project, name: str) -> None:
    """Add the name to the list of features."""
    source = project.feature_list.read_text(encoding="utf-8")
    project.feature_list.write_text(with_feature(source, name), encoding="utf-8")


def store_url(project: Project, name: str, url: str) -> None:
    """Keep the database's URL, which may hold a password, where only its owner can read it."""
    path = project.databases
    try:
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError:
        raise AdoptError(f"{path} is not valid JSON; mend or remove it first.") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes a file that only its owner may read; replacing is all or nothing.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(known | {name: url}, file, indent=2)
        file.write("\n")
    Path(temporary).chmod(OWNER_ONLY)
    Path(temporary).replace(path)
