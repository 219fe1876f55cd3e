"""Something that is the matter, and who is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from models.digest_words import AttentionKind
from models.words import UserRole

ADMIN = (UserRole.ADMIN.value,)
OFFICERS = (UserRole.ADMIN.value, UserRole.PRIVACY_OFFICER.value)
LISTENERS = (UserRole.ADMIN.value, UserRole.MARKETER.value)
#: How far back it is looked for what people said and what was heard.
LOOK_BACK = timedelta(days=30)
#: Of the model gate's items the one that is looked for.
MODEL = "model:shipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something that is the matter, and who can do something about it."""

    kind: AttentionKind
    subject: str
    words: str  # no buyer's words: these rows outlive an erasure
    path: str | None = None
    for_roles: Sequence[str] = ()
    for_users: Sequence[str] = ()
