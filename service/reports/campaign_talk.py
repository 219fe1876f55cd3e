"""What is said about campaigns: what was noted of it, and what was not looked at yet."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, column, func, select, true, values
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from config import Config
from models.cost import Campaign, CampaignLook, CampaignMention
from models.post import Post
from models.signal import Signal
from models.source import Source
from service.reports.campaign_reading import Wanted, how_many, read_posts
from service.reports.lives import slugs
from service.rules.campaign_buzz import Mention, Phase, phases
from service.rules.period import Period, midnight

_DAY = timedelta(days=1)
_AT_ONCE = 1_000  # stretches: each is two of the values that SQLite takes 32,766 of


@dataclass(slots=True, kw_only=True)
class Talk:
    """What is said about one campaign: before it, during it and after it."""

    campaign: Campaign
    when: Mapping[Phase, Period]
    posts: dict[str, Mention] = field(default_factory=dict)  # mentions by the post's id
    counted: list[Mention] = field(default_factory=list)  # where no post is looked at
    wordless: int = 0  # posts of these days of which nobody knows what they said
    is_whole: bool = (
        True  # False: too many posts are yet to be looked at, and none of them is here
    )

    @property
    def mentions(self) -> list[Mention]:
        """All that is said about it, as far as it is known."""
        return [*self.posts.values(), *self.counted]

    @property
    def is_about_all(self) -> bool:
        """Whether everything that is heard counts for it."""
        return not self.campaign.topics and not self.campaign.phrases

    @property
    def start(self) -> datetime:
        """The first moment of its baseline."""
        return self.when[Phase.BEFORE].start

    @property
    def end(self) -> datetime:
        """The first moment after all of its phases."""
        return self.when[Phase.AFTER].end

    def counts(self, at: datetime, source: str) -> bool:
        """Tell whether what is said then and there may count for it."""
        heard_at = self.campaign.sources
        return self.start <= at < self.end and (not heard_at or source in heard_at)

    def add(self, post: str, mention: Mention) -> None:
        """Add what a post is about to what is known of it, as far as it is the campaign's."""
        known = self.posts.get(post)
        theirs = mention.about & {*self.campaign.topics, *self.campaign.phrases}
        about = theirs | (known.about if known else frozenset())
        if about:
            self.posts[post] = Mention(at=mention.at, source=mention.source, about=about)


def zone_of(config: Config) -> ZoneInfo:
    """Return where a campaign's days begin: where the process's owner is."""
    owner = config.users.get(config.process.owner)
    return ZoneInfo(owner.tz if owner else "UTC")


