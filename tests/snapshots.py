"""A picture of everything that lives longer than a request, so that two can be compared."""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import Flask
from werkzeug.local import LocalProxy

PLAIN = (str, bytes, int, float, bool, type(None), complex)
FIXED = (type, types.FunctionType, types.MethodType, types.ModuleType, types.BuiltinFunctionType)
MAX_DEPTH = 12


class Picture:
    """What each name of our modules, and each attribute of our objects behind it, holds now.

    A name is a path such as `app.core.labels:WORDS[3]`. Objects of other libraries count by what
    they are, and not by what is in them; so do the places that are `declared` as caches, of which
    only the size is noted.
    """

    def __init__(self, app: Flask, declared: Iterable[str]) -> None:
        self.found: dict[str, object] = {}
        self.sizes: dict[str, int] = {}
        self._declared = re.compile("|".join(declared))
        # All views know it, so it is looked at once, as a root of its own.
        self._seen = {id(app.appbuilder)}  # type: ignore[attr-defined]
        for path, value in _roots(app):
            self._walk(path, value, 0)

    def differences(self, after: Picture) -> list[str]:
        """The paths that hold something else, came or went."""
        both = self.found | after.found
        return sorted(path for path in both if self.found.get(path) != after.found.get(path))

    def _walk(self, path: str, value: Any, depth: int) -> None:
        # A proxy stands for something of a request, and says nothing of itself.
        if type(value) is LocalProxy:
            return
        if self._declared.fullmatch(path):
            self.sizes[path] = len(value) if hasattr(value, "__len__") else 0
            return
        if type(value) in PLAIN:
            self.found[path] = value
            return
        self.found[path] = (type(value).__qualname__, id(value))
        is_fixed = isinstance(value, FIXED) and not _is_ours(value)
        if is_fixed or id(value) in self._seen or depth > MAX_DEPTH:
            return
        self._seen.add(id(value))
        for name, part in list(_parts(value)):
            self._walk(f"{path}{name}", part, depth + 1)


def _roots(app: Flask) -> Iterator[tuple[str, Any]]:
    appbuilder: Any = app.appbuilder  # type: ignore[attr-defined]
    for name, module in sorted(sys.modules.items()):
        if name.split(".")[0] == "app":
            yield from _named(f"{name}:", module)
    for view in appbuilder.baseviews:
        for attribute, value in _named(f"view {type(view).__name__}.", view):
            if value is not appbuilder:
                yield attribute, value
        for owner in type(view).__mro__:
            yield from _named(f"class {owner.__module__}.{owner.__name__}.", owner)
    for name, value in app.extensions.items():
        if name.startswith("bureau"):
            yield f"extension {name}", value
    yield from _named("appbuilder.", appbuilder)


def _named(prefix: str, owner: Any) -> Iterator[tuple[str, Any]]:
    for name, value in vars(owner).items():
        if not name.startswith("__"):
            yield f"{prefix}{name}", value


def _is_ours(value: Any) -> bool:
    return isinstance(value, type) and value.__module__.split(".")[0] == "app"


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, part in list(value.items()):
            yield f"[{key!r:.60}]", part
        yield ".__len__", len(value)
    elif isinstance(value, (list, tuple)):
        for number, part in enumerate(value):
            yield f"[{number}]", part
    elif isinstance(value, (set, frozenset)):
        yield ".members", ", ".join(sorted(map(repr, value)))
    elif type(value).__module__.split(".")[0] == "app" or _is_ours(value):
        for name in [*getattr(value, "__dict__", {})]:
            if not name.startswith("__"):
                yield f".{name}", vars(value).get(name)
