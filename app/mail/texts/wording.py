"""A template with the words of one language in place of what it looks up in the catalogue.

`{{ _("Hello %(name)s,", name=name) }}` becomes `Olá {{ name }},`. What is no plain sentence stays
as it is, and works all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from gettext import NullTranslations

from flask_babel import get_domain
from jinja2 import Environment

Token = tuple[int, str, str]
MANY = 200
"""Numbers that are tried to find out which form a language has for them."""
_PLACE = re.compile(r"%\((\w+)\)[sd]|%%")
_MARKS = frozenset({"_", "gettext"})


def in_words(environment: Environment, source: str) -> str:
    """The template with the translations in place of what is looked up."""
    said: list[str] = []
    inside: list[Token] | None = None
    for token in environment.lex(source):
        kind, value = token[1], token[2]
        if kind.startswith("comment"):
            continue
        if kind == "variable_begin":
            inside = []
        elif kind == "variable_end" and inside is not None:
            said.append(_said(inside))
            inside = None
        elif inside is not None:
            inside.append(token)
        else:
            said.append(value)
    return "".join(said)


def _said(tokens: Sequence[Token]) -> str:
    """What stands in place of `{{ … }}`: sentences where it was some, else the same again."""
    words = [token for token in tokens if token[1] != "whitespace"]
    first, asked, second = _alternatives(words)
    found = _sentence(first), _sentence(second) if second else ""
    if found[0] is None or found[1] is None:
        return f"{{{{ {_nested(tokens).strip()} }}}}"
    if not asked:
        return found[0]
    # The sign keeps the end of a line, which Jinja takes away behind an instruction.
    return f"{{% if {_nested(asked)} %}}{found[0]}{{% else %}}{found[1]}{{% endif +%}}"


def _alternatives(words: Sequence[Token]) -> tuple[Sequence[Token], ...]:
    """`a if b else c` as its three parts; without a condition only the first has something."""
    depth = 0
    places: dict[str, int] = {}
    for place, word in enumerate(words):
        depth += _step(word)
        if depth == 0 and word[1] == "name" and word[2] in ("if", "else"):
            places.setdefault(word[2], place)
    if len(places) < 2:
        return words, (), ()
    asks, otherwise = places["if"], places["else"]
    return words[:asks], words[asks + 1 : otherwise], words[otherwise + 1 :]


def _sentence(words: Sequence[Token]) -> str | None:
    """A call for a text, in words; None where it is anything else."""
    if len(words) < 4 or words[1][2] != "(" or words[-1][2] != ")":
        return None
    if words[0][2] == "ngettext":
        return _counted(words[2:-1])
    if not _opens(words, 0):
        return None
    message, values = _parts(words[2:-1])
    return None if message is None else _filled(_raw().gettext(message), values)


def _counted(words: Sequence[Token]) -> str | None:
    """A text about a number, where its language has one form for one and another for many."""
    parts = _split(words)
    if len(parts) < 3 or [token[1] for part in parts[:2] for token in part] != ["string"] * 2:
        return None
    one, many = (_text(part[0]) for part in parts[:2])
    number = _nested(parts[2])
    values = _values(parts[3:])
    forms = [_raw().ngettext(one, many, count) for count in range(MANY)]
    alike = tuple(count for count, form in enumerate(forms) if form == forms[1])
    asked = {(1,): f"{number} == 1", (0, 1): f"{number} < 2"}.get(alike)
    if values is None or asked is None or len(set(forms)) > 2:
        return None
    said = [_filled(form, {"num": number} | values) for form in (forms[1], forms[-1])]
    return f"{{% if {asked} %}}{said[0]}{{% else %}}{said[1]}{{% endif +%}}"


def _nested(tokens: Sequence[Token]) -> str:
    """An expression, with the texts in it translated where they stand alone."""
    said, place = "", 0
    while place < len(tokens):
        call = tokens[place : place + 4]
        if len(call) == 4 and _opens(call, 0) and call[2][1] == "string" and call[3][2] == ")":
            word = '"{}"'.format(_raw().gettext(_text(call[2])).replace('"', r"\""))
            place += 4
        else:
            word = tokens[place][2]
            place += 1
        # Two words beside each other need their space again.
        said += f" {word}" if said[-1:].isalnum() and word[:1].isalnum() else word
    return said


def _opens(tokens: Sequence[Token], place: int) -> bool:
    return tokens[place][2] in _MARKS and tokens[place + 1][2] == "("


def _parts(words: Sequence[Token]) -> tuple[str | None, dict[str, str]]:
    """The message and the expressions of its values; no message where it is more than that."""
    first, *rest = _split(words)
    if [token[1] for token in first] != ["string"]:
        return None, {}
    values = _values(rest)
    return (None, {}) if values is None else (_text(first[0]), values)


def _values(parts: Sequence[Sequence[Token]]) -> dict[str, str] | None:
    """The expressions of `name=expression`, by name; None where one of them is something else."""
    if any(len(part) < 3 or part[0][1] != "name" or part[1][2] != "=" for part in parts):
        return None
    return {part[0][2]: _nested(part[2:]) for part in parts}


def _split(words: Sequence[Token]) -> list[list[Token]]:
    """Arguments, at the commas that stand in no brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for word in words:
        depth += _step(word)
        if word[2] == "," and word[1] == "operator" and depth == 0:
            parts.append([])
        elif depth < 0:
            # Two calls stand beside each other: it is no sentence.
            return [[]]
        else:
            parts[-1].append(word)
    return parts


def _step(word: Token) -> int:
    """How much deeper in brackets the next word stands."""
    return (word[2] in "([{") - (word[2] in ")]}") if word[1] == "operator" else 0


def _filled(message: str, values: dict[str, str]) -> str:
    def place(found: re.Match[str]) -> str:
        name = found.group(1)
        return "%" if name is None else f"{{{{ {values.get(name, name)} }}}}"

    return _PLACE.sub(place, message)


def _text(token: Token) -> str:
    """The value of a string as it is written in a template."""
    return token[2][1:-1].encode("ascii", "backslashreplace").decode("unicode-escape")


def _raw() -> NullTranslations:
    """The catalogue of the reader's language: texts with their places for values still empty."""
    found: NullTranslations = get_domain().get_translations()
    return found
