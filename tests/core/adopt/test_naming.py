import pytest

from app.core.adopt import naming


@pytest.mark.parametrize(
    ("several", "one"),
    [
        ("addresses", "address"),
        ("albums", "album"),
        ("boxes", "box"),
        ("buses", "bus"),
        ("children", "child"),
        ("classes", "class"),
        ("countries", "country"),
        ("courses", "course"),
        ("heroes", "hero"),
        ("houses", "house"),
        ("movies", "movie"),
        ("people", "person"),
        ("quizzes", "quiz"),
        ("shelves", "shelf"),
        ("shoes", "shoe"),
        ("statuses", "status"),
    ],
)
def test_plural_and_singular_are_each_others_inverse(several, one):
    assert naming.singular(several) == one
    assert naming.plural(one) == several


@pytest.mark.parametrize("word", ["address", "analysis", "data", "gas", "news", "series", "status"])
def test_what_only_looks_like_a_plural_stays(word):
    assert naming.singular(word) == word


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AlbumId", "album_id"),
        ("HTTPServer", "http_server"),
        ("ORDER_ITEMS", "order_items"),
        ("Größe (cm)", "grosse_cm"),
        ("a.b%c", "a_b_c"),
        ("名前", "名前"),
        ("!!!", ""),
    ],
)
def test_snake_takes_any_spelling(name, expected):
    assert naming.snake(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("class", "class_"),
        ("metadata", "metadata_"),
        ("registry", "registry_"),
        ("list", "list_"),
        ("2nd", "field_2nd"),
        ("!!!", "field"),
        ("match", "match"),
    ],
)
def test_attributes_hide_nothing(name, expected):
    assert naming.attribute_name(name, ()) == expected


def test_second_attribute_of_a_name_is_numbered():
    assert naming.attribute_name("Full Name", {"full_name", "full_name_2"}) == "full_name_3"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("order items", "OrderItem"),
        ("ORDER_ITEMS", "OrderItem"),
        ("MediaType", "MediaType"),
        ("2023 sales", "Table2023Sale"),
        ("顧客", "Table顧客"),
        ("?", "Table"),
    ],
)
def test_classes_are_singular(name, expected):
    assert naming.class_name(name) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("in review", "IN_REVIEW"), ("1st", "VALUE_1ST"), ("", "EMPTY"), ("+", "VALUE")],
)
def test_members_are_written_in_capitals(value, expected):
    assert naming.member_name(value, ()) == expected


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("billing_address_id", "billing_address"),
        ("country_code", "country"),
        ("customer", "customer"),
        ("_id", "_id"),
    ],
)
def test_stem_of_a_key_is_what_it_is_about(attribute, expected):
    assert naming.stem(attribute) == expected
