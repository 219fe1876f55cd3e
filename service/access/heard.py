"""Which posts and signals somebody sees: the object rule for what leads are made of."""

from sqlalchemy import ColumnElement, exists, true
from sqlmodel import col

from models.lead import Lead, LeadSignal
from models.post import Post
from models.signal import Signal
from models.words import UserRole
from service.access.viewer import Viewer
from service.access.visible import visible_to

#: Roles that see some of the leads only, and so what these are made of and nothing else.
_SEES_SOME = frozenset({UserRole.REP, UserRole.PARTNER, UserRole.PRIVACY_OFFICER})


def seen_signals(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on `Signal` under which ``viewer`` sees it.

    A rep or a partner sees those of the leads that they see.
    """
    if viewer.role not in _SEES_SOME:
        return true()
    return (
        exists()
        .where(
            col(LeadSignal.signal_id) == col(Signal.id),
            col(Lead.id) == col(LeadSignal.lead_id),
            visible_to(viewer),
        )
        .correlate(Signal)
    )


def seen_posts(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on `Post` under which ``viewer`` sees it.

    A rep or a partner sees those around the leads that they see.
    """
    if viewer.role not in _SEES_SOME:
        return true()
    return (
        exists()
        .where(col(Lead.thread_id) == col(Post.thread_id), visible_to(viewer))
        .correlate(Post)
    )