def definition_of(campaign: Campaign) -> str:
    """Return a hash of what decides which posts are about a campaign."""
    parts = (
        sorted(campaign.topics),
        sorted(campaign.phrases),
        sorted(campaign.sources),
        campaign.starts_on.isoformat(),
        campaign.ends_on.isoformat(),
        campaign.baseline_days,
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def silent_talk(campaign: Campaign, zone: ZoneInfo) -> Talk:
    """Return the talk of a campaign into which nothing was read yet."""
    when = phases(
        campaign.starts_on, campaign.ends_on, baseline_days=campaign.baseline_days, zone=zone
    )
    return Talk(campaign=campaign, when=when)


def talk_of(
    db: Session,
    config: Config,
    campaigns: Sequence[Campaign],
    *,
    by: Literal["phase", "day"] | None = "phase",
    unread: int | None = None,
) -> list[Talk]:
    """Return what is said about each of ``campaigns``, up to now.

    Args:
        db: an open session.
        config: as it is now.
        campaigns: some of the house's.
        by: how closely it matters when something was said; None: only which posts are about a
            campaign matters, and what is said at all is not counted for one about everything.
        unread: so many posts that nobody has looked at yet are read for each at the most; where
            there are more, the worker has yet to look at them. None: all.
    """
    zone = zone_of(config)
    talks = [silent_talk(one, zone) for one in campaigns]
    if by is not None:
        _add_everything(db, [talk for talk in talks if talk.is_about_all], by_day=by == "day")
    some = {talk.campaign.id: talk for talk in talks if not talk.is_about_all}
    looks = _looks(db, list(some.values()))
    _add_noted(db, some)
    _add_signals(db, list(some.values()))
    for read in read_posts(db, config, _yet_to_read(db, some, looks, unread)):
        talk = some[read.campaign]
        if read.mention is not None:
            talk.add(read.post, read.mention)
        elif read.post not in talk.posts:
            talk.wordless += 1
    return talks


def _yet_to_read(
    db: Session,
    talks: Mapping[str, Talk],
    looks: Mapping[str, CampaignLook],
    most: int | None,
) -> list[Wanted]:
    found = []
    for campaign, talk in talks.items():
        look = looks.get(campaign)
        talk.wordless = look.wordless if look else 0
        wanted = Wanted(
            campaign=talk.campaign,
            start=talk.start,
            end=talk.end,
            fetched_after=look.until if look else None,
        )
        talk.is_whole = most is None or how_many(db, wanted, most=most + 1) <= most
        if talk.is_whole:
            found.append(wanted)
    return found


def _add_everything(db: Session, talks: Sequence[Talk], *, by_day: bool) -> None:
    """Add all that was said to the campaigns that are about everything: counted, not looked at.

    Each source's posts between two moments lie side by side in an index: a year of a million posts
    is counted in a tenth of a second, a stretch and a source at a time.
    """
    names = slugs(db)
    for starts, ends in _stretches(talks, by_day=by_day):
        stretch = _as_table(starts, ends)
        posts = (
            select(func.count())
            .select_from(Post)
            .where(
                col(Post.source_id) == col(Source.id),
                col(Post.published_at) >= stretch.c.starts,
                col(Post.published_at) < stretch.c.ends,
                col(Post.deleted_at_source).is_(None),
            )
            .correlate(Source, stretch)
            .scalar_subquery()
        )
        everywhere = select(stretch.c.starts, col(Source.id), posts).join_from(
            stretch, Source, true()
        )
        for at, place, many in db.connection().execute(everywhere):
            for talk in talks:
                if many and talk.counts(at, names[place]):
                    talk.counted.append(Mention(at=at, source=names[place], posts=many))


def _stretches(
    talks: Sequence[Talk], *, by_day: bool
) -> Iterator[tuple[Sequence[datetime], Sequence[datetime]]]:
    """Yield when the stretches of the campaigns' days begin and end, some at a time."""
    edges: set[datetime] = set()
    for talk in talks:
        for period in talk.when.values():
            edges |= {period.start, period.end}
            if by_day:
                days = range((period.until - period.first).days)
                edges.update(midnight(period.first + n * _DAY, period.zone) for n in days)
    ordered = sorted(edges)
    for start in range(0, len(ordered) - 1, _AT_ONCE):
        yield ordered[start : start + _AT_ONCE], ordered[start + 1 : start + _AT_ONCE + 1]


def _as_table(starts: Sequence[datetime], ends: Sequence[datetime]) -> CTE:
    table = values(column("starts", UTCDateTime), column("ends", UTCDateTime), name="stretches")
    return table.data(list(zip(starts, ends, strict=False))).cte("stretches")


def _looks(db: Session, talks: Sequence[Talk]) -> dict[str, CampaignLook]:
    """Return how far posts were looked at, for what the campaigns are about now."""
    now = {talk.campaign.id: definition_of(talk.campaign) for talk in talks}
    rows = db.scalars(select(CampaignLook).where(col(CampaignLook.campaign_id).in_(now)))
    return {one.campaign_id: one for one in rows if one.definition == now[one.campaign_id]}


def _add_noted(db: Session, talks: Mapping[str, Talk]) -> None:
    names = slugs(db)
    rows = db.connection().execute(
        select(
            col(CampaignMention.campaign_id),
            col(CampaignMention.about),
            col(Post.id),
            col(Post.source_id),
            col(Post.published_at),
        )
        .join(Post, col(Post.id) == col(CampaignMention.post_id))
        .where(col(CampaignMention.campaign_id).in_(talks), col(Post.deleted_at_source).is_(None))
    )
    for campaign, about, post, place, at in rows:
        talk, source = talks[campaign], names[place]
        if talk.counts(at, source):
            talk.add(post, Mention(at=at, source=source, about=frozenset(about)))


def _add_signals(db: Session, talks: Sequence[Talk]) -> None:
    """Add posts that were heard under a campaign's topics, with or without words."""
    topics = sorted({topic for talk in talks for topic in talk.campaign.topics})
    if not topics:
        return
    names = slugs(db)
    rows = db.connection().execute(
        select(col(Post.id), col(Post.source_id), col(Post.published_at), col(Signal.topic_id))
        .join(Signal, col(Signal.post_id) == col(Post.id))
        .where(
            col(Signal.topic_id).in_(topics),
            col(Signal.probability) > 0,
            col(Post.published_at) >= min(talk.start for talk in talks),
            col(Post.published_at) < max(talk.end for talk in talks),
            col(Post.deleted_at_source).is_(None),
        )
    )
    for post, place, at, topic in rows:
        for talk in talks:
            if topic in talk.campaign.topics and talk.counts(at, names[place]):
                talk.add(post, Mention(at=at, source=names[place], about=frozenset({topic})))


def yet_to_look(campaign: str) -> str:
    """Return what a reader must know of a campaign whose talk is not whole."""
    return (
        f"most posts of the days of {campaign} have not been looked at yet, so that its mentions "
        "and leads are too few here: Harken does so within the hour, and "
        f"`harken campaign report {campaign}` at once"
    )
