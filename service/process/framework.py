"""The seven parts of a lead-management process: what stands, what is missing, what to do next.

Mending one part is not enough, so all seven are always listed (requirements, C3 and C4).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from config import Config
from service.process.counting import Facts, count


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something that a part lacks."""

    what: str
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part of the framework as it stands."""

    name: str
    evidence: tuple[str, ...]
    missing: tuple[Missing, ...]

    def as_json(self) -> dict[str, object]:
        """Return the object that `harken framework status --json` prints."""
        return {
            "component": self.name,
            "stands": not self.missing,
            "evidence": list(self.evidence),
            "missing": [{"what": lack.what, "next_step": lack.next_step} for lack in self.missing],
        }


def components(db: Session, config: Config, *, now: datetime) -> tuple[Component, ...]:
    """Return all seven parts with what the database and the files say of them."""
    return assess(count(db, config, now=now))


def assess(facts: Facts) -> tuple[Component, ...]:
    """Return what facts say of each part."""
    return tuple(
        Component(name=name, evidence=tuple(shows(facts)), missing=tuple(lacks(facts)))
        for name, shows, lacks in _PARTS
    )


def _count(number: int, plural: str) -> str:
    return f"{number:,} {plural.removesuffix('s') if number == 1 else plural}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "none"


def _data(facts: Facts) -> Iterator[str]:
    yield f"{_count(facts.leads, 'live leads')} from {_count(facts.sources, 'sources')}"
    if facts.leads:
        yield (
            f"{_share(facts.complete, facts.leads)} with a buyer and a company or region, "
            f"{_share(facts.stale, facts.leads)} without news for 30 days"
        )
    yield f"{_count(facts.merged, 'leads')} found to be double and merged"


def _data_lacks(facts: Facts) -> Iterator[Missing]:
    if not facts.sources:
        yield Missing(what="nothing is listened to", next_step="harken sources add URL")
    elif not facts.heard:
        step = "start `harken up`, or read them once with `harken crawl`"
        yield Missing(what="nothing was ever read of any source", next_step=step)
    if facts.failing:
        what = f"{facts.failing} of {facts.sources} sources don't answer as they should"
        yield Missing(what=what, next_step="harken doctor")
    if facts.without_timer:
        what = f"{_count(facts.without_timer, 'live leads')} waiting for nothing"
        yield Missing(what=what, next_step="start `harken up`, which gives them their clocks back")


def _planning(facts: Facts) -> Iterator[str]:
    for name, number in facts.month.items():
        aim = facts.targets.get(name)
        of = f" of {aim:,} aimed at ({number / aim:.0%})" if aim else ""
        yield f"{name}: {number:,}{of} in 30 days"
    yield f"reps hold {_count(facts.held, 'leads')} and have room for {facts.room:,}"


def _planning_lacks(facts: Facts) -> Iterator[Missing]:
    if not facts.targets:
        step = "set [targets] in process.toml, then sign it"
        yield Missing(what="nobody set a target", next_step=step)
    if not facts.room:
        step = "give somebody a team and max_open in teams.toml"
        yield Missing(what="nobody has room for a lead", next_step=step)
    elif facts.held + facts.waiting > facts.room:
        there = _count(facts.held + facts.waiting, "leads")
        what = f"{there} for {_count(facts.room, 'places')}"
        yield Missing(what=what, next_step="raise max_open or add people in teams.toml")


def _qualification(facts: Facts) -> Iterator[str]:
    intake, mql, sql = facts.thresholds
    yield f"kept from {intake:g}, reviewed from {mql:g}, ready for sales from {sql:g} of 100"
    yield f"{_count(facts.qualified_by_hand, 'leads')} qualified by budget, authority, need, time"
    yield f"{facts.owned_topics} of {facts.topics} topics have somebody who reviews"


def _qualification_lacks(facts: Facts) -> Iterator[Missing]:
    if facts.lacking_signatures:
        halves = " and ".join(facts.lacking_signatures)
        what = f"what a qualified lead is, {halves} did not sign (version {facts.version})"
        yield Missing(what=what, next_step="harken process sign --as NAME")
    if facts.owned_topics < facts.topics:
        orphans = _count(facts.topics - facts.owned_topics, "topics")
        what = f"nobody reviews the leads of {orphans}"
        yield Missing(what=what, next_step='write owner = "NAME" into these topics')


def _routing(facts: Facts) -> Iterator[str]:
    yield f"{_count(facts.rules, 'rules')}, then the fallback team"
    yield f"{_count(facts.waiting, 'leads')} waiting for a rep"


def _routing_lacks(facts: Facts) -> Iterator[Missing]:
    for gap in facts.routing_gaps:
        yield Missing(what=f"no lead is routed: {gap}", next_step="then `harken doctor`")
    if facts.waited_too_long:
        what = f"{_count(facts.waited_too_long, 'leads')} waiting for more than a day"
        yield Missing(what=what, next_step="harken route queue")


def _nurturing(facts: Facts) -> Iterator[str]:
    yield f"{_count(facts.tracks, 'tracks')}, {_count(facts.enrolled, 'leads')} on one"
    yield f"{_count(facts.drafts_due, 'drafts')} waiting for a person"


def _nurturing_lacks(facts: Facts) -> Iterator[Missing]:
    if not facts.tracks:
        step = "write a [[track]] into nurture.toml"
        yield Missing(what="there is no track", next_step=step)
    if facts.nurturing_without_date:
        what = f"{_count(facts.nurturing_without_date, 'leads')} without a day of review"
        yield Missing(what=what, next_step="start `harken up`")


def _content(facts: Facts) -> Iterator[str]:
    filled = facts.cells - facts.empty_cells
    yield f"{_count(facts.items, 'items')} for {filled} of {facts.cells} places"


def _content_lacks(facts: Facts) -> Iterator[Missing]:
    if facts.empty_cells:
        what = f"{_count(facts.empty_cells, 'places')} on the map with nothing to give"
        yield Missing(what=what, next_step="harken content gaps")


def _metrics(facts: Facts) -> Iterator[str]:
    yield f"{_count(facts.results, 'results')} with a reason in 30 days"
    yield f"{_count(facts.costs, 'costs')} written down"


def _metrics_lacks(facts: Facts) -> Iterator[Missing]:
    if not facts.costs:
        step = "write what sources and campaigns cost into costs.toml"
        yield Missing(what="nobody knows what a lead costs", next_step=step)
    if facts.month["accepted"] and not facts.results:
        step = "close what is over: `harken leads close`"
        yield Missing(what="leads are accepted and none gets a result", next_step=step)


_Said = Callable[[Facts], Iterator[str]]
_Lacks = Callable[[Facts], Iterator[Missing]]
_PARTS: Sequence[tuple[str, _Said, _Lacks]] = (
    ("Data", _data, _data_lacks),
    ("Lead planning", _planning, _planning_lacks),
    ("Qualification", _qualification, _qualification_lacks),
    ("Routing", _routing, _routing_lacks),
    ("Nurturing", _nurturing, _nurturing_lacks),
    ("Content mapping", _content, _content_lacks),
    ("Metrics", _metrics, _metrics_lacks),
)
