"""The configuration of an installation as a whole: all of it is right, or none of it is used."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError

from config.agreement import find_disagreements
from config.campaign import CostsFile
from config.channels import Channels, EndpointSpec, check_endpoints
from config.content import Content
from config.document import Document
from config.explain import message_of, path_of, problems_of
from config.folder import TOPICS, Reading, read_folder
from config.hours import WorkingSpan
from config.nurture import Nurture
from config.offering import Offering, OfferingsFile
from config.phrases import risky_phrases
from config.places import KeyPath
from config.privacy import Notices
from config.problem import ConfigError, Problem
from config.process import Process
from config.scoring import ScoringProfile, Thresholds
from config.settings import Settings, holds_password, secrets_from_files, variable
from config.source import PoliciesFile, PolicySpec, SourcesFile, SourceSpec, choose_policy
from config.team import ChannelKind, Routing, Sla, TeamsFile, TeamSpec, UserSpec
from config.terms import (
    Checked,
    check_clocks,
    check_hierarchy,
    check_offerings,
    check_policies,
    check_sources,
)
from config.topic import Topic
from models.words import SourceKind

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that the people of an installation have decided."""

    settings: Settings
    topics: Mapping[str, Topic]  # by id
    sources: Mapping[str, SourceSpec]  # by id
    policies: Mapping[str, PolicySpec]  # by name
    routing: Routing
    teams: Mapping[str, TeamSpec]  # by id
    users: Mapping[str, UserSpec]  # by handle
    calendars: Mapping[str, frozenset[date]]  # by name: days off
    own_names: tuple[str, ...]  # of the house itself in communities, as its brand
    sla: Sla
    scoring: ScoringProfile
    process: Process
    nurture: Nurture
    content: Content
    costs: CostsFile
    endpoints: Mapping[str, EndpointSpec]  # by id: where events go
    offerings: Mapping[str, Offering]  # by id: what is sold
    notices: Notices  # to people who are heard

    def offering_of(self, topic: str) -> Offering | None:
        """Return what the leads of a topic are to be sold, where its file says so."""
        spec = self.topics.get(topic)
        return self.offerings.get(spec.offering) if spec and spec.offering else None

    def thresholds_of(self, topic: str) -> Thresholds:
        """Return the scores at which a lead of a topic moves: its offering may want its own."""
        offering, usual = self.offering_of(topic), self.scoring.thresholds
        if offering is None or offering.follow_up_from is None:
            return usual
        return usual.model_copy(update={"sql": offering.follow_up_from})

    def update_every(self, topic: str, channel: ChannelKind) -> WorkingSpan:
        """Return the working time between two signs of life to a buyer."""
        offering = self.offering_of(topic)
        own = offering.touch_every if offering else None
        return own or self.sla.channels[channel].update

    def review_after(self, topic: str) -> timedelta:
        """Return when marketing looks again at a lead of a topic that was not ready."""
        offering = self.offering_of(topic)
        own = offering.review_after if offering else None
        return own or self.nurture.review_after

    def neglected_after(self, topic: str, *, is_sold: bool) -> timedelta | None:
        """Return after how long without anything done a lead of a topic is neglected.

        Never before its next touch or review is due at all. None: as everywhere.

        Args:
            topic: an id.
            is_sold: sales has it, and not marketing.
        """
        offering = self.offering_of(topic)
        if offering is None:
            return None
        touch = offering.touch_every or WorkingSpan()
        due = touch.days * timedelta(days=7) / 5 + touch.time
        if not is_sold:
            due = offering.review_after or timedelta(0)
        return max(offering.quiet_after, due)

    def policy_for(self, kind: SourceKind, url: str, *, named: str | None = None) -> PolicySpec:
        """Return what may be done at a source, also at one that no file knows.

        Args:
            kind: what it is; one that no policy is named after falls under that of feeds.
            url: its address, whose host may have a policy of its own.
            named: the policy that the source asks for; an unknown name is passed over.
        """
        host = urlsplit(url).hostname or ""
        known = named if named in self.policies else None
        chosen = choose_policy(self.policies.values(), kind=kind, host=host, named=known)
        return chosen or self.policies[SourceKind.FEED.value]

    def days_off(self, user: UserSpec) -> frozenset[date]:
        """Return the days of a user's calendar; none without one."""
        return self.calendars.get(user.calendar or "", frozenset())

    def own_authors(self) -> frozenset[str]:
        """Return the names in communities of everybody who works here and of the house itself."""
        people = (name for user in self.users.values() for name in user.known_as)
        return frozenset((*self.own_names, *people))

    def members(self, team: str) -> tuple[UserSpec, ...]:
        """Return a team's active users, in the order of the file."""
        return tuple(user for user in self.users.values() if user.active and user.team == team)


