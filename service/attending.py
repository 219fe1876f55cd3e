"""What needs a hand, kept as rows that open and resolve by themselves.

`look_around` finds what is the matter now; `settle` writes it down, and resolves what is not found
any more. Others, as a gate that a model did not pass, say so with `raise_item` and `resolve`.
"""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, func, select

from config import Config
from models.attention import AttentionItem
from models.digest import BounceBox, DigestRun, DigestSubscription, MailAddress
from models.digest_words import AttentionKind, RunState
from models.lead import Lead, StatusChange
from models.moves import LIVE, LeadEvent
from models.people import User
from models.signal import Signal
from models.sla import SlaClock
from models.source import Source
from models.topic import Topic
from models.words import ClockKind, SignalStatus, SourceHealth, UserRole
from nlp.artefact import CARD, SHIPPED, read_card
from nlp.card import read_text
from nlp.errors import ModelError
from service.delivery.log import troubles
from service.listening.attention import silent, wrong_with
from service.routing.answerable import manager_of
from service.rules.model_gate import is_worse_here, shortfalls
from service.rules.noise import is_noisy, silent_phrases

_LEAST_FREE = 512 * 2**20  # bytes, as `harken doctor` has it
_FAILS = 3  # polls in a row until somebody is told
_LOOK_BACK = timedelta(days=30)
_MOST = 500  # overdue clocks that are told of
_PHRASES_NAMED = 5

_ADMIN = (UserRole.ADMIN.value,)
_LISTENERS = (UserRole.ADMIN.value, UserRole.MARKETER.value)

#: What `look_around` looks for; items of other kinds are none of its business.
LOOKED_FOR = frozenset(
    {
        AttentionKind.SOURCE_FAILING,
        AttentionKind.SOURCE_QUIET,
        AttentionKind.TOPIC_NOISY,
        AttentionKind.PHRASE_SILENT,
        AttentionKind.SLA_BREACHED,
        AttentionKind.DISK_FULL,
        AttentionKind.MAIL_DEAD,
        AttentionKind.ADDRESS_BOUNCING,
        AttentionKind.DELIVERY_DEAD,
        AttentionKind.ENDPOINT_DISABLED,
    }
)
_MODEL = "model:shipped"  # of the model gate's items the one that is looked for

