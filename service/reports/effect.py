"""What sources, topics, phrases and campaigns are good for, in leads and in money."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sqlmodel import Session

from models.lead import Lead
from service.reports import heard
from service.reports.asked import Asked
from service.reports.campaign_lives import fates_of, lives_of
from service.reports.campaign_talk import talk_of, yet_to_look
from service.reports.campaigns import on_in
from service.reports.document import Cell, Report, Table, columns
from service.reports.lives import opened, wanted, within
from service.rules.effect import Effect, Judged, Return, by_name, effect, effects
from service.rules.lives import Lives
from service.rules.money import Money, sums
from service.rules.spending import spread

_LEADS = (
    "a lead counts where it was heard first; it counts in the period in which it was opened, "
    "whatever became of it since"
)
_SPREAD = "a source's costs are spread in proportion to the signals that were heard there"
_SHARED = "a lead counts for each phrase that found a signal of it, so the rows have no sum"


def of_sources(db: Session, asked: Asked) -> Report:
    """Return what each source brought and cost."""
    return _report("sources", _sources(_Books.open(db, asked)), asked, _LEADS)


def of_topics(db: Session, asked: Asked) -> Report:
    """Return what each topic brought and cost."""
    return _report("topics", _topics(_Books.open(db, asked)), asked, _LEADS, _SPREAD)


def of_phrases(db: Session, asked: Asked) -> Report:
    """Return what each phrase brought and cost, as far as the question asks for many."""
    found = heard.by_phrase(db, asked)
    groups = by_name(heard.leads_by_phrase(db, asked))
    spent = heard.costs(db, asked)
    all_of_them = effects(found.judged, groups, spread(spent.sources, found.weights))
    left_out = len(all_of_them) - asked.most
    more = (f"{left_out:,} more phrases; see --most",) if left_out > 0 else ()
    return _report("phrases", all_of_them[: asked.most], asked, _SHARED, _SPREAD, *more)


def of_money(db: Session, asked: Asked) -> Report:
    """Return what came in and what went out: in all, by source, by topic and by campaign."""
    books = _Books.open(db, asked)
    campaigns, unseen = _campaigns(db, asked, books.spent)
    whole = effect("all", Judged(signals=0), books.lives, sums(books.spent.all))
    return Report(
        name="roi",
        period=asked.period,
        tables=(
            _money("all", "In all", [whole]),
            _money("sources", "By source", _sources(books)),
            _money("topics", "By topic", _topics(books)),
            campaigns,
        ),
        notes=(*unseen, _LEADS, _SPREAD, "amounts in different currencies are never added up"),
    )


@dataclass(frozen=True, slots=True)
class _Books:
    """What every table is made from: fetched once."""

    lives: Sequence[Lives]
    signals: heard.Counted
    spent: heard.Spent

    @classmethod
    def open(cls, db: Session, asked: Asked) -> Self:
        return cls(opened(db, asked), heard.signals(db, asked), heard.costs(db, asked))


def _sources(books: _Books) -> tuple[Effect, ...]:
    lives = by_name((life.source, life) for life in books.lives)
    return effects(heard.by_source(books.signals), lives, books.spent.sources)


def _topics(books: _Books) -> tuple[Effect, ...]:
    lives = by_name((life.topic, life) for life in books.lives)
    found = heard.by_topic(books.signals)
    return effects(found.judged, lives, spread(books.spent.sources, found.weights))


def _report(name: str, found: Sequence[Effect], asked: Asked, *notes: str) -> Report:
    return Report(
        name=name,
        period=asked.period,
        tables=(_brought(name, found), _money("money", "What it cost and brought", found)),
        notes=notes,
    )


def _brought(name: str, found: Sequence[Effect]) -> Table:
    return Table(
        name=name,
        title=f"What {name} brought",
        columns=columns(
            "name: name",
            "signals: signals",
            "confirmed: confirmed",
            "rejected: rejected",
            "precision: precision %",
            "precision_low: at least %",
            "precision_high: at most %",
            "leads: leads",
            "mqls: mql",
            "opportunities: opportunities",
            "won: won",
            "mql_to_won: mql to won %",
        ),
        rows=[
            (
                one.name,
                one.signals,
                one.confirmed,
                one.rejected,
                one.precision,
                *(one.precision_range or (None, None)),
                one.leads,
                one.mqls,
                one.opportunities,
                one.won,
                one.mql_to_won,
            )
            for one in found
        ],
    )


def _money(name: str, title: str, found: Sequence[Effect]) -> Table:
    return Table(
        name=name,
        title=title,
        columns=columns(
            "name: name",
            "currency: currency",
            "revenue: revenue",
            "cost: cost",
            "cost_per_lead: per lead",
            "cost_per_opportunity: per opportunity",
            "cost_per_won: per won",
            "roi: roi %",
        ),
        rows=[(one.name, *_cells(back)) for one in found for back in one.returns],
    )


def _cells(back: Return) -> tuple[Cell, ...]:
    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(back.currency, minor)

    return (
        back.currency,
        money(back.revenue),
        money(back.cost),
        money(back.per_lead),
        money(back.per_opportunity),
        money(back.per_won),
        back.roi,
    )


def _campaigns(db: Session, asked: Asked, spent: heard.Spent) -> tuple[Table, list[str]]:
    """Return the campaigns' money, and what a reader must know: their leads are `campaigns`'."""
    talks = talk_of(db, asked.config, on_in(db, asked.period), by=None, unread=asked.unread)
    theirs = fates_of(
        db, talks, wanted(asked), within(Lead.created_at, asked.period), now=asked.now
    )
    names = sorted((talk.campaign.starts_on, talk.campaign.id) for talk in talks)
    found = [
        effect(name, Judged(signals=0), lives_of(theirs[name]), spent.campaigns.get(name, ()))
        for _, name in names
    ]
    title = "By campaign: leads whose first signal was heard in its days and is about it"
    unseen = [yet_to_look(talk.campaign.id) for talk in talks if not talk.is_whole]
    return _money("campaigns", title, found), unseen
