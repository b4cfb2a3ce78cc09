"""security invitations, registrations and single-use links"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5ec0a1e5f006"
down_revision = "0a11b0c0d005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "security_link",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "invitation",
                "reset",
                "registration",
                "address",
                name="linkpurpose",
                native_enum=False,
                create_constraint=True,
                length=12,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column(
            "payload",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_security_link_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_security_link_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_security_link_user_id"), "security_link", ["user_id"])
    op.create_index(op.f("ix_security_link_expires_at"), "security_link", ["expires_at"])
    op.create_table(
        "security_registration",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "approved",
                "refused",
                name="registrationstate",
                native_enum=False,
                create_constraint=True,
                length=8,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["ab_user.id"],
            name=op.f("fk_security_registration_decided_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_registration")),
        sa.UniqueConstraint("email", name=op.f("uq_security_registration_email")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_security_registration_decided_by_id"), "security_registration", ["decided_by_id"]
    )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_security_registration_decided_by_id"), table_name="security_registration"
    )
    op.drop_table("security_registration")
    op.drop_index(op.f("ix_security_link_expires_at"), table_name="security_link")
    op.drop_index(op.f("ix_security_link_user_id"), table_name="security_link")
    op.drop_table("security_link")
