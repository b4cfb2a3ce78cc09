"""Preferences, and the version of all rights"""

import sqlalchemy as sa
from alembic import op

revision = "5ec0a1b2c002"
down_revision = "5ec0a1fab001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "security_rights_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_rights_version")),
    )
    op.create_table(
        "security_preference",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("theme", sa.String(length=16), nullable=True),
        sa.Column("density", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_security_preference_created_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"],
            ["ab_user.id"],
            name=op.f("fk_security_preference_updated_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_security_preference_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_preference")),
        sa.UniqueConstraint("user_id", name=op.f("uq_security_preference_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_security_preference_created_by_id"),
        "security_preference",
        ["created_by_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_security_preference_updated_by_id"),
        "security_preference",
        ["updated_by_id"],
        unique=False,
    )
    version = sa.table("security_rights_version", sa.column("id"), sa.column("value"))
    op.execute(version.insert().values(id=1, value=1))


def downgrade() -> None:
    op.drop_index(op.f("ix_security_preference_updated_by_id"), table_name="security_preference")
    op.drop_index(op.f("ix_security_preference_created_by_id"), table_name="security_preference")
    op.drop_table("security_preference")
    op.drop_table("security_rights_version")
