"""Mails that came back later: noted at their digest, counted at their address.

A stranger may write to the address that digests come from. So a bounce counts only if it names
a digest's Message-ID, which its reader and the servers on its way alone know, and the address
that it went to; and each digest comes back once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from crawlers.mail.bounce import Bounce, Recipient
from models.digest import DigestRun
from models.digest_words import RunState
from service.mail.addresses import note_return
from service.rules.bounces import Verdict, verdict

_WORDLESS = "its server did not say why"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What bounces changed."""

    returned: int = 0  # digests that came back
    given_up: tuple[str, ...] = ()  # addresses that nothing is sent to from now on
    others: int = 0  # mails that are about nothing that we sent, or were known

    def as_json(self) -> dict[str, object]:
        """Return the object that `harken mail bounces --json` prints."""
        return {
            "returned": self.returned,
            "given_up": list(self.given_up),
            "others": self.others,
        }


def note_bounces(db: Session, bounces: Iterable[Bounce], *, after: int, now: datetime) -> Noted:
    """Write down what came back, in the caller's transaction; a second time changes nothing.

    Args:
        db: the transaction.
        bounces: mails that were read, bounces or not.
        after: how many mails in a row may come back before an address is left alone.
        now: the time.
    """
    returned, others, given_up = 0, 0, list[str]()
    for bounce in bounces:
        run = _run_of(db, bounce.about)
        told = None if run is None else _told(bounce.recipients, run.sent_to or "")
        if run is None or told is None or run.returned_at is not None:
            others += 1
            continue
        run.returned_at, run.problem = now, f"it came back: {_words(told)}"
        db.add(run)
        returned += 1
        address = (run.sent_to or "").lower()
        for_good = verdict(told.action, told.status) is Verdict.FOR_GOOD
        if note_return(db, address, reason=_words(told), after=1 if for_good else after, now=now):
            given_up.append(address)
    return Noted(returned=returned, given_up=tuple(dict.fromkeys(given_up)), others=others)


def _run_of(db: Session, message_id: str | None) -> DigestRun | None:
    if message_id is None:
        return None
    sent = select(DigestRun).where(
        DigestRun.message_id == message_id, DigestRun.state == RunState.SENT
    )
    return db.exec(sent.with_for_update()).first()


def _told(recipients: Sequence[Recipient], sent_to: str) -> Recipient | None:
    """Return what is said of the address that the digest went to, if it did not get there."""
    for one in recipients:
        is_ours = sent_to.lower() in one.addresses
        if is_ours and verdict(one.action, one.status) is not Verdict.NOTHING:
            return one
    return None


def _words(told: Recipient) -> str:
    return " ".join(part for part in (told.status, told.words or _WORDLESS) if part)
