"""Content: tags, comments, blocks.

Revision ID: 6b0000000003
Revises: 6b0000000002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "6b0000000003"
down_revision = "6b0000000002"
branch_labels = None
depends_on = None

STATES = "'pending', 'approved', 'rejected', 'spam'"
REASONS = "'stranger', 'links', 'blocked', 'robot'"
KINDS = "'email', 'address', 'word'"


def upgrade() -> None:
    """Make the tables, which are empty at first."""
    _create(
        "content_tag",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("folded", sa.String(320), nullable=False),
        sa.Column("slug", sa.String(100), nullable=False),
        sa.UniqueConstraint("folded", name="uq_content_tag_folded"),
        sa.UniqueConstraint("slug", name="uq_content_tag_slug"),
    )
    _create(
        "content_tag_address",
        sa.Column("slug", sa.String(100), nullable=False),
        sa.Column("tag_id", _big_id(), nullable=False),
        _key("content_tag_address", "tag_id", "content_tag", "CASCADE"),
        sa.UniqueConstraint("slug", name="uq_content_tag_address_slug"),
    )
    op.create_index("ix_content_tag_address_tag_id", "content_tag_address", ["tag_id"])
    op.create_table(
        "blog_post_tag",
        sa.Column("post_id", _big_id(), nullable=False),
        sa.Column("tag_id", _big_id(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _key("blog_post_tag", "post_id", "blog_post", "CASCADE"),
        _key("blog_post_tag", "tag_id", "content_tag", "CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "tag_id", name="pk_blog_post_tag"),
    )
    op.create_index("ix_blog_post_tag_tag_id", "blog_post_tag", ["tag_id", "created_at"])
    _create_comments()
    _create(
        "content_comment_block",
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("value", sa.String(254), nullable=False),
        sa.Column("reason", sa.String(255), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name="blockkind"),
        sa.UniqueConstraint("kind", "value", name="uq_content_comment_block_kind_value"),
    )
    op.create_index("ix_content_comment_block_until", "content_comment_block", ["until"])


def downgrade() -> None:
    """Drop the tables with what was written."""
    for table in (
        "content_comment_block",
        "content_comment",
        "blog_post_tag",
        "content_tag_address",
        "content_tag",
    ):
        op.drop_table(table)


def _create_comments() -> None:
    table = "content_comment"
    _create(
        table,
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("text", sa.String(5000), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column(
            "rank",
            sa.SmallInteger(),
            sa.Computed("CASE WHEN state = 'pending' THEN 0 ELSE 1 END", persisted=True),
            nullable=False,
        ),
        sa.Column("held_because", sa.String(8), nullable=True),
        sa.Column("locale", sa.String(16), nullable=True),
        sa.Column("wants_replies", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(45), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parent_id", _big_id(), nullable=True),
        sa.Column("writer_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("post_id", _big_id(), nullable=True),
        _key(table, "parent_id", table, "CASCADE"),
        _key(table, "writer_id", "ab_user", "SET NULL"),
        _key(table, "decided_by_id", "ab_user", "SET NULL"),
        _key(table, "post_id", "blog_post", "CASCADE"),
        sa.CheckConstraint(f"state IN ({STATES})", name="commentstate"),
        sa.CheckConstraint(f"held_because IN ({REASONS})", name="heldbecause"),
        # A model more that can be commented on adds its column here, and to the sum.
        sa.CheckConstraint("CASE WHEN post_id IS NULL THEN 0 ELSE 1 END = 1", name="one_subject"),
    )
    for name in ("parent_id", "writer_id", "decided_by_id"):
        op.create_index(f"ix_content_comment_{name}", table, [name])
    op.create_index("ix_content_comment_state_created_at", table, ["state", "created_at", "id"])
    for name in ("email", "address"):
        op.create_index(f"ix_content_comment_{name}_created_at", table, [name, "created_at"])
    newest = [sa.desc("created_at"), sa.desc("id")]
    op.create_index("ix_content_comment_rank", table, ["rank", *newest])
    op.create_index("ix_content_comment_post_id", table, ["post_id", "state", "created_at", "id"])


def _create(table: str, *items: Any) -> None:
    """Make a table with the columns that every table of ours has."""
    op.create_table(
        table,
        sa.Column(
            "id",
            _big_id(),
            sa.Identity(always=False),
            nullable=False,
        ),
        *items,
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _key(table, "created_by_id", "ab_user", "SET NULL"),
        _key(table, "updated_by_id", "ab_user", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sqlite_autoincrement=True,
    )
    for name in ("created_by_id", "updated_by_id"):
        op.create_index(f"ix_{table}_{name}", table, [name])


def _key(table: str, column: str, target: str, rule: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}", ondelete=rule
    )


def _big_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
