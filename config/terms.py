"""Whether sources have terms and teams have clocks: what needs several files as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from config.document import Document
from config.hours import HORIZON_DAYS, WorkingHours
from config.offering import OfferingsFile
from config.problem import Problem
from config.scoring import ScoringProfile
from config.source import PoliciesFile, PolicySpec, SourcesFile, SourceSpec, choose_policy
from config.team import Sla, TeamsFile
from models.words import SourceKind

Model = TypeVar("Model", covariant=True)


@dataclass(frozen=True, slots=True)
class Checked(Generic[Model]):
    """A document together with what it means."""

    document: Document
    model: Model


def check_policies(policies: Checked[PoliciesFile]) -> Iterator[Problem]:
    """Yield a problem when there is no policy for sources that no other one is for."""
    last = SourceKind.FEED.value
    if last not in {policy.name for policy in policies.model.policy}:
        message = f"none is named {last!r}; sources that no other policy is for need it"
        yield policies.document.problem(("policy",), message)


def check_sources(
    sources: Checked[SourcesFile], policies: Checked[PoliciesFile]
) -> Iterator[Problem]:
    """Yield a problem for each source that its policy forbids."""
    names = {policy.name for policy in policies.model.policy}
    for number, source in enumerate(sources.model.source):
        if source.policy not in {None, *names}:
            continue  # the name leads nowhere, which is said elsewhere
        policy = choose_policy(
            policies.model.policy, kind=source.kind, host=source.host, named=source.policy
        )
        if policy is not None:  # None: none is named like its kind, which is said too
            for key, message in _breaches(source, policy):
                yield sources.document.problem(("source", number, key), message)


def _breaches(source: SourceSpec, policy: PolicySpec) -> Iterator[tuple[str, str]]:
    if source.policy not in {None, policy.name}:
        yield "policy", f"sources on {source.host} fall under policy {policy.name!r}"
    if source.active and not policy.allows_crawling:
        remedy = "record it as approval_ref in policies.toml, or write active = false here"
        yield "active", f"policy {policy.name!r} waits for an approval: {remedy}"


def check_clocks(teams: Checked[TeamsFile], sla: Checked[Sla]) -> Iterator[Problem]:
    """Yield a problem for each team or user whose clocks could never run out."""
    channels = {team.id: team.channel for team in teams.model.team}
    for number, team in enumerate(teams.model.team):
        if team.channel not in sla.model.channels:
            message = f"sla.toml says nothing of it: add [channels.{team.channel.value}]"
            yield teams.document.problem(("team", number, "channel"), message)
    days_off = {calendar.name: calendar.days for calendar in teams.model.calendar}
    for number, user in enumerate(teams.model.user):
        expected = sla.model.channels.get(channels.get(user.team or ""))  # type: ignore[arg-type]  # None is no key
        if expected is None:
            continue
        longest = max(
            sla.model.working_time(span)
            for span in (expected.accept, expected.first_touch, expected.update)
        )
        if _working_time_ahead(user.hours, days_off.get(user.calendar or "", ())) < longest:
            message = (
                f"leave less than the {longest} of working time that sla.toml allows the team "
                f"within {HORIZON_DAYS} days"
            )
            yield teams.document.problem(("user", number, "hours"), message)


def check_offerings(
    offerings: Checked[OfferingsFile], scoring: Checked[ScoringProfile]
) -> Iterator[Problem]:
    """Yield a problem for each bar at which nobody could review a lead before sales has it."""
    reviewed_from = scoring.model.thresholds.mql
    for number, offering in enumerate(offerings.model.offering):
        if offering.follow_up_from is not None and offering.follow_up_from <= reviewed_from:
            message = f"must be above {reviewed_from:g}, which is mql in scoring.toml"
            path = ("offering", number, "follow_up_from")
            yield offerings.document.problem(path, message)


def check_hierarchy(teams: Checked[TeamsFile]) -> Iterator[Problem]:
    """Yield a problem for each user who reports to himself, be it by way of others."""
    above = {user.handle: user.reports_to for user in teams.model.user}
    for number, user in enumerate(teams.model.user):
        seen, boss = {user.handle}, user.reports_to
        while boss is not None and boss not in seen:
            seen.add(boss)
            boss = above.get(boss)
        if boss == user.handle:
            message = "makes a circle: somebody must be at the top"
            yield teams.document.problem(("user", number, "reports_to"), message)


def _working_time_ahead(hours: WorkingHours, days_off: Sequence[date]) -> timedelta:
    """Return the working time that is left at the least in any stretch of the horizon."""
    by_day = [0] * 7
    for shift in hours.shifts:
        by_day[shift.weekday] += shift.end - shift.start
    minutes = sum(by_day) * (HORIZON_DAYS // 7)
    off = sum(by_day[day.weekday()] for day in frozenset(days_off))
    return timedelta(minutes=max(minutes - off, 0))
