"""blog trash"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "b10670a5d001"
down_revision = "6c3755e4a54c"
branch_labels = None
depends_on = None

BY_STATUS = "ix_blog_post_status_published_at"


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


def upgrade() -> None:
    with altered_posts() as table:
        table.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("deleted_by_id", sa.Integer()))
        table.create_foreign_key(
            op.f("fk_blog_post_deleted_by_id_ab_user"),
            "ab_user",
            ["deleted_by_id"],
            ["id"],
            ondelete="SET NULL",
        )
        table.create_index(op.f("ix_blog_post_deleted_at"), ["deleted_at"])
        table.create_index(op.f("ix_blog_post_deleted_by_id"), ["deleted_by_id"])


def downgrade() -> None:
    # Without the trash what lies in it would be there for everybody again.
    op.execute(
        "DELETE FROM blog_post_revision WHERE post_id IN"
        " (SELECT id FROM blog_post WHERE deleted_at IS NOT NULL)"
    )
    op.execute(
        "UPDATE blog_reminder SET post_id = NULL WHERE post_id IN"
        " (SELECT id FROM blog_post WHERE deleted_at IS NOT NULL)"
    )
    op.execute("DELETE FROM blog_post WHERE deleted_at IS NOT NULL")
    with altered_posts() as table:
        table.drop_index(op.f("ix_blog_post_deleted_by_id"))
        table.drop_index(op.f("ix_blog_post_deleted_at"))
        table.drop_constraint(op.f("fk_blog_post_deleted_by_id_ab_user"), type_="foreignkey")
        table.drop_column("deleted_by_id")
        table.drop_column("deleted_at")
