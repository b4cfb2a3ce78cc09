"""security second factors"""

import sqlalchemy as sa
from alembic import op

revision = "5ec0a1f6a007"
down_revision = "5ec0a1e5f006"
branch_labels = None
depends_on = None


def key() -> sa.Column:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", big, sa.Identity(always=False), nullable=False)


def owner(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_user_id_ab_user")
    return sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "security_totp_secret",
        key(),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=255), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_counter", sa.BigInteger(), nullable=True),
        sa.Column("proposed", sa.String(length=255), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        owner("security_totp_secret"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_totp_secret")),
        sa.UniqueConstraint("user_id", name=op.f("uq_security_totp_secret_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "security_recovery_code",
        key(),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=128), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        owner("security_recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_recovery_code")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_security_recovery_code_user_id"), "security_recovery_code", ["user_id"]
    )
    op.create_table(
        "security_passkey",
        key(),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("handle", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        owner("security_passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_security_passkey_credential_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_security_passkey_user_id"), "security_passkey", ["user_id"])
    op.create_table(
        "security_role_policy",
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("requires_factor", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["ab_role.id"],
            name=op.f("fk_security_role_policy_role_id_ab_role"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("role_id", name=op.f("pk_security_role_policy")),
    )
    # Sessions that are open were begun without a factor; none was there.
    op.add_column(
        "security_session",
        sa.Column("has_factor", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("security_session", "has_factor")
    op.drop_table("security_role_policy")
    op.drop_index(op.f("ix_security_passkey_user_id"), table_name="security_passkey")
    op.drop_table("security_passkey")
    op.drop_index(op.f("ix_security_recovery_code_user_id"), table_name="security_recovery_code")
    op.drop_table("security_recovery_code")
    op.drop_table("security_totp_secret")
