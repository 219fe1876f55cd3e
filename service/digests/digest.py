"""A digest as its reader sees it, put together from what is stored at this moment.

What a run wrote down are ids. So a lead that was dealt with, erased or suppressed since is not in
the mail, also when that is sent again after hours.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from config import Config
from models.attention import AttentionItem
from models.digest import DigestItem
from models.digest_words import AttentionKind, ItemKind, Rhythm
from models.lead import Lead, Offer
from models.moves import LIVE
from models.people import User
from models.post import Author, Post, Thread
from models.source import Source, SourcePolicy
from models.topic import Topic
from models.words import Licence, OfferState
from service.digests.acts import Act, acts_for
from service.digests.use import Use
from service.leads.listing import LeadLine, lines_of
from service.links import outward
from service.rules.usefulness import Proposal, Week
from service.times import age, zone_of
from service.words import KINDS, LICENCES, STEPS

_ASK_TO_BE_NAMED = frozenset({Licence.CC_BY_SA_2_5, Licence.CC_BY_SA_3_0, Licence.CC_BY_SA_4_0})
_MOST_ALIKE = 3  # notices of one kind; the others are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A conversation in a digest."""

    line: LeadLine
    also: tuple[LeadLine, ...]  # further leads in the same conversation
    kind: str  # in words: "asks for experience"
    step: str  # in words: "asks around"
    topic: str  # its name
    author: str | None
    credit: str  # what the source's terms want said
    rules: str  # of the community, before anybody answers there
    acts: tuple[Act, ...]  # what the reader may do
    first_shown: date | None  # in an earlier digest
    explores: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A post that was thrown away, to be checked."""

    post_id: str
    title: str
    quote: str
    source: str
    url: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that is the matter."""

    words: str
    since: str  # "since 3 h"
    path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one person should look at."""

    name: str
    made_at: datetime  # on the person's own clock
    rhythm: Rhythm
    entries: tuple[Shown, ...]  # best first
    not_shown: int
    rejects: tuple[Reject, ...] = ()
    notices: tuple[Notice, ...] = ()
    week: Week | None = None  # how useful last week's were
    proposal: Proposal | None = None

    @property
    def carried(self) -> int:
        """How many conversations an earlier digest showed."""
        return sum(entry.first_shown is not None for entry in self.entries)

    @property
    def headline(self) -> str:
        """What it is about, in one line; also the mail's subject."""
        count = len(self.entries)
        if count:
            noun = "conversation" if count == 1 else "conversations"
            return f"{count} {noun} worth your time"
        if self.notices:
            count = len(self.notices)
            return f"{count} {'thing needs' if count == 1 else 'things need'} a hand"
        return "Nothing worth your time today"


def put_together(
    db: Session,
    user: User,
    items: Sequence[DigestItem],
    notices: Sequence[AttentionItem],
    *,
    rhythm: Rhythm,
    not_shown: int,
    first_shown: Mapping[str, date],
    use: Use,
    at: datetime,
    config: Config,
) -> Digest:
    """Return the digest that ``items`` stand for.

    Args:
        db: an open session.
        user: its reader.
        items: what it shows, in order.
        notices: what is the matter.
        rhythm: how often the reader gets one.
        not_shown: conversations that did not fit.
        first_shown: when leads were first in an earlier digest of the reader.
        use: how useful the last ones were, where that is to be said.
        at: now; ages count from it.
        config: the installation's.
    """
    entries = _entries(db, user, items, first_shown, config)
    return Digest(
        name=user.name,
        made_at=at.astimezone(zone_of(user.tz)),
        rhythm=rhythm,
        entries=tuple(entries),
        not_shown=not_shown,
        rejects=tuple(_rejects(db, [item.post_id for item in items if item.post_id])),
        notices=tuple(_notices(notices, at)),
        week=use.last_week,
        proposal=use.proposal,
    )


