"""Translated texts, found quickly: a page asks for hundreds of them.

Flask-Babel looks for the context, the language and the catalogue with every text. Here the
catalogue is kept for the request, for as long as its language stays the same: what a mail says is
written for somebody else. Jinja's own way to put values into a text is as slow as all of that.
"""

from __future__ import annotations

from gettext import NullTranslations
from typing import Any

from flask import Flask, has_app_context
from flask.globals import app_ctx
from flask_babel import Domain, get_locale
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context
from markupsafe import Markup


class Texts(Domain):
    """The catalogues of an application."""

    def get_translations(self) -> NullTranslations:
        """The catalogue in the language of now."""
        if not has_app_context():
            return super().get_translations()
        context = app_ctx.g
        held = getattr(context, "bureau_texts", None)
        # Flask-Babel keeps its choice of language there; asking it in words would cost more.
        chosen = getattr(getattr(context, "_flask_babel", None), "babel_locale", None)
        if held is None or chosen is None or chosen is not held[0]:
            held = context.bureau_texts = get_locale(), super().get_translations()
        found: NullTranslations = held[1]
        return found


def init_texts(app: Flask) -> None:
    """Let everything that is translated go this way; call it when there is a Babel."""
    babel = app.extensions["babel"]
    texts = babel.instance.domain_instance = Texts(domain=babel.default_domain)

    @pass_eval_context
    def gettext(context: EvalContext, message: str, /, **values: Any) -> str:
        return _filled(context, texts.get_translations().gettext(message), values)

    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, num: float, /, **values: Any) -> str:
        found = texts.get_translations().ngettext(one, many, num)  # type: ignore[arg-type]
        return _filled(context, found, {"num": num} | values)

    app.jinja_env.globals.update(gettext=gettext, _=gettext, ngettext=ngettext)


def _filled(context: EvalContext, text: str, values: dict[str, Any]) -> str:
    """The text with its values, which are escaped where the template escapes."""
    if context.autoescape:
        text = Markup(text)  # noqa: S704 (a text of our catalogues may hold markup)
    return text % values if values or "%" in text else text
