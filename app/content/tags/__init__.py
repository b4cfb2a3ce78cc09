"""Tags: words that any model can be given, each of which exists once."""

from app.content.tags.models import Tag, Taggable
from app.content.tags.operations import merge_tags, tags_named

__all__ = ["Tag", "Taggable", "merge_tags", "tags_named"]
