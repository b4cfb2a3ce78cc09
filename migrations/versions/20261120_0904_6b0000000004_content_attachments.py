"""Content: attachments; blog: the picture of a post, and a text written as Markdown.

Revision ID: 6b0000000004
Revises: 6b0000000003
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "6b0000000004"
down_revision = "6b0000000003"
branch_labels = None
depends_on = None

BY_STATUS = "ix_blog_post_status_published_at"


def upgrade() -> None:
    _create_attachments()
    with altered_posts() as table:
        table.add_column(
            sa.Column("body_format", sa.String(length=8), nullable=False, server_default="rich")
        )
        table.add_column(sa.Column("body_source", sa.Text()))
        table.add_column(sa.Column("image", _json()))
        for name in ("image_focus_x", "image_focus_y"):
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="50"))
        table.create_check_constraint(
            op.f("ck_blog_post_textformat"), "body_format IN ('rich', 'markdown')"
        )
        table.create_check_constraint(
            op.f("ck_blog_post_focus_within_picture"),
            "image_focus_x BETWEEN 0 AND 100 AND image_focus_y BETWEEN 0 AND 100",
        )
    with altered_posts() as table:
        # The values that rows had to get are no defaults of the columns.
        for name in ("body_format", "image_focus_x", "image_focus_y"):
            table.alter_column(name, server_default=None)


def downgrade() -> None:
    with altered_posts() as table:
        table.drop_constraint(op.f("ck_blog_post_focus_within_picture"), type_="check")
        table.drop_constraint(op.f("ck_blog_post_textformat"), type_="check")
        for name in ("image_focus_y", "image_focus_x", "image", "body_source", "body_format"):
            table.drop_column(name)
    op.drop_table("content_attachment")


@contextmanager
def altered_posts() -> Iterator[Any]:
    """Alter the table; on SQLite that builds it anew, which loses what is put back here."""
    is_sqlite = op.get_context().dialect.name == "sqlite"
    last = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'blog_post'")
    key = op.get_bind().scalar(last) if is_sqlite else None
    if is_sqlite:
        op.drop_index(BY_STATUS, table_name="blog_post")
    with op.batch_alter_table("blog_post", table_kwargs={"sqlite_autoincrement": True}) as table:
        yield table
    if is_sqlite:
        op.create_index(BY_STATUS, "blog_post", ["status", sa.text("published_at DESC")])
    if key is not None:
        # The keys of deleted posts are in the history, and must not be given to new ones.
        update = sa.text("UPDATE sqlite_sequence SET seq = :key WHERE name = 'blog_post'")
        op.execute(update.bindparams(key=key))


def _create_attachments() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    name = "content_attachment"
    op.create_table(
        name,
        sa.Column("id", big, sa.Identity(always=False), nullable=False),
        sa.Column("address", sa.String(length=32), nullable=False),
        sa.Column("file", _json(), nullable=False),
        sa.Column("alt", sa.String(length=200), nullable=True),
        sa.Column("caption", sa.String(length=300), nullable=True),
        sa.Column("decorative", sa.Boolean(), nullable=False),
        sa.Column("focal_x", sa.Integer(), nullable=False),
        sa.Column("focal_y", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("post_id", big, nullable=True),
        sa.CheckConstraint(
            "decorative OR alt IS NOT NULL", name=op.f(f"ck_{name}_alt_unless_decorative")
        ),
        sa.CheckConstraint(
            "focal_x BETWEEN 0 AND 100 AND focal_y BETWEEN 0 AND 100",
            name=op.f(f"ck_{name}_focus_within_picture"),
        ),
        sa.CheckConstraint(
            "CASE WHEN post_id IS NULL THEN 0 ELSE 1 END <= 1",
            name=op.f(f"ck_{name}_at_most_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f(f"fk_{name}_created_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"],
            ["ab_user.id"],
            name=op.f(f"fk_{name}_updated_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["blog_post.id"],
            name=op.f(f"fk_{name}_post_id_blog_post"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("address", name=op.f(f"uq_{name}_address")),
        sqlite_autoincrement=True,
    )
    for column in ("created_by_id", "updated_by_id", "post_id"):
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def _json() -> Any:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
