"""Who reads digests, how they want them, and what is theirs to see in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from config import Config
from config.digest import Digest as DigestSettings
from config.digest import WhenEmpty, parse_days
from models.digest import DigestSubscription
from models.digest_words import Rhythm
from models.people import User
from models.words import LeadStatus, UserRole
from service.rules.digest_times import Plan
from service.times import zone_of
from service.unknown import unknown

INSTANT_MINUTES = 5  # what comes in within them is one mail

_REPS = (LeadStatus.OFFERED, LeadStatus.ACCEPTED, LeadStatus.WORKING, LeadStatus.OPPORTUNITY)
_REVIEW = (LeadStatus.MQL,)
_EVERYTHING = (*_REVIEW, LeadStatus.SALES_READY, *_REPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How somebody wants the digest, with the settings filled in."""

    rhythm: Rhythm
    plan: Plan
    cap: int
    min_score: float
    mail_when_empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which leads are for somebody's digest."""

    statuses: tuple[LeadStatus, ...]
    holder_id: str | None = None  # only what this user owns or is offered
    topics: tuple[str, ...] | None = None  # only these
    reviews: bool = False  # decides what is a lead, so is asked about what chance brings up


def find_reader(db: Session, handle: str) -> User:
    """Return the active user of that handle.

    Raises:
        NotFoundError: there is none; it says who there is.
    """
    user = db.exec(select(User).where(User.handle == handle, col(User.active))).first()
    if user is None:
        known = db.exec(select(User.handle).where(col(User.active))).all()
        raise unknown("user", handle, known)
    return user


def subscription_of(db: Session, user: User, *, now: datetime) -> DigestSubscription:
    """Return how ``user`` wants the digest; who never said is subscribed from now on."""
    found = db.exec(
        select(DigestSubscription).where(DigestSubscription.user_id == user.id)
    ).first()
    if found is None:
        found = DigestSubscription(user_id=user.id, created_at=now)
        db.add(found)
        db.flush()
    return found


def unsubscribed(db: Session) -> Sequence[User]:
    """Return who can read mail and never said how he wants the digest."""
    return db.exec(
        select(User)
        .outerjoin(DigestSubscription, col(DigestSubscription.user_id) == User.id)
        .where(
            col(User.active), col(User.email).is_not(None), col(DigestSubscription.id).is_(None)
        )
    ).all()


def wishes_of(subscription: DigestSubscription, user: User, settings: DigestSettings) -> Wishes:
    """Return how a digest is to be, where somebody said nothing as the settings have it."""
    rhythm = subscription.rhythm or settings.rhythm
    said = subscription.weekdays
    days = frozenset(said) if said else parse_days(settings.days)
    at = settings.hour * 60 if subscription.at_minutes is None else subscription.at_minutes
    quiet = None
    if subscription.quiet_from is not None and subscription.quiet_to is not None:
        quiet = (subscription.quiet_from, subscription.quiet_to)
    empty = subscription.mail_when_empty
    return Wishes(
        rhythm=rhythm,
        plan=Plan(
            tz=zone_of(user.tz),
            since=subscription.created_at,
            at=at,
            every={Rhythm.HOURLY: 60, Rhythm.INSTANT: INSTANT_MINUTES}.get(rhythm),
            weekdays=frozenset({min(days)}) if rhythm is Rhythm.WEEKLY else days,
            quiet=quiet,
        ),
        cap=subscription.cap or settings.cap,
        min_score=subscription.min_score or 0.0,
        mail_when_empty=settings.when_empty is WhenEmpty.MAIL if empty is None else empty,
    )


def scope_of(user: User, config: Config) -> Scope:
    """Return what is for a digest of ``user``.

    A rep's or a partner's holds what he was offered and what he owns; a social seller's what is to
    be reviewed in his topics; a manager's or an admin's all of both. A privacy officer's is empty.
    """
    if user.role is UserRole.PRIVACY_OFFICER:
        return Scope(statuses=(), holder_id=user.id)
    if user.role in {UserRole.REP, UserRole.PARTNER}:
        return Scope(statuses=_REPS, holder_id=user.id)
    if user.role is UserRole.MARKETER:
        mine = tuple(topic.id for topic in config.topics.values() if topic.owner == user.handle)
        return Scope(statuses=_REVIEW, topics=mine or None, reviews=True)
    return Scope(statuses=_EVERYTHING, reviews=user.role is not UserRole.VIEWER)
