"""JSON files are one array, whatever the number of rows."""

import json

import pytest

from app.core.export import EXPORTERS, Table
from app.core.fields import Batch, fields_of
from tests.core.desk import Ticket

FIELDS = fields_of(Ticket)


@pytest.mark.parametrize("count", [0, 1, 2, 3000])
def test_every_row_is_an_object(count):
    batches = (Batch(1, [[f"é{number}" * 20], [number]]) for number in range(count))
    table = Table("t", (FIELDS["title"], FIELDS["hours"]), batches)

    pieces = list(EXPORTERS["json"].write(table))

    found = json.loads(b"".join(pieces))
    assert found == [{"title": f"é{n}" * 20, "hours": n} for n in range(count)]
    assert len(pieces) > 1 or count < 3000
