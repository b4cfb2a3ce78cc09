"""What an edited text may say.

It says values, asks whether there is one, and goes through a list. It calls nothing but the few
functions that it is given, sees no more of a value than its plain data, and sets no variables:
so it reaches nothing that the mail was not given. How long it may become, and how long it may take,
is bounded where lists, filters and functions multiply: a few short words could ask for gigabytes.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes, pass_eval_context
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import LoopContext
from jinja2.sandbox import SandboxedEnvironment

FILTER_NAMES = (
    "capitalize",
    "count",
    "default",
    "escape",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "round",
    "title",
    "trim",
    "truncate",
    "upper",
)
SAFE_METHODS = frozenset({"splitlines"})
"""Methods of texts that may be called: what they give is never longer than the text."""
MAX_DEPTH = 3
"""Lists within lists: each multiplies what a mail may become."""
MAX_SAID = 500_000
"""Characters of what a text, or one filter or function in it, may become."""
MAX_SECONDS = 2.0
MAX_PLACES = 20
"""Decimal places of a number."""
MAX_JOINED = 100
"""Values that a text may put together by `~` and `+`; each may be as long as the limit above."""
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.TemplateData,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Call,
    nodes.Keyword,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Concat,
    nodes.Add,
    nodes.Sub,
    nodes.If,
    nodes.For,
)
_FILLING = re.compile(r"%(?!%|\(\w+\)[sd])(?<!%%)")
_PLAIN = (datetime.date, datetime.time, datetime.timedelta, LoopContext)


# No text can name a filter with a space.
_COUNTED = "counted items"
_ends_at: ContextVar[float] = ContextVar("ends_at")


class TooMuch(SecurityError):
    """A text that would become longer, or take longer, than any mail needs."""


class Helper:
    """A function that an edited text may call; others it may not, methods of values included."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        passed = getattr(function, "jinja_pass_arg", None)
        if passed is not None:
            self.jinja_pass_arg = passed

    def __call__(self, *positional: Any, **named: Any) -> Any:
        self._check(positional, named)
        return self._function(*positional, **named)

    def _check(self, positional: tuple[Any, ...], named: Mapping[str, Any]) -> None:
        """Refuse so many decimal places that the number would fill the memory."""
        options = (*positional[1:], *(named[name] for name in named if name != "value"))
        _refuse_places(option for option in options if isinstance(option, int))


class Wording(Helper):
    """A function that fills values into a text; without signs that could make it endless."""

    def _check(self, positional: tuple[Any, ...], named: Mapping[str, Any]) -> None:
        longest = max((len(str(value)) for value in (*positional[2:], *named.values())), default=0)
        for text in positional:
            if isinstance(text, str) and _FILLING.search(text):
                raise SecurityError("only %(name)s and %(name)d can be filled in")
            if isinstance(text, str):
                _refuse_long(len(text) + text.count("%(") * longest)


