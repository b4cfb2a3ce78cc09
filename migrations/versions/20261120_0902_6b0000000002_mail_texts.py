"""Mail: texts that people edit, unsubscribing, bounces and an even pace.

Revision ID: 6b0000000002
Revises: 6b0000000001
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "6b0000000002"
down_revision = "6b0000000001"
branch_labels = None
depends_on = None

BEFORE = ("queued", "sent", "failed", "kept")
AFTER = (*BEFORE, "bounced")
# SQLite makes the table anew, which must not give the key of a deleted row to the next one.
COUNTS_UP = {"sqlite_autoincrement": True}
HAS_BODY = sa.text("text IS NOT NULL OR sealed IS NOT NULL")
NEEDS_A_LOOK = sa.text("state IN ('failed', 'bounced') OR state = 'queued' AND attempts > 0")


def upgrade() -> None:
    with op.batch_alter_table("mail_message", table_kwargs=COUNTS_UP) as batch:
        batch.add_column(
            sa.Column("is_test", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("unsubscribe", sa.String(length=500), nullable=True))
        batch.add_column(sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("note", sa.Text(), nullable=True))
        _allow(batch, AFTER)
    with op.batch_alter_table("mail_message", table_kwargs=COUNTS_UP) as batch:
        batch.alter_column("is_test", server_default=None)
        batch.create_index(batch.f("ix_mail_message_message_id"), ["message_id"])
        batch.create_index(
            "ix_mail_message_needs_a_look",
            ["created_at"],
            postgresql_where=NEEDS_A_LOOK,
            sqlite_where=NEEDS_A_LOOK,
        )
        batch.create_index(
            "ix_mail_message_body",
            ["created_at"],
            postgresql_where=HAS_BODY,
            sqlite_where=HAS_BODY,
        )
    op.create_table(
        "mail_text",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_mail_text_created_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"],
            ["ab_user.id"],
            name=op.f("fk_mail_text_updated_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_text")),
        sa.UniqueConstraint("name", "locale", name=op.f("uq_mail_text_name_locale")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("mail_text") as batch:
        batch.create_index(batch.f("ix_mail_text_created_by_id"), ["created_by_id"])
        batch.create_index(batch.f("ix_mail_text_updated_by_id"), ["updated_by_id"])
    op.create_table(
        "mail_pace",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_pace")),
    )


def downgrade() -> None:
    op.drop_table("mail_pace")
    with op.batch_alter_table("mail_text") as batch:
        batch.drop_index(batch.f("ix_mail_text_updated_by_id"))
        batch.drop_index(batch.f("ix_mail_text_created_by_id"))
    op.drop_table("mail_text")
    op.execute("UPDATE mail_message SET state = 'failed' WHERE state = 'bounced'")
    with op.batch_alter_table("mail_message", table_kwargs=COUNTS_UP) as batch:
        batch.drop_index("ix_mail_message_body")
        batch.drop_index("ix_mail_message_needs_a_look")
        batch.drop_index(batch.f("ix_mail_message_message_id"))
    with op.batch_alter_table("mail_message", table_kwargs=COUNTS_UP) as batch:
        _allow(batch, BEFORE)
        for name in ("note", "bounced_at", "unsubscribe", "is_test"):
            batch.drop_column(name)


def _allow(batch: BatchOperations, states: tuple[str, ...]) -> None:
    """Let the state be one of these: another CHECK, and room for the longest."""
    batch.drop_constraint(op.f("ck_mail_message_mailstate"), type_="check")
    batch.alter_column(
        "state",
        existing_type=sa.String(length=7),
        type_=sa.String(length=max(map(len, states))),
        existing_nullable=False,
    )
    batch.create_check_constraint(op.f("ck_mail_message_mailstate"), sa.column("state").in_(states))