def _entries(
    db: Session,
    user: User,
    items: Sequence[DigestItem],
    first_shown: Mapping[str, date],
    config: Config,
) -> Iterable[Shown]:
    of_leads = {item.lead_id: item for item in items if item.lead_id}
    leads = {
        lead.id: lead
        for lead in db.exec(
            select(Lead).where(col(Lead.id).in_(of_leads), col(Lead.status).in_(sorted(LIVE)))
        )
    }
    lines = lines_of(db, list(leads))
    terms = _terms(db, list(leads))
    offers = {
        offer.lead_id: offer.to_user_id
        for offer in db.exec(
            select(Offer).where(col(Offer.lead_id).in_(leads), Offer.state == OfferState.OPEN)
        )
    }
    for group in _conversations(leads[one] for one in of_leads if one in lines):
        lead, line = group[0], lines[group[0].id]
        topic, author, credit, rules = terms[lead.id]
        yield Shown(
            line=line,
            also=tuple(lines[other.id] for other in group[1:]),
            kind=KINDS[lead.kind],
            step=STEPS[lead.journey_step - 1],
            topic=topic,
            author=author,
            credit=credit,
            rules=rules,
            acts=acts_for(user, lead, offered_to_me=offers.get(lead.id) == user.id, config=config),
            first_shown=first_shown.get(lead.id),
            explores=of_leads[lead.id].kind is ItemKind.EXPLORED,
        )


def _conversations(leads: Iterable[Lead]) -> Iterable[list[Lead]]:
    threads: dict[str, list[Lead]] = {}
    for lead in leads:
        threads.setdefault(lead.thread_id, []).append(lead)
    return threads.values()


def _terms(db: Session, ids: Sequence[str]) -> Mapping[str, tuple[str, str | None, str, str]]:
    """Return by lead its topic's name, its author, the credit that is due, and the house rules."""
    rows = db.exec(
        select(Lead.id, Topic, SourcePolicy, Author)
        .join(Topic, col(Topic.id) == Lead.topic_id)
        .join(Thread, col(Thread.id) == Lead.thread_id)
        .join(Source, col(Source.id) == Thread.source_id)
        .join(SourcePolicy, col(SourcePolicy.name) == Source.policy_name)
        .outerjoin(Author, col(Author.id) == Lead.author_id)
        .where(col(Lead.id).in_(ids))
    )
    found: dict[str, tuple[str, str | None, str, str]] = {}
    for lead_id, topic, policy, author in rows:
        named: Author | None = author  # an outer join
        found[lead_id] = (
            topic.name,
            named.handle if named else None,
            _credit(policy),
            " ".join(policy.community_rules.split()),
        )
    return found


def _credit(policy: SourcePolicy) -> str:
    """Return what the source's terms want said beside its words."""
    licence = LICENCES[policy.licence] if policy.licence in _ASK_TO_BE_NAMED else ""
    if licence in policy.attribution:
        return policy.attribution
    return " · ".join(part for part in (policy.attribution, licence) if part)


def _rejects(db: Session, ids: Sequence[str]) -> Iterable[Reject]:
    rows = db.exec(
        select(Post, Source.name)
        .join(Source, col(Source.id) == Post.source_id)
        .where(col(Post.id).in_(ids), Post.text != "")
    )
    found = {post.id: (post, source) for post, source in rows}
    for post, source in (found[one] for one in ids if one in found):
        yield Reject(
            post_id=post.id,
            title=post.title,
            quote=_beginning(post.text),
            source=source,
            url=outward(post.url),
            at=post.published_at,
        )


def _beginning(text: str, most: int = 200) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + " …"


def _notices(items: Sequence[AttentionItem], now: datetime) -> Iterable[Notice]:
    """Yield what is the matter; of many things of one kind three, and how many more."""
    kinds: dict[AttentionKind, list[AttentionItem]] = {}
    for item in items:
        kinds.setdefault(item.kind, []).append(item)
    for alike in kinds.values():
        most = _MOST_ALIKE if len(alike) > _MOST_ALIKE + 1 else len(alike)
        for item in alike[:most]:
            since = f"since {age(item.opened_at, now).removesuffix(' ago')}"
            fresh = since == "since just now"
            yield Notice(words=item.words, since="new" if fresh else since, path=item.path)
        if len(alike) > most:
            yield Notice(words=f"… and {len(alike) - most} more like these", since="", path=None)
