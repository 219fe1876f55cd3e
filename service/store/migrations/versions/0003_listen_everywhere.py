"""Listen everywhere: the kinds of sources that came after feeds, forums and Hacker News.

Sources of those kinds have to be gone before it is taken back.

Revision ID: 0003
Revises: 0002
"""

from service.store.migrations.checks import replace_words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_FIRST = ("feed", "forum", "hackernews")
_LATER = (
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
)


def upgrade() -> None:
    """Bring the schema forward."""
    replace_words("source", "kind", (*_FIRST, *_LATER))


def downgrade() -> None:
    """Take it back."""
    replace_words("source", "kind", _FIRST)