def load_config(folder: Path | None) -> Config:
    """Return the configuration in ``folder``; a missing file is taken from the shipped ones.

    Variables of the environment overrule harken.toml, see ``config.settings.Settings``.

    Args:
        folder: None, or one that is yet to be made, gives the shipped configuration.

    Raises:
        ConfigError: with every problem of every file.
    """
    return _check(read_folder(folder))


def find_risky_phrases(folder: Path | None) -> tuple[Problem, ...]:
    """Return the phrases of the topics that will find the wrong posts or none, with places.

    Raises:
        ConfigError: the configuration can't be used at all.
    """
    reading = read_folder(folder)
    _check(reading)
    return tuple(
        document.problem(path, message)
        for document in reading.documents[TOPICS]
        for path, message in risky_phrases(Topic.model_validate(document.values))
    )


def find_hints(folder: Path | None) -> tuple[Problem, ...]:
    """Return what can be used as it is but had better be looked at, with places.

    Raises:
        ConfigError: the configuration can't be used at all.
    """
    reading = read_folder(folder)
    settings = _check(reading).settings
    if settings.contact or settings.base_url:
        return ()
    (document,) = reading.documents["harken.toml"]
    message = (
        "is not set, so sites that are crawled can't tell whom to write to, and block sooner; "
        "give a mail address or a page"
    )
    return (document.problem(("contact",), message),)


def _check(reading: Reading) -> Config:
    desk = _Desk(reading)
    settings = desk.settings()
    topics = desk.topics()
    sources = desk.read("sources.toml", SourcesFile)
    policies = desk.read("policies.toml", PoliciesFile)
    routing = desk.read("routing.toml", Routing)
    teams = desk.read("teams.toml", TeamsFile)
    sla = desk.read("sla.toml", Sla)
    scoring = desk.read("scoring.toml", ScoringProfile)
    process = desk.read("process.toml", Process)
    nurture = desk.read("nurture.toml", Nurture)
    content = desk.read("content.toml", Content)
    costs = desk.read("costs.toml", CostsFile)
    channels = desk.read("channels.toml", Channels)
    offerings = desk.read("offerings.toml", OfferingsFile)
    notices = desk.read("privacy.toml", Notices)
    desk.compare(sources, policies, teams, sla)
    desk.look_at_offerings(offerings, scoring)
    desk.look_at_endpoints(channels, sources)
    if (
        desk.problems
        or settings is None
        or sources is None
        or policies is None
        or routing is None
        or teams is None
        or sla is None
        or scoring is None
        or process is None
        or nurture is None
        or content is None
        or costs is None
        or channels is None
        or offerings is None
        or notices is None
    ):
        raise ConfigError(desk.problems)
    return Config(
        settings=settings,
        topics=MappingProxyType({topic.id: topic for topic in topics}),
        sources=MappingProxyType({source.id: source for source in sources.model.source}),
        policies=MappingProxyType({policy.name: policy for policy in policies.model.policy}),
        routing=routing.model,
        teams=MappingProxyType({team.id: team for team in teams.model.team}),
        users=MappingProxyType({user.handle: user for user in teams.model.user}),
        calendars=MappingProxyType(
            {calendar.name: frozenset(calendar.days) for calendar in teams.model.calendar}
        ),
        own_names=teams.model.own_names,
        sla=sla.model,
        scoring=scoring.model,
        process=process.model,
        nurture=nurture.model,
        content=content.model,
        costs=costs.model,
        endpoints=MappingProxyType({each.id: each for each in channels.model.endpoint}),
        offerings=MappingProxyType({each.id: each for each in offerings.model.offering}),
        notices=notices.model,
    )