_WAITS_FOR = {
    ClockKind.REVIEW: "a lead waits to be reviewed",
    ClockKind.ROUTE: "a lead waits for a rep to be found",
    ClockKind.ACCEPT: "an offer waits for an answer",
    ClockKind.FIRST_TOUCH: "a buyer waits to hear from us",
    ClockKind.UPDATE: "a lead that is worked on has seen nothing new",
    ClockKind.NEXT_STEP: "a promised next step was not taken",
}
_KEPT = frozenset({LeadEvent.PROMOTED.value, LeadEvent.ACCEPTED.value})
_DROPPED = frozenset({LeadEvent.DISQUALIFIED.value, LeadEvent.DECLINED_NOT_A_LEAD.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something that is the matter, and who can do something about it."""

    kind: AttentionKind
    subject: str
    words: str  # no buyer's words: these rows outlive an erasure
    path: str | None = None
    for_roles: Sequence[str] = ()
    for_users: Sequence[str] = ()


def look_around(
    db: Session, *, config: Config, folder: Path, now: datetime, least_free: int = _LEAST_FREE
) -> tuple[Matter, ...]:
    """Return what is the matter now; nothing is written.

    Args:
        db: an open session.
        config: the installation's.
        folder: where its data lies; its disk is looked at.
        now: the time.
        least_free: bytes that must be free on that disk.
    """
    ids = dict(db.exec(select(User.handle, User.id).where(col(User.active))).all())
    return (
        *_sources(db),
        *_topics(db, config, ids, now),
        *_late(db, config, ids),
        *_disk(folder, least_free),
        *_mail(db, now),
        *_deliveries(db),
        *_model(db, now),
    )


def settle(db: Session, found: Iterable[Matter], *, now: datetime) -> int:
    """Bring the items into line with what `look_around` found; return how many are open."""
    matters = {(matter.kind, matter.subject): matter for matter in found}
    for item in _open(db):
        is_ours = item.kind in LOOKED_FOR or item.subject == _MODEL
        if is_ours and (item.kind, item.subject) not in matters:
            item.resolved_at = now
            db.add(item)
    db.flush()
    for matter in matters.values():
        raise_item(db, matter, now=now)
    return len(_open(db))


def raise_item(db: Session, matter: Matter, *, now: datetime) -> AttentionItem:
    """Note that something is the matter; what is noted already is only seen again."""
    item = db.exec(
        select(AttentionItem).where(
            AttentionItem.kind == matter.kind,
            AttentionItem.subject == matter.subject,
            col(AttentionItem.resolved_at).is_(None),
        )
    ).first()
    if item is None:
        item = AttentionItem(
            kind=matter.kind,
            subject=matter.subject,
            words="",
            for_roles=[],
            for_users=[],
            opened_at=now,
            seen_at=now,
        )
    item.words, item.path, item.seen_at = matter.words, matter.path, now
    item.for_roles, item.for_users = list(matter.for_roles), list(matter.for_users)
    db.add(item)
    db.flush()
    return item


def resolve(db: Session, kind: AttentionKind, subject: str, *, now: datetime) -> bool:
    """Note that something is the matter no more; return whether it was."""
    for item in _open(db):
        if (item.kind, item.subject) == (kind, subject):
            item.resolved_at = now
            db.add(item)
            return True
    return False


def _open(db: Session) -> Sequence[AttentionItem]:
    return db.exec(select(AttentionItem).where(col(AttentionItem.resolved_at).is_(None))).all()


def _sources(db: Session) -> Iterator[Matter]:
    sources = db.exec(select(Source).where(col(Source.active)).order_by(Source.slug))
    for source in sources:
        if source.health is SourceHealth.PAUSED:
            continue
        poisoned = source.health is SourceHealth.POISON
        quiet = silent(source)
        if poisoned or source.fail_count >= _FAILS:
            kind, words = AttentionKind.SOURCE_FAILING, wrong_with(source) or "it fails"
        elif quiet:
            kind, words = AttentionKind.SOURCE_QUIET, quiet
        else:
            continue
        yield Matter(
            kind=kind,
            subject=f"source:{source.id}",
            words=f"Source {source.name}: {words}",
            for_roles=_LISTENERS,
        )


def _topics(
    db: Session, config: Config, ids: Mapping[str, str], now: datetime
) -> Iterator[Matter]:
    since = now - _LOOK_BACK
    verdicts = _verdicts(db, since)
    for topic in db.exec(select(Topic).where(col(Topic.active)).order_by(Topic.id)):
        spec = config.topics.get(topic.id)
        owner = ids.get(spec.owner or "") if spec else None
        for_users = [owner] if owner else []
        kept, dropped = verdicts.get(topic.id, (0, 0))
        if is_noisy(kept=kept, dropped=dropped):
            yield Matter(
                kind=AttentionKind.TOPIC_NOISY,
                subject=f"topic:{topic.id}",
                words=f"Topic {topic.name} is noisy: {dropped} of {dropped + kept} leads were "
                "none in 30 days. Add exclusions or raise its threshold; "
                f"`harken topics preview {topic.id}` shows what that would change.",
                for_roles=_ADMIN,
                for_users=for_users,
            )
        if spec is None or topic.changed_at > since:
            continue
        phrases = (phrase for _, phrase in spec.phrases())
        if unheard := silent_phrases(phrases, _heard(db, topic.id, since)):
            named = ", ".join(f"“{phrase}”" for phrase in unheard[:_PHRASES_NAMED])
            more = len(unheard) - _PHRASES_NAMED
            others = f" and {more} more" if more > 0 else ""
            yield Matter(
                kind=AttentionKind.PHRASE_SILENT,
                subject=f"topic:{topic.id}",
                words=f"Topic {topic.name}: {named}{others} found no signal in 30 days. Reword "
                "them as buyers would, or retire them.",
                for_roles=_ADMIN,
                for_users=for_users,
            )


def _verdicts(db: Session, since: datetime) -> dict[str, tuple[int, int]]:
    """Return by topic how many leads people kept and how many they said are none."""
    rows = db.exec(
        select(Lead.topic_id, StatusChange.event, func.count())
        .join(Lead, col(Lead.id) == StatusChange.lead_id)
        .where(StatusChange.at >= since, col(StatusChange.event).in_(_KEPT | _DROPPED))
        .group_by(Lead.topic_id, StatusChange.event)
    )
    verdicts: dict[str, tuple[int, int]] = {}
    for topic_id, event, count in rows:
        kept, dropped = verdicts.get(topic_id, (0, 0))
        is_kept = event in _KEPT
        verdicts[topic_id] = (kept + count * is_kept, dropped + count * (not is_kept))
    return verdicts


def _heard(db: Session, topic_id: str, since: datetime) -> Iterable[str]:
    """Yield the words by which the topic's signals of late were found."""
    for matched in db.exec(
        select(Signal.matched).where(Signal.topic_id == topic_id, Signal.created_at >= since)
    ):
        yield from (str(one.get("text", "")) for one in matched)


def _late(db: Session, config: Config, ids: Mapping[str, str]) -> Iterator[Matter]:
    """Yield clocks that ran out and still run, for who holds the lead and who answers for him."""
    rows = db.exec(
        select(SlaClock, Lead)
        .join(Lead, col(Lead.id) == SlaClock.lead_id)
        .where(
            col(SlaClock.breached_at).is_not(None),
            col(SlaClock.stopped_at).is_(None),
            col(SlaClock.paused_until).is_(None),
            col(Lead.status).in_(sorted(LIVE)),
        )
        .order_by(col(SlaClock.due_at))
        .limit(_MOST)
    ).all()
    for clock, lead in rows:
        holder = db.get(User, clock.user_id or lead.owner_id or "")
        manager = ids.get(manager_of(holder, lead, config))
        who = f" (with {holder.name})" if holder else ""
        yield Matter(
            kind=AttentionKind.SLA_BREACHED,
            subject=f"clock:{clock.id}",
            words=f"Too late: {_WAITS_FOR[clock.kind]}{who}.",
            path=f"/leads/{lead.id}",
            for_users=[one for one in (holder.id if holder else None, manager) if one],
        )


def _disk(folder: Path, least_free: int) -> Iterator[Matter]:
    if shutil.disk_usage(folder).free < least_free:
        yield Matter(
            kind=AttentionKind.DISK_FULL,
            subject="disk",
            words=f"The disk is nearly full: less than {least_free >> 20} MiB are free. When it "
            "is full, nothing is heard any more.",
            for_roles=_ADMIN,
        )


def _mail(db: Session, now: datetime) -> Iterator[Matter]:
    """Yield whose last digest was refused for good, and which addresses are left alone."""
    rows = db.exec(
        select(DigestRun, User)
        .join(DigestSubscription, col(DigestSubscription.id) == DigestRun.subscription_id)
        .join(User, col(User.id) == DigestSubscription.user_id)
        .where(
            col(DigestRun.state).in_((RunState.DEAD, RunState.SENT)),
            DigestRun.created_at > now - _LOOK_BACK,
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
                for_roles=_ADMIN,
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
            for_roles=_ADMIN,
        )
    for box in db.exec(select(BounceBox).where(col(BounceBox.problem).is_not(None))):
        yield Matter(
            kind=AttentionKind.MAIL_DEAD,
            subject="bounces",
            words=f"Mail that comes back can't be read: {box.problem}. Look at bounces_url in "
            "harken.toml.",
            for_roles=_ADMIN,
        )


def _deliveries(db: Session) -> Iterator[Matter]:
    """Yield endpoints that hear nothing, or that fail again and again."""
    for trouble in troubles(db):
        if not trouble.is_passing:
            disabled = AttentionKind.ENDPOINT_DISABLED
            yield Matter(
                kind=disabled if trouble.is_disabled else AttentionKind.DELIVERY_DEAD,
                subject=f"endpoint:{trouble.endpoint}",
                words=f"{trouble.words[:1].upper()}{trouble.words[1:]}.",
                for_roles=_ADMIN,
            )


def _model(db: Session, now: datetime) -> Iterator[Matter]:
    """Yield that the model is not what was accepted, by its card or by what people say here."""
    try:
        card = read_card(read_text(SHIPPED / CARD, what="the model"))
    except ModelError as error:
        yield _model_matter(f"The model can't be used: {error}.")
        return
    measured = card.measured.get("signal")
    figures = measured if isinstance(measured, Mapping) else {}
    if lacks := list(shortfalls(figures)):
        yield _model_matter(
            f"Model {card.version} is below what a model must reach: {'; '.join(lacks)}. Train it "
            "again with more labels, or go back to the one before."
        )
        return
    precision = figures.get("precision_at_threshold")
    said = _said_of_signals(db, card.version, now - _LOOK_BACK)
    confirmed, rejected = said[SignalStatus.CONFIRMED], said[SignalStatus.REJECTED]
    if isinstance(precision, int | float) and is_worse_here(
        confirmed=confirmed, rejected=rejected, precision=precision
    ):
        yield _model_matter(
            f"Model {card.version} is worse here than it was measured: of {confirmed + rejected} "
            f"signals of 30 days people confirmed {confirmed / (confirmed + rejected):.0%}, its "
            f"card says {precision:.0%}. Train one on your own labels with `harken train`."
        )


def _model_matter(words: str) -> Matter:
    return Matter(kind=AttentionKind.MODEL_GATE, subject=_MODEL, words=words, for_roles=_LISTENERS)


def _said_of_signals(db: Session, version: str, since: datetime) -> Counter[SignalStatus]:
    """Count what people said of what this model heard, alone or with a reader beside it."""
    rows = db.exec(
        select(Signal.status, func.count())
        .where(Signal.created_at >= since, col(Signal.model_version).startswith(version))
        .group_by(Signal.status)
    )
    return Counter({SignalStatus(status): count for status, count in rows})
