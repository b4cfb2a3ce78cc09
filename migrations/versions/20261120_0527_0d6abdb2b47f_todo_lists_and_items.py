"""To-do lists, who they are shared with, and items"""

import sqlalchemy as sa
from alembic import op

revision = "0d6abdb2b47f"
down_revision = "5ec0a1b2c002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "todo_list",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "colour",
            sa.Enum(
                "grey",
                "red",
                "amber",
                "green",
                "blue",
                "violet",
                name="colour",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_todo_list_created_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["ab_user.id"],
            name=op.f("fk_todo_list_owner_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"],
            ["ab_user.id"],
            name=op.f("fk_todo_list_updated_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_todo_list")),
        sqlite_autoincrement=True,
    )
    # The way SQLite shows it, Alembic cannot compare an index on an expression; written by hand.
    op.create_index(
        "uq_todo_list_owner_id_name", "todo_list", ["owner_id", sa.text("lower(name)")], unique=True
    )
    op.create_index(
        op.f("ix_todo_list_created_by_id"), "todo_list", ["created_by_id"], unique=False
    )
    op.create_index(
        op.f("ix_todo_list_updated_by_id"), "todo_list", ["updated_by_id"], unique=False
    )

    op.create_table(
        "todo_item",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "done_by_id IS NULL OR done_at IS NOT NULL",
            name=op.f("ck_todo_item_done_by_needs_done_at"),
        ),
        sa.CheckConstraint(
            "remind_at IS NULL OR due_on IS NOT NULL",
            name=op.f("ck_todo_item_reminder_needs_due_date"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_todo_item_created_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"],
            ["ab_user.id"],
            name=op.f("fk_todo_item_done_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["todo_list.id"],
            name=op.f("fk_todo_item_list_id_todo_list"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"],
            ["ab_user.id"],
            name=op.f("fk_todo_item_updated_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_todo_item")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_todo_item_created_by_id"), "todo_item", ["created_by_id"], unique=False
    )
    op.create_index(op.f("ix_todo_item_done_by_id"), "todo_item", ["done_by_id"], unique=False)
    op.create_index(
        "ix_todo_item_list_id_done_at_position",
        "todo_item",
        ["list_id", "done_at", "position"],
        unique=False,
    )
    op.create_index(
        "ix_todo_item_remind_at",
        "todo_item",
        ["remind_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL"),
    )
    op.create_index(
        op.f("ix_todo_item_updated_by_id"), "todo_item", ["updated_by_id"], unique=False
    )
    op.create_index(
        "uq_todo_item_list_id_title",
        "todo_item",
        ["list_id", "title"],
        unique=True,
        postgresql_where=sa.text("done_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL"),
    )

    op.create_table(
        "todo_member",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("can_write", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_todo_member_created_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["todo_list.id"],
            name=op.f("fk_todo_member_list_id_todo_list"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"],
            ["ab_user.id"],
            name=op.f("fk_todo_member_updated_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_todo_member_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_todo_member")),
        sa.UniqueConstraint("list_id", "user_id", name=op.f("uq_todo_member_list_id_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_todo_member_created_by_id"), "todo_member", ["created_by_id"], unique=False
    )
    op.create_index(
        op.f("ix_todo_member_updated_by_id"), "todo_member", ["updated_by_id"], unique=False
    )
    op.create_index(op.f("ix_todo_member_user_id"), "todo_member", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_todo_member_user_id"), table_name="todo_member")
    op.drop_index(op.f("ix_todo_member_updated_by_id"), table_name="todo_member")
    op.drop_index(op.f("ix_todo_member_created_by_id"), table_name="todo_member")

    op.drop_table("todo_member")
    op.drop_index("uq_todo_item_list_id_title", table_name="todo_item")
    op.drop_index(op.f("ix_todo_item_updated_by_id"), table_name="todo_item")
    op.drop_index("ix_todo_item_remind_at", table_name="todo_item")
    op.drop_index("ix_todo_item_list_id_done_at_position", table_name="todo_item")
    op.drop_index(op.f("ix_todo_item_done_by_id"), table_name="todo_item")
    op.drop_index(op.f("ix_todo_item_created_by_id"), table_name="todo_item")

    op.drop_table("todo_item")
    op.drop_index(op.f("ix_todo_list_updated_by_id"), table_name="todo_list")
    op.drop_index(op.f("ix_todo_list_created_by_id"), table_name="todo_list")
    op.drop_index("uq_todo_list_owner_id_name", table_name="todo_list")

    op.drop_table("todo_list")
