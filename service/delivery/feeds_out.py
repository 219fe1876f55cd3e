"""Feeds of our own: a person's leads, or a topic's, under a secret address that can be revoked."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from pydantic import JsonValue
from sqlmodel import Session, col, or_, select

from models.delivery import FeedLink
from models.lead import Lead
from models.moves import LIVE
from models.people import User
from models.topic import Topic
from service.access.viewer import Viewer
from service.access.visible import offered_to, visible_to
from service.delivery.plain import one_line
from service.errors import NotFoundError
from service.exports.told import ToldLead, read_told
from service.leads.ledger import audit
from service.leads.transitions import HARKEN
from service.links import outward
from service.tokens import hashed
from service.unknown import unknown

#: Leads that a feed holds; readers ask often enough.
MOST = 50
_ATOM = "http://www.w3.org/2005/Atom"
_TITLE = 200


class NoSuchFeedError(NotFoundError):
    """There is no feed at this address; it may have been revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed reader gets."""

    id: str
    title: str
    home: str  # our page of it
    base_url: str
    leads: Sequence[ToldLead]  # newest first
    changed_at: datetime


def issue(db: Session, *, user: str, topic: str | None, now: datetime) -> str:
    """Return the path of a new feed, without its ending: .atom, .rss or .json.

    Raises:
        NotFoundError: there is no such user or topic.
    """
    users = {row.handle: row for row in db.exec(select(User).where(col(User.active).is_(True)))}
    if user not in users:
        raise unknown("user", user, users)
    topics = db.exec(select(Topic.id)).all()
    if topic is not None and topic not in topics:
        raise unknown("topic", topic, topics)
    token = secrets.token_urlsafe(32)
    link = FeedLink(
        token_hash=hashed(token), user_id=users[user].id, topic_id=topic, created_at=now
    )
    db.add(link)
    db.flush()
    detail: dict[str, JsonValue] = {"user": link.user_id, "topic": topic}
    audit(db, actor=HARKEN, action="feed.issued", subject=f"feed:{link.id}", at=now, detail=detail)
    return f"/feeds/{token}"


def revoke(db: Session, id_: str, *, now: datetime) -> None:
    """Have an address lead nowhere from now on.

    Raises:
        NotFoundError: there is no such feed.
    """
    link = db.get(FeedLink, id_)
    if link is None:
        raise NotFoundError(f"there is no feed {id_!r}; see `harken feeds list`")
    if link.revoked_at is None:
        link.revoked_at = now
        db.add(link)
        audit(db, actor=HARKEN, action="feed.revoked", subject=f"feed:{link.id}", at=now)


def read_feed(db: Session, token: str, *, base_url: str, name: str, secret: bytes) -> Feed:
    """Return what is at a secret address: leads that its owner may see, and nobody suppressed.

    Raises:
        NoSuchFeedError: it leads nowhere; it does not say why, not to help guessing.
    """
    link = db.exec(select(FeedLink).where(FeedLink.token_hash == hashed(token))).first()
    user = db.get(User, link.user_id) if link is not None and link.revoked_at is None else None
    if link is None or user is None or not user.active:
        raise NoSuchFeedError
    viewer = Viewer.of(user)
    wanted = select(Lead.id).where(visible_to(viewer), col(Lead.status).in_(sorted(LIVE)))
    if link.topic_id is None:
        wanted = wanted.where(or_(col(Lead.owner_id) == user.id, offered_to(viewer)))
    else:
        wanted = wanted.where(Lead.topic_id == link.topic_id)
    ids = db.exec(wanted.order_by(col(Lead.created_at).desc(), Lead.id).limit(MOST)).all()
    told = read_told(db, ids, secret=secret)
    leads = [told[id_] for id_ in ids if id_ in told]
    topic = db.get(Topic, link.topic_id) if link.topic_id else None
    return Feed(
        id=f"urn:uuid:{link.id}",
        title=one_line(f"{name}: {topic.name if topic else user.name}", _TITLE),
        home=f"{base_url}/inbox",
        base_url=base_url,
        leads=leads,
        changed_at=max((lead.changed_at for lead in leads), default=link.created_at),
    )


# --- forms -----------------------------------------------------------------------------------


def as_atom(feed: Feed) -> bytes:
    """Return the feed as Atom 1.0 (RFC 4287)."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    _add(root, f"{{{_ATOM}}}id", feed.id)
    _add(root, f"{{{_ATOM}}}title", feed.title)
    _add(root, f"{{{_ATOM}}}updated", feed.changed_at.isoformat())
    _add(root, f"{{{_ATOM}}}link", "", rel="alternate", href=feed.home)
    _add(_add(root, f"{{{_ATOM}}}author", ""), f"{{{_ATOM}}}name", "Harken")
    for lead in feed.leads:
        entry = _add(root, f"{{{_ATOM}}}entry", "")
        _add(entry, f"{{{_ATOM}}}id", f"urn:uuid:{lead.id}")
        _add(entry, f"{{{_ATOM}}}title", _title(lead), type="text")
        _add(entry, f"{{{_ATOM}}}published", lead.created_at.isoformat())
        _add(entry, f"{{{_ATOM}}}updated", lead.changed_at.isoformat())
        _add(entry, f"{{{_ATOM}}}link", "", rel="alternate", href=_page(feed, lead))
        if link := outward(lead.url):
            _add(entry, f"{{{_ATOM}}}link", "", rel="via", href=link)
        _add(entry, f"{{{_ATOM}}}category", "", term=lead.topic)
        _add(entry, f"{{{_ATOM}}}content", _content(lead), type="text")
    return _document(root)


