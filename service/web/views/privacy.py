"""What people who are heard are told: the house's own words, and what Harken itself knows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from config import Config
from config.privacy import Authority, Controller, Officer
from config.settings import PrivacyMode, Settings
from models.source import Source
from models.words import SourceKind

_MOST_SOURCES = 200
_LEFT_ALONE = (
    "That you asked to be left alone or erased: a code in place of your name, by which we know "
    "you again and nobody can read who you are"
)
_BLANK = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Something that is told, under a heading of its own."""

    id: str
    title: str
    paragraphs: Sequence[str]
    points: Sequence[tuple[str, str]] = ()  # what, and how long


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyPage:
    """The page for people who are heard."""

    controller: Controller
    officer: Officer
    authority: Authority
    before: Sequence[Section]  # why, on what ground, what
    sources: Sequence[str]  # hosts
    more_sources: bool
    lists_sources: bool
    after: Sequence[Section]  # who sees it, for how long, what may be asked


def read_privacy(db: Session, config: Config) -> PrivacyPage:
    """Return what stands on the page."""
    told = config.notices
    hosts = _hosts(db) if told.list_sources else []
    return PrivacyPage(
        controller=told.controller,
        officer=told.officer,
        authority=told.authority,
        before=_sections(
            ("why", "Why we read what you wrote", told.purposes),
            ("ground", "On what ground", told.basis),
            ("what", "What we keep of you", told.kept),
        ),
        sources=hosts[:_MOST_SOURCES],
        more_sources=len(hosts) > _MOST_SOURCES,
        lists_sources=told.list_sources,
        after=(
            *_sections(
                ("who", "Who sees it", told.recipients),
                ("abroad", "Where it goes outside of the EU", told.transfers),
            ),
            Section(
                id="long", title="For how long", paragraphs=(), points=_times(config.settings)
            ),
            *_sections(("rights", "What you may ask of us", told.rights)),
        ),
    )


def _sections(*told: tuple[str, str, str]) -> tuple[Section, ...]:
    return tuple(
        Section(id=name, title=title, paragraphs=tuple(_BLANK.split(text.strip())))
        for name, title, text in told
        if text.strip()
    )


def _times(settings: Settings) -> tuple[tuple[str, str], ...]:
    kept, mode = settings.retention, settings.privacy.mode
    posts = "What you wrote, where nothing comes of it"
    own: tuple[tuple[str, str], ...] = ((posts, _days(kept.posts_days)),)
    if mode is PrivacyMode.EU:
        own = (
            ("What you wrote, where it fits nothing that we offer", "not kept at all"),
            *own,
            (
                "Your name, where none of us told you of this page or answered you",
                _days(settings.privacy.notice_days),
            ),
        )
    return (
        *own,
        ("What sounded like a question to us, and was too little", _days(kept.weak_signals_days)),
        (
            "What you asked, once we have stopped to follow it up",
            _days(kept.lost_leads_days),
        ),
        ("Copies against accidents, which hold what was there then", _days(kept.backups_days)),
        (_LEFT_ALONE, "for good"),
    )


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _hosts(db: Session) -> list[str]:
    """Return the public places that are read, by their names on the web."""
    rows = db.exec(select(Source.kind, Source.url).where(col(Source.active))).all()
    hosts = {
        urlsplit(url).hostname or ""
        for kind, url in rows
        if SourceKind(kind).is_polled and url.startswith(("http://", "https://", "wss://"))
    }
    return sorted(host.removeprefix("www.") for host in hosts if "." in host)
