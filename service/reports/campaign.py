"""One campaign from beginning to close: what was said, whom that reached, what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from models.cost import Campaign
from models.source import Source
from models.words import LeadStatus
from service.reports.asked import Asked
from service.reports.campaign_lives import Brought, brought, lives_of
from service.reports.campaign_tables import ROI, UNKNOWN, money_rows, reach_cells
from service.reports.campaign_talk import Talk, talk_of, yet_to_look
from service.reports.document import Report, Table, columns
from service.reports.wins import WINS, wins_of
from service.rules.campaign_buzz import (
    Mention,
    Phase,
    Said,
    buzz,
    by_phase,
    count,
    said,
    timeline,
)
from service.rules.campaign_leads import follow_up, funnel, outcomes
from service.rules.figures import share
from service.unknown import unknown

_HOW = (
    "a mention is a post that is about a topic of the campaign, or says one of its phrases",
    "reach counts the people of each place once; who reads in two places is counted in both",
    "chances to see counts the people of a place once for each mention there",
    "a lead is the campaign's when its first signal was heard in its days and is about it",
    "followed up is a lead with a contact within 30 days of its hand-off; a note is no contact",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReport:
    """A campaign, and what there is to say of it."""

    campaign: Campaign
    report: Report


def campaign_of(db: Session, campaign_id: str) -> Campaign:
    """Return a campaign by its id.

    Raises:
        NotFoundError: there is none; the message names the nearest.
    """
    found = db.get(Campaign, campaign_id)
    if found is None:
        raise unknown("campaign", campaign_id, db.scalars(select(col(Campaign.id))).all())
    return found


def report_of(db: Session, asked: Asked, campaign_id: str) -> CampaignReport:
    """Return all there is to say of a campaign, up to now; its period is the campaign's own.

    Raises:
        NotFoundError: there is no such campaign.
    """
    campaign = campaign_of(db, campaign_id)
    (talk,) = talk_of(db, asked.config, [campaign], by="day", unread=asked.unread)
    came = brought(db, talk)
    mentions = by_phase(talk.when, talk.mentions)
    wins = wins_of(
        db, asked, leads=[lead.id for lead in came.leads if lead.status is LeadStatus.WON]
    )
    more = len(wins) - asked.most
    return CampaignReport(
        campaign=campaign,
        report=Report(
            name="campaign",
            period=talk.when[Phase.DURING],
            tables=(
                _buzz(db, asked, talk, mentions),
                _timeline(asked, talk, mentions),
                _subjects(asked, talk, mentions),
                _places(db, asked, talk, mentions),
                _funnel(came, count(mentions[Phase.DURING])),
                _follow_up(asked, came),
                _outcomes(came),
                _money(campaign, came),
                Table(
                    name="wins",
                    title="Won of its leads",
                    columns=WINS,
                    rows=wins[: asked.most],
                ),
            ),
            notes=(
                *_warnings(db, asked, talk, came),
                *_HOW,
                *((f"{more:,} more of its leads were won; see --most",) if more > 0 else ()),
            ),
        ),
    )


def audiences(db: Session) -> Mapping[str, int | None]:
    """Return how many people read along, by source; None: nobody knows."""
    rows = db.connection().execute(select(col(Source.slug), col(Source.audience)))
    return {one.slug: one.audience for one in rows}


def _buzz(
    db: Session, asked: Asked, talk: Talk, mentions: Mapping[Phase, Sequence[Mention]]
) -> Table:
    return Table(
        name="buzz",
        title="What was said, and how many could have seen it",
        columns=columns(
            "phase: phase",
            "from: from",
            "to: up to",
            "mentions: mentions",
            "mentions_per_day: a day",
            "change: change %",
            "places: places",
            "reach: reach",
            "reach_known: reach is",
            "chances_to_see: chances to see",
            "unknown_places: places of unknown audience",
            "unknown_mentions: mentions there",
        ),
        rows=[
            (
                one.phase.value,
                one.period.first,
                one.period.until,
                one.mentions,
                one.per_day,
                one.change,
                one.places,
                *reach_cells(one.reach),
            )
            for one in buzz(talk.when, mentions, audiences(db), now=asked.now)
        ],
    )


def _timeline(asked: Asked, talk: Talk, mentions: Mapping[Phase, Sequence[Mention]]) -> Table:
    return Table(
        name="timeline",
        title="Mentions over time",
        columns=columns("from: from", "phase: phase", "mentions: mentions"),
        rows=[
            (one.first, one.phase.value, one.mentions)
            for one in timeline(talk.when, mentions, now=asked.now)
        ],
    )


_PHASES = ("before: before", "during: during", "after: after", "change: change %")


def _subjects(asked: Asked, talk: Talk, mentions: Mapping[Phase, Sequence[Mention]]) -> Table:
    topics, phrases = talk.campaign.topics, talk.campaign.phrases
    found = said(talk.when, mentions, [*topics, *phrases], of=lambda one: one.about, now=asked.now)
    return Table(
        name="subjects",
        title="What it is about: one post can be about several",
        columns=columns("subject: subject", "is: is a", *_PHASES),
        rows=[
            (one.name, "topic" if one.name in topics else "phrase", *_phase_cells(one))
            for one in found
        ],
    )


def _places(
    db: Session, asked: Asked, talk: Talk, mentions: Mapping[Phase, Sequence[Mention]]
) -> Table:
    sizes = audiences(db)
    names = {one.source for some in mentions.values() for one in some}
    found = said(talk.when, mentions, names, of=lambda one: (one.source,), now=asked.now)
    return Table(
        name="places",
        title="Where it was said",
        columns=columns(
            "source: source", *_PHASES, "audience: audience", "audience_known: audience is"
        ),
        rows=[
            (
                one.name,
                *_phase_cells(one),
                sizes.get(one.name),
                UNKNOWN if sizes.get(one.name) is None else "known",
            )
            for one in found
        ],
    )


def _phase_cells(one: Said) -> tuple[int, int, int, float | None]:
    counts = one.mentions
    return counts[Phase.BEFORE], counts[Phase.DURING], counts[Phase.AFTER], one.change


def _funnel(came: Brought, mentions: int) -> Table:
    return Table(
        name="funnel",
        title="From mention to customer",
        columns=columns(
            "step: step",
            "reached: reached",
            "conversion: from before %",
            "after_seconds: half within, from first heard",
        ),
        rows=[
            (step.name, step.reached, step.conversion, step.after)
            for step in funnel(mentions, came.leads)
        ],
    )


def _follow_up(asked: Asked, came: Brought) -> Table:
    one = follow_up(came.leads, now=asked.now)
    return Table(
        name="follow_up",
        title="Followed up by sales",
        columns=columns(
            "handed_off: handed off",
            "followed_up: followed up",
            "follow_up_rate: followed up %",
            "waiting: not yet",
            "never: never",
            "clock_p50_seconds: half within",
            "clock_p90_seconds: 9 of 10 within",
        ),
        rows=[
            (
                one.handed_off,
                one.followed_up,
                one.rate,
                one.waiting,
                one.never,
                one.clock_p50,
                one.clock_p90,
            )
        ],
    )


def _outcomes(came: Brought) -> Table:
    return Table(
        name="outcomes",
        title="What became of its leads",
        columns=columns("outcome: outcome", "leads: leads", "share: of all %"),
        rows=[
            (what.value, count, share(count, len(came.leads)))
            for what, count in outcomes(came.leads).items()
            if count
        ],
    )


def _money(campaign: Campaign, came: Brought) -> Table:
    return Table(
        name="money",
        title="What it cost and brought",
        columns=columns(*ROI),
        rows=money_rows(campaign, lives_of(came.leads), came.wins, came.spent),
    )


def _warnings(db: Session, asked: Asked, talk: Talk, came: Brought) -> list[str]:
    """Return what a reader must know before comparing the figures."""
    found = []
    for phase in (Phase.DURING, Phase.AFTER):
        period = talk.when[phase]
        if period.start <= asked.now < period.end:
            found.append(f"{phase.value} goes on until {period.until}; a day is one of those past")
    since = talk.when[Phase.BEFORE].start
    if new := _sources_since(db, talk):
        found.append(
            f"of the places, {new:,} were added after {since:%Y-%m-%d}, within the time compared: "
            "what they add is no buzz"
        )
    if not talk.is_whole:
        found.append(yet_to_look(talk.campaign.id))
    if talk.wordless:
        found.append(
            f"of the posts of these days, {talk.wordless:,} had no words when they were looked at "
            "(not allowed to be kept, or forgotten by then): nobody knows what they are about"
        )
    if gone := sorted(set(talk.campaign.topics) - asked.config.topics.keys()):
        found.append(
            f"no file knows the topic {', '.join(gone)} any more: its signals alone count"
        )
    if came.unpriced:
        found.append(
            f"of the won leads, {came.unpriced:,} have no amount: they bring no revenue here"
        )
    return found


def _sources_since(db: Session, talk: Talk) -> int:
    """Return how many of the places of its mentions were not listened to from the beginning."""
    places = {mention.source for mention in talk.mentions}
    rows = db.scalars(
        select(col(Source.slug)).where(
            col(Source.created_at) > talk.start, col(Source.created_at) < talk.end
        )
    )
    return len(places & set(rows))
