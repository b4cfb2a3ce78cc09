"""The check of the catalogues finds what is missing, left over, fuzzy or malformed."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog

from scripts import catalogues
from scripts.check_catalogues import problems_of


def catalog(**messages: object) -> Catalog:
    made = Catalog(locale="pt")
    for text, string in messages.items():
        made.add(text, string)
    return made


def found(template: Catalog, translated: Catalog) -> list[str]:
    return [problem.removeprefix("pt: ") for problem in problems_of("pt", template, translated)]


def test_a_complete_catalogue_passes():
    assert found(catalog(Save=None), catalog(Save="Guardar")) == []


@pytest.mark.parametrize(
    ("translated", "problem"),
    [
        (catalog(), "not in the catalogue: 'Save'"),
        (catalog(Save=""), "not translated: 'Save'"),
        (catalog(Save="Guardar", Gone="Fora"), "no longer in the sources: 'Gone'"),
    ],
)
def test_what_is_wrong_is_named(translated, problem):
    assert found(catalog(Save=None), translated) == [problem]


def test_names_of_adopted_tables_may_be_translated_or_not():
    optional = catalog(Save=None, Invoices=None)

    translated = catalog(Save="Guardar", Invoices="")

    assert list(problems_of("pt", catalog(Save=None), translated, optional)) == []


def test_names_of_adopted_tables_need_not_be_in_the_catalogue():
    optional = catalog(Save=None, Invoices=None)

    assert list(problems_of("pt", catalog(Save=None), catalog(Save="Guardar"), optional)) == []


def test_a_fuzzy_translation_does_not_count():
    translated = Catalog(locale="pt")
    translated.add("Save", "Guardar", flags={"fuzzy"})

    assert found(catalog(Save=None), translated) == ["marked as fuzzy: 'Save'"]


def test_a_lost_placeholder_is_found():
    template, translated = Catalog(), Catalog(locale="pt")
    template.add("%(count)s rows", None)
    translated.add("%(count)s rows", "%(conta)s linhas")

    assert len(found(template, translated)) == 1


def test_every_form_of_a_plural_is_needed():
    template, translated = Catalog(), Catalog(locale="pt")
    template.add(("%(num)d row", "%(num)d rows"), None)
    translated.add(("%(num)d row", "%(num)d rows"), ("%(num)d linha", ""))

    assert found(template, translated) == ["not translated: '%(num)d row'"]


def test_bringing_up_to_date_keeps_what_is_translated(tmp_path, monkeypatch):
    path = tmp_path / "messages.po"
    monkeypatch.setattr(catalogues, "path_of", lambda _language: path)
    catalogues.update("pt", catalog(Save=None, Gone=None))
    path.write_text(path.read_text().replace('msgid "Save"\nmsgstr ""', 'msgid "Save"\nmsgstr "G"'))

    catalogues.update("pt", catalog(Save=None, New=None))

    updated = {message.id: message.string for message in catalogues.read("pt") if message.id}
    assert updated == {"Save": "G", "New": ""}
