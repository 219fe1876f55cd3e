"""What is said about campaigns: what was noted of it, and what was not looked at yet."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from config import Config
from models.cost import Campaign, CampaignLook, CampaignMention
from models.post import Post
from models.signal import Signal
from service.reports.campaign_reading import Wanted, read_posts
from service.reports.lives import slugs
from service.rules.campaign_buzz import Mention, Phase, phases
from service.rules.period import Period


@dataclass(slots=True, kw_only=True)
class Talk:
    """What is said about one campaign: before it, during it and after it."""

    campaign: Campaign
    when: Mapping[Phase, Period]
    mentions: dict[str, Mention] = field(default_factory=dict)  # by the post's id
    wordless: int = 0  # posts of these days of which nobody knows what they said

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

    def add(self, mention: Mention) -> None:
        """Add what a post is about to what is known of it, as far as it is the campaign's."""
        known = self.mentions.get(mention.post)
        theirs = mention.about & {*self.campaign.topics, *self.campaign.phrases}
        about = theirs | (known.about if known else frozenset())
        if about or self.is_about_all:
            self.mentions[mention.post] = Mention(
                post=mention.post, at=mention.at, source=mention.source, about=about
            )


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


def talk_of(db: Session, config: Config, campaigns: Sequence[Campaign]) -> list[Talk]:
    """Return what is said about each of ``campaigns``, up to now."""
    zone = zone_of(config)
    talks = [silent_talk(one, zone) for one in campaigns]
    looks = _looks(db, talks)
    by_id = {talk.campaign.id: talk for talk in talks}
    _add_noted(db, by_id)
    _add_signals(db, talks)
    wanted = [
        Wanted(
            campaign=talk.campaign,
            start=talk.start,
            end=talk.end,
            fetched_after=looks[talk.campaign.id].until if talk.campaign.id in looks else None,
        )
        for talk in talks
    ]
    for talk in talks:
        talk.wordless = looks[talk.campaign.id].wordless if talk.campaign.id in looks else 0
    for read in read_posts(db, config, wanted):
        talk = by_id[read.campaign]
        if read.mention is not None:
            talk.add(read.mention)
        elif read.post not in talk.mentions:
            talk.wordless += 1
    return talks


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
            talk.add(Mention(post=post, at=at, source=source, about=frozenset(about)))


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
                about = frozenset({topic})
                talk.add(Mention(post=post, at=at, source=names[place], about=about))
