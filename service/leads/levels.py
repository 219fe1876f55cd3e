"""The rungs on which leads stand; the rule is `service.rules.levels`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.contact import PersonAuthor
from models.lead import Lead
from models.post import Post
from models.topic import Topic
from models.words import LeadStatus
from nlp.vouching import vouches
from service.rules.levels import Level, level_of

_READ = 4_000  # characters of a post
_MOST_POSTS = 2_000  # of all customers in one question, the newest


def levels_of(db: Session, leads: Sequence[Lead]) -> Mapping[str, Level | None]:
    """Return by id the rung on which the buyer of each of ``leads`` stands; None: on none.

    Of customers it is looked at whether they have spoken for what the topic calls its products
    since they bought: where they did and what they said of it is stored, they are advocates.
    """
    speaking = _advocates(db, [lead for lead in leads if lead.status is LeadStatus.WON])
    return {
        lead.id: level_of(
            lead.status,
            was_marked=lead.mandatory_follow_up,
            speaks_for_us=lead.id in speaking,
        )
        for lead in leads
    }


def _advocates(db: Session, won: Sequence[Lead]) -> Collection[str]:
    """Return the ids of those leads whose buyers have spoken for it since they bought."""
    if not won:
        return ()
    products = _products(db, {lead.topic_id for lead in won})
    handles = _handles(db, won)
    first = min((lead.closed_at for lead in won if lead.closed_at), default=None)
    if first is None:
        return ()
    posts = _posts(db, {one for some in handles.values() for one in some}, since=first)
    return {
        lead.id
        for lead in won
        for author in handles[lead.id]
        if lead.closed_at is not None
        and any(
            at > lead.closed_at and vouches(text, products[lead.topic_id])
            for at, text in posts.get(author, ())
        )
    }


def _products(db: Session, topics: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for topic in db.exec(select(Topic).where(col(Topic.id).in_(topics))):
        names = topic.definition.get("products")
        found[topic.id] = tuple(map(str, names)) if isinstance(names, list) else ()
    return found


def _handles(db: Session, won: Sequence[Lead]) -> Mapping[str, set[str]]:
    """Return by lead the author ids that are known to be its buyer's."""
    persons = {lead.person_id for lead in won if lead.person_id}
    of_person: dict[str, set[str]] = defaultdict(set)
    if persons:
        rows = db.exec(select(PersonAuthor).where(col(PersonAuthor.person_id).in_(persons)))
        for row in rows:
            of_person[row.person_id].add(row.author_id)
    return {
        lead.id: ({lead.author_id} if lead.author_id else set())
        | (of_person[lead.person_id] if lead.person_id else set())
        for lead in won
    }


def _posts(
    db: Session, authors: Collection[str], *, since: datetime
) -> Mapping[str, list[tuple[datetime, str]]]:
    """Return when and what these authors wrote since then, where it still is stored."""
    if not authors:
        return {}
    rows = db.exec(
        select(Post.author_id, Post.published_at, func.substr(Post.text, 1, _READ))
        .where(
            col(Post.author_id).in_(authors),
            col(Post.published_at) > since,
            col(Post.text) != "",
        )
        .order_by(col(Post.published_at).desc())
        .limit(_MOST_POSTS)
    )
    found: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for author, at, text in rows:
        found[str(author)].append((at, text))
    return found
