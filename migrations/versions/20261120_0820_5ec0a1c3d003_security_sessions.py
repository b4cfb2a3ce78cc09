"""security sessions"""

import sqlalchemy as sa
from alembic import op

revision = "5ec0a1c3d003"
down_revision = "c0a51b2e7d10"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "security_session",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "browser", "api", name="sessionkind", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_remembered", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("awaits_factor", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("agent", sa.String(length=255), nullable=True),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("acting_user_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acting_user_id"],
            ["ab_user.id"],
            name=op.f("fk_security_session_acting_user_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["ab_role.id"],
            name=op.f("fk_security_session_role_id_ab_role"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_security_session_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_security_session_digest")),
        sqlite_autoincrement=True,
    )
    for column in ("acting_user_id", "expires_at", "role_id", "user_id"):
        op.create_index(op.f(f"ix_security_session_{column}"), "security_session", [column])


def downgrade() -> None:
    for column in ("user_id", "role_id", "expires_at", "acting_user_id"):
        op.drop_index(op.f(f"ix_security_session_{column}"), table_name="security_session")
    op.drop_table("security_session")
