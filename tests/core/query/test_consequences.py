import pytest

from app.core.query.consequences import consequences
from tests.core.models import Animal, Keeper, Pen, Species
from tests.core.zoo import find_row

pytestmark = pytest.mark.both_databases


def test_the_question_counts_what_refers_to_a_row(zoo_session, statements):
    ann = find_row(Keeper, first_name="Ann")

    with statements() as seen:
        found = consequences(Keeper, [ann])

    assert found == ["Animals: 1 still refers to it and prevents this."]
    assert len(seen) == 1


def test_a_table_that_refers_to_itself_counts_its_own_rows(zoo_session):
    mammal = find_row(Species, name="Mammal")

    assert consequences(Species, [mammal]) == ["Children: 2 still refer to it and prevent this."]


def test_composite_keys_are_counted_together(zoo_session):
    pens = [find_row(Pen, number=number) for number in (1, 2)]

    assert consequences(Pen, pens) == ["Animals: 2 still refer to it and prevent this."]


def test_links_go_without_a_word(zoo_session):
    zoe = find_row(Animal, name="Zoe")

    assert consequences(Animal, [zoe]) == []
    assert consequences(Animal, []) == []
