"""The texts that a mail comes with, in the words of one language, as somebody can edit them.

A shipped template says `{{ _("Hello %(name)s,", name=name) }}`; who edits the Portuguese text reads
`Olá {{ name }},` instead. Conditions and lists stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import nodes

from app.core.i18n import as_reader
from app.mail.mails import Mail
from app.mail.rendering import templates
from app.mail.texts.wording import in_words

FILES = {"subject": "subject.txt", "text": "body.txt", "html": "body.html"}
_CONTENT = re.compile(
    r"{%-?\s*block\s+content\s*-?%}(.*?){%-?\s*endblock(?:\s+content)?\s*-?%}", re.DOTALL
)


@dataclass(frozen=True)
class Source:
    """The three templates of a mail, without what all mails have around them."""

    subject: str
    text: str
    html: str


def shipped_text(mail: Mail, locale: str) -> Source:
    """What the mail says when nobody has edited it, in this language."""
    with as_reader(locale):
        environment = templates()
        found = {field: in_words(environment, content_of(mail, field)).strip() for field in FILES}
    return Source(" ".join(found["subject"].split()), found["text"], found["html"])


def content_of(mail: Mail, field: str) -> str:
    """What a shipped template says inside of the frame."""
    source = source_of(mail, field)
    inside = _CONTENT.search(source)
    return inside.group(1) if inside else source


def has_frame(mail: Mail, field: str) -> bool:
    """Whether a shipped template stands in a frame, in which an edited text can take its place."""
    return _CONTENT.search(source_of(mail, field)) is not None


def source_of(mail: Mail, field: str) -> str:
    """A shipped template as it is in its folder."""
    environment = templates()
    assert environment.loader is not None
    return environment.loader.get_source(environment, f"mail/{mail.name}/{FILES[field]}")[0]


def imports_of(mail: Mail) -> Iterator[tuple[str, str]]:
    """The functions that the shipped templates import, as (template, name)."""
    for field in FILES:
        tree = templates().parse(source_of(mail, field))
        for node in tree.find_all(nodes.FromImport):
            if isinstance(node.template, nodes.Const):
                for name in node.names:
                    yield node.template.value, name if isinstance(name, str) else name[0]
