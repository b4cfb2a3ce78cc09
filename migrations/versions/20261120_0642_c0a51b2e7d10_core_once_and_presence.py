"""core keys of saved forms, and who has a record open"""

import sqlalchemy as sa
from alembic import op

revision = "c0a51b2e7d10"
down_revision = "c07e0b0c5002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_once",
        sa.Column("owner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("row_key", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "key", name=op.f("pk_core_once")),
    )
    with op.batch_alter_table("core_once", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_once_created_at"), ["created_at"], unique=False)

    op.create_table(
        "core_presence",
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("row_key", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_core_presence_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("model", "row_key", "user_id", name=op.f("pk_core_presence")),
    )
    with op.batch_alter_table("core_presence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_presence_seen_at"), ["seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_presence_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_presence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_presence_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_presence_seen_at"))

    op.drop_table("core_presence")
    with op.batch_alter_table("core_once", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_once_created_at"))

    op.drop_table("core_once")
