"""White space of templates: gone where nobody sees it, kept where it counts."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader, Environment

from app.core.indentation import Unindented


def render(source: str, name: str = "page.html", **values) -> str:
    environment = Environment(
        loader=DictLoader({name: source}),
        extensions=[Unindented, "jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    environment.install_null_translations(newstyle=True)
    return environment.get_template(name).render(values)


def test_indentation_goes():
    source = "<ul>\n    {% for n in (1, 2) %}\n    <li>\n      {{ n }}\n    </li>\n    {% endfor %}"

    shown = render(source)

    assert "  " not in shown
    assert "".join(shown.split()) == "<ul><li>1</li><li>2</li>"


@pytest.mark.parametrize(
    "source",
    ["<b>a</b> <i>b</i>", "<b>a</b>\n    <i>b</i>", "<b>a</b>{% if x %}\n    <i>b</i>{% endif %}"],
)
def test_words_stay_apart(source):
    assert render(source, x=True).split() == ["<b>a</b>", "<i>b</i>"]


def test_words_that_touch_still_do():
    assert render("<b>a</b><i>b</i>{{ x }}<u>c</u>", x="-") == "<b>a</b><i>b</i>-<u>c</u>"


@pytest.mark.parametrize("element", ["pre", "textarea"])
def test_what_is_shown_as_it_stands_keeps_its_spaces(element):
    source = f"<p>\n   a\n   <{element} dir=auto>\n   x\n     {{{{ y }}}}\n   z</{element}>\n   <p>"

    shown = render(source, y="  y  ")

    assert f"<{element} dir=auto>\n   x\n       y  \n   z</{element}>" in shown
    assert shown.endswith(f"</{element}>\n<p>")


def test_values_keep_their_spaces():
    assert render('<input value="{{ value }}">', value="a   b\n  c") == '<input value="a   b\n  c">'


def test_texts_to_translate_stay_as_they_were_collected():
    assert render("{% trans %}one\n    two{% endtrans %}") == "one\n    two"


def test_other_texts_stay_as_they_are():
    assert render("a\n    b", name="mail.txt") == "a\n    b"
