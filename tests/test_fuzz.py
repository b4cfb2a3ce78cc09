"""Whatever is sent to a generated route, the answer is in words and never a failure of ours."""

import pytest
import sqlalchemy as sa
from hypothesis import given, settings, strategies as st

from app.core.fields import encode_key, fields_of
from app.core.filters.operators import OPERATORS
from app.core.query.state import PARAMETERS
from app.extensions import db
from tests.core.models import Animal, Badge, Diary, Keeper, Meal, Pen, Species

pytestmark = pytest.mark.both_databases

MODELS = {
    "species": Species,
    "pens": Pen,
    "keepers": Keeper,
    "badges": Badge,
    "animals": Animal,
    "meals": Meal,
    "diaries": Diary,
}
FAULTS = ("Traceback", "sqlalchemy", "psycopg2", "SELECT ", "INSERT INTO", "UPDATE zoo_")
WORDS = st.sampled_from(
    [
        "1",
        "0",
        "-1",
        "999999999999999999999",
        "1e400",
        "NaN",
        "true",
        "null",
        "2026-01-01",
        "%",
        "_",
        "\\",
        "'",
        '"',
        "~1",
        "~",
        ",",
        ":",
        "(",
        "()",
        "..",
        "plants",
        "Zoe",
        "\0",
        "0001-01-01",
        "{}",
    ]
)
TEXTS = WORDS | st.text(max_size=12) | st.lists(WORDS, max_size=3).map("".join)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
PLURALS = st.sampled_from(sorted(MODELS))


def names(model):
    return st.sampled_from(sorted(fields_of(model)))


def conditions(model):
    operators = st.sampled_from(sorted(OPERATORS))
    return st.tuples(names(model), operators, TEXTS).map(":".join) | TEXTS


@st.composite
def queries(draw):
    """A list and parameters for it: some that mean something, some that do not."""
    plural = draw(PLURALS)
    model = MODELS[plural]
    values = {
        "filter": conditions(model),
        "sort": st.lists(names(model) | TEXTS, max_size=2).map(",".join),
        "columns": st.lists(names(model) | TEXTS, max_size=3).map(",".join),
        "q": TEXTS | st.tuples(st.just("("), TEXTS, st.just(")")).map("".join),
        "view": st.sampled_from(["table", "related"]) | TEXTS,
    }
    chosen = draw(st.lists(st.sampled_from(PARAMETERS) | TEXTS, max_size=3))
    return plural, [(name, draw(values.get(name, TEXTS))) for name in chosen]


@st.composite
def bodies(draw, values):
    """A list and a body for it, by the names of its fields."""
    plural = draw(PLURALS)
    names_and_more = names(MODELS[plural]) | st.sampled_from(["_version", "next", "after"]) | TEXTS
    return plural, draw(st.dictionaries(names_and_more, values, max_size=6))


@pytest.fixture
def fuzzed(zoo, zoo_client):
    """The admin's browser, which looks at each answer."""
    client = zoo_client("admin")
    zoo.config["PROPAGATE_EXCEPTIONS"] = False

    def send(method, path, **options):
        answer = client.open(path, method=method, **options)
        assert answer.status_code < 500, (method, path, options)
        found = [fault for fault in FAULTS if fault in answer.text]
        assert not found, (method, path, options, found)
        return answer

    yield send

    zoo.config["PROPAGATE_EXCEPTIONS"] = None


@given(queries())
def test_no_parameter_breaks_a_list(fuzzed, query):
    plural, parameters = query

    for path in ("list/", "chart/", "export/csv", "pick/created_by"):
        fuzzed("GET", f"/zoo/{plural}/{path}", query_string=parameters)
    fuzzed("GET", f"/api/v1/{plural}/", query_string=parameters)


@given(PLURALS, TEXTS.filter(lambda text: "/" not in text))
def test_no_key_breaks_a_page(fuzzed, plural, key):
    part = quoted(key)

    for page in ("show", "edit", "delete", "chart", "export", "pick"):
        fuzzed("GET", f"/zoo/{plural}/{page}/{part}")
    fuzzed("POST", f"/zoo/{plural}/delete/{part}")
    fuzzed("POST", f"/zoo/{plural}/bulk/{part}", data={"key": key})
    fuzzed("GET", f"/api/v1/{plural}/{part}")
    fuzzed("POST", f"/api/v1/{plural}/{part}/{part}")


def quoted(key):
    return "".join(f"%{byte:02x}" for byte in key.encode("utf-8", "surrogatepass")) or "x"


@given(bodies(TEXTS | st.lists(TEXTS, max_size=2)))
def test_no_form_breaks_a_page(fuzzed, zoo_session, body):
    plural, fields = body
    data = {storable(name): sent(value) for name, value in fields.items()}

    fuzzed("POST", f"/zoo/{plural}/add", data=data)
    fuzzed("GET", f"/zoo/{plural}/add", query_string=data)
    for key in some_keys(plural):
        fuzzed("POST", f"/zoo/{plural}/edit/{key}", data=data)
    fuzzed("POST", f"/zoo/{plural}/bulk/delete", data={"all": "1", **data})


def sent(value):
    return [storable(item) for item in value] if isinstance(value, list) else storable(value)


def storable(text):
    """A lone surrogate cannot be sent over HTTP."""
    return text.encode("utf-8", "replace").decode()


def some_keys(plural):
    """The key of a row, where there still is one."""
    model = MODELS[plural]
    rows = db.session.scalars(sa.select(model).limit(1)).unique()
    keys = [encode_key(row) for row in rows]
    db.session.rollback()
    return keys


@given(bodies(JSON))
def test_no_json_breaks_the_api(fuzzed, zoo_session, body):
    plural, payload = body

    fuzzed("POST", f"/api/v1/{plural}/", json=payload)
    for key in some_keys(plural):
        fuzzed("PATCH", f"/api/v1/{plural}/{key}", json=payload)
        fuzzed("PUT", f"/api/v1/{plural}/{key}", json=payload)


@settings(max_examples=10)
@given(PLURALS, JSON | st.binary(max_size=20))
def test_no_body_breaks_the_api(fuzzed, plural, body):
    options = {"data": body} if isinstance(body, bytes) else {"json": body}

    fuzzed("POST", f"/api/v1/{plural}/", content_type="application/json", **options)
