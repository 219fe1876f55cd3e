"""What reports there are: which question each answers, for whom, and what can be asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.reports.document import Cell, Report, in_words


class Filter(StrEnum):
    """A part of the house that a report can be about."""

    TOPIC = "topic"
    SOURCE = "source"
    TEAM = "team"
    REP = "rep"


class Better(StrEnum):
    """In which direction a figure gets better."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A figure that is told in large, and beside that of the period before."""

    label: str
    table: str
    column: str
    row: int | None = 0  # None: the sum of the column
    better: Better = Better.UP
    basis: str = ""  # of how many it is told, with the columns of its row in braces

    def of(self, report: Report) -> Cell:
        """Return its cell; None when the report has no such row."""
        table = next((one for one in report.tables if one.name == self.table), None)
        if table is None or not table.rows:
            return None
        place = [column.name for column in table.columns].index(self.column)
        if self.row is None:
            return sum(cell for row in table.rows if isinstance(cell := row[place], int))
        return table.rows[self.row][place] if self.row < len(table.rows) else None

    def basis_in(self, report: Report) -> str:
        """Return of how many its figure tells; nothing where the figure tells it itself."""
        if not self.basis or self.row is None or self.of(report) is None:
            return ""
        table = next(one for one in report.tables if one.name == self.table)
        cells = zip(table.columns, table.rows[self.row], strict=True)
        return self.basis.format_map({one.name: in_words(cell, one) for one, cell in cells})


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A report, as the shelf shows it."""

    name: str
    title: str
    question: str
    readers: str  # for whom it is first of all
    filters: frozenset[Filter] = frozenset()
    headlines: tuple[Headline, ...] = ()
    has_period: bool = True
    empty: str  # what would have to happen for it to say something
    #: It lists leads or tells of people: a rep sees what is the rep's own.
    is_personal: bool = False


_ALL = frozenset(Filter)
_PLACES = frozenset({Filter.TOPIC, Filter.SOURCE})
_DOWN, _NEITHER = Better.DOWN, Better.NEITHER


def _head(
    label: str,
    where: str,
    row: int | None = 0,
    better: Better = Better.UP,
    *,
    basis: str = "",
) -> Headline:
    table, _, column = where.partition(".")
    return Headline(label=label, table=table, column=column, row=row, better=better, basis=basis)


_FOLLOWING = (
    About(
        name="funnel",
        title="Funnel",
        question="How many leads get how far, and where do they get stuck?",
        readers="managers, marketers",
        filters=_ALL,
        headlines=(
            _head("Leads opened", "hand_off.opened"),
            _head("Handed to sales", "hand_off.handed_off"),
            _head("Offers accepted", "hand_off.accept_rate"),
            _head("Won", "sales.reached", 5),
        ),
        empty="Leads count from the day on which they are opened. Choose a longer period, or "
        "listen for longer.",
    ),
    About(
        name="journey",
        title="Journey",
        question="At which step of buying do people speak, and how far do leads come?",
        readers="marketers, managers",
        filters=_PLACES,
        headlines=(
            _head("Signals", "signals.signals", 6, _NEITHER),
            _head("Leads opened", "leads.leads", 6),
            _head("Compare or further", "leads.reached", 3),
            _head("Ready to buy", "leads.reached", 5),
        ),
        empty="Each signal shows one of six steps, from searching to being ready. Nothing was "
        "heard in this period: choose a longer one, or listen for longer.",
    ),
    About(
        name="speed",
        title="Speed to lead",
        question="How fast do we follow up, and whom did we never call?",
        readers="managers, reps",
        filters=_ALL,
        headlines=(
            _head("Handed to sales", "speed.handed_off"),
            _head(
                "Half contacted within",
                "speed.clock_p50_seconds",
                better=_DOWN,
                basis="of {touched} contacted, of {handed_off} handed to sales",
            ),
            _head(
                "The same in working time",
                "speed.business_p50_seconds",
                better=_DOWN,
                basis="of {touched} contacted, of {handed_off} handed to sales",
            ),
            _head(
                "Never followed up",
                "speed.never_followed_up_share",
                better=_DOWN,
                basis="of {ripe} handed to sales 30 days ago or more",
            ),
        ),
        empty="The clock starts when a lead is ready for sales and stops at the first logged "
        "touch. Log touches on the lead's page, with the key t.",
        is_personal=True,
    ),
    About(
        name="defects",
        title="Defects",
        question="How many hand-offs were no leads, and is that more than chance?",
        readers="marketers, process owner",
        filters=_ALL,
        headlines=(
            _head("Handed to sales", "weeks.handed_off", None, _NEITHER),
            _head("Defective", "weeks.defective", None, _DOWN),
        ),
        empty="A lead that a rep declines as no lead, or that is dismissed after its hand-off, "
        "is a defect. There was no hand-off in this period.",
    ),
    About(
        name="neglected",
        title="Neglected",
        question="Which live leads does nobody do anything for?",
        readers="managers, reps",
        filters=_ALL,
        has_period=False,
        empty="Nothing is neglected: somebody did something for every live lead lately.",
        is_personal=True,
    ),
    About(
        name="recycle",
        title="Handed back",
        question="What came of the leads that sales gave back?",
        readers="marketers, managers",
        filters=_ALL,
        headlines=(
            _head("Handed back", "recycle.handed_back", better=_NEITHER),
            _head("Back at sales", "recycle.returned"),
            _head("Won after all", "recycle.won"),
            _head("Yield", "recycle.yield"),
        ),
        empty="A rep hands a lead back with a reason when its time has not come. Nobody did in "
        "this period.",
    ),
    About(
        name="adherence",
        title="Keeping to what was agreed",
        question="Do I answer offers and make first contacts in time?",
        readers="a rep, and the rep's manager; nobody else",
        filters=frozenset({Filter.TEAM, Filter.REP}),
        empty="It counts offers and first contacts. None fell into this period.",
        is_personal=True,
    ),
)
_WINS = (
    About(
        name="wins",
        title="Wins",
        question="What became of the leads that we handed to sales?",
        readers="marketers, reps",
        filters=_ALL,
        headlines=(
            _head("Handed over", "handed_over.handed_off"),
            _head("Followed up", "handed_over.follow_up_rate"),
            _head("Won", "handed_over.won"),
            _head("Came back", "handed_over.handed_back", better=_DOWN),
        ),
        empty="It is about leads that were handed to sales. None was in this period.",
        is_personal=True,
    ),
)
_LISTENING = (
    About(
        name="sources",
        title="Sources",
        question="Which communities bring leads and customers, at what cost?",
        readers="marketers",
        filters=_PLACES | {Filter.TEAM},
        headlines=(
            _head("Signals", "sources.signals", None),
            _head("Leads", "sources.leads", None),
            _head("Won", "sources.won", None),
        ),
        empty="Sources show up here with their first signal. See whether they answer, under "
        "Sources.",
    ),
    About(
        name="topics",
        title="Topics",
        question="Which topics bring leads and customers, at what cost?",
        readers="marketers",
        filters=_PLACES | {Filter.TEAM},
        headlines=(
            _head("Signals", "topics.signals", None),
            _head("Leads", "topics.leads", None),
            _head("Won", "topics.won", None),
        ),
        empty="Topics show up here with their first signal. Try a post to see what they catch.",
    ),
    About(
        name="phrases",
        title="Phrases",
        question="Which keywords earn their place, and which only make noise?",
        readers="marketers",
        filters=_PLACES | {Filter.TEAM},
        empty="A phrase shows up here with the first signal that it found.",
    ),
    About(
        name="early",
        title="Early detection",
        question="How much earlier do we hear buyers than they write to us?",
        readers="marketers, managers",
        filters=_ALL,
        headlines=(
            _head("Leads met", "early.leads"),
            _head("Heard first", "early.heard_first"),
            _head("Hours earlier, half of them at least", "early.early_detection_hours_p50"),
        ),
        empty="It takes a lead that was heard and then met: an inquiry, or a contact that "
        "somebody logged.",
    ),
    About(
        name="judging",
        title="How well it judges",
        question="How often is it right when it says that somebody buys, and what does it miss?",
        readers="marketers, admins",
        filters=_PLACES,
        headlines=(
            _head("Heard", "bands.signals", None, _NEITHER),
            _head("Judged by people", "bands.judged", None, _NEITHER),
            _head("Of them right", "bands.right", None),
            _head("Overlooked, of what was looked at", "overlooked.share", better=_DOWN),
        ),
        empty="It is told by your verdicts: confirm and reject in the digest, and label the posts "
        "that were thrown away.",
    ),
    About(
        name="campaigns",
        title="Campaigns",
        question="Do people talk more during a campaign, whom does it reach, what comes of it?",
        readers="marketers, managers",
        empty="No campaign is written down yet. An admin enters it under Settings, Files, in the "
        "file of costs (costs.toml): its days, and the topics or phrases that it is about. Harken "
        "measures it and never runs one.",
    ),
)
_MONEY = (
    About(
        name="roi",
        title="Return",
        question="What comes in for what goes out: in all, by source, topic, campaign?",
        readers="managers, marketers",
        filters=_PLACES | {Filter.TEAM},
        headlines=(
            _head("Revenue", "all.revenue"),
            _head("Cost", "all.cost", better=_DOWN),
            _head("Cost per lead", "all.cost_per_lead", better=_DOWN),
            _head("Return", "all.roi"),
        ),
        empty="Revenue comes from leads that are closed as won with an amount; costs from "
        "what an admin enters under Settings, Files (costs.toml). This period has neither.",
    ),
    About(
        name="attribution",
        title="Attribution",
        question="Which source gets the credit for revenue: the first, the last, or all?",
        readers="marketers",
        filters=_ALL,
        empty="Close leads as won with an amount, and their revenue is shared out here.",
    ),
    About(
        name="forecast",
        title="Forecast",
        question="What will open leads bring, and how did earlier forecasts come true?",
        readers="managers",
        filters=_ALL,
        empty="It takes leads with sales, and amounts on them: note one when you qualify a lead.",
    ),
    About(
        name="value",
        title="Left lying",
        question="What is it worth that nobody follows up?",
        readers="managers, whoever decides on people",
        filters=_ALL,
        headlines=(
            _head("Leads opened", "value.leads", 0),
            _head("Never followed up", "value.leads", 2, _DOWN),
            _head("Would buy", "value.leads", 3, _DOWN),
            _head("Unrealised", "value.money", 5, _DOWN),
        ),
        empty="It multiplies leads by rates, and no lead was opened in this period.",
    ),
)

#: In the order of the shelf.
SHELF: Mapping[str, tuple[About, ...]] = {
    "From lead to customer": (*_FOLLOWING, *_WINS),
    "What listening is good for": _LISTENING,
    "Money": _MONEY,
}
ABOUT: Mapping[str, About] = {one.name: one for some in SHELF.values() for one in some}
