"""Sources that fail or went quiet, and topics that hear too much or too little."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sqlmodel import Session, col, func, select

from config import Config
from models.digest_words import AttentionKind
from models.lead import Lead, StatusChange
from models.moves import LeadEvent
from models.signal import Signal
from models.source import Source
from models.topic import Topic
from models.words import SourceHealth
from service.attending.matter import ADMIN, LISTENERS, LOOK_BACK, Matter
from service.listening.attention import silent, wrong_with
from service.rules.noise import is_noisy, silent_phrases

_FAILS = 3  # polls in a row until somebody is told
_PHRASES_NAMED = 5
_KEPT = frozenset({LeadEvent.PROMOTED.value, LeadEvent.ACCEPTED.value})
_DROPPED = frozenset({LeadEvent.DISQUALIFIED.value, LeadEvent.DECLINED_NOT_A_LEAD.value})


def of_sources(db: Session) -> Iterator[Matter]:
    """Yield sources that fail, or bring nothing any more."""
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
            for_roles=LISTENERS,
        )


def of_topics(
    db: Session, config: Config, ids: Mapping[str, str], now: datetime
) -> Iterator[Matter]:
    """Yield topics most of whose leads were none, and phrases that nobody uses."""
    since = now - LOOK_BACK
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
                for_roles=ADMIN,
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
                for_roles=ADMIN,
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
