"""What does not reach people or programs: digests, addresses, returned mail, endpoints."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, func, select

from models.digest import BounceBox, DigestRun, DigestSubscription, MailAddress
from models.digest_words import AttentionKind, RunState
from models.people import User
from service.attending.matter import ADMIN, LOOK_BACK, Matter
from service.delivery.log import troubles


def of_mail(db: Session, now: datetime) -> Iterator[Matter]:
    """Yield whose last digest was refused for good, and which addresses are left alone."""
    rows = db.exec(
        select(DigestRun, User)
        .join(DigestSubscription, col(DigestSubscription.id) == DigestRun.subscription_id)
        .join(User, col(User.id) == DigestSubscription.user_id)
        .where(
            col(DigestRun.state).in_((RunState.DEAD, RunState.SENT)),
            DigestRun.created_at > now - LOOK_BACK,
            col(User.active),
        )
        .order_by(col(DigestRun.created_at), col(DigestRun.id))
    )
    last = {user.id: (run, user) for run, user in rows}
    for run, user in last.values():
        if run.state is RunState.DEAD:
            yield Matter(
                kind=AttentionKind.MAIL_DEAD,
                subject=f"user:{user.id}",
                words=f"The digest of {user.name} did not get out: {run.problem}. Look at [mail] "
                f"in harken.toml; try again with `harken digest --for {user.handle} --send`.",
                for_roles=ADMIN,
            )
    for address in db.exec(
        select(MailAddress)
        .join(User, func.lower(User.email) == MailAddress.address)
        .where(col(MailAddress.bouncing_since).is_not(None), col(User.active))
    ):
        yield Matter(
            kind=AttentionKind.ADDRESS_BOUNCING,
            subject=f"address:{address.address}",
            words=f"Nothing is sent to {address.address} any more: {address.reason}. Correct it "
            f"in teams.toml, or try again with `harken mail again {address.address}`.",
            for_roles=ADMIN,
        )
    for box in db.exec(select(BounceBox).where(col(BounceBox.problem).is_not(None))):
        yield Matter(
            kind=AttentionKind.MAIL_DEAD,
            subject="bounces",
            words=f"Mail that comes back can't be read: {box.problem}. Look at bounces_url in "
            "harken.toml.",
            for_roles=ADMIN,
        )


def of_deliveries(db: Session) -> Iterator[Matter]:
    """Yield endpoints that hear nothing, or that fail again and again."""
    for trouble in troubles(db):
        if not trouble.is_passing:
            disabled = AttentionKind.ENDPOINT_DISABLED
            yield Matter(
                kind=disabled if trouble.is_disabled else AttentionKind.DELIVERY_DEAD,
                subject=f"endpoint:{trouble.endpoint}",
                words=f"{trouble.words[:1].upper()}{trouble.words[1:]}.",
                for_roles=ADMIN,
            )
