"""security API keys"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5ec0a1a7b008"
down_revision = "5ec0a1f6a007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "security_api_key",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "scopes",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_address", sa.String(length=64), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_security_api_key_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_api_key")),
        sa.UniqueConstraint("prefix", name=op.f("uq_security_api_key_prefix")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_security_api_key_user_id"), "security_api_key", ["user_id"])
    op.add_column("security_session", sa.Column("refresh_jti", sa.String(length=36), nullable=True))


def downgrade() -> None:
    op.drop_column("security_session", "refresh_jti")
    op.drop_index(op.f("ix_security_api_key_user_id"), table_name="security_api_key")
    op.drop_table("security_api_key")
