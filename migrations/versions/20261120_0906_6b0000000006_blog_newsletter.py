"""Blog: how often and from when readers are written to, and what a digest begins with.

Revision ID: 6b0000000006
Revises: 6b0000000005
"""

import sqlalchemy as sa
from alembic import op

revision = "6b0000000006"
down_revision = "6b0000000005"
branch_labels = None
depends_on = None

FREQUENCY = "ck_blog_subscriber_frequency"


def upgrade() -> None:
    """Who reads the newsletter already goes on to get it every week."""
    with op.batch_alter_table("blog_subscriber") as table:
        table.add_column(
            sa.Column("frequency", sa.String(7), nullable=False, server_default="weekly")
        )
        table.add_column(sa.Column("paused_until", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("asked_at", sa.DateTime(timezone=True)))
    with op.batch_alter_table("blog_subscriber") as table:
        table.alter_column("frequency", existing_type=sa.String(7), server_default=None)
        table.create_check_constraint(op.f(FREQUENCY), "frequency IN ('weekly', 'monthly', 'none')")
    with op.batch_alter_table("blog_digest") as table:
        table.add_column(sa.Column("month_start", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("introduction", sa.Text()))
        table.add_column(sa.Column("started_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """What readers have chosen is lost."""
    with op.batch_alter_table("blog_digest") as table:
        table.drop_column("started_at")
        table.drop_column("introduction")
        table.drop_column("month_start")
    with op.batch_alter_table("blog_subscriber") as table:
        table.drop_constraint(op.f(FREQUENCY), type_="check")
        table.drop_column("asked_at")
        table.drop_column("paused_until")
        table.drop_column("frequency")
