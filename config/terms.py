"""Whether sources have terms and teams have clocks: what needs several files as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from config.document import Document
from config.problem import Problem
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
    """Yield a problem for each team whose channel has no expectations."""
    for number, team in enumerate(teams.model.team):
        if team.channel not in sla.model.channels:
            message = f"sla.toml says nothing of it: add [channels.{team.channel.value}]"
            yield teams.document.problem(("team", number, "channel"), message)
