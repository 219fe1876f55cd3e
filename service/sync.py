"""Bring the rows of topics, teams, users, policies, sources and costs into line with the files."""

from datetime import datetime

from sqlmodel import Session, col, delete, select

from config import Config
from config.source import PolicySpec, SourceSpec
from config.team import UserSpec
from models.people import LoginSession, Team, User
from models.source import Source, SourcePolicy
from models.topic import Topic
from service.costing import sync_costs


def sync(db: Session, config: Config, *, now: datetime) -> None:
    """Write what the files say; rows that they no longer name are switched off, never deleted.

    What was added by a command, and all that the crawl has learnt of a source, is left alone.
    """
    _sync_policies(db, config)
    _sync_topics(db, config, now)
    _sync_people(db, config, now)
    _sync_sources(db, config, now)
    db.flush()
    sync_costs(db, config)


def _sync_policies(db: Session, config: Config) -> None:
    for spec in config.policies.values():
        db.merge(_policy(spec))
    db.flush()


def _policy(spec: PolicySpec) -> SourcePolicy:
    return SourcePolicy(
        name=spec.name,
        obey_robots=spec.obey_robots,
        min_interval_seconds=spec.min_interval.total_seconds(),
        recheck_seconds=spec.recheck.total_seconds(),
        requires_approval=spec.requires_approval,
        approval_ref=spec.approval_ref.strip() or None,
        allow_storage=spec.allow_storage,
        licence=spec.licence,
        attribution=spec.attribution,
        community_rules=spec.community_rules,
    )


def _sync_topics(db: Session, config: Config, now: datetime) -> None:
    for row in db.exec(select(Topic).where(col(Topic.id).not_in(config.topics))):
        row.active = False
        db.add(row)
    for spec in config.topics.values():
        definition = spec.model_dump(mode="json")
        row = db.get(Topic, spec.id) or Topic(
            id=spec.id, name="", definition={}, active=True, changed_at=now
        )
        if (row.name, row.definition, row.active) != (spec.name, definition, spec.active):
            row.name, row.definition, row.active = spec.name, definition, spec.active
            row.changed_at = now
        db.add(row)


def _sync_people(db: Session, config: Config, now: datetime) -> None:
    for team in config.teams.values():
        db.merge(Team(id=team.id, name=team.name, channel=team.channel.value))
    db.flush()
    users = {user.handle: user for user in db.exec(select(User))}
    for handle, row in users.items():
        if handle not in config.users:
            row.active = False
            db.add(row)
    for spec in config.users.values():
        row = users.get(spec.handle) or User(
            handle=spec.handle,
            name=spec.name,
            role=spec.role,
            hours=spec.hours.text,
            max_open=spec.max_open,
            created_at=now,
        )
        _write_user(row, spec, sorted(map(str, config.days_off(spec))))
        db.add(row)
    db.flush()
    gone = select(User.id).where(col(User.active).is_(False))
    # Who is switched on again some day logs in anew.
    db.execute(delete(LoginSession).where(col(LoginSession.user_id).in_(gone)))


def _write_user(row: User, spec: UserSpec, days_off: list[str]) -> None:
    row.name = spec.name
    row.email = spec.email
    row.role = spec.role
    row.team_id = spec.team
    row.tz = spec.tz
    row.hours = spec.hours.text
    row.weight = spec.weight
    row.max_open = spec.max_open
    row.max_per_day = spec.max_per_day
    row.skills, row.languages = list(spec.skills), list(spec.languages)
    row.regions, row.days_off = list(spec.regions), days_off
    row.active = spec.active and row.left_at is None


def _sync_sources(db: Session, config: Config, now: datetime) -> None:
    rows = _sources_of_files(db, config)
    for slug, row in rows.items():
        if row.from_files and slug not in config.sources:
            row.active = row.from_files = False  # it is listed no more; what it brought stays
            db.add(row)
    for spec in config.sources.values():
        row = rows.get(spec.id) or new_source(spec, config, from_files=True, now=now)
        row.from_files = True  # a source that a command added may move into the files
        row.kind, row.name = spec.kind, spec.name
        if row.given_url != spec.url:  # else it may have moved on from there
            row.given_url = row.url = spec.url
        row.policy_name = config.policy_for(spec.kind, spec.url, named=spec.policy).name
        row.options = dict(spec.options)
        row.every_seconds = spec.every.total_seconds()
        row.quality, row.audience = spec.quality, spec.audience
        row.active = spec.active
        db.add(row)


def _sources_of_files(db: Session, config: Config) -> dict[str, Source]:
    """Return the rows that the files name or named, by slug, and no others.

    A house may have ten thousand sources that commands added, and every command opens it.
    """
    rows = list(db.exec(select(Source).where(col(Source.from_files))))
    added = db.exec(select(Source.slug).where(col(Source.from_files).is_(False)))
    moved = [slug for slug in added if slug in config.sources]
    rows += [db.exec(select(Source).where(col(Source.slug) == slug)).one() for slug in moved]
    return {row.slug: row for row in rows}


def new_source(spec: SourceSpec, config: Config, *, from_files: bool, now: datetime) -> Source:
    """Return the row of a source that is polled as soon as possible; it is in no session yet."""
    return Source(
        slug=spec.id,
        kind=spec.kind,
        name=spec.name,
        url=spec.url,
        policy_name=config.policy_for(spec.kind, spec.url, named=spec.policy).name,
        options=dict(spec.options),
        from_files=from_files,
        active=spec.active,
        quality=spec.quality,
        audience=spec.audience,
        every_seconds=spec.every.total_seconds(),
        next_poll_at=now,
        created_at=now,
    )