def as_rss(feed: Feed) -> bytes:
    """Return the feed as RSS 2.0. A description is HTML there, so it is escaped once more."""
    root = ET.Element("rss", version="2.0")
    channel = _add(root, "channel", "")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.home)
    _add(channel, "description", feed.title)
    _add(channel, "lastBuildDate", format_datetime(feed.changed_at, usegmt=True))
    for lead in feed.leads:
        item = _add(channel, "item", "")
        _add(item, "guid", f"urn:uuid:{lead.id}", isPermaLink="false")
        _add(item, "title", _title(lead))
        _add(item, "link", _page(feed, lead))
        _add(item, "pubDate", format_datetime(lead.created_at, usegmt=True))
        _add(item, "category", lead.topic)
        _add(item, "description", _as_html(_content(lead)))
    return _document(root)


def as_json_feed(feed: Feed) -> bytes:
    """Return the feed as JSON Feed 1.1."""
    items = []
    for lead in feed.leads:
        item = {
            "id": f"urn:uuid:{lead.id}",
            "url": _page(feed, lead),
            "title": _title(lead),
            "content_text": _content(lead),
            "date_published": lead.created_at.isoformat(),
            "date_modified": lead.changed_at.isoformat(),
            "tags": [lead.topic, lead.kind],
        }
        link = outward(lead.url)
        items.append(item | ({"external_url": link} if link else {}))
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


#: By the ending of the address: what makes it, and its type.
FORMS: Mapping[str, tuple[Callable[[Feed], bytes], str]] = {
    "atom": (as_atom, "application/atom+xml"),
    "rss": (as_rss, "application/rss+xml"),
    "json": (as_json_feed, "application/feed+json"),
}


def _title(lead: ToldLead) -> str:
    return one_line(f"{lead.score:.0f} · {lead.title}", _TITLE)


def _content(lead: ToldLead) -> str:
    about = (lead.source, lead.kind, lead.attribution)
    said = (f"“{one_line(lead.quote, 400)}”", " · ".join(one_line(a, 160) for a in about if a))
    return "\n".join(said)


def _page(feed: Feed, lead: ToldLead) -> str:
    return f"{feed.base_url}/leads/{lead.id}"


def _as_html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _add(parent: ET.Element, name: str, text: str, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, name, attributes)
    child.text = text or None
    return child


def _document(root: ET.Element) -> bytes:
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made
