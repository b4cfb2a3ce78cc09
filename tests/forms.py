"""Reads the form of a page as a browser does: what it would send if nobody touched it."""

from __future__ import annotations

from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict


class FormReader(HTMLParser):
    """Collects the fields of the form `#record`."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: MultiDict[str, str] = MultiDict()
        self.action: str | None = None
        self.is_inside = False
        self.select = self.textarea = ""
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.is_inside = given.get("id") == "record"
            self.action = given.get("action") if self.is_inside else self.action
        elif not self.is_inside:
            return
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in given:
            self.fields.add(self.select, value)
        elif tag == "textarea":
            self.textarea, self.text = name, ""
        elif tag == "input" and name and "disabled" not in given:
            is_choice = given.get("type") in ("checkbox", "radio")
            if not is_choice or "checked" in given:
                self.fields.add(name, value)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.textarea:
            self.fields.add(self.textarea, self.text.removeprefix("\n").removeprefix("\n"))
            self.textarea = ""
        elif tag == "form":
            self.is_inside = False


def read_form(page: str) -> MultiDict[str, str]:
    """The fields of the record's form on a page."""
    reader = FormReader()
    reader.feed(page)
    return reader.fields


def action_of(page: str) -> str | None:
    """Where the record's form is sent; None for the page's own address."""
    reader = FormReader()
    reader.feed(page)
    return reader.action


def changed(form: MultiDict[str, str], **values: str | list[str]) -> MultiDict[str, str]:
    """The form with other values typed into it."""
    made = form.copy()
    for name, value in values.items():
        made.setlist(name, value if isinstance(value, list) else [value])
    return made
