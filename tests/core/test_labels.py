import pytest
from flask_babel import force_locale

from app.core.labels import humanise, humanise_class, label, plural_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("enrolled_on", "Enrolled on"),
        ("IN_REVIEW", "In review"),
        ("DRAFT", "Draft"),
        ("FirstName", "First name"),
        ("firstName", "First name"),
        ("ArtistId", "Artist ID"),
        ("HTTPServer", "HTTP server"),
        ("url", "URL"),
        ("line2", "Line2"),
        ("order-details", "Order details"),
        ("é_longo", "É longo"),
        ("_", "_"),
    ],
)
def test_humanise(name, expected):
    assert humanise(name) == expected


def test_humanise_class():
    assert humanise_class("TodoList") == "Todo list"


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("Todo list", "Todo lists"),
        ("Category", "Categories"),
        ("Day", "Days"),
        ("Colloquy", "Colloquies"),
        ("Address", "Addresses"),
        ("Box", "Boxes"),
        ("Branch", "Branches"),
        ("Person", "People"),
        ("Contact person", "Contact people"),
        ("Hero", "Heroes"),
        ("Photo", "Photos"),
        ("Staff", "Staff"),
        ("API", "APIs"),
        ("Status", "Statuses"),
        ("Grade analysis", "Grade analyses"),
        ("", ""),
    ],
)
def test_plural_of(one, many):
    assert plural_of(one) == many


def test_label_is_in_the_language_of_its_reader(make_tiny):
    app = make_tiny()
    text = label("Enrolled on")

    with app.test_request_context(), force_locale("pt"):
        shown = str(text)

    assert shown == "Enrolled on"
