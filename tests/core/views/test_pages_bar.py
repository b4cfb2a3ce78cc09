"""What stands below a list: where one is, how many there are, and the way to any page."""

import re
from html import unescape

import pytest

from app.extensions import db
from tests.core.models import Species

FEW = 60


def add_species(count):
    db.session.add_all(Species(name=f"Kind {number}") for number in range(count))
    db.session.commit()


def jump_form(page):
    """The fields of the form that leads to a page."""
    form = re.search(r'<form class="jump".*?</form>', page, re.DOTALL)[0]
    assert 'method="get"' in form
    fields = re.findall(r'name="([^"]*)"[^>]*?value="([^"]*)"', form)
    return [(name, unescape(value)) for name, value in fields]


@pytest.mark.both_databases
def test_a_page_is_asked_for_by_its_number_and_the_rest_stays(zoo_client, zoo_session):
    add_species(FEW)
    client = zoo_client("owner")
    address = "/zoo/species/list/?q=kind&sort=-name&page_size=10&filter=name:contains:i"

    fields = jump_form(client.get(address).text)
    found = client.get("/zoo/species/list/", query_string=[*fields[:-1], ("page", "4")])

    assert dict(fields) == {
        "q": "kind",
        "sort": "-name",
        "page_size": "10",
        "filter": "name:contains:i",
        "page": "1",
    }
    assert "31 to 40 of 60" in found.text


@pytest.mark.both_databases
def test_a_place_in_the_list_is_not_carried_along(zoo_client, zoo_session):
    add_species(FEW)
    client = zoo_client("owner")
    first = client.get("/zoo/species/list/?page_size=10").text
    link = unescape(re.search(r'id="page-next"[^>]*href="([^"]*)"', first)[1])
    following = f"/zoo/species/list/?{link.partition('?')[2]}"

    fields = jump_form(client.get(following).text)

    assert dict(fields) == {"page_size": "10", "page": "2"}


@pytest.mark.both_databases
def test_two_pages_need_no_number(zoo_client, zoo_session):
    add_species(15)

    page = zoo_client("owner").get("/zoo/species/list/?q=kind&page_size=10").text

    assert 'class="jump"' not in page
    assert 'id="page-next"' in page


@pytest.mark.parametrize("text", ["yes", "1", "exactly", "exact&count=exact"])
def test_another_word_than_exact_is_refused(text, zoo_client):
    assert zoo_client("owner").get(f"/zoo/species/list/?count={text}").status_code == 400
