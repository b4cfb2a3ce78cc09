"""Server and worker are killed in the middle of a digest, by a mail server that fails at times."""

from __future__ import annotations

import pytest

from bench.digest import measure

READERS, KILLS = 60, 5
SECRET = "a-key-that-all-tests-share-and-nobody-else-has"


@pytest.mark.postgresql
def test_every_reader_gets_one_digest(make_app, database, tmp_path):
    url = make_app(database).config["SQLALCHEMY_DATABASE_URI"]

    found = measure(
        {
            "BUREAU_ENV": "testing",
            "BUREAU_INSTANCE": str(tmp_path),
            "DATABASE_URL": url,
            "SECRET_KEY": SECRET,
        },
        READERS,
        KILLS,
    )

    assert found.reached == READERS
    # What came twice came under the same name, and the digest has counted each reader once.
    assert found.different == READERS
    assert (found.state, found.recipients) == ("sent", READERS)
    assert found.refusals > 0
