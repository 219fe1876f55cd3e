"""Let people in: partners and privacy officers, second factors, sessions that know their role.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from service.store.migrations.checks import replace_words

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BEFORE = ("admin", "marketer", "manager", "rep", "viewer")
_SINCE = ("admin", "marketer", "manager", "rep", "partner", "viewer", "privacy_officer")


def upgrade() -> None:
    """Bring the schema forward."""
    replace_words("user_account", "role", _SINCE)
    op.add_column("login_session", sa.Column("role", sa.String(length=32), nullable=True))
    op.add_column(
        "login_session", sa.Column("browser", sa.String(), server_default="", nullable=False)
    )
    op.execute(
        "UPDATE login_session SET role = "
        "(SELECT role FROM user_account WHERE user_account.id = login_session.user_id)"
    )
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_second_factor_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it back. Who has a role that was not known before becomes a viewer, who sees less."""
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
    op.drop_column("login_session", "browser")
    op.drop_column("login_session", "role")
    op.execute(
        "UPDATE user_account SET role = 'viewer', active = false "
        "WHERE role IN ('partner', 'privacy_officer')"
    )
    replace_words("user_account", "role", _BEFORE)
