"""Texts are found in the language of the moment, in templates as in Python."""

import pytest
from flask import render_template_string
from flask_babel import force_locale, gettext, lazy_gettext, ngettext, refresh
from markupsafe import Markup

from app.core.i18n import as_reader, init_i18n
from config import ROOT

TRANSLATIONS = str(ROOT / "translations")


@pytest.fixture
def app(make_tiny):
    return make_tiny(init_i18n, BABEL_TRANSLATION_DIRECTORIES=TRANSLATIONS)


def shown(template: str, **values) -> str:
    return render_template_string(template, **values)


def test_a_text_is_that_of_the_reader(app):
    with app.test_request_context(headers={"Accept-Language": "pt"}):
        assert gettext("Save") == "Guardar"
        assert str(lazy_gettext("Save")) == "Guardar"
        assert shown("{{ _('Save') }} {{ gettext('Save') }}") == "Guardar Guardar"


def test_the_next_request_has_its_own_language(app):
    found = []
    for language in ("pt", "en", "pt"):
        with app.test_request_context(headers={"Accept-Language": language}):
            found.append((gettext("Save"), shown("{{ _('Save') }}")))

    assert found == [("Guardar", "Guardar"), ("Save", "Save"), ("Guardar", "Guardar")]


def both() -> tuple[str, str]:
    return gettext("Save"), shown("{{ _('Save') }}")


@pytest.mark.parametrize("other", [as_reader, force_locale])
def test_what_is_written_for_somebody_else_is_in_their_language(app, other):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        before = both()
        with other("pt"):
            within = both()
        after = both()

    assert before == after == ("Save", "Save")
    assert within == ("Guardar", "Guardar")


def test_what_is_written_for_a_third_one_changes_nothing_for_the_second(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        with as_reader("pt"):
            with as_reader("en"):
                third = both()
            second = both()
        first = both()

    assert (third, second, first) == (("Save",) * 2, ("Guardar",) * 2, ("Save",) * 2)


def test_a_language_chosen_within_the_request_counts_at_once(app):
    with app.test_request_context(headers={"Accept-Language": "en"}) as context:
        assert gettext("Save") == "Save"
        context.request.environ["HTTP_ACCEPT_LANGUAGE"] = "pt"
        vars(context.request).pop("accept_languages", None)
        refresh()

        assert gettext("Save") == "Guardar"


def test_outside_a_request_it_is_the_default(app):
    with app.app_context():
        assert gettext("Save") == "Save"
        assert shown("{{ _('Save') }}") == "Save"


def test_without_an_application_a_text_is_what_it_was(app):
    assert gettext("Save") == "Save"


def test_values_are_escaped_and_texts_are_not(app):
    with app.test_request_context():
        assert shown("{{ _('<b>%(name)s</b>', name=name) }}", name="<i>") == "<b>&lt;i&gt;</b>"
        assert shown("{{ _('<b>bold</b>') }}") == "<b>bold</b>"
        assert shown("{{ _('%(name)s', name=name) }}", name=Markup("<i>")) == "<i>"


def test_where_nothing_is_escaped_values_are_not_either(app):
    template = "{% autoescape false %}{{ _('%(name)s', name=name) }}{% endautoescape %}"

    with app.test_request_context():
        assert shown(template, name="<i>") == "<i>"


def test_a_percent_sign_is_written_twice_with_and_without_values(app):
    with app.test_request_context():
        assert shown("{{ _('100 %%') }} {{ _('%(count)d %%', count=5) }}") == "100 % 5 %"


def test_numbers_choose_their_form(app):
    template = "{{ ngettext('%(num)s row', '%(num)s rows', count) }}"
    filled = "{{ ngettext('%(n)s row', '%(n)s rows', count, n='<' ~ count) }}"

    with app.test_request_context():
        assert [shown(template, count=count) for count in (1, 2)] == ["1 row", "2 rows"]
        assert shown(filled, count=2) == "&lt;2 rows"
        assert ngettext("%(num)s row", "%(num)s rows", 2) == "2 rows"


def test_blocks_are_translated_too(app):
    template = "{% trans name=name %}Hello {{ name }}{% endtrans %}"

    with app.test_request_context():
        assert shown(template, name="<i>") == "Hello &lt;i&gt;"
