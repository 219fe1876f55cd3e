"""Live a lead: people who let themselves be known, the score's ledger, merges, results, nurture.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from models.columns import JSONColumn

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: In plain SQL that both databases read: Alembic can't add a key or a CHECK to SQLite's tables.
_COLUMNS = (
    ("lead", "person_id VARCHAR CONSTRAINT fk_lead_person_id REFERENCES person (id)"),
    ("lead", "snoozes INTEGER DEFAULT 0 NOT NULL"),
    ("lead", "merged_into VARCHAR CONSTRAINT fk_lead_merged_into REFERENCES lead (id)"),
    (
        "signal",
        (
            "signal_class VARCHAR(32) CONSTRAINT ck_signal_signal_class CHECK (signal_class IN"
            " ('research', 'seek_recommendation', 'ask_experience', 'alternatives', 'compare',"
            " 'price', 'complaint_switch', 'peer_contact', 'ready', 'inquiry'))"
        ),
    ),
)
_SOUGHT = ("person_id", "merged_into")
#: A moment that most rows have none of.
_MOMENTS = (("lead", "snoozed_until"), ("suppression", "applied_at"))
_TABLES = (
    "person",
    "person_author",
    "inquiry",
    "activity",
    "scoring_profile",
    "score_entry",
    "shadow_score",
    "lead_fact",
    "merge_record",
    "bant",
    "result",
    "enrolment",
    "nurture_draft",
)


def upgrade() -> None:
    """Bring the schema forward."""
    _people()
    for table, column in _COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    for name in _SOUGHT:
        op.create_index(f"ix_lead_{name}", "lead", [name], unique=False)
    for table, name in _MOMENTS:
        op.add_column(table, sa.Column(name, UTCDateTime(), nullable=True))
        op.create_index(f"ix_{table}_{name}", table, [name], unique=False)
    _scores()
    _fates()
    _nurture()


def downgrade() -> None:
    """Take it back."""
    for table in reversed(_TABLES):
        if table == "person":
            _drop_columns()
        op.drop_table(table)


def _drop_columns() -> None:
    for table, name in reversed(_MOMENTS):
        op.drop_index(f"ix_{table}_{name}", table_name=table)
        op.drop_column(table, name)
    for name in _SOUGHT:
        op.drop_index(f"ix_lead_{name}", table_name="lead")
    for table, column in reversed(_COLUMNS):
        op.drop_column(table, column.split()[0])


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("email_hash", sa.String(length=64), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "unknown",
                "decision_maker",
                "influencer",
                "user",
                "technical",
                "procurement",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("tz", sa.String(), nullable=True),
        sa.Column("consent_at", UTCDateTime(), nullable=True),
        sa.Column("consent_how", sa.String(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "email IS NULL OR consent_at IS NOT NULL",
            name=op.f("ck_person_address_is_kept_with_consent"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email_hash", name=op.f("uq_person_email_hash")),
    )
    op.create_index(op.f("ix_person_account"), "person", ["account"], unique=False)
    op.create_table(
        "person_author",
        sa.Column("author_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["author.id"],
            name=op.f("fk_person_author_author_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_author_person_id")
        ),
        sa.PrimaryKeyConstraint("author_id", name=op.f("pk_person_author")),
    )
    op.create_index(
        op.f("ix_person_author_person_id"), "person_author", ["person_id"], unique=False
    )
    op.create_table(
        "inquiry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("topic_id", sa.String(), nullable=False),
        sa.Column("signal_id", sa.String(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "form",
                "csv",
                "api",
                "email",
                "phone",
                "event",
                "mail",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(length=128), nullable=False),
        sa.Column("claimed_hash", sa.String(length=64), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_inquiry_person_id")),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signal.id"], name=op.f("fk_inquiry_signal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_inquiry_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("reference", name=op.f("uq_inquiry_reference")),
    )
    op.create_index(op.f("ix_inquiry_claimed_hash"), "inquiry", ["claimed_hash"], unique=False)
    op.create_index(op.f("ix_inquiry_person_id"), "inquiry", ["person_id"], unique=False)
    op.create_index(op.f("ix_inquiry_signal_id"), "inquiry", ["signal_id"], unique=False)
    op.create_table(
        "activity",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("topic_id", sa.String(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "email_open",
                "link_click",
                "page_view",
                "download",
                "webinar",
                "appointment",
                "demo",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=128), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_activity_person_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_activity_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("reference", name=op.f("uq_activity_reference")),
    )
    op.create_index("ix_activity_person_at", "activity", ["person_id", "at"], unique=False)


def _scores() -> None:
    op.create_table(
        "scoring_profile",
        sa.Column("version", sa.String(length=220), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("numbers", JSONColumn, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_scoring_profile")),
        sa.UniqueConstraint("digest", name=op.f("uq_scoring_profile_digest")),
    )
    op.create_table(
        "score_entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("profile_version", sa.String(length=220), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("ingredients", JSONColumn, nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_score_entry_lead_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_version"],
            ["scoring_profile.version"],
            name=op.f("fk_score_entry_profile_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_entry")),
    )
    op.create_index(op.f("ix_score_entry_lead_id"), "score_entry", ["lead_id"], unique=False)
    op.create_table(
        "shadow_score",
        sa.Column("lead_id", sa.String(length=36), nullable=False),
        sa.Column("profile_version", sa.String(length=220), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_shadow_score_lead_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_version"],
            ["scoring_profile.version"],
            name=op.f("fk_shadow_score_profile_version"),
        ),
        sa.PrimaryKeyConstraint("lead_id", "profile_version", name=op.f("pk_shadow_score")),
    )
    op.create_table(
        "lead_fact",
        sa.Column("lead_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("suits", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_lead_fact_lead_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lead_id", "name", name=op.f("pk_lead_fact")),
    )


def _fates() -> None:
    op.create_table(
        "merge_record",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("survivor_id", sa.String(), nullable=False),
        sa.Column("loser_id", sa.String(), nullable=False),
        sa.Column("loser", JSONColumn, nullable=False),
        sa.Column("moved", JSONColumn, nullable=False),
        sa.Column("changed", JSONColumn, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("undo_until", UTCDateTime(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["loser_id"], ["lead.id"], name=op.f("fk_merge_record_loser_id")),
        sa.ForeignKeyConstraint(
            ["survivor_id"], ["lead.id"], name=op.f("fk_merge_record_survivor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_record")),
    )
    op.create_index(
        op.f("ix_merge_record_survivor_id"), "merge_record", ["survivor_id"], unique=False
    )
    op.create_index(
        "one_standing_merge_a_loser",
        "merge_record",
        ["loser_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "bant",
        sa.Column("lead_id", sa.String(length=36), nullable=False),
        sa.Column("budget", sa.Integer(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("need", sa.Integer(), nullable=False),
        sa.Column("timeline", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("authority BETWEEN 0 AND 2", name=op.f("ck_bant_authority_of_two")),
        sa.CheckConstraint("budget BETWEEN 0 AND 2", name=op.f("ck_bant_budget_of_two")),
        sa.CheckConstraint("need BETWEEN 0 AND 2", name=op.f("ck_bant_need_of_two")),
        sa.CheckConstraint("timeline BETWEEN 0 AND 2", name=op.f("ck_bant_timeline_of_two")),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_bant_lead_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_bant")),
    )
    op.create_table(
        "result",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("offer_id", sa.String(), nullable=True),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("product", sa.String(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_result_lead_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_result_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
    )
    op.create_index(op.f("ix_result_lead_id"), "result", ["lead_id"], unique=False)


def _nurture() -> None:
    op.create_table(
        "enrolment",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("track", sa.String(length=64), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "finished",
                "stopped",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_enrolment_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
    )
    op.create_index(op.f("ix_enrolment_lead_id"), "enrolment", ["lead_id"], unique=False)
    op.create_index(
        "one_running_track_a_lead",
        "enrolment",
        ["lead_id"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "nurture_draft",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "call",
                "reply",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("content_id", sa.String(length=64), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "due",
                "done",
                "skipped",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_nurture_draft_enrolment_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_nurture_draft_lead_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_nurture_draft_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nurture_draft")),
        sa.UniqueConstraint(
            "enrolment_id", "step", name=op.f("uq_nurture_draft_enrolment_id_step")
        ),
    )
    op.create_index(
        op.f("ix_nurture_draft_enrolment_id"), "nurture_draft", ["enrolment_id"], unique=False
    )
    op.create_index(op.f("ix_nurture_draft_lead_id"), "nurture_draft", ["lead_id"], unique=False)
    op.create_index("nurture_due", "nurture_draft", ["state", "due_at"], unique=False)
