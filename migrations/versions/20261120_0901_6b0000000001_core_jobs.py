"""Jobs: progress, results, cancelling and groups of outbox events.

Revision ID: 6b0000000001
Revises: 5ec0a1aa9010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "6b0000000001"
down_revision = "5ec0a1aa9010"
branch_labels = None
depends_on = None

WAS_OPEN = "delivered_at IS NULL AND failed_at IS NULL"
IS_OPEN = f"{WAS_OPEN} AND cancelled_at IS NULL"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
)
TIME = sa.DateTime(timezone=True)


def new_columns() -> list[sa.Column]:
    return [
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("cancelled_at", TIME, nullable=True),
        sa.Column("result", JSON, nullable=True),
        sa.Column("done", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("parts_left", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("then_id", KEY, nullable=True),
    ]


def upgrade() -> None:
    op.drop_index("ix_core_outbox_due_at", table_name="core_outbox")
    with op.batch_alter_table("core_outbox", table_kwargs={"sqlite_autoincrement": True}) as batch:
        for column in new_columns():
            batch.add_column(column)
        batch.create_foreign_key(
            op.f("fk_core_outbox_then_id_core_outbox"),
            "core_outbox",
            ["then_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch.create_index(op.f("ix_core_outbox_then_id"), ["then_id"])
    _index_due(IS_OPEN)
    op.create_table(
        "core_schedule",
        sa.Column("id", KEY, sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("schedule", sa.String(length=100), nullable=False),
        sa.Column("last_tick", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_schedule")),
        sa.UniqueConstraint("name", name=op.f("uq_core_schedule_name")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("core_schedule")
    # A cancelled event must not run because what cancelled it is gone.
    op.execute("DELETE FROM core_outbox WHERE cancelled_at IS NOT NULL")
    op.drop_index("ix_core_outbox_due_at", table_name="core_outbox")
    with op.batch_alter_table("core_outbox", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_index(op.f("ix_core_outbox_then_id"))
        batch.drop_constraint(op.f("fk_core_outbox_then_id_core_outbox"), type_="foreignkey")
        for column in new_columns():
            batch.drop_column(column.name)
    _index_due(WAS_OPEN)


def _index_due(condition) -> None:
    where = sa.text(condition)
    op.create_index(
        "ix_core_outbox_due_at",
        "core_outbox",
        ["due_at"],
        sqlite_where=where,
        postgresql_where=where,
    )
