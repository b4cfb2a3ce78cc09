"""Posts, revisions, authors, subscribers, digests and reminders of the blog"""

import sqlalchemy as sa
from alembic import op

revision = "64c67be5a51c"
down_revision = "0d6abdb2b47f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blog_author_profile",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("display_name", sa.String(length=100), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("bio", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_blog_author_profile_created_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"],
            ["ab_user.id"],
            name=op.f("fk_blog_author_profile_updated_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_blog_author_profile_user_id_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blog_author_profile")),
        sa.UniqueConstraint("slug", name=op.f("uq_blog_author_profile_slug")),
        sa.UniqueConstraint("user_id", name=op.f("uq_blog_author_profile_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_blog_author_profile_created_by_id"),
        "blog_author_profile",
        ["created_by_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_blog_author_profile_updated_by_id"),
        "blog_author_profile",
        ["updated_by_id"],
        unique=False,
    )

    op.create_table(
        "blog_digest",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "sent",
                "skipped",
                name="digeststate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("post_count", sa.Integer(), nullable=False),
        sa.Column("recipient_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "post_count >= 0 AND recipient_count >= 0", name=op.f("ck_blog_digest_counts_from_zero")
        ),
        sa.CheckConstraint(
            "window_start < window_end", name=op.f("ck_blog_digest_window_runs_forward")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_blog_digest_created_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"],
            ["ab_user.id"],
            name=op.f("fk_blog_digest_updated_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blog_digest")),
        sa.UniqueConstraint("window_end", name=op.f("uq_blog_digest_window_end")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_blog_digest_created_by_id"), "blog_digest", ["created_by_id"], unique=False
    )
    op.create_index(
        op.f("ix_blog_digest_updated_by_id"), "blog_digest", ["updated_by_id"], unique=False
    )

    op.create_table(
        "blog_post",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "image",
                "video",
                "quote",
                name="postkind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("summary", sa.String(length=500), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("image_alt", sa.String(length=200), nullable=True),
        sa.Column("youtube_id", sa.String(length=11), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("quote_source", sa.String(length=200), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "scheduled",
                "published",
                "archived",
                name="poststatus",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comments_open", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'image' OR image_alt IS NOT NULL",
            name=op.f("ck_blog_post_image_needs_image_alt"),
        ),
        sa.CheckConstraint(
            "kind <> 'quote' OR quote IS NOT NULL", name=op.f("ck_blog_post_quote_needs_quote")
        ),
        sa.CheckConstraint(
            "kind <> 'text' OR body IS NOT NULL", name=op.f("ck_blog_post_text_needs_body")
        ),
        sa.CheckConstraint(
            "kind <> 'video' OR youtube_id IS NOT NULL",
            name=op.f("ck_blog_post_video_needs_youtube_id"),
        ),
        sa.CheckConstraint(
            "status <> 'published' OR published_at IS NOT NULL",
            name=op.f("ck_blog_post_published_needs_published_at"),
        ),
        sa.CheckConstraint(
            "status <> 'scheduled' OR publish_at IS NOT NULL",
            name=op.f("ck_blog_post_scheduled_needs_publish_at"),
        ),
        sa.CheckConstraint("length(youtube_id) = 11", name=op.f("ck_blog_post_youtube_id_length")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["ab_user.id"], name=op.f("fk_blog_post_author_id_ab_user")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_blog_post_created_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"],
            ["ab_user.id"],
            name=op.f("fk_blog_post_updated_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blog_post")),
        sa.UniqueConstraint("slug", name=op.f("uq_blog_post_slug")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_blog_post_author_id"), "blog_post", ["author_id"], unique=False)
    op.create_index(
        op.f("ix_blog_post_created_by_id"), "blog_post", ["created_by_id"], unique=False
    )
    op.create_index(
        "ix_blog_post_status_published_at",
        "blog_post",
        ["status", sa.literal_column("published_at DESC")],
        unique=False,
    )
    op.create_index(
        op.f("ix_blog_post_updated_by_id"), "blog_post", ["updated_by_id"], unique=False
    )

    op.create_table(
        "blog_subscriber",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "active",
                "unsubscribed",
                "bounced",
                name="subscriberstate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'active' OR confirmed_at IS NOT NULL",
            name=op.f("ck_blog_subscriber_active_needs_confirmed_at"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_blog_subscriber_created_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"],
            ["ab_user.id"],
            name=op.f("fk_blog_subscriber_updated_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blog_subscriber")),
        sa.UniqueConstraint("email", name=op.f("uq_blog_subscriber_email")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_blog_subscriber_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_blog_subscriber_created_by_id"), "blog_subscriber", ["created_by_id"], unique=False
    )
    op.create_index(op.f("ix_blog_subscriber_state"), "blog_subscriber", ["state"], unique=False)
    op.create_index(
        op.f("ix_blog_subscriber_updated_by_id"), "blog_subscriber", ["updated_by_id"], unique=False
    )

    op.create_table(
        "blog_post_revision",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_blog_post_revision_number_from_one")),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_blog_post_revision_created_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["blog_post.id"],
            name=op.f("fk_blog_post_revision_post_id_blog_post"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["saved_by_id"],
            ["ab_user.id"],
            name=op.f("fk_blog_post_revision_saved_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"],
            ["ab_user.id"],
            name=op.f("fk_blog_post_revision_updated_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blog_post_revision")),
        sa.UniqueConstraint("post_id", "number", name=op.f("uq_blog_post_revision_post_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_blog_post_revision_created_by_id"),
        "blog_post_revision",
        ["created_by_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_blog_post_revision_saved_by_id"),
        "blog_post_revision",
        ["saved_by_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_blog_post_revision_updated_by_id"),
        "blog_post_revision",
        ["updated_by_id"],
        unique=False,
    )

    op.create_table(
        "blog_reminder",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "sent",
                "cancelled",
                name="reminderstate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_blog_reminder_created_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["ab_user.id"], name=op.f("fk_blog_reminder_owner_id_ab_user")
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["blog_post.id"],
            name=op.f("fk_blog_reminder_post_id_blog_post"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"],
            ["ab_user.id"],
            name=op.f("fk_blog_reminder_updated_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blog_reminder")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_blog_reminder_created_by_id"), "blog_reminder", ["created_by_id"], unique=False
    )
    op.create_index(
        "ix_blog_reminder_due_at_state", "blog_reminder", ["due_at", "state"], unique=False
    )
    op.create_index(op.f("ix_blog_reminder_owner_id"), "blog_reminder", ["owner_id"], unique=False)
    op.create_index(op.f("ix_blog_reminder_post_id"), "blog_reminder", ["post_id"], unique=False)
    op.create_index(
        op.f("ix_blog_reminder_updated_by_id"), "blog_reminder", ["updated_by_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_blog_reminder_updated_by_id"), table_name="blog_reminder")
    op.drop_index(op.f("ix_blog_reminder_post_id"), table_name="blog_reminder")
    op.drop_index(op.f("ix_blog_reminder_owner_id"), table_name="blog_reminder")
    op.drop_index("ix_blog_reminder_due_at_state", table_name="blog_reminder")
    op.drop_index(op.f("ix_blog_reminder_created_by_id"), table_name="blog_reminder")

    op.drop_table("blog_reminder")
    op.drop_index(op.f("ix_blog_post_revision_updated_by_id"), table_name="blog_post_revision")
    op.drop_index(op.f("ix_blog_post_revision_saved_by_id"), table_name="blog_post_revision")
    op.drop_index(op.f("ix_blog_post_revision_created_by_id"), table_name="blog_post_revision")

    op.drop_table("blog_post_revision")
    op.drop_index(op.f("ix_blog_subscriber_updated_by_id"), table_name="blog_subscriber")
    op.drop_index(op.f("ix_blog_subscriber_state"), table_name="blog_subscriber")
    op.drop_index(op.f("ix_blog_subscriber_created_by_id"), table_name="blog_subscriber")

    op.drop_table("blog_subscriber")
    op.drop_index(op.f("ix_blog_post_updated_by_id"), table_name="blog_post")
    op.drop_index("ix_blog_post_status_published_at", table_name="blog_post")
    op.drop_index(op.f("ix_blog_post_created_by_id"), table_name="blog_post")
    op.drop_index(op.f("ix_blog_post_author_id"), table_name="blog_post")

    op.drop_table("blog_post")
    op.drop_index(op.f("ix_blog_digest_updated_by_id"), table_name="blog_digest")
    op.drop_index(op.f("ix_blog_digest_created_by_id"), table_name="blog_digest")

    op.drop_table("blog_digest")
    op.drop_index(op.f("ix_blog_author_profile_updated_by_id"), table_name="blog_author_profile")
    op.drop_index(op.f("ix_blog_author_profile_created_by_id"), table_name="blog_author_profile")

    op.drop_table("blog_author_profile")
