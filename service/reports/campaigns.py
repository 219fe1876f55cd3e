"""All campaigns that were on in a period, beside each other, each told from beginning to close."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from models.cost import Campaign
from service.reports.asked import Asked
from service.reports.campaign import audiences
from service.reports.campaign_lives import Brought, brought
from service.reports.campaign_tables import ROI, money_rows, reach_cells
from service.reports.campaign_talk import Talk, talk_of
from service.reports.document import Cell, Report, Table, columns
from service.rules.campaign_buzz import Phase, buzz, by_phase
from service.rules.campaign_leads import Became, follow_up, funnel, outcomes
from service.rules.figures import share


@dataclass(frozen=True, slots=True)
class _Told:
    """A campaign with what was said and what came of it."""

    talk: Talk
    came: Brought

    @property
    def campaign(self) -> Campaign:
        return self.talk.campaign

    @property
    def mentions(self) -> int:
        return len(by_phase(self.talk.when, self.talk.mentions.values())[Phase.DURING])


def report(db: Session, asked: Asked) -> Report:
    """Return the campaigns that were on in the period: buzz, funnel, follow-up and money."""
    period = asked.period
    campaigns = db.scalars(
        select(Campaign)
        .where(col(Campaign.starts_on) < period.until, col(Campaign.ends_on) > period.first)
        .order_by(col(Campaign.starts_on).desc(), col(Campaign.id))
    ).all()
    told = [_Told(talk, brought(db, talk)) for talk in talk_of(db, asked.config, campaigns)]
    return Report(
        name="campaigns",
        period=period,
        tables=(_buzz(db, asked, told), _funnel(asked, told), _money(told)),
        notes=(
            "a campaign that was on in the period is told whole, from its baseline to today",
            "change is mentions a day against the days before it",
            "a lead is a campaign's when its first signal was heard in its days and is about it",
        ),
    )


def _buzz(db: Session, asked: Asked, told: Sequence[_Told]) -> Table:
    sizes = audiences(db)
    rows: list[tuple[Cell, ...]] = []
    for one in told:
        mentions = by_phase(one.talk.when, one.talk.mentions.values())
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


def _funnel(asked: Asked, told: Sequence[_Told]) -> Table:
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
        rows=[_steps(asked, one) for one in told],
    )


def _steps(asked: Asked, told: _Told) -> tuple[Cell, ...]:
    steps = [step.reached for step in funnel(told.mentions, told.came.leads)]
    done = follow_up(told.came.leads, now=asked.now)
    return (
        told.campaign.id,
        *steps,
        outcomes(told.came.leads)[Became.LOST],
        share(steps[-1], len(told.came.leads)),
        done.followed_up,
        done.rate,
        done.waiting,
        done.never,
    )


def _money(told: Sequence[_Told]) -> Table:
    return Table(
        name="money",
        title="What they cost and brought",
        columns=columns("campaign: campaign", *ROI),
        rows=[
            (one.campaign.id, *row) for one in told for row in money_rows(one.campaign, one.came)
        ],
    )
