"""security audit"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5ec0a1d4e004"
down_revision = "5ec0a1c3d003"
branch_labels = None
depends_on = None

NOTHING = "0" * 64
MESSAGE = "security events are never changed or deleted"
INDEXED = ("address", "at", "kind", "username")


def upgrade() -> None:
    op.create_table(
        "security_event",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "success",
                "failure",
                "refused",
                name="outcome",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("username", sa.String(length=256), nullable=True),
        sa.Column("real_user_id", sa.Integer(), nullable=True),
        sa.Column("real_username", sa.String(length=256), nullable=True),
        sa.Column("session_key", sa.String(length=64), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("method", sa.String(length=10), nullable=True),
        sa.Column("path", sa.String(length=255), nullable=True),
        sa.Column("subject", sa.String(length=100), nullable=True),
        sa.Column("target_key", sa.String(length=255), nullable=True),
        sa.Column("target_title", sa.String(length=255), nullable=True),
        sa.Column(
            "details",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=True,
        ),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
    )
    with op.batch_alter_table("security_event", schema=None) as batch_op:
        for name in INDEXED:
            batch_op.create_index(batch_op.f(f"ix_security_event_{name}"), [name], unique=False)

    head = op.create_table(
        "security_event_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event_head")),
    )
    op.bulk_insert(head, [{"id": 1, "count": 0, "hash": NOTHING, "seal": NOTHING}])
    if op.get_bind().dialect.name == "postgresql":
        guard_postgresql()
    else:
        guard_sqlite()


def guard_postgresql() -> None:
    """Refuse every change of a row, whoever asks, and emptying the table."""
    op.execute(
        "CREATE FUNCTION security_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER security_event_refuse BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON security_event FOR EACH STATEMENT EXECUTE FUNCTION security_event_refuse()"
    )
    op.execute(
        "CREATE TRIGGER security_event_head_refuse BEFORE DELETE OR TRUNCATE "
        "ON security_event_head FOR EACH STATEMENT EXECUTE FUNCTION security_event_refuse()"
    )


def guard_sqlite() -> None:
    """The same; what SQLite cannot refuse is dropping the table."""
    for table, verb in (
        ("security_event", "UPDATE"),
        ("security_event", "DELETE"),
        ("security_event_head", "DELETE"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )


def downgrade() -> None:
    with op.batch_alter_table("security_event", schema=None) as batch_op:
        for name in reversed(INDEXED):
            batch_op.drop_index(batch_op.f(f"ix_security_event_{name}"))

    # Its triggers go with a table, but not the function that they call.
    op.drop_table("security_event_head")
    op.drop_table("security_event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION security_event_refuse()")
