"""What a title becomes in an address."""

from dataclasses import dataclass
from typing import ClassVar

from flask_babel import gettext as _

from app.core import slugs
from app.core.kinds import BadValue
from app.core.kinds.text import Text
from app.core.types import Str
from app.features.blog.addresses import RESERVED_SLUGS

SLUG_LENGTH = 120


def slug_of(title: str) -> str:
    """The title as a part of an address; one without letters is just a post."""
    return slugs.slug_of(title, SLUG_LENGTH, "post")


@dataclass(frozen=True)
class SlugKind(Text):
    """A part of an address; what was typed becomes one, and a word of the site is refused."""

    max_length: int | None = SLUG_LENGTH

    name: ClassVar[str] = "slug"

    def parse(self, raw: str) -> str:
        slug = slug_of(super().parse(raw))
        if slug in RESERVED_SLUGS:
            raise BadValue(_("“%(slug)s” is a page of the site. Choose another one.", slug=slug))
        return slug


class Slug(Str):
    """A column with a part of an address."""

    cache_ok = True
    kind = SlugKind()
