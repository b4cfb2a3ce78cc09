"""One kind of each name, and for each the values it can have."""

import datetime
import enum
from decimal import Decimal

from hypothesis import strategies as st

from app.core.kinds import choice, file, moment, number, structure, text


class Colour(enum.Enum):
    RED = "red"
    DARK_BLUE = "dark, blue~"
    SEVEN = 7


STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(STORABLE, min_size=1, max_size=20).map(str.strip).filter(bool)
NAMES = st.text("abcxyz0189", min_size=1, max_size=8)
# A page shows moments to the second.
MOMENTS = st.builds(
    datetime.datetime.fromtimestamp,
    st.integers(-60_000_000_000, 253_000_000_000),
    st.just(datetime.UTC),
)
NAIVE = MOMENTS.map(lambda moment: moment.replace(tzinfo=None))
SPANS = st.timedeltas(
    min_value=datetime.timedelta(seconds=-60_000_000_000),
    max_value=datetime.timedelta(seconds=60_000_000_000),
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(STORABLE)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(STORABLE), inner, max_size=3)
    ),
    max_leaves=8,
)


def decimals(places: int, minimum: str, maximum: str) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(minimum), Decimal(maximum), places=places, allow_nan=False)


VALUES = {
    text.Text(20): TEXTS,
    text.LongText(): TEXTS.filter(lambda value: "\r" not in value),
    text.Email(): st.tuples(NAMES, NAMES, NAMES).map(lambda parts: "{}@{}.{}".format(*parts)),
    text.Url(): st.tuples(NAMES, TEXTS).map(lambda parts: "https://{}/{}".format(*parts)),
    text.Phone(): st.integers(10**6, 10**15 - 1).map(lambda digits: f"+{digits}"),
    number.Integer(64): st.integers(-(2**63), 2**63 - 1),
    number.Integer(16): st.integers(-(2**15), 2**15 - 1),
    number.Decimals(12, 3): decimals(3, "-999999999", "999999999"),
    number.Decimals(): decimals(5, "-1e20", "1e20"),
    number.Money(12, 2): decimals(2, "0", "9999999999.99"),
    number.Percent(5, 2): decimals(2, "0", "100"),
    number.Float(): st.floats(allow_nan=False, allow_infinity=False),
    choice.Boolean(): st.booleans(),
    choice.Choice(tuple(Colour)): st.sampled_from(Colour),
    choice.Choice(("a", "b,c")): st.sampled_from(("a", "b,c")),
    moment.Date(): st.dates(),
    moment.Time(): st.times(),
    moment.DateTime(): NAIVE,
    moment.Moment(): MOMENTS,
    moment.Interval(): SPANS,
    structure.Json(): JSON,
    structure.Array(item=number.Integer(32)): st.lists(st.none() | st.integers(-9, 9)),
    structure.Array(item=moment.Date()): st.lists(st.dates(), max_size=3),
    structure.Uuid(): st.uuids(),
    structure.Uuid(is_written_as_text=True): st.uuids().map(str),
}
KINDS = [*VALUES, text.Html(), structure.Binary(), file.File(("pdf", "png"), 10, 10)]
