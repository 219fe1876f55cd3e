"""What is wrong with an installation, and what to do about it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from config import Config, ConfigError, load_config
from models.clock import SystemClock
from models.ledger import Outbox
from models.people import User
from models.source import Source
from nlp.errors import ModelError
from nlp.judge import Judge
from service.errors import HarkenError, RefusedError
from service.folder import DATABASE, SECRET, existing
from service.leads.ledger import broken_link
from service.listening.attention import resting_hosts, wrong_with
from service.process.framework import components
from service.process.gaps import gaps
from service.process.signing import standing
from service.routing.clocks import without_a_timer
from service.secret import read_secret
from service.store import revisions
from service.store.engine import database_url, open_engine, reading

_LEAST_FREE = 512 * 2**20  # bytes


class Verdict(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    words: str  # what was found; for anything but ok also what to do


def examine(folder: Path) -> Iterator[Finding]:
    """Yield what was found, the configuration first: without it nothing else can be looked at.

    Raises:
        ConfigError: there is nothing to look at in ``folder``.
    """
    try:
        config = load_config(folder)
    except ConfigError as error:
        for problem in error.problems:
            yield Finding(what="configuration", verdict=Verdict.PROBLEM, words=str(problem))
        yield from _machine(folder)
        return
    existing(folder)
    yield Finding(what="configuration", verdict=Verdict.OK, words=_switched_on(config))
    yield from _machine(folder)
    yield from _process(config)
    yield from _notices(config)
    yield _secret(config, folder)
    yield from _rights(folder)
    engine = open_engine(database_url(config.settings, folder))
    try:
        yield from _database(engine, config)
    finally:
        engine.dispose()


def _machine(folder: Path) -> Iterator[Finding]:
    yield _model()
    yield _disk(folder)


def _switched_on(config: Config) -> str:
    on = {
        "topics": [topic.active for topic in config.topics.values()],
        "sources": [source.active for source in config.sources.values()],
        "users": [user.active for user in config.users.values()],
    }
    told = ", ".join(f"{sum(active)} of {len(active)} {name}" for name, active in on.items())
    return f"{told} in the files are switched on"


def _secret(config: Config, folder: Path) -> Finding:
    """Look at the secret without making one: a new one would make the old one's loss final."""
    if config.settings.secret_key is not None:
        return Finding(what="secret", verdict=Verdict.OK, words="given by the settings")
    file = folder / SECRET
    try:
        read_secret(file)
    except FileNotFoundError:
        words = f"there is no {file} yet; `harken up` makes it, but if there was one, restore it"
        return Finding(what="secret", verdict=Verdict.WARNING, words=words)
    except (RefusedError, OSError) as error:
        return Finding(what="secret", verdict=Verdict.PROBLEM, words=str(error))
    return Finding(what="secret", verdict=Verdict.OK, words=f"in {file}, whole")


def _rights(folder: Path) -> Iterator[Finding]:
    for file in (folder / SECRET, folder / DATABASE):
        if file.exists() and file.stat().st_mode & 0o077:
            words = f"others on this machine can read it: chmod 600 {file}"
            yield Finding(what="rights", verdict=Verdict.WARNING, words=words)


def _model() -> Finding:
    try:
        judge = Judge.load()
        judge.check()
    except ModelError as error:
        return Finding(what="model", verdict=Verdict.PROBLEM, words=str(error))
    return Finding(what="model", verdict=Verdict.OK, words=f"version {judge.version}, intact")


def _disk(folder: Path) -> Finding:
    there = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    free = shutil.disk_usage(there).free
    words = f"{free / 2**30:.1f} GiB free at {there}"
    if free < _LEAST_FREE:
        return Finding(what="disk", verdict=Verdict.PROBLEM, words=f"{words}: free some space")
    return Finding(what="disk", verdict=Verdict.OK, words=words)


def _process(config: Config) -> Iterator[Finding]:
    lacking = gaps(config)
    for gap in lacking:
        yield Finding(what="process", verdict=Verdict.PROBLEM, words=f"no lead is routed: {gap}")
    if not lacking:
        process = config.process
        words = f"version {process.version}, owned by {process.owner}; leads can be routed"
        yield Finding(what="process", verdict=Verdict.OK, words=words)


def _notices(config: Config) -> Iterator[Finding]:
    """Look whether people who are heard can read who answers for it, where that is a duty."""
    if not config.settings.privacy.has_clock:
        return
    told = config.notices
    if told.controller.name and (told.controller.email or told.controller.address):
        words = f"people who are heard read that {told.controller.name} answers for it"
        yield Finding(what="notices", verdict=Verdict.OK, words=words)
    else:
        words = "people who are heard can't read who answers for it: fill in [controller] of "
        yield Finding(what="notices", verdict=Verdict.PROBLEM, words=f"{words}privacy.toml")
    if told.page is None and config.settings.base_url is None:
        words = (
            "people who are heard can't reach the page for them: set base_url in harken.toml, or "
            "page in privacy.toml"
        )
        yield Finding(what="notices", verdict=Verdict.WARNING, words=words)


