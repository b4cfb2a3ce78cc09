"""history real user, and the end of acting as somebody else"""

import sqlalchemy as sa
from alembic import op

revision = "5ec0a1aa9010"
down_revision = "5ec0a1b8c009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("history_operation") as table:
        table.add_column(sa.Column("real_user_id", sa.Integer()))
        table.create_foreign_key(
            op.f("fk_history_operation_real_user_id_ab_user"),
            "ab_user",
            ["real_user_id"],
            ["id"],
            ondelete="SET NULL",
        )
        table.create_index(op.f("ix_history_operation_real_user_id"), ["real_user_id"])
    op.add_column("security_session", sa.Column("acting_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("security_session", "acting_until")
    with op.batch_alter_table("history_operation") as table:
        table.drop_index(op.f("ix_history_operation_real_user_id"))
        table.drop_constraint(op.f("fk_history_operation_real_user_id_ab_user"), type_="foreignkey")
        table.drop_column("real_user_id")
