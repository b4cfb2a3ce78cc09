"""Blog: what a post has beyond its text.

Revision ID: 6b0000000005
Revises: 6b0000000004
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "6b0000000005"
down_revision = "6b0000000004"
branch_labels = None
depends_on = None

BY_STATUS = "ix_blog_post_status_published_at"
STATUSES = ("draft", "scheduled", "published", "archived")
MOMENTS = ("expires_at", "submitted_at", "preview_until")
AUTOINCREMENT = {"sqlite_autoincrement": True}
EXPIRES = "expires_at IS NULL OR publish_at IS NULL OR expires_at > publish_at"
FILE = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Add review, expiry, translations, preview links and old addresses to posts."""
    _add_columns_of_posts()
    _add_addresses()
    op.add_column("blog_author_profile", sa.Column("photo", FILE))
    _add_columns_of_revisions()
    _make_public_posts_quick()


def downgrade() -> None:
    """A post that waits for a review is a draft again."""
    _make_public_posts_slow()
    with op.batch_alter_table("blog_post_revision", table_kwargs=AUTOINCREMENT) as table:
        table.drop_constraint(op.f("ck_blog_post_revision_textformat"), type_="check")
        table.drop_column("body_source")
        table.drop_column("body_format")
    op.drop_column("blog_author_profile", "photo")
    op.drop_table("blog_post_address")
    op.execute("UPDATE blog_post SET status = 'draft' WHERE status = 'review'")
    with altered_posts() as table:
        _set_statuses(table, STATUSES)
        table.drop_index("ix_blog_post_status_publish_at")
        for name in ("original_id", "expires_at"):
            table.drop_index(op.f(f"ix_blog_post_{name}"))
        table.drop_constraint(op.f("ck_blog_post_expires_after_it_appears"), type_="check")
        table.drop_constraint(op.f("fk_blog_post_original_id_blog_post"), type_="foreignkey")
        for name in ("locale", "original_id", "review_note", "preview_key", *MOMENTS):
            table.drop_column(name)


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


def _add_columns_of_posts() -> None:
    with altered_posts() as table:
        _set_statuses(table, ("draft", "review", *STATUSES[1:]))
        # Whoever has chosen no language has written in the first of the site.
        table.add_column(
            sa.Column("locale", sa.String(length=8), nullable=False, server_default="en")
        )
        table.add_column(
            sa.Column("original_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"))
        )
        table.add_column(sa.Column("review_note", sa.Text()))
        table.add_column(sa.Column("preview_key", sa.String(length=43)))
        for name in MOMENTS:
            table.add_column(sa.Column(name, sa.DateTime(timezone=True)))
        table.create_foreign_key(
            op.f("fk_blog_post_original_id_blog_post"),
            "blog_post",
            ["original_id"],
            ["id"],
            ondelete="SET NULL",
        )
        table.create_check_constraint(op.f("ck_blog_post_expires_after_it_appears"), EXPIRES)
        for name in ("original_id", "expires_at"):
            table.create_index(op.f(f"ix_blog_post_{name}"), [name])
        table.create_index("ix_blog_post_status_publish_at", ["status", "publish_at"])
    with altered_posts() as table:
        table.alter_column("locale", server_default=None, existing_type=sa.String(length=8))


def _set_statuses(table: Any, statuses: Sequence[str]) -> None:
    name = op.f("ck_blog_post_poststatus")
    values = ", ".join(f"'{status}'" for status in statuses)
    table.drop_constraint(name, type_="check")
    table.create_check_constraint(name, f"status IN ({values})")


def _add_columns_of_revisions() -> None:
    with op.batch_alter_table("blog_post_revision", table_kwargs=AUTOINCREMENT) as table:
        table.add_column(
            sa.Column("body_format", sa.String(length=8), nullable=False, server_default="rich")
        )
        table.add_column(sa.Column("body_source", sa.Text()))
        table.create_check_constraint(
            op.f("ck_blog_post_revision_textformat"), "body_format IN ('rich', 'markdown')"
        )
    with op.batch_alter_table("blog_post_revision", table_kwargs=AUTOINCREMENT) as table:
        table.alter_column("body_format", server_default=None)


def _add_addresses() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    people = ("created_by_id", "updated_by_id")
    op.create_table(
        "blog_post_address",
        sa.Column("id", key, sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("post_id", key, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer()) for name in people),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["blog_post.id"],
            name=op.f("fk_blog_post_address_post_id_blog_post"),
            ondelete="CASCADE",
        ),
        *(
            sa.ForeignKeyConstraint(
                [name],
                ["ab_user.id"],
                name=op.f(f"fk_blog_post_address_{name}_ab_user"),
                ondelete="SET NULL",
            )
            for name in people
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blog_post_address")),
        sa.UniqueConstraint("slug", name=op.f("uq_blog_post_address_slug")),
        sqlite_autoincrement=True,
    )
    for name in ("post_id", *people):
        op.create_index(op.f(f"ix_blog_post_address_{name}"), "blog_post_address", [name])


# What the public pages read


PUBLIC = sa.text("status = 'published' AND deleted_at IS NULL")
PUBLIC_INDEXES = {
    "ix_blog_post_public": ["published_at", "id"],
    "ix_blog_post_public_author": ["author_id", "published_at", "id"],
}
# A body is cut where it would be too long for what PostgreSQL keeps of it.
WORDS = (
    "setweight(to_tsvector('simple'::regconfig, coalesce(title, '')), 'A')"
    " || setweight(to_tsvector('simple'::regconfig, coalesce(summary, '')), 'B')"
    " || setweight(to_tsvector('simple'::regconfig, left(coalesce(body, ''), 200000)), 'D')"
)


def _make_public_posts_quick() -> None:
    """Let the lists of published posts, and on PostgreSQL the search for words, have an index."""
    for name, columns in PUBLIC_INDEXES.items():
        op.create_index(
            name,
            "blog_post",
            [column if column == "author_id" else sa.text(f"{column} DESC") for column in columns],
            sqlite_where=PUBLIC,
            postgresql_where=PUBLIC,
            postgresql_include=["expires_at"],
        )
    if op.get_context().dialect.name == "postgresql":
        kept = f"tsvector GENERATED ALWAYS AS ({WORDS}) STORED"
        op.execute(f"ALTER TABLE blog_post ADD COLUMN search {kept}")
        op.execute("CREATE INDEX ix_blog_post_search_words ON blog_post USING gin (search)")


def _make_public_posts_slow() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.drop_index("ix_blog_post_search_words", table_name="blog_post")
        op.drop_column("blog_post", "search")
    for name in PUBLIC_INDEXES:
        op.drop_index(name, table_name="blog_post")
