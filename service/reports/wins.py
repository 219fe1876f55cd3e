"""What became of the leads that marketing handed over: the wins, and the rest of them.

Whoever hands leads to sales and never hears of them again stops caring which. So this says it
back: which were won, by whom and for how much, and of all that were handed over what they are now.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import ScalarSelect, or_, select
from sqlmodel import Session, col

from models.lead import Lead, StatusChange
from models.moves import FUNNELS
from models.people import User
from models.words import Funnel, LeadStatus
from service.leads.transitions import HARKEN
from service.reports.asked import Asked
from service.reports.document import Cell, Report, Table, columns
from service.reports.fates import fates
from service.reports.lives import money, slugs, wanted, within
from service.rules.campaign_leads import Became, Fate, Handed, how_many, outcomes
from service.rules.figures import share

#: Who handed a lead over that became ready for sales by its score alone.
BY_SCORE = "score"

#: Columns of `wins_of`.
WINS = columns(
    "lead: lead",
    "title: title",
    "topic: topic",
    "source: source",
    "handed_by: handed over by",
    "rep: won by",
    "at: won (UTC)",
    "took_seconds: from first heard",
    "amount: amount",
)
_BY = WINS.index(next(column for column in WINS if column.name == "handed_by"))
_MARKETING = [status for status, funnel in FUNNELS.items() if funnel is Funnel.MARKETING]


def report(db: Session, asked: Asked) -> Report:
    """Return the wins of the period, and what became of what was handed over in it."""
    won = wins_of(db, asked)
    yours = [row for row in won if asked.viewer is not None and row[_BY] == asked.viewer]
    own = Table(
        name="yours",
        title="Won of the leads that you handed over",
        columns=WINS,
        rows=yours[: asked.most],
    )
    more = len(won) - asked.most
    return Report(
        name="wins",
        period=asked.period,
        tables=(
            _became(db, asked),
            *((own,) if yours else ()),
            Table(
                name="wins",
                title="Won of the leads that marketing handed over",
                columns=WINS,
                rows=won[: asked.most],
            ),
        ),
        notes=(
            "what was handed to sales in the period is told as it is now",
            "wins are those of the period, whenever they were handed over",
            "who handed a lead over several times is named by the last time",
            *((f"{more:,} more were won; see --most",) if more > 0 else ()),
        ),
    )


def wins_of(
    db: Session, asked: Asked, *, leads: Collection[str] | None = None
) -> list[tuple[Cell, ...]]:
    """Return the leads that were won, the newest first.

    Args:
        db: an open session.
        asked: says whose leads, and the period in which they were won.
        leads: only of these, and whenever.
    """
    when = (
        within(Lead.closed_at, asked.period) if leads is None else col(Lead.id).in_(sorted(leads))
    )
    rows = db.connection().execute(
        select(
            col(Lead.id),
            col(Lead.title),
            col(Lead.topic_id),
            col(Lead.source_id),
            _handed_over_by().label("by"),
            col(User.handle),
            col(Lead.closed_at),
            col(Lead.first_signal_at),
            col(Lead.amount_minor),
            col(Lead.currency),
        )
        .outerjoin(User, col(User.id) == col(Lead.owner_id))
        .where(wanted(asked), col(Lead.status) == LeadStatus.WON, when)
        .order_by(col(Lead.closed_at).desc(), col(Lead.id))
    )
    names, handles = slugs(db), _handles(db)
    return [
        (
            row.id,
            row.title,
            row.topic_id,
            names[row.source_id],
            handles.get(row.by, BY_SCORE),
            row.handle,
            row.closed_at,
            row.closed_at - row.first_signal_at,
            money(row.amount_minor, row.currency),
        )
        for row in rows
    ]


def _handed_over_by() -> ScalarSelect[str]:
    """Return who took a lead from marketing to sales, the last time that was."""
    return (
        select(col(StatusChange.actor))
        .where(
            col(StatusChange.lead_id) == col(Lead.id),
            col(StatusChange.to_status) == LeadStatus.SALES_READY,
            or_(
                col(StatusChange.from_status).is_(None),
                col(StatusChange.from_status).in_(_MARKETING),
            ),
        )
        .order_by(col(StatusChange.at).desc())
        .limit(1)
        .correlate(Lead)
        .scalar_subquery()
    )


def _handles(db: Session) -> dict[str, str]:
    rows = db.connection().execute(select(col(User.id), col(User.handle)))
    return {**{row.id: row.handle for row in rows}, HARKEN: BY_SCORE}


def _became(db: Session, asked: Asked) -> Table:
    handles = _handles(db)
    handed_over: dict[str, list[Fate]] = defaultdict(list)
    for (by,), fate in fates(
        db,
        wanted(asked),
        within(Lead.sales_ready_at, asked.period),
        now=asked.now,
        by=[_handed_over_by()],
    ):
        handed_over[handles.get(by, BY_SCORE)].append(fate)
    everything = [fate for theirs in handed_over.values() for fate in theirs]
    ranked = sorted(handed_over.items(), key=lambda pair: (-how_many(pair[1]), pair[0]))
    return Table(
        name="handed_over",
        title="What became of the leads that were handed to sales",
        columns=columns(
            "handed_by: handed over by",
            "handed_off: handed over",
            "followed_up: followed up",
            "follow_up_rate: followed up %",
            "waiting: not yet",
            "never: never",
            "with_sales: with sales",
            "won: won",
            "lost: lost",
            "disqualified: disqualified",
            "handed_back: back",
            "won_share: won %",
        ),
        rows=[
            _row(by, theirs)
            for by, theirs in ([("all", everything), *ranked] if everything else [])
        ],
    )


def _row(by: str, theirs: Sequence[Fate]) -> tuple[Cell, ...]:
    leads, now = how_many(theirs), outcomes(theirs)
    followed_up = how_many(theirs, handed=Handed.FOLLOWED_UP)
    return (
        by,
        leads,
        followed_up,
        share(followed_up, leads),
        how_many(theirs, handed=Handed.WAITING),
        how_many(theirs, handed=Handed.NEVER),
        now[Became.WITH_SALES],
        now[Became.WON],
        now[Became.LOST],
        now[Became.DISQUALIFIED],
        now[Became.WITH_MARKETING],
        share(now[Became.WON], leads),
    )