class Sandbox(SandboxedEnvironment):
    """Jinja, with what stands at the top of this file and no more."""

    def __init__(self, *, is_html: bool) -> None:
        super().__init__(
            autoescape=is_html,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            # Else an expression without values would be worked out as it is compiled.
            optimized=False,
        )
        self.globals = {}
        self.filters = {name: FILTERS[name] for name in FILTER_NAMES}
        self.filters |= {"join": _join, "round": _round, _COUNTED: _counted}

    def compiled(self, source: str) -> Template:
        """A text ready to be filled in; raises where it says what it may not."""
        tree = self.parse(source)
        for node in _forbidden(tree):
            raise TemplateSyntaxError(f"{_called(node)} is not for texts", node.lineno)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(
                loop.iter, _COUNTED, [], [], None, None, lineno=loop.lineno, environment=self
            )
        return self.from_string(tree)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether it is plain data of a value that is plain data itself."""
        is_plain = (
            isinstance(obj, (Mapping, *_PLAIN))
            or dataclasses.is_dataclass(obj)
            or (isinstance(obj, tuple) and hasattr(obj, "_fields"))
        )
        if isinstance(obj, str) and attr in SAFE_METHODS:
            return True
        return is_plain and not attr.startswith("_") and not callable(value)

    def is_safe_callable(self, obj: Any) -> bool:
        """Whether it is one of the functions that we give."""
        name = getattr(obj, "__name__", "")
        is_method = isinstance(getattr(obj, "__self__", None), str) and name in SAFE_METHODS
        return is_method or isinstance(obj, Helper)


def filled(template: Template, values: Mapping[str, Any]) -> str:
    """What a text says with its values; raises where that is too long, or takes too long."""
    token = _ends_at.set(time.monotonic() + MAX_SECONDS)
    try:
        pieces, length = [], 0
        for piece in template.generate(given_to(values)):
            length += len(piece)
            _refuse_long(length)
            pieces.append(piece)
        return "".join(pieces)
    finally:
        _ends_at.reset(token)


@dataclasses.dataclass(frozen=True)
class Flaw:
    """What is wrong with a text, and where."""

    line: int
    kind: str
    """`syntax`, `unknown`, `forbidden` or `deep`."""
    detail: str


def flaws_of(source: str, names: Collection[str], *, is_html: bool) -> list[Flaw]:
    """What can be told from the text alone; an empty list where it can be tried."""
    environment = Sandbox(is_html=is_html)
    try:
        tree = environment.parse(source)
        # Before anything else: what is forbidden may take for ever as soon as it is compiled.
        for node in _forbidden(tree):
            return [Flaw(node.lineno, "forbidden", _called(node))]
        environment.compile(source)
    except TemplateSyntaxError as error:
        return [Flaw(error.lineno, "syntax", error.message or "")]
    unknown = find_undeclared_variables(tree) - set(names)
    lines = {node.name: node.lineno for node in reversed(list(tree.find_all(nodes.Name)))}
    found = [Flaw(lines.get(name, 1), "unknown", name) for name in sorted(unknown)]
    if _depth(tree) > MAX_DEPTH:
        found.append(Flaw(1, "deep", str(MAX_DEPTH)))
    return sorted(found, key=lambda flaw: flaw.line)


def names_in(source: str) -> frozenset[str]:
    """The values and functions that a text asks for; none where it cannot be read."""
    try:
        return frozenset(find_undeclared_variables(Sandbox(is_html=False).parse(source)))
    except TemplateSyntaxError:
        return frozenset()


def given_to(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a text may use them: functions wrapped, everything else as it is."""
    return {
        name: (Wording if name in ("_", "ngettext") else Helper)(value)
        if callable(value)
        else value
        for name, value in values.items()
    }


def _counted(items: Iterable[Any]) -> Iterator[Any]:
    """The items of a list, as long as there is time for them."""
    for item in items:
        if time.monotonic() > _ends_at.get():
            raise TooMuch("it would take too long")
        yield item


@pass_eval_context
def _join(context: Any, value: Iterable[Any], d: str = "", attribute: Any = None) -> Any:
    """The filter of Jinja, unless it gives more than anybody writes."""
    items = list(value)
    _refuse_long(len(items) * len(str(d)))
    return FILTERS["join"](context, items, d, attribute)


def _round(value: Any, precision: int = 0, method: Any = "common") -> Any:
    _refuse_places([precision])
    return FILTERS["round"](value, precision, method)


def _refuse_long(length: int) -> None:
    if length > MAX_SAID:
        raise TooMuch("it would become too long")


def _refuse_places(places: Iterable[int]) -> None:
    if any(abs(count) > MAX_PLACES for count in places):
        raise TooMuch("these are too many decimal places")


def _forbidden(tree: nodes.Node) -> Iterator[nodes.Node]:
    joined = list(tree.find_all((nodes.Concat, nodes.Add)))
    if sum(len(getattr(node, "nodes", "+")) for node in joined) > MAX_JOINED:
        yield joined[0]
    yield from _not_allowed(tree)


def _not_allowed(tree: nodes.Node) -> Iterator[nodes.Node]:
    for node in tree.iter_child_nodes():
        is_recursive = isinstance(node, nodes.For) and node.recursive
        if not isinstance(node, _ALLOWED) or is_recursive:
            yield node
        else:
            yield from _not_allowed(node)


def _called(node: nodes.Node) -> str:
    return type(node).__name__.lower()


def _depth(node: nodes.Node) -> int:
    deepest = max((_depth(child) for child in node.iter_child_nodes()), default=0)
    return deepest + isinstance(node, nodes.For)
