"""mail messages"""

import sqlalchemy as sa
from alembic import op

revision = "0a11b0c0d005"
down_revision = "5ec0a1d4e004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_message",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=255), nullable=True),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sent",
                "failed",
                "kept",
                name="mailstate",
                native_enum=False,
                create_constraint=True,
                length=6,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_mail_message_dedupe_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mail_message_created_at"), "mail_message", ["created_at"])
    op.create_index(op.f("ix_mail_message_name"), "mail_message", ["name"])
    op.create_index(op.f("ix_mail_message_recipient"), "mail_message", ["recipient"])


def downgrade() -> None:
    op.drop_index(op.f("ix_mail_message_recipient"), table_name="mail_message")
    op.drop_index(op.f("ix_mail_message_name"), table_name="mail_message")
    op.drop_index(op.f("ix_mail_message_created_at"), table_name="mail_message")
    op.drop_table("mail_message")
