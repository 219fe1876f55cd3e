"""All campaigns that were on in a period, beside each other, each told from beginning to close."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from models.cost import Campaign
from models.words import LeadStatus
from service.reports.asked import Asked
from service.reports.campaign import audiences
from service.reports.campaign_lives import claims, fates_of, lives_of, spent_on
from service.reports.campaign_tables import ROI, money_rows, reach_cells
from service.reports.campaign_talk import Talk, talk_of, yet_to_look
from service.reports.document import Cell, Report, Table, columns
from service.rules.attribution import Win
from service.rules.campaign_buzz import Phase, buzz, by_phase, count
from service.rules.campaign_leads import STEPS, Became, Fate, Handed, how_many, outcomes
from service.rules.figures import share
from service.rules.period import Period


@dataclass(frozen=True, slots=True)
class _Told:
    """A campaign with what was said and what came of it."""

    talk: Talk
    fates: Sequence[Fate]
    wins: Sequence[Win]

    @property
    def campaign(self) -> Campaign:
        return self.talk.campaign

    @property
    def mentions(self) -> int:
        return count(by_phase(self.talk.when, self.talk.mentions)[Phase.DURING])


def report(db: Session, asked: Asked) -> Report:
    """Return the campaigns that were on in the period: buzz, funnel, follow-up and money."""
    period = asked.period
    talks = talk_of(db, asked.config, on_in(db, period), unread=asked.unread)
    fates, won = fates_of(db, talks, now=asked.now), claims(db, talks)
    told = [_Told(talk, fates[talk.campaign.id], won[talk.campaign.id]) for talk in talks]
    return Report(
        name="campaigns",
        period=period,
        tables=(_buzz(db, asked, told), _funnel(told), _money(db, told)),
        notes=(
            *(yet_to_look(talk.campaign.id) for talk in talks if not talk.is_whole),
            "a campaign that was on in the period is told whole, from its baseline to today",
            "change is mentions a day against the days before it",
            "a lead is a campaign's when its first signal was heard in its days and is about it",
        ),
    )


def on_in(db: Session, period: Period) -> Sequence[Campaign]:
    """Return the campaigns that were on in a period, the newest first."""
    return db.scalars(
        select(Campaign)
        .where(col(Campaign.starts_on) < period.until, col(Campaign.ends_on) > period.first)
        .order_by(col(Campaign.starts_on).desc(), col(Campaign.id))
    ).all()


def _buzz(db: Session, asked: Asked, told: Sequence[_Told]) -> Table:
    sizes = audiences(db)
    rows: list[tuple[Cell, ...]] = []
    for one in told:
        mentions = by_phase(one.talk.when, one.talk.mentions)
        before, during, after = buzz(one.talk.when, mentions, sizes, now=asked.now)
        rows.append(
            (
                one.campaign.id,
                one.campaign.kind.value,
                during.period.first,
                during.period.until,
                before.mentions,
                during.mentions,
                after.mentions,
                during.change,
                *reach_cells(during.reach),
            )
        )
    return Table(
        name="campaigns",
        title="What was said, and how many could have seen it",
        columns=columns(
            "campaign: campaign",
            "kind: kind",
            "from: from",
            "to: up to",
            "mentions_before: before",
            "mentions: mentions",
            "mentions_after: after",
            "change: change %",
            "reach: reach",
            "reach_known: reach is",
            "chances_to_see: chances to see",
            "unknown_places: places of unknown audience",
            "unknown_mentions: mentions there",
        ),
        rows=rows,
    )


def _funnel(told: Sequence[_Told]) -> Table:
    return Table(
        name="funnel",
        title="From mention to customer, and who followed up",
        columns=columns(
            "campaign: campaign",
            "mentions: mentions",
            "leads: leads",
            "handed_off: handed off",
            "accepted: accepted",
            "contacted: contacted",
            "opportunities: opportunities",
            "won: won",
            "lost: lost",
            "lead_to_won: lead to won %",
            "followed_up: followed up",
            "follow_up_rate: followed up %",
            "waiting: not yet",
            "never: never",
        ),
        rows=[_steps(one) for one in told],
    )


def _steps(told: _Told) -> tuple[Cell, ...]:
    fates = told.fates
    leads = how_many(fates)
    followed_up = how_many(fates, handed=Handed.FOLLOWED_UP)
    handed_off = leads - how_many(fates, handed=Handed.NOT)
    return (
        told.campaign.id,
        told.mentions,
        *(how_many(fates, reached=status) for status in STEPS.values()),
        outcomes(fates)[Became.LOST],
        share(how_many(fates, reached=LeadStatus.WON), leads),
        followed_up,
        share(followed_up, handed_off),
        how_many(fates, handed=Handed.WAITING),
        how_many(fates, handed=Handed.NEVER),
    )


def _money(db: Session, told: Sequence[_Told]) -> Table:
    return Table(
        name="money",
        title="What they cost and brought",
        columns=columns("campaign: campaign", *ROI),
        rows=[
            (one.campaign.id, *row)
            for one in told
            for row in money_rows(
                one.campaign, lives_of(one.fates), one.wins, spent_on(db, one.campaign)
            )
        ],
    )