def _database(engine: Engine, config: Config) -> Iterator[Finding]:
    try:
        at, newest = revisions.current(engine), revisions.newest()
        if at is None:
            words = "there is none yet; `harken up` creates it"
            yield Finding(what="database", verdict=Verdict.WARNING, words=words)
            return
        if not revisions.is_known(at):
            words = (
                f"is at {at}, which this Harken ({version('harken')}) does not know, so it is the "
                "older of the two: install the newer one, or restore a backup from before"
            )
            yield Finding(what="database", verdict=Verdict.PROBLEM, words=words)
            return
        if at != newest:
            words = f"is at {at}, this version wants {newest}: `harken up` brings it there"
            yield Finding(what="database", verdict=Verdict.WARNING, words=words)
            return
        yield Finding(what="database", verdict=Verdict.OK, words=f"schema {at}")
        with reading(engine) as db:
            yield _agreement(db, config)
            for look in _LOOKS:
                yield from look(db)
            yield from _framework(db, config)
    except HarkenError as error:
        yield Finding(what="database", verdict=Verdict.PROBLEM, words=str(error))


def _agreement(db: Session, config: Config) -> Finding:
    found = standing(db, config.process)
    if found.is_signed:
        return Finding(what="agreement", verdict=Verdict.OK, words=found.words())
    words = f"{found.words()}: agree, then `harken process sign --as NAME`"
    return Finding(what="agreement", verdict=Verdict.WARNING, words=words)


def _framework(db: Session, config: Config) -> Iterator[Finding]:
    parts = components(db, config, now=SystemClock().now())
    lacking = [part.name for part in parts if part.missing]
    if lacking:
        words = (
            f"{len(lacking)} of {len(parts)} parts lack something ({', '.join(lacking)}): "
            "`harken framework status`"
        )
        yield Finding(what="framework", verdict=Verdict.WARNING, words=words)
    else:
        yield Finding(what="framework", verdict=Verdict.OK, words=f"all {len(parts)} parts stand")


def _audit_chain(db: Session) -> Iterator[Finding]:
    seq = broken_link(db)
    if seq is None:
        yield Finding(what="audit chain", verdict=Verdict.OK, words="whole")
        return
    words = f"breaks at event {seq}: somebody changed the table; compare with a backup"
    yield Finding(what="audit chain", verdict=Verdict.PROBLEM, words=words)


def _sources(db: Session) -> Iterator[Finding]:
    sources = db.exec(select(Source).where(col(Source.active)).order_by(Source.slug)).all()
    wrong = {source.slug: words for source in sources if (words := wrong_with(source))}
    for slug, words in wrong.items():
        yield Finding(what="sources", verdict=Verdict.WARNING, words=f"{slug}: {words}")
    if not sources:
        words = "nothing is listened to: `harken sources add URL`"
        yield Finding(what="sources", verdict=Verdict.WARNING, words=words)
    elif not wrong:
        words = f"{len(sources)} polled, of the files and of `harken sources add`; all well"
        yield Finding(what="sources", verdict=Verdict.OK, words=words)


def _hosts(db: Session) -> Iterator[Finding]:
    for host, words in resting_hosts(db, now=SystemClock().now()).items():
        yield Finding(what="hosts", verdict=Verdict.WARNING, words=f"{host} is {words}")


def _logins(db: Session) -> Iterator[Finding]:
    waiting = db.exec(
        select(User.handle).where(col(User.active), col(User.password_hash).is_(None))
    ).all()
    if waiting:
        words = (
            f"no password yet: {', '.join(sorted(waiting))}; `harken users link NAME` makes the "
            "link with which one is set"
        )
        yield Finding(what="users", verdict=Verdict.WARNING, words=words)


def _outbox(db: Session) -> Iterator[Finding]:
    count = db.exec(select(func.count()).select_from(Outbox)).one()
    yield Finding(what="outbox", verdict=Verdict.OK, words=f"{count} events recorded")


def _timers(db: Session) -> Iterator[Finding]:
    if lost := without_a_timer(db):
        words = f"wait for nothing: {', '.join(lost)}; `harken up` gives them their clocks back"
        yield Finding(what="leads", verdict=Verdict.PROBLEM, words=words)


_LOOKS: tuple[Callable[[Session], Iterator[Finding]], ...] = (
    _audit_chain,
    _sources,
    _hosts,
    _logins,
    _outbox,
    _timers,
)