class _Desk:
    """Where documents become models and the problems pile up."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.problems: list[Problem] = list(reading.problems)

    def read(self, file: str, model: type[Model]) -> Checked[Model] | None:
        """Return what a file means, or None after noting what is wrong with it."""
        document = self._document(file)
        return None if document is None else self._validate(document, model)

    def topics(self) -> list[Topic]:
        """Return the topics that are right; note what is wrong with the others."""
        documents = self._reading.documents.get(TOPICS, ())
        checked = [self._validate(document, Topic) for document in documents]
        return [topic.model for topic in checked if topic is not None]

    def settings(self) -> Settings | None:
        """Return the settings, in which the environment has the last word."""
        secrets, problems = secrets_from_files(os.environ)
        self.problems += problems
        document = self._document("harken.toml")
        if document is None:
            return None
        self.problems += _exposed_secrets(document)
        # Names that begin with _ steer BaseSettings itself and never come from a file.
        values: dict[str, Any] = {  # anything may stand in a file; Settings checks it
            key: value for key, value in document.values.items() if not key.startswith("_")
        }
        for key in document.values.keys() - values:
            self.problems.append(document.problem((key,), "unknown key"))
        try:
            return Settings(**_with_secrets(values, secrets))
        except ValidationError as error:
            self.problems += _setting_problems(error, document, secrets)
        except SettingsError as error:
            self.problems.append(_variable_problem(error))
        return None

    def compare(
        self,
        sources: Checked[SourcesFile] | None,
        policies: Checked[PoliciesFile] | None,
        teams: Checked[TeamsFile] | None,
        sla: Checked[Sla] | None,
    ) -> None:
        """Note where files contradict each other, as far as they can be read."""
        self.problems += find_disagreements(self._reading.documents, self._reading.unread)
        if policies is not None:
            self.problems += check_policies(policies)
        if sources is not None and policies is not None:
            self.problems += check_sources(sources, policies)
        if teams is not None:
            self.problems += check_hierarchy(teams)
        if teams is not None and sla is not None:
            self.problems += check_clocks(teams, sla)

    def look_at_offerings(
        self, offerings: Checked[OfferingsFile] | None, scoring: Checked[ScoringProfile] | None
    ) -> None:
        """Note whose bar no lead could pass in order."""
        if offerings is not None and scoring is not None:
            self.problems += check_offerings(offerings, scoring)

    def look_at_endpoints(
        self, channels: Checked[Channels] | None, sources: Checked[SourcesFile] | None
    ) -> None:
        """Note which endpoints lie at a source: nothing is ever sent there."""
        if channels is None or sources is None:
            return
        source_urls = [source.url for source in sources.model.source]
        for number, message in check_endpoints(channels.model, source_urls=source_urls):
            path = ("endpoint", number, "url")
            self.problems.append(channels.document.problem(path, message))

    def _document(self, file: str) -> Document | None:
        return next(iter(self._reading.documents.get(file, ())), None)

    def _validate(self, document: Document, model: type[Model]) -> Checked[Model] | None:
        try:
            return Checked(document, model.model_validate(document.values))
        except ValidationError as error:
            self.problems += problems_of(error, document, model)
            return None


def _with_secrets(values: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings with the secrets in their places: "mail.password" is in a table."""
    whole = dict(values)
    for name, secret in secrets.items():
        table, _, key = name.rpartition(".")
        if not table:
            whole[key] = secret
        elif isinstance(there := whole.get(table, {}), dict):
            whole[table] = there | {key: secret}
    return whole


def _setting_problems(
    error: ValidationError, document: Document, secrets: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield each problem at the place its value came from: a variable or the file."""
    set_names = {name.upper() for name, value in os.environ.items() if value}
    for detail in error.errors(include_url=False):
        path = path_of(detail)
        names = (variable(path[:length]) for length in range(len(path), 0, -1))
        name = next((name for name in names if name in set_names), None)
        if name is None and ".".join(map(str, path)) in secrets:
            name = f"{variable(path)}_FILE"
        message = message_of(detail, Settings)
        if name is not None:
            yield Problem(file="environment", key=name, message=message)
        else:
            yield document.problem(path, message)


def _variable_problem(error: SettingsError) -> Problem:
    """Say which variable can't be read, as HARKEN_DIGEST when it is not JSON."""
    field = re.search(r'field "(\w+)"', str(error))
    key: KeyPath = (field[1],) if field else ()
    return Problem(file="environment", key=variable(key), message="must be a table in JSON")


def _exposed_secrets(document: Document) -> Iterator[Problem]:
    """Yield a problem for each secret in a file that other users of the machine can read."""
    if not document.path.stat().st_mode & 0o077:
        return
    for key in Settings.SECRETS:
        path = tuple(key.split("."))
        value: object = document.values
        for part in path:
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, str) and (key != "database" or holds_password(value)):
            name = variable(path)
            yield document.problem(
                path, f"others can read this file: chmod 600, or use {name} or {name}_FILE"
            )
