"""Who agreed to the process, word for word, and what changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from config.process import Process, content_of, digest_of
from models.people import User
from models.process import ProcessSignature
from models.words import Half, UserRole
from service.errors import ConflictError, ForbiddenError, RefusedError
from service.leads.ledger import audit, take_turn

#: Whose word binds which half. An admin says for which one he signs, and only for one.
_SIGNS_FOR: Mapping[UserRole, Half] = {
    UserRole.MARKETER: Half.MARKETING,
    UserRole.REP: Half.SALES,
    UserRole.MANAGER: Half.SALES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature as people read it."""

    handle: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A line of the process that is another one since both had signed."""

    key: str  # dotted, as "criteria.mql.entry"
    was: str | None  # None: it was not there
    now: str | None  # None: it is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand with the agreement to what process.toml says now."""

    version: str
    digest: str
    signed: Mapping[Half, Signed]
    last_version: str | None  # that both had signed before; None: there is none, or it is this
    changes: tuple[Change, ...]  # since then

    @property
    def lacking(self) -> tuple[Half, ...]:
        """Return the halves that have not signed."""
        return tuple(half for half in Half if half not in self.signed)

    @property
    def is_signed(self) -> bool:
        """Tell whether both halves agreed to these very words."""
        return not self.lacking

    def words(self) -> str:
        """Return the state of the agreement in one sentence."""
        if self.is_signed:
            by = " and ".join(
                f"{signed.name} for {half.value}" for half, signed in self.signed.items()
            )
            return f"version {self.version}, signed by {by}"
        lack = " and ".join(half.value for half in self.lacking)
        have = "has" if len(self.lacking) == 1 else "have"
        since = f" since it changed after version {self.last_version}" if self.changes else ""
        return f"version {self.version}: {lack} {have} not signed{since}"


def standing(db: Session, process: Process) -> Standing:
    """Return who signed what process.toml says now, and what changed since both had signed."""
    digest = digest_of(process)
    rows = db.exec(
        select(ProcessSignature, User)
        .join(User, col(User.id) == ProcessSignature.user_id)
        .order_by(col(ProcessSignature.at), ProcessSignature.id)
    ).all()
    signed = {
        row.half: Signed(handle=user.handle, name=user.name, at=row.at)
        for row, user in rows
        if row.digest == digest
    }
    before = None if len(signed) == len(Half) else _last_agreed([row for row, _ in rows])
    return Standing(
        version=process.version,
        digest=digest,
        signed={half: signed[half] for half in Half if half in signed},
        last_version=before.version if before else None,
        changes=_changes(before.content, content_of(process)) if before else (),
    )


def sign(
    db: Session, process: Process, *, user: User, half: Half | None, now: datetime
) -> ProcessSignature:
    """Write down that ``user`` agrees to what process.toml says now.

    Args:
        db: a writing session.
        process: what is agreed to.
        user: who agrees.
        half: for which half; None: that of the user's role, which an admin doesn't have.
        now: the present.

    Raises:
        ForbiddenError: that is not theirs to sign for.
        RefusedError: they signed for the other half: it takes two people to agree.
        ConflictError: somebody signed for that half already.
    """
    take_turn(db)
    signs_for = _half_of(user, half)
    digest = digest_of(process)
    there = db.exec(select(ProcessSignature).where(ProcessSignature.digest == digest)).all()
    if any(row.half is signs_for for row in there):
        raise ConflictError(
            f"Somebody signed this very process for {signs_for.value} already: see "
            "`harken process status`."
        )
    if any(row.user_id == user.id for row in there):
        raise RefusedError(f"{user.name} signed for the other half; it takes two people to agree.")
    signature = ProcessSignature(
        digest=digest,
        version=process.version,
        half=signs_for,
        user_id=user.id,
        at=now,
        content=dict(content_of(process)),
    )
    db.add(signature)
    db.flush()
    audit(
        db,
        actor=user.id,
        action="process.signed",
        subject=f"process:{digest}",
        at=now,
        detail={"half": signs_for.value},
    )
    return signature


def _half_of(user: User, asked: Half | None) -> Half:
    if user.role is UserRole.ADMIN and asked is not None:
        return asked
    own = _SIGNS_FOR.get(user.role)
    if own is None:
        raise ForbiddenError(
            f"{user.name} is {user.role.value}: a marketer signs for marketing, a rep or a "
            "manager for sales, an admin says for which one with --for."
        )
    if asked not in {None, own}:
        raise ForbiddenError(f"{user.name} is {user.role.value} and signs for {own.value}.")
    return own


def _last_agreed(rows: list[ProcessSignature]) -> ProcessSignature | None:
    """Return the signature that completed the newest agreement of both halves."""
    halves: dict[str, set[Half]] = {}
    complete: ProcessSignature | None = None
    for row in rows:
        halves.setdefault(row.digest, set()).add(row.half)
        if len(halves[row.digest]) == len(Half):
            complete = row
    return complete


def _changes(was: Mapping[str, object], now: Mapping[str, str]) -> tuple[Change, ...]:
    return tuple(
        Change(key=key, was=_text(was.get(key)), now=now.get(key))
        for key in sorted({*was, *now})
        if was.get(key) != now.get(key)
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
