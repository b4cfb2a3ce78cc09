"""security identities of other log-ins"""

import sqlalchemy as sa
from alembic import op

revision = "5ec0a1b8c009"
down_revision = "5ec0a1a7b008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "security_identity",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=512), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_security_identity_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_identity")),
        sa.UniqueConstraint(
            "provider", "subject", name=op.f("uq_security_identity_provider_subject")
        ),
    )
    with op.batch_alter_table("security_identity") as batch:
        batch.create_index(batch.f("ix_security_identity_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("security_identity") as batch:
        batch.drop_index(batch.f("ix_security_identity_user_id"))
    op.drop_table("security_identity")
