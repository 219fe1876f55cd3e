"""All that the editor of a topic shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlmodel import Session, select

from config import Config
from config.query_text import QueryError, parse_query, render
from config.topic import Topic
from models.file_version import FileVersion
from models.people import User
from models.source import Source
from service.editing.files import FileText, read_file
from service.editing.history import newest
from service.editing.topics import Fault, merged, put_topic, read_topic, typed_of
from service.serving.site import Site
from service.store.engine import reading
from service.web.views.topics import ShownEffect, TopicHealth, diff_lines


def label_of(topic_id: str) -> str:
    """Return the file of a topic that the page writes."""
    return f"topics/{topic_id}.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Somebody else saved while this was being written."""

    by: str | None  # None: outside the page
    note: str | None
    lines: tuple[tuple[str, str], ...]  # from theirs to mine
    theirs: str
    mine: str
    is_merged: bool  # the form shows both changes together


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """The form of a topic, as it stands."""

    typed: Mapping[str, str]
    active: bool
    listened: frozenset[str]  # sources that are ticked
    seen: str  # digest of the file that it began with; "" for a new one
    is_new: bool
    note: str = ""
    faults: tuple[Fault, ...] = ()
    effect: ShownEffect | None = None
    risks: tuple[str, ...] = ()  # what to look at again, in a preview
    conflict: Conflict | None = None
    health: TopicHealth | None = None
    sources: tuple[tuple[str, str, bool], ...] = ()  # slug, name, whether it is on
    owners: tuple[tuple[str, str], ...] = ()  # handle and name
    offerings: tuple[tuple[str, str], ...] = ()  # id and name
    unchangeable: str | None = None  # why nothing can be saved
    readings: tuple[str, ...] = field(default=())  # of queries, as they are understood

    def faults_in(self, name: str) -> tuple[Fault, ...]:
        """Return what is wrong in one field."""
        return tuple(fault for fault in self.faults if fault.field == name)


def file_of(folder: Path | None, topic_id: str) -> FileText | None:
    """Return the file of a topic as it is now, the shipped one if there is no other.

    A topic of the folder may stand in a file of another name: then the page does not find it.
    """
    return read_file(folder or Path("/nonexistent"), label_of(topic_id))


def choices(db: Session, config: Config) -> tuple[tuple[str, str, bool], ...]:
    """Return the sources that a topic may name: those of the files, on or off."""
    on = dict(db.exec(select(Source.slug, Source.active)).all())
    found = tuple(
        (source.id, source.name, on.get(source.id, source.active))
        for source in config.sources.values()
    )
    return tuple(sorted(found, key=lambda one: (not one[2], one[1].casefold())))


def owners(config: Config) -> tuple[tuple[str, str], ...]:
    """Return handles and names of those who may review a topic's signals."""
    return tuple((user.handle, user.name) for user in config.users.values() if user.active)


def readings(queries: Sequence[str]) -> tuple[str, ...]:
    """Return how each query is understood, groups in parentheses; nothing for a wrong one."""
    found = []
    for text in queries:
        try:
            found.append(render(parse_query(text)))
        except QueryError:
            continue
    return tuple(found)


def conflict_of(
    db: Session, now: FileText | None, seen: str, draft: Topic
) -> tuple[Conflict, Topic]:
    """Return what happened meanwhile, and the draft on top of it as far as that can be told."""
    theirs = now.text if now is not None else ""
    topic_now = read_topic(theirs)
    kept = db.exec(select(FileVersion).where(FileVersion.digest == seen).limit(1)).first()
    base_text = kept.text if kept is not None else None
    base = read_topic(base_text) if base_text is not None else None
    last = newest(db, label_of(draft.id))
    author = db.get(User, last.by) if last is not None and last.by is not None else None
    is_theirs = last is not None and now is not None and last.digest == now.digest
    both = merged(base, draft, topic_now) if base and topic_now else draft
    mine = put_topic(theirs, both) if topic_now else put_topic("", draft)
    conflict = Conflict(
        by=author.name if author is not None and is_theirs else None,
        note=last.note if last is not None and is_theirs else None,
        lines=diff_lines(theirs, mine),
        theirs=theirs,
        mine=mine,
        is_merged=base is not None and topic_now is not None,
    )
    return conflict, both


def editor_of(
    site: Site, topic: Topic, *, seen: str, is_new: bool = False, health: TopicHealth | None = None
) -> Editor:
    """Return the form for ``topic`` as it is saved, or as it is proposed."""
    return furnished(
        site,
        Editor(
            typed=typed_of(topic),
            active=topic.active,
            listened=frozenset(topic.sources),
            seen=seen,
            is_new=is_new,
            health=health,
            readings=readings(topic.query),
        ),
    )


def furnished(site: Site, editor: Editor) -> Editor:
    """Return ``editor`` with what its form offers to choose from."""
    config = site.config
    with reading(site.engine) as db:
        offered = choices(db, config)
    folder = site.live.folder
    why = None if folder is not None else "This Harken runs without a folder of files to change."
    return replace(
        editor,
        sources=offered,
        owners=owners(config),
        offerings=tuple((each.id, each.name) for each in config.offerings.values()),
        unchangeable=why,
    )
