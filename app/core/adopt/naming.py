"""Names for code, from the names that somebody once gave to tables, columns and values."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection

from app.core.labels import ENDS_IN_OES, IRREGULAR_PLURALS, UNCOUNTABLE, plural_of

SINGULARS = {plural: singular for singular, plural in IRREGULAR_PLURALS.items()} | {
    "bases": "base",
    "indices": "index",
    "matrices": "matrix",
    "movies": "movie",
    "vertices": "vertex",
}
RESERVED = frozenset(
    [
        "bool",
        "bytes",
        "choice",
        "dict",
        "dt",
        "float",
        "int",
        "l",
        "list",
        "mapped_column",
        "metadata",
        "query",
        "registry",
        "relationship",
        "str",
        "type_annotation_map",
    ]
)
"""Names that a model already has, or that the written code itself uses."""
KEY_ENDINGS = ("_id", "_key", "_code", "_uuid", "_fk", "_no")

_ENDS_IN_ES = re.compile(r"(ss|sh|ch|x|zz|[^aeo]us|tus)es$")
_WORD_BOUNDARIES = re.compile(r"[\W_]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words(name: str) -> list[str]:
    """The words of a name in any spelling, without accents: `HTTPServer`, `Größe (cm)`."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [word for word in _WORD_BOUNDARIES.split(letters) if word]


def snake(name: str) -> str:
    """`AlbumId` as `album_id`; empty where the name has neither letters nor digits."""
    return "_".join(word.lower() for word in words(name))


def attribute_name(name: str, taken: Collection[str], fallback: str = "field") -> str:
    """A free name for an attribute of a model: an identifier that hides nothing."""
    base = snake(name)
    if not base or not base.isidentifier():
        base = f"{fallback}_{base}".rstrip("_")
    if keyword.iskeyword(base) or base in RESERVED:
        base += "_"
    return free(base, taken)


def camel(name: str) -> str:
    """`order items` as `OrderItems`."""
    found = (word.lower() if word.isupper() else word for word in words(name))
    return "".join(word[:1].upper() + word[1:] for word in found)


def class_name(name: str) -> str:
    """`order items` as `OrderItem`; the last word is made singular."""
    *head, last = words(name) or ["table"]
    found = camel("_".join((*head, singular(last))))
    # Letters without a capital form, as of Chinese, need something before them too.
    return found if found.isidentifier() and found[0].isupper() else f"Table{found}"


def member_name(value: str, taken: Collection[str]) -> str:
    """A free name for a member of an enumeration: `in review` as `IN_REVIEW`."""
    base = snake(value).upper() or ("EMPTY" if not value.strip() else "VALUE")
    if not base.isidentifier() or base == "MRO":
        base = f"VALUE_{base}"
    return free(base, taken)


def free(base: str, taken: Collection[str], separator: str = "_") -> str:
    """`base`, or `base_2`, `base_3`… where that is taken."""
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base.rstrip('_')}{separator}{number}"
    return name


def stem(attribute: str) -> str:
    """What a foreign key's column is about: `billing_address_id` is about `billing_address`."""
    for ending in KEY_ENDINGS:
        if attribute.endswith(ending) and len(attribute) > len(ending):
            return attribute.removesuffix(ending)
    return attribute


def plural(name: str) -> str:
    """`order_item` as `order_items`."""
    return plural_of(name.replace("_", " ")).replace(" ", "_")


def singular(word: str) -> str:
    """The singular of an English plural; any other word as it is."""
    lower = word.lower()
    if lower in UNCOUNTABLE or lower.endswith(("ss", "us", "is")) or len(word) < 4:
        return word
    if lower in SINGULARS:
        found = SINGULARS[lower]
        return found.capitalize() if word[:1].isupper() else found
    if lower.endswith("ies"):
        return f"{word[:-3]}y"
    if _ENDS_IN_ES.search(lower) or lower[:-2] in ENDS_IN_OES:
        return word[:-2]
    return word[:-1] if lower.endswith("s") else word
