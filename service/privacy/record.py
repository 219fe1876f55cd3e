"""The record of processing activities (GDPR, Art. 30) as the configuration has it, to be printed.

Purposes, categories, sources, recipients and times come from the same files that Harken works by,
so that the record is never of another installation than the one that runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from config import Config
from config.settings import PrivacyMode
from models.source import Source
from models.words import SourceKind
from service.process.document import Grid, Paper, Section

_NOT_SAID = "not said yet"
#: Of whom something is kept, and what; the order is that of the record.
_CATEGORIES = (
    (
        "People who write in public places",
        (
            "the name they use there, the address of their profile and post, what they wrote and "
            "when, how it was judged, and what was done about it"
        ),
    ),
    (
        "People who come to us, and customers",
        "name, mail address, company, what they asked or did, and consent with its day",
    ),
    (
        "Our own people",
        "name, mail address, team, hours, and what they did with leads, in an audit log",
    ),
)
_MEASURES = (
    (
        "Passwords are kept as argon2id hashes, sessions and secrets hashed or keyed; roles "
        "decide who sees what, and nothing is allowed that no rule allows."
    ),
    (
        "What is fetched comes through one gate that refuses private addresses, and is parsed in "
        "a child process with limits; it is stored as plain text."
    ),
    (
        "Every change of a lead is in a log whose entries are chained by their hashes, so that a "
        "missing one is noticed; who was erased is kept out by a keyed hash, also after a restore."
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A source that is listened to."""

    name: str
    kind: SourceKind
    where: str  # a host; empty: none


def places_of(db: Session) -> tuple[Place, ...]:
    """Return what is listened to, by name."""
    rows = db.exec(
        select(Source.name, Source.kind, Source.url)
        .where(col(Source.active))
        .order_by(col(Source.name), col(Source.id))
    )
    return tuple(
        Place(name, SourceKind(kind), urlsplit(url).hostname or "") for name, kind, url in rows
    )


def record(config: Config, places: Sequence[Place]) -> Paper:
    """Return the record; what nobody said is named as such, as it has to be said."""
    notices = config.notices
    return Paper(
        title=f"Record of processing activities of {notices.controller.name or _NOT_SAID}",
        intro=(
            f"{config.settings.name}: finding people in public places who ask for what we offer, "
            "and answering them (GDPR, Article 30(1))."
        ),
        sections=(
            _who(config),
            Section(title="Why, and on what ground", paragraphs=(notices.purposes, notices.basis)),
            _topics(config),
            Section(
                title="Of whom, and what",
                grid=Grid(headings=("Of whom", "What is kept"), rows=_CATEGORIES),
            ),
            _sources(places),
            Section(
                title="Who sees it, and where it goes",
                paragraphs=(
                    notices.recipients or _NOT_SAID,
                    _channels(config),
                    notices.transfers or "Nothing goes to a country outside of the EU.",
                ),
            ),
            _times(config),
            Section(title="How it is protected", paragraphs=_MEASURES),
        ),
    )


def _who(config: Config) -> Section:
    notices = config.notices
    controller, officer = notices.controller, notices.officer
    rows = (
        ("Controller", controller.name or _NOT_SAID),
        ("Address", " ".join(controller.address.split()) or _NOT_SAID),
        ("Mail", controller.email or _NOT_SAID),
        ("Data protection officer", f"{officer.name} {officer.email or ''}".strip() or "none"),
        ("Supervisory authority", notices.authority.name or _NOT_SAID),
    )
    return Section(title="Who answers for it", grid=Grid(headings=("What", "Who"), rows=rows))


def _topics(config: Config) -> Section:
    rows = tuple(
        (topic.name, topic.owner or _NOT_SAID, topic.legal_basis.strip() or "as above")
        for topic in config.topics.values()
        if topic.active
    )
    return Section(
        title="What is listened for",
        grid=Grid(headings=("Topic", "Owner", "Ground"), rows=rows) if rows else None,
    )


def _sources(places: Sequence[Place]) -> Section:
    rows = tuple(
        (one.name, one.kind.value.replace("_", " "), one.where or "no address") for one in places
    )
    return Section(
        title="Where it comes from",
        paragraphs=() if rows else ("Nothing is listened to.",),
        grid=Grid(headings=("Source", "Kind", "Where"), rows=rows) if rows else None,
    )


def _channels(config: Config) -> str:
    names = ", ".join(config.endpoints)
    return f"Leads are sent to: {names}." if names else "No lead is sent to another service."


def _times(config: Config) -> Section:
    kept, privacy = config.settings.retention, config.settings.privacy
    rows = [
        ("Posts that became no signal", f"{kept.posts_days} days"),
        ("Signals too weak for a lead", f"{kept.weak_signals_days} days"),
        ("Leads that were lost or dismissed", f"{kept.lost_leads_days} days"),
        ("Audit log", f"{kept.audit_days} days"),
        ("Backups", f"{kept.backups_days} days"),
        ("Keyed hashes of who was erased or objected", "for good"),
    ]
    if privacy.mode is PrivacyMode.EU:
        rows.insert(0, ("Posts that match no topic", "not at all, only a hash"))
        rows.insert(
            1,
            (
                "Names of people who were neither contacted nor told",
                f"{privacy.notice_days} days, then a pseudonym",
            ),
        )
    return Section(title="For how long", grid=Grid(headings=("What", "Time"), rows=tuple(rows)))
