"""Note which posts are about campaigns, before the words of these posts are forgotten.

A post's words are kept for retention.posts_days, and a campaign is compared with the weeks before
it and asked about for longer than that. What is noted is that a post was about it: no words, and
nobody's name.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from config import Config
from models.cost import Campaign, CampaignLook, CampaignMention
from models.post import Post
from models.signal import Signal
from service.reports.campaign_reading import Read, Wanted, read_posts
from service.reports.campaign_talk import definition_of, silent_talk, zone_of
from service.store.engine import reading, writing

logger = logging.getLogger(__name__)

#: A batch of posts says when it was fetched before it is committed; it takes seconds, not minutes.
_SETTLED = timedelta(minutes=10)
#: So long after all of a campaign's days, nobody finds more posts of them.
_LATEST = timedelta(days=60)
_AT_ONCE = 500  # rows of a statement


def note_mentions(engine: Engine, config: Config, *, now: datetime) -> int:
    """Look at the posts that came since the last time; return how many are about campaigns."""
    until = now - _SETTLED
    with reading(engine) as db:
        wanted = _wanted(db, config, until)
        found: dict[str, list[Read]] = {one.campaign.id: [] for one in wanted}
        for read in read_posts(db, config, wanted):
            found[read.campaign].append(read)
    for one in wanted:
        with writing(engine) as db:
            _note(db, one, found[one.campaign.id], until)
    noted = sum(read.mention is not None for some in found.values() for read in some)
    if noted:
        logger.info("mentions noted", extra={"mentions": noted})
    return noted


def _wanted(db: Session, config: Config, until: datetime) -> list[Wanted]:
    zone = zone_of(config)
    looks = {one.campaign_id: one for one in db.scalars(select(CampaignLook))}
    wanted = []
    for campaign in db.scalars(select(Campaign).where(col(Campaign.active))):
        talk, look = silent_talk(campaign, zone), looks.get(campaign.id)
        if look is not None and look.definition != definition_of(campaign):
            look = None  # it is about something else now: all that has words is read again
        is_over = look is not None and look.until > talk.end + _LATEST
        if not talk.is_about_all and not is_over and talk.start < until:
            after = look.until if look is not None else None
            wanted.append(
                Wanted(
                    campaign=campaign,
                    start=talk.start,
                    end=talk.end,
                    fetched_after=after,
                    fetched_until=until,
                )
            )
    db.expunge_all()
    return wanted


def _note(db: Session, wanted: Wanted, found: Sequence[Read], until: datetime) -> None:
    campaign = wanted.campaign.id
    known = {
        one.post_id: one
        for one in db.scalars(
            select(CampaignMention).where(col(CampaignMention.campaign_id) == campaign)
        )
    }
    wordless = 0
    for start in range(0, len(found), _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        there, heard = _there(db, some), _heard(db, some, wanted.campaign)
        for read in some:
            if read.mention is None:
                wordless += read.post not in known and read.post not in heard
            elif read.post in known:
                known[read.post].about = sorted({*known[read.post].about, *read.mention.about})
            elif read.post in there:
                about = sorted(read.mention.about)
                db.add(CampaignMention(campaign_id=campaign, post_id=read.post, about=about))
        db.flush()
    before = db.get(CampaignLook, campaign)
    is_first = before is None or wanted.fetched_after is None
    db.merge(
        CampaignLook(
            campaign_id=campaign,
            definition=definition_of(wanted.campaign),
            until=until,
            wordless=wordless + (0 if is_first or before is None else before.wordless),
        )
    )


def _there(db: Session, some: Sequence[Read]) -> set[str]:
    """Return the posts that are still there: one may have been erased since it was read."""
    ids = [one.post for one in some]
    return set(db.scalars(select(col(Post.id)).where(col(Post.id).in_(ids))))


def _heard(db: Session, some: Sequence[Read], campaign: Campaign) -> set[str]:
    """Return the posts of which a signal says that they are about a campaign's topic."""
    return set(
        db.scalars(
            select(col(Signal.post_id)).where(
                col(Signal.post_id).in_([one.post for one in some if one.mention is None]),
                col(Signal.topic_id).in_(campaign.topics),
                col(Signal.probability) > 0,
            )
        )
    )
