"""The tables refuse to be rewritten, whoever asks."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.extensions import db
from app.security.audit import record_event
from app.security.audit.chain import append
from app.security.audit.models import Outcome, SecurityEvent
from app.security.audit.verify import verify_chain

EVENT = {
    **dict.fromkeys(column.name for column in SecurityEvent.__table__.columns),
    "at": now(),
    "kind": "key-made",
    "outcome": Outcome.SUCCESS,
}
REFUSED = (
    "UPDATE security_event SET kind = 'x'",
    "DELETE FROM security_event",
    "TRUNCATE security_event",
    "DELETE FROM security_event_head",
    "TRUNCATE security_event_head",
)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE security_event SET kind = 'nothing'",
        "DELETE FROM security_event",
        "DELETE FROM security_event_head",
    ],
)
def test_database_refuses_to_change_events(make_app, database, statement):
    app = make_app(database)

    refusal = pytest.raises(sa.exc.DBAPIError, match="never changed or deleted")
    with app.app_context(), db.engine.connect() as connection, refusal:
        connection.exec_driver_sql(statement)


@pytest.mark.postgresql
def test_postgresql_refuses_to_empty_the_table(make_app, database):
    app = make_app(database)

    refusal = pytest.raises(sa.exc.DBAPIError, match="never changed or deleted")
    with app.app_context(), db.engine.connect() as connection, refusal:
        connection.exec_driver_sql("TRUNCATE security_event")


@pytest.mark.postgresql
def test_role_of_the_server_needs_no_more_than_to_add(make_app, database):
    app = make_app(database)
    role = "bureau_server_of_a_test"
    with app.app_context():
        record_event("key-made")
        db.session.commit()
        try:
            with db.engine.begin() as owner:
                grant(owner, role)
            with db.engine.begin() as server:
                server.exec_driver_sql(f"SET LOCAL ROLE {role}")
                append(server, [EVENT])
            for statement in REFUSED:
                with db.engine.connect() as server:
                    server.exec_driver_sql(f"SET ROLE {role}")
                    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
                        server.exec_driver_sql(statement)
            assert verify_chain().count > 1
        finally:
            db.session.remove()
            with db.engine.begin() as owner:
                owner.exec_driver_sql(f"DROP OWNED BY {role}")
                owner.exec_driver_sql(f"DROP ROLE {role}")


def grant(connection, role):
    """Give the role what docs/security.md says."""
    page = (Path(__file__).parents[3] / "docs" / "security.md").read_text()
    block = page.partition("```sql\n")[2].partition("```")[0]
    assert "security_event_head" in block
    connection.exec_driver_sql(f"CREATE ROLE {role}")
    for statement in block.replace("bureau_server", role).split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)
