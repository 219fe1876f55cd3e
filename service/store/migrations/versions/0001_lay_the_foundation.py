"""Lay the foundation.

Revision ID: 0001
Revises: none
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from models.columns import JSONColumn

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", JSONColumn, nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_event_hash")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("payload", JSONColumn, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_subject_id"), "outbox", ["subject_id"], unique=False)
    op.create_table(
        "source_policy",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("obey_robots", sa.Boolean(), nullable=False),
        sa.Column("min_interval_seconds", sa.Float(), nullable=False),
        sa.Column("requires_approval", sa.Boolean(), nullable=False),
        sa.Column("approval_ref", sa.String(), nullable=True),
        sa.Column(
            "allow_storage",
            sa.Enum(
                "full",
                "excerpt",
                "none",
                name="allow_storage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "licence",
            sa.Enum(
                "unknown",
                "cc-by-sa-2.5",
                "cc-by-sa-3.0",
                "cc-by-sa-4.0",
                "proprietary",
                "own",
                name="licence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attribution", sa.String(), nullable=False),
        sa.Column("community_rules", sa.Text(), nullable=False),
        sa.CheckConstraint("approval_ref <> ''", name=op.f("ck_source_policy_approval_is_named")),
        sa.CheckConstraint(
            "min_interval_seconds >= 0", name=op.f("ck_source_policy_interval_not_negative")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source_policy")),
    )
    op.create_table(
        "suppression",
        sa.Column("key_hmac", sa.String(length=64), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "author",
                "domain",
                name="scope",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "objection",
                "erasure",
                "do_not_contact",
                "legal",
                "internal",
                "competitor",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key_hmac", name=op.f("pk_suppression")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("definition", JSONColumn, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "feed",
                "forum",
                "hackernews",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("policy_name", sa.String(), nullable=False),
        sa.Column("options", JSONColumn, nullable=False),
        sa.Column("from_files", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("quality", sa.Float(), nullable=False),
        sa.Column("every_seconds", sa.Float(), nullable=False),
        sa.Column("next_poll_at", UTCDateTime(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("cursor", JSONColumn, nullable=False),
        sa.Column(
            "health",
            sa.Enum(
                "ok",
                "degraded",
                "poison",
                "paused",
                name="health",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fail_count", sa.Integer(), nullable=False),
        sa.Column("last_success_at", UTCDateTime(), nullable=True),
        sa.Column("last_problem", sa.String(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("every_seconds > 0", name=op.f("ck_source_every_positive")),
        sa.CheckConstraint("quality BETWEEN 0 AND 1", name=op.f("ck_source_quality_is_share")),
        sa.ForeignKeyConstraint(
            ["policy_name"], ["source_policy.name"], name=op.f("fk_source_policy_name")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("slug", name=op.f("uq_source_slug")),
    )
    op.create_index(op.f("ix_source_next_poll_at"), "source", ["next_poll_at"], unique=False)
    op.create_table(
        "user_account",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("handle", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "marketer",
                "manager",
                "rep",
                "viewer",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("tz", sa.String(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("max_open", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("max_open >= 0", name=op.f("ck_user_account_max_open_not_negative")),
        sa.CheckConstraint("weight > 0", name=op.f("ck_user_account_weight_positive")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_user_account_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("handle", name=op.f("uq_user_account_handle")),
    )
    op.create_index(op.f("ix_user_account_team_id"), "user_account", ["team_id"], unique=False)
    op.create_table(
        "author",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("handle_norm", sa.String(), nullable=False),
        sa.Column("profile_url", sa.String(), nullable=True),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_author_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author")),
        sa.UniqueConstraint(
            "source_id", "handle_norm", name=op.f("uq_author_source_id_handle_norm")
        ),
    )
    op.create_table(
        "login_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_login_link_user_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_link")),
    )
    op.create_index(op.f("ix_login_link_user_id"), "login_link", ["user_id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_login_session_user_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_user_id"), "login_session", ["user_id"], unique=False)
    op.create_table(
        "thread",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_thread_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
        sa.UniqueConstraint("source_id", "key", name=op.f("uq_thread_source_id_key")),
    )
    op.create_table(
        "lead",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("topic_id", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=True),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "recommendation",
                "experience",
                "comparison",
                "alternative",
                "pricing",
                "purchase",
                "need",
                "none",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("journey_step", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "detected",
                "mql",
                "nurturing",
                "sales_ready",
                "offered",
                "accepted",
                "working",
                "opportunity",
                "won",
                "lost",
                "disqualified",
                "merged",
                "erased",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("score_explain", JSONColumn, nullable=False),
        sa.Column("profile_version", sa.String(), nullable=False),
        sa.Column("scored_at", UTCDateTime(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("next_step", sa.String(), nullable=False),
        sa.Column("next_step_at", UTCDateTime(), nullable=True),
        sa.Column("first_signal_at", UTCDateTime(), nullable=False),
        sa.Column("last_signal_at", UTCDateTime(), nullable=False),
        sa.Column("sales_ready_at", UTCDateTime(), nullable=True),
        sa.Column("first_offer_at", UTCDateTime(), nullable=True),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("first_touch_at", UTCDateTime(), nullable=True),
        sa.Column("handed_back_at", UTCDateTime(), nullable=True),
        sa.Column("recycle_count", sa.Integer(), nullable=False),
        sa.Column("mandatory_follow_up", sa.Boolean(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("close_reason", sa.String(), nullable=True),
        sa.Column("status_since", UTCDateTime(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('won','lost','disqualified','merged','erased') OR next_step_at IS NOT NULL",
            name=op.f("ck_lead_live_lead_has_timer"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('accepted','working','opportunity') OR owner_id IS NOT NULL",
            name=op.f("ck_lead_accepted_lead_has_owner"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('won','lost','disqualified','merged','erased') OR (closed_at IS NOT NULL AND close_reason IS NOT NULL)",
            name=op.f("ck_lead_closed_lead_has_reason"),
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_lead_score_of_hundred")),
        sa.ForeignKeyConstraint(["author_id"], ["author.id"], name=op.f("fk_lead_author_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_lead_owner_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_lead_team_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_lead_thread_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_lead_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
    )
    op.create_index(op.f("ix_lead_author_id"), "lead", ["author_id"], unique=False)
    op.create_index(op.f("ix_lead_next_step_at"), "lead", ["next_step_at"], unique=False)
    op.create_index(op.f("ix_lead_owner_id"), "lead", ["owner_id"], unique=False)
    op.create_index(op.f("ix_lead_thread_id"), "lead", ["thread_id"], unique=False)
    op.create_index(op.f("ix_lead_topic_id"), "lead", ["topic_id"], unique=False)
    op.create_index("lead_inbox", "lead", ["status", "score"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(length=512), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=True),
        sa.Column("parent_external_id", sa.String(), nullable=True),
        sa.Column("is_opening", sa.Boolean(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=False),
        sa.Column("edited_at", UTCDateTime(), nullable=True),
        sa.Column("fetched_at", UTCDateTime(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("retention_until", UTCDateTime(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_post_revision_counts_from_one")),
        sa.ForeignKeyConstraint(["author_id"], ["author.id"], name=op.f("fk_post_author_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_post_source_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_post_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint(
            "source_id", "external_id", name=op.f("uq_post_source_id_external_id")
        ),
    )
    op.create_index(op.f("ix_post_author_id"), "post", ["author_id"], unique=False)
    op.create_index(op.f("ix_post_content_hash"), "post", ["content_hash"], unique=False)
    op.create_index(op.f("ix_post_published_at"), "post", ["published_at"], unique=False)
    op.create_index(op.f("ix_post_retention_until"), "post", ["retention_until"], unique=False)
    op.create_index(op.f("ix_post_thread_id"), "post", ["thread_id"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("to_user_id", sa.String(), nullable=False),
        sa.Column("offered_at", UTCDateTime(), nullable=False),
        sa.Column("accept_by", UTCDateTime(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                "expired",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("fencing", sa.Integer(), nullable=False),
        sa.Column(
            "decline_reason",
            sa.Enum(
                "not_my_area",
                "capacity",
                "conflict",
                "already_known",
                "not_a_lead",
                name="decline_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("explain", JSONColumn, nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_offer_lead_id")),
        sa.ForeignKeyConstraint(
            ["to_user_id"], ["user_account.id"], name=op.f("fk_offer_to_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index(op.f("ix_offer_lead_id"), "offer", ["lead_id"], unique=False)
    op.create_index(op.f("ix_offer_to_user_id"), "offer", ["to_user_id"], unique=False)
    op.create_index("offer_due", "offer", ["state", "accept_by"], unique=False)
    op.create_index(
        "one_open_offer_a_lead",
        "offer",
        ["lead_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "signal",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("post_id", sa.String(), nullable=False),
        sa.Column("topic_id", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "recommendation",
                "experience",
                "comparison",
                "alternative",
                "pricing",
                "purchase",
                "need",
                "none",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "role",
            sa.Enum(
                "seeker",
                "seller",
                "answerer",
                "reviewer",
                "sharer",
                "jobseeker",
                "recruiter",
                "researcher",
                "other",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("journey_step", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("fit", sa.Float(), nullable=False),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=False),
        sa.Column("negatives", JSONColumn, nullable=False),
        sa.Column("slots", JSONColumn, nullable=False),
        sa.Column("evidence", JSONColumn, nullable=False),
        sa.Column("matched", JSONColumn, nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "confirmed",
                "rejected",
                "muted",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("happened_at", UTCDateTime(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("fit BETWEEN 0 AND 1", name=op.f("ck_signal_fit_is_share")),
        sa.CheckConstraint(
            "journey_step BETWEEN 1 AND 6", name=op.f("ck_signal_journey_has_six_steps")
        ),
        sa.CheckConstraint(
            "probability BETWEEN 0 AND 1", name=op.f("ck_signal_probability_is_one")
        ),
        sa.CheckConstraint("strength BETWEEN 0 AND 3", name=op.f("ck_signal_strength_of_guide")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_signal_post_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_signal_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
        sa.UniqueConstraint("post_id", "topic_id", name=op.f("uq_signal_post_id_topic_id")),
    )
    op.create_index(op.f("ix_signal_topic_id"), "signal", ["topic_id"], unique=False)
    op.create_table(
        "status_change",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column(
            "from_status",
            sa.Enum(
                "detected",
                "mql",
                "nurturing",
                "sales_ready",
                "offered",
                "accepted",
                "working",
                "opportunity",
                "won",
                "lost",
                "disqualified",
                "merged",
                "erased",
                name="from_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_status",
            sa.Enum(
                "detected",
                "mql",
                "nurturing",
                "sales_ready",
                "offered",
                "accepted",
                "working",
                "opportunity",
                "won",
                "lost",
                "disqualified",
                "merged",
                "erased",
                name="to_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("seconds_in_previous", sa.Float(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_status_change_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_change")),
    )
    op.create_index(op.f("ix_status_change_lead_id"), "status_change", ["lead_id"], unique=False)
    op.create_table(
        "touchpoint",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "engage_reply",
                "email",
                "call",
                "meeting",
                "note",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("by_user_id", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_user_id"], ["user_account.id"], name=op.f("fk_touchpoint_by_user_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_touchpoint_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touchpoint")),
    )
    op.create_index(op.f("ix_touchpoint_lead_id"), "touchpoint", ["lead_id"], unique=False)
    op.create_table(
        "lead_signal",
        sa.Column("signal_id", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_signal_lead_id")),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signal.id"], name=op.f("fk_lead_signal_signal_id")
        ),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_lead_signal")),
    )
    op.create_index(op.f("ix_lead_signal_lead_id"), "lead_signal", ["lead_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_lead_signal_lead_id"), table_name="lead_signal")
    op.drop_table("lead_signal")
    op.drop_index(op.f("ix_touchpoint_lead_id"), table_name="touchpoint")
    op.drop_table("touchpoint")
    op.drop_index(op.f("ix_status_change_lead_id"), table_name="status_change")
    op.drop_table("status_change")
    op.drop_index(op.f("ix_signal_topic_id"), table_name="signal")
    op.drop_table("signal")
    op.drop_index(
        "one_open_offer_a_lead",
        table_name="offer",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("offer_due", table_name="offer")
    op.drop_index(op.f("ix_offer_to_user_id"), table_name="offer")
    op.drop_index(op.f("ix_offer_lead_id"), table_name="offer")
    op.drop_table("offer")
    op.drop_index(op.f("ix_post_thread_id"), table_name="post")
    op.drop_index(op.f("ix_post_retention_until"), table_name="post")
    op.drop_index(op.f("ix_post_published_at"), table_name="post")
    op.drop_index(op.f("ix_post_content_hash"), table_name="post")
    op.drop_index(op.f("ix_post_author_id"), table_name="post")
    op.drop_table("post")
    op.drop_index("lead_inbox", table_name="lead")
    op.drop_index(op.f("ix_lead_topic_id"), table_name="lead")
    op.drop_index(op.f("ix_lead_thread_id"), table_name="lead")
    op.drop_index(op.f("ix_lead_owner_id"), table_name="lead")
    op.drop_index(op.f("ix_lead_next_step_at"), table_name="lead")
    op.drop_index(op.f("ix_lead_author_id"), table_name="lead")
    op.drop_table("lead")
    op.drop_table("thread")
    op.drop_index(op.f("ix_login_session_user_id"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_index(op.f("ix_login_link_user_id"), table_name="login_link")
    op.drop_table("login_link")
    op.drop_table("author")
    op.drop_index(op.f("ix_user_account_team_id"), table_name="user_account")
    op.drop_table("user_account")
    op.drop_index(op.f("ix_source_next_poll_at"), table_name="source")
    op.drop_table("source")
    op.drop_table("topic")
    op.drop_table("team")
    op.drop_table("suppression")
    op.drop_table("source_policy")
    op.drop_index(op.f("ix_outbox_subject_id"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("audit_event")
