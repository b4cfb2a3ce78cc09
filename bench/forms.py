"""Reads the form of a page as a browser does: what it would send if nobody touched it."""

from __future__ import annotations

from html.parser import HTMLParser

Fields = list[tuple[str, str]]
Chosen = str | list[str]


class FormError(ValueError):
    """A page has no form with the field that was asked for."""


class _Forms(HTMLParser):
    """Collects the fields of every form; what is in a `<template>` is not on the page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Fields] = []
        self._fields: Fields | None = None
        self._templates = 0
        self._select: tuple[str, bool] | None = None
        self._options: list[tuple[str, bool]] = []
        self._textarea = ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._templates += tag == "template"
        if self._templates:
            return
        if tag == "form":
            self._fields = []
            self.forms.append(self._fields)
        elif tag == "option" and self._select is not None:
            self._options.append((given.get("value") or "", "selected" in given))
        elif self._fields is not None and given.get("name") and "disabled" not in given:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str | None]) -> None:
        name, value, kind = given["name"] or "", given.get("value"), given.get("type") or "text"
        if tag == "select":
            self._select, self._options = (name, "multiple" in given), []
        elif tag == "textarea":
            self._textarea, self._text = name, ""
        elif tag == "input" and kind in ("checkbox", "radio"):
            if "checked" in given:
                self._add(name, "on" if value is None else value)
        elif tag == "input" and kind not in ("submit", "button", "image", "reset", "file"):
            self._add(name, value or "")

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        self._templates -= tag == "template"
        if tag == "form":
            self._fields = None
        elif tag == "textarea" and self._textarea:
            self._add(self._textarea, self._text.removeprefix("\n"))
            self._textarea = ""
        elif tag == "select" and self._select is not None:
            self._close_select(*self._select)
            self._select = None

    def _close_select(self, name: str, is_multiple: bool) -> None:
        chosen = [value for value, is_selected in self._options if is_selected]
        if not is_multiple and not chosen and self._options:
            chosen = [self._options[0][0]]
        for value in chosen if is_multiple else chosen[-1:]:
            self._add(name, value)

    def _add(self, name: str, value: str) -> None:
        if self._fields is not None:
            self._fields.append((name, value))


def read_form(page: str, field: str) -> Fields:
    """The fields of the first form that has this one."""
    reader = _Forms()
    reader.feed(page.replace("\r\n", "\n"))
    for form in reader.forms:
        if any(name == field for name, _value in form):
            return form
    raise FormError(f"no form of the page has the field {field}")


def changed(form: Fields, **values: Chosen) -> Fields:
    """The form with other values typed into it."""
    kept = [(name, value) for name, value in form if name not in values]
    for name, value in values.items():
        kept += [(name, each) for each in ([value] if isinstance(value, str) else value)]
    return kept
