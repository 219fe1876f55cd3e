"""A campaign as its page shows it: how loud, whom it reached, what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from models.cost import Campaign
from service.access.viewer import Viewer
from service.reports.asked import Asked
from service.reports.campaign import campaign_of
from service.reports.campaign_talk import zone_of
from service.reports.document import Cell, Report, in_words
from service.reports.kept import Made
from service.rules.money import Money
from service.rules.period import Period, latest
from service.serving.reporting import MOST_UNREAD, OWN_ONLY
from service.serving.site import Site
from service.store.engine import reading
from service.web.views.report import Sheet, Tile, sheet_of
from service.web.views.report_names import Names
from service.web.views.reports import About
from service.web.wording.words import stages

_ABOUT = About(
    name="campaign",
    title="Campaign",
    question="Do people talk more, whom does it reach, what comes of it?",
    readers="marketers, managers",
    empty="",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPage:
    """All that the page of a campaign shows."""

    id: str
    name: str
    kind: str
    period: Period
    last_day: date
    about: tuple[str, ...]  # names of topics, and phrases in quotes; empty: everything
    places: tuple[str, ...]  # names of sources; empty: all
    tiles: list[Tile]
    sheets: list[Sheet]
    notes: tuple[str, ...]
    kept_since: datetime | None  # when it was made; None: just now, and again for the next


def ask_campaign(site: Site) -> Asked:
    """Return the question that the page of a campaign asks; a campaign has its own period."""
    now = site.clock.now()
    period = latest(now, zone_of(site.config))
    return Asked(period=period, now=now, config=site.config, unread=MOST_UNREAD)


def of_viewer(viewer: Viewer, report: Report) -> Report:
    """Return a campaign's report for ``viewer``: no list of leads for who sees only some."""
    if viewer.role not in OWN_ONLY:
        return report
    return replace(report, tables=tuple(one for one in report.tables if one.name != "wins"))


def show_campaign(site: Site, viewer: Viewer, campaign: str, made: Made) -> CampaignPage:
    """Return the page of a campaign.

    Raises:
        NotFoundError: there is no such campaign.
    """
    report = of_viewer(viewer, made.report)
    with reading(site.engine) as db:
        names = Names.read(db, stages(site.config.process))
        row = campaign_of(db, campaign)
        db.expunge_all()
    period = report.period or latest(site.clock.now(), zone_of(site.config))
    return CampaignPage(
        id=row.id,
        name=row.name,
        kind=row.kind.value.replace("_", " "),
        period=period,
        last_day=date.fromordinal(period.until.toordinal() - 1),
        about=_about(row, names),
        places=tuple(names.sources.get(slug, slug) for slug in row.sources),
        tiles=_tiles(report),
        sheets=[sheet_of(_ABOUT, table, names) for table in report.tables],
        notes=report.notes,
        kept_since=made.at if made.is_kept else None,
    )


def _about(campaign: Campaign, names: Names) -> tuple[str, ...]:
    topics = [names.topics.get(topic, topic) for topic in campaign.topics]
    return (*topics, *(f"“{phrase}”" for phrase in campaign.phrases))


def _tiles(report: Report) -> list[Tile]:
    during, funnel = _record(report, "buzz", 1), _column(report, "funnel", "reached")
    done = _record(report, "follow_up", 0)
    told = {name: _said(report, name, during) for name in ("mentions", "reach")}
    leads, won = funnel[1], funnel[-1]
    return [
        Tile(label="Mentions", shown=told["mentions"], trend=_change(during["change"])),
        Tile(label="Reach", shown=told["reach"] or "unknown", trend=_unknown(during)),
        Tile(label="Leads", shown=f"{leads:,}"),
        Tile(
            label="Followed up",
            shown="none" if done["follow_up_rate"] is None else f"{done['follow_up_rate']:.1%}",
            trend=f"{done['followed_up']:,} of {done['handed_off']:,} handed off",
        ),
        Tile(label="Won", shown=f"{won:,}"),
        *(
            Tile(label="Revenue", shown=str(revenue))
            for revenue in _column(report, "money", "revenue")
            if isinstance(revenue, Money)
        ),
    ]


def _record(report: Report, table: str, row: int) -> dict[str, Cell]:
    found = next(one for one in report.tables if one.name == table)
    return dict(zip((c.name for c in found.columns), found.rows[row], strict=True))


def _column(report: Report, table: str, column: str) -> Sequence[Cell]:
    found = next(one for one in report.tables if one.name == table)
    place = [one.name for one in found.columns].index(column)
    return [row[place] for row in found.rows]


def _said(report: Report, name: str, record: dict[str, Cell]) -> str:
    table = next(one for one in report.tables if one.name == "buzz")
    return in_words(record[name], next(one for one in table.columns if one.name == name))


def _change(change: Cell) -> str:
    if not isinstance(change, float):
        return "nothing before it to compare with"
    if not change:
        return "as many a day as before"
    return f"{abs(change):,.0%} {'more' if change > 0 else 'fewer'} a day than before"


def _unknown(during: dict[str, Cell]) -> str:
    mentions, places = during["unknown_mentions"], during["unknown_places"]
    if not mentions:
        return ""
    said = "mention" if mentions == 1 else "mentions"
    where = "place" if places == 1 else "places"
    also = "" if during["reach_known"] == "unknown" else "at least, and "
    return f"{also}{mentions:,} {said} at {places:,} {where} of unknown audience"
