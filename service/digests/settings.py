"""How somebody wants the digest: noted, and said in words."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from config import Config
from config.hours import DAYS
from models.digest import DigestSubscription
from models.digest_words import Rhythm
from service.digests.readers import Wishes, find_reader, subscription_of, wishes_of
from service.digests.words import RHYTHMS
from service.leads.ledger import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be otherwise; None leaves it as it is."""

    active: bool | None = None
    rhythm: Rhythm | None = None
    at_minutes: int | None = None
    weekdays: tuple[int, ...] | None = None  # 0 is Monday
    quiet: tuple[int, int] | tuple[()] | None = None  # empty: never
    cap: int | None = None
    min_score: float | None = None
    mail_when_empty: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How somebody has the digest from now on."""

    name: str
    active: bool
    wishes: Wishes


def note(db: Session, handle: str, wish: Wish, *, config: Config, now: datetime) -> Wanted:
    """Note what the user ``handle`` wants otherwise, and return how it is then.

    Raises:
        NotFoundError: nobody has that handle.
    """
    user = find_reader(db, handle)
    row = subscription_of(db, user, now=now)
    for name in ("active", "rhythm", "at_minutes", "cap", "min_score", "mail_when_empty"):
        if (value := getattr(wish, name)) is not None:
            setattr(row, name, value)
    if wish.weekdays is not None:
        row.weekdays = list(wish.weekdays)
    if wish.quiet is not None:
        row.quiet_from, row.quiet_to = wish.quiet or (None, None)
    db.add(row)
    db.flush()
    audit(db, actor=user.id, action="digest.changed", subject=f"subscription:{row.id}", at=now)
    return Wanted(
        name=user.name,
        active=row.active,
        wishes=wishes_of(row, user, config.settings.digest),
    )


def switch_off(db: Session, subscription_id: str, *, now: datetime) -> bool:
    """Stop sending a digest; return whether there was one to stop."""
    row = db.get(DigestSubscription, subscription_id)
    if row is None or not row.active:
        return False
    row.active = False
    db.add(row)
    audit(
        db,
        actor=row.user_id,
        action="digest.unsubscribed",
        subject=f"subscription:{row.id}",
        at=now,
    )
    return True


def in_words(wanted: Wanted) -> str:
    """Return one sentence on how somebody has the digest."""
    if not wanted.active:
        return f"{wanted.name} gets no digest."
    wishes = wanted.wishes
    days = ", ".join(DAYS[day] for day in sorted(wishes.plan.weekdays))
    at = f" at {clock(wishes.plan.at)}" if wishes.plan.every is None else ""
    quiet = ""
    if wishes.plan.quiet is not None:
        quiet = " but not from {} to {}".format(*map(clock, wishes.plan.quiet))
    least = f", from a score of {wishes.min_score:g}" if wishes.min_score else ""
    return (
        f"{wanted.name} gets a digest {RHYTHMS[wishes.rhythm]}{at} ({wishes.plan.tz.key}) on "
        f"{days}{quiet}: {wishes.cap} conversations at the most{least}."
    )


def clock(minutes: int) -> str:
    """Return minutes since midnight as a clock shows them."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
