"""Hear all of Bluesky: sources that are a Jetstream.

Revision ID: 0027
Revises: 0026
"""

from service.store.migrations.checks import replace_words

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_KINDS = (
    "feed",
    "forum",
    "hackernews",
    "stackexchange",
    "discourse",
    "lemmy",
    "mastodon",
    "bluesky",
    "forem",
    "github",
    "nodebb",
    "reddit",
    "youtube",
    "hyperkitty",
    "nntp",
    "imap",
    "mailbox",
    "capture",
    "import",
    "inbound",
)


def upgrade() -> None:
    """Bring the schema forward."""
    replace_words("source", "kind", (*_KINDS, "jetstream"))


def downgrade() -> None:
    """Take it back; no source may be a Jetstream any more."""
    replace_words("source", "kind", _KINDS)
