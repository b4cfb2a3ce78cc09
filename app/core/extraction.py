"""Finds the labels that `labels.py` derives, for the message catalogues.

`babel.cfg` names `extract_models` as the extractor of the files that declare models. A file is
read as text and never imported, so extraction needs no database and no settings.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

from babel.messages.extract import extract_python

from app.core.labels import humanise, humanise_class, plural_of

ENUM_BASES = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"})
MODEL_CALLS = frozenset(
    {
        "Column",
        "association_proxy",
        "column_property",
        "composite",
        "mapped_column",
        "relationship",
        "synonym",
    }
)
PROPERTY_DECORATORS = frozenset({"property", "hybrid_property", "cached_property", "declared_attr"})


def extract_models(
    fileobj: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Any,
) -> Iterator[tuple[Any, ...]]:
    """Yield the derived labels of a file's models and enumerations, then its marked texts.

    Babel hands each file to one extractor only, so this one also does what the Python one does.
    """
    source = fileobj.read()
    for line, text in sorted(_labels_of(ast.parse(source))):
        yield line, None, text, []
    fileobj.seek(0)
    yield from extract_python(fileobj, keywords, comment_tags, options)


def _labels_of(tree: ast.Module) -> set[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found |= _enum_labels(node) if _is_enum(node) else _model_labels(node)
    return found


def _is_enum(node: ast.ClassDef) -> bool:
    return any(_last_name(base) in ENUM_BASES for base in node.bases)


def _enum_labels(node: ast.ClassDef) -> set[tuple[int, str]]:
    return {
        (statement.lineno, humanise(target.id))
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name) and not target.id.startswith("_")
    }


def _model_labels(node: ast.ClassDef) -> set[tuple[int, str]]:
    """The labels of a class with mapped attributes; of any other class, none."""
    mapped = {(line, name) for line, name in _mapped_names(node) if not name.startswith("_")}
    if not mapped:
        return set()
    computed = {
        (statement.lineno, statement.name)
        for statement in node.body
        if isinstance(statement, ast.FunctionDef)
        and not statement.name.startswith("_")
        and any(_last_name(item) in PROPERTY_DECORATORS for item in statement.decorator_list)
    }
    labels = {(line, humanise(name)) for line, name in mapped | computed}
    if not _is_abstract(node):
        title = humanise_class(node.name)
        labels |= {(node.lineno, title), (node.lineno, plural_of(title))}
    return labels


def _mapped_names(node: ast.ClassDef) -> Iterator[tuple[int, str]]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            if _is_mapped(statement.annotation) or _is_model_call(statement.value):
                yield statement.lineno, statement.target.id
        elif isinstance(statement, ast.Assign) and _is_model_call(statement.value):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield statement.lineno, target.id


def _is_mapped(annotation: ast.expr) -> bool:
    """Whether the annotation is `Mapped[…]`, also where it is written as a string."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value.replace("orm.", "").startswith(("Mapped[", "WriteOnlyMapped["))
    return isinstance(annotation, ast.Subscript) and _last_name(annotation.value) in (
        "Mapped",
        "DynamicMapped",
        "WriteOnlyMapped",
    )


def _is_model_call(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and _last_name(value.func) in MODEL_CALLS


def _is_abstract(node: ast.ClassDef) -> bool:
    return any(
        isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        and statement.value.value is True
        and any(getattr(target, "id", "") == "__abstract__" for target in statement.targets)
        for statement in node.body
    )


def _last_name(node: ast.expr) -> str:
    """`Enum` of `Enum`, of `enum.Enum` and of `enum.Enum(…)`."""
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
