"""Harken before a judge of manners, and proof that the judge catches those who have none."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest

from config import Config
from config.source import PolicySpec, SourceSpec
from crawlers.registry import ADAPTERS
from models.words import Licence, SourceKind, StorageMode
from service.house import House, open_house
from service.listening.crawling import Crawl, Polled
from service.listening.polling import lease
from service.posts.intake import Intake
from tests.builders import a_config
from tests.fakes import Ears
from tests.manners import Host, Rule, ShiftedClock, Terms, open_hosts, violations

GAP = timedelta(seconds=0.25)
EVERY = timedelta(minutes=15)
NAMED = {"User-Agent": "polite/1.0 (+https://polite.example/bot)"}


def listening_to(*urls: str) -> Config:
    policy = PolicySpec(
        name="polite",
        min_interval=GAP,
        allow_storage=StorageMode.FULL,
        licence=Licence.UNKNOWN,
    )
    sources = [
        SourceSpec(
            id=f"s{n}", kind=SourceKind.FEED, name=f"S {n}", url=url, every=EVERY, policy="polite"
        )
        for n, url in enumerate(urls)
    ]
    config = a_config(sources=sources, policies=[policy])
    settings = config.settings.model_copy(
        update={"allow_networks": ("127.0.0.0/8",), "contact": "bot@harken.example"}
    )
    return replace(config, settings=settings)


def poll_what_is_due(folder: Path, config: Config, clock: ShiftedClock) -> Mapping[str, Polled]:
    """Start, poll what is due, and end. Nobody listens: models would take a second to load."""

    async def crawl(house: House) -> list[Polled]:
        intake = Intake(config=config, listener=Ears(), secret=house.secret)
        async with house.gate() as gate:
            ready = Crawl(
                engine=house.engine, intake=intake, gate=gate, adapters=ADAPTERS, clock=clock
            )
            return await ready.run(lease(house))

    with open_house(folder, config=config, clock=clock) as house:
        return {polled.source: polled for polled in asyncio.run(crawl(house))}


def test_harken_has_manners(tmp_path: Path) -> None:
    clock = ShiftedClock()
    busy = Host(Terms(gap=GAP, every=EVERY), clock)
    slow = Host(Terms(gap=GAP, delay=3 * GAP, every=EVERY), clock)
    closed = Host(Terms(gap=GAP, every=EVERY, disallowed="/private"), clock)
    tired = Host(Terms(gap=GAP, every=EVERY), clock, rest=timedelta(hours=2))
    hosts = (busy, slow, closed, tired)
    restarts = []
    with open_hosts(*hosts):
        config = listening_to(
            *(busy.url(f"/feed/{n}") for n in range(5)),
            *(slow.url(f"/feed/{n}") for n in range(2)),
            closed.url("/feed"), closed.url("/private/feed"),
            tired.url("/feed/1"), tired.url("/feed/2"),
        )  # fmt: skip
        first = poll_what_is_due(tmp_path, config, clock)
        restarts.append(clock.now())
        at_once = poll_what_is_due(tmp_path, config, clock)
        clock.pass_by(timedelta(hours=1))  # the tired host still rests
        restarts.append(clock.now())
        poll_what_is_due(tmp_path, config, clock)
        asked_too_early = [visit for visit in tired.visits if visit.status == 429][1:]
        clock.pass_by(timedelta(days=2))
        busy.posts += 1
        restarts.append(clock.now())
        later = poll_what_is_due(tmp_path, config, clock)

    assert not at_once
    assert {first[slug].status for slug in ("s0", "s5", "s7")} == {"ok"}
    assert not asked_too_early
    assert {later[f"s{n}"].counts.new for n in range(5)} == {1}
    assert {later[slug].status for slug in ("s5", "s6", "s7")} == {"unchanged"}
    assert len([visit for visit in tired.visits if visit.status == 429]) == 2
    assert [
        (host.name, found.rule, found.visit.path)
        for host in hosts
        for found in violations(host.visits, host.terms, restarts=restarts)
    ] == []


@pytest.fixture
def host() -> Iterator[Host]:
    clock = ShiftedClock()
    host = Host(Terms(gap=timedelta(milliseconds=1), every=EVERY, disallowed="/private"), clock)
    with open_hosts(host):
        yield host


def ask(host: Host, *paths: str, **headers: str) -> None:
    sent = {**NAMED, **{name.replace("_", "-"): value for name, value in headers.items()}}
    for path in paths:
        connection = HTTPConnection(host.name, timeout=10)
        connection.request("GET", path, headers=sent)
        connection.getresponse().read()
        connection.close()
        host.clock.pass_by(timedelta(seconds=1))


def politely(host: Host) -> None:
    ask(host, "/robots.txt", "/feed")
    host.clock.pass_by(EVERY)
    validators = {"If_None_Match": 'W/"v3"', "If_Modified_Since": "any day, any wording"}
    ask(host, "/feed", **validators)


def forgets_validators(host: Host) -> None:
    ask(host, "/robots.txt", "/feed")
    host.clock.pass_by(EVERY)
    ask(host, "/feed")


def rewords_a_validator(host: Host) -> None:
    ask(host, "/robots.txt", "/feed")
    host.clock.pass_by(EVERY)
    ask(host, "/feed", If_None_Match='"v3"', If_Modified_Since="any day, any wording")


def hurries(host: Host) -> None:
    host.terms = replace(host.terms, gap=timedelta(seconds=5))
    ask(host, "/robots.txt", "/feed")


def does_not_wait(host: Host) -> None:
    host.rest = timedelta(minutes=5)
    ask(host, "/robots.txt", "/feed", "/other")


def trespasses(host: Host) -> None:
    ask(host, "/robots.txt", "/private/feed")


def does_not_look_for_rules(host: Host) -> None:
    ask(host, "/feed")


def comes_back_at_once(host: Host) -> None:
    ask(host, "/robots.txt", "/feed")
    ask(host, "/feed", If_None_Match='W/"v3"', If_Modified_Since="any day, any wording")


def brings_a_cookie(host: Host) -> None:
    ask(host, "/robots.txt", "/feed", Cookie="track=me")


def tells_where_from(host: Host) -> None:
    ask(host, "/robots.txt", "/feed", Referer="https://elsewhere.example/")


def says_no_contact(host: Host) -> None:
    ask(host, "/robots.txt", "/feed", User_Agent="python-requests/2.32")


def says_nothing(host: Host) -> None:
    ask(host, "/robots.txt", "/feed", User_Agent="")


def test_the_judge_finds_nothing_in_a_polite_client(host: Host) -> None:
    politely(host)
    assert violations(host.visits, host.terms) == []


@pytest.mark.parametrize(
    ("client", "broken"),
    [
        (forgets_validators, {Rule.CONDITIONAL}),
        (rewords_a_validator, {Rule.CONDITIONAL}),
        (hurries, {Rule.GAP}),
        (does_not_wait, {Rule.RETRY_AFTER}),
        (trespasses, {Rule.ROBOTS}),
        (does_not_look_for_rules, {Rule.ROBOTS}),
        (comes_back_at_once, {Rule.TOO_SOON}),
        (brings_a_cookie, {Rule.COOKIE}),
        (tells_where_from, {Rule.REFERER}),
        (says_no_contact, {Rule.NAMELESS}),
        (says_nothing, {Rule.NAMELESS}),
    ],
)
def test_the_judge_catches_a_client_that(
    host: Host, client: Callable[[Host], None], broken: set[Rule]
) -> None:
    client(host)
    assert {found.rule for found in violations(host.visits, host.terms)} == broken


def test_the_judge_catches_a_stampede_after_a_restart(host: Host) -> None:
    ask(host, "/robots.txt")
    restarted = host.clock.now()
    paths: Sequence[str] = ("/1", "/2", "/3")
    for path in paths:
        ask(host, path)
        host.clock.pass_by(timedelta(seconds=-1))
    found = violations(host.visits, host.terms, restarts=[restarted])
    assert [one.visit.path for one in found if one.rule is Rule.RESTART] == ["/3"]
