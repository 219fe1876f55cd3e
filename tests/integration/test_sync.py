"""The rows follow the files, and what was learnt stays."""

from datetime import timedelta

from sqlalchemy import Engine, event

from config.team import ChannelKind, TeamSpec
from models.people import Team, User
from models.source import Source, SourcePolicy
from models.topic import Topic
from models.words import SourceHealth, StorageMode, UserRole
from service.store.engine import writing
from service.sync import new_source
from tests.builders import (
    PEOPLE,
    Place,
    a_config,
    a_place,
    a_policy,
    a_source,
    a_topic,
    a_user,
)
from tests.fakes import NOON

LATER = timedelta(days=1)


def a_source_row(place: Place, slug: str) -> Source:
    return next(row for row in place.all(Source) if row.slug == slug)


def change_source(place: Place, slug: str, **changes: object) -> None:
    with writing(place.engine) as db:
        row = db.get_one(Source, a_source_row(place, slug).id)
        for name, value in changes.items():
            setattr(row, name, value)
        db.add(row)


def test_everything_in_the_files_becomes_a_row(engine: Engine) -> None:
    sources = [a_source("talk", quality=0.7, every=timedelta(hours=1), policy="shy")]
    policies = [a_policy("shy", store=StorageMode.EXCERPT, requires_approval=True)]
    config = a_config(sources=sources, policies=policies)
    place = a_place(engine, config)

    source = place.only(Source)
    assert (source.slug, source.name, source.url) == ("talk", "talk", "https://talk.example/feed")
    assert (source.policy_name, source.quality, source.every_seconds) == ("shy", 0.7, 3600)
    assert (source.from_files, source.active, source.next_poll_at) == (True, True, NOON)
    policy = next(row for row in place.all(SourcePolicy) if row.name == "shy")
    assert (policy.allow_storage, policy.requires_approval) == (StorageMode.EXCERPT, True)
    assert policy.approval_ref is None
    assert [(team.id, team.channel) for team in place.all(Team)] == [("sales", "inside")]
    assert {user.handle for user in place.all(User)} == {"ada", "ben", "mia", "max"}
    topic = place.only(Topic)
    assert (topic.id, topic.name, topic.active) == ("crm", "CRM", True)
    assert topic.definition["keywords"] == ["crm"]


def test_reading_the_same_files_again_changes_nothing(engine: Engine) -> None:
    place = a_place(engine)
    tables = (Source, SourcePolicy, Team, User, Topic)
    before = [place.all(table) for table in tables]

    place.clock.pass_by(LATER)
    place.sync(a_config())

    assert [place.all(table) for table in tables] == before


def test_what_the_files_no_longer_name_is_switched_off_and_comes_back(engine: Engine) -> None:
    place = a_place(engine)
    rest = a_config(users=PEOPLE[1:], topics=[a_topic("help-desk")], sources=[a_source("board")])

    place.sync(rest)

    assert not place.user("ada").active
    assert {(topic.id, topic.active) for topic in place.all(Topic)} == {
        ("crm", False),
        ("help-desk", True),
    }
    assert not a_source_row(place, "talk").active

    place.sync(a_config())
    assert place.user("ada").active
    assert a_source_row(place, "talk").active


def test_no_file_of_a_kind_switches_all_of_it_off(engine: Engine) -> None:
    place = a_place(engine)

    place.sync(a_config(topics=[], sources=[]))

    assert not place.only(Topic).active
    assert not place.only(Source).active


def test_a_person_who_changes_keeps_password_and_turn(engine: Engine) -> None:
    place = a_place(engine)
    with writing(engine) as db:
        row = db.get_one(User, place.user("ada").id)
        row.password_hash, row.turn = "argon2id", 3
        db.add(row)

    teams = [
        TeamSpec(id="sales", name="Sellers", channel=ChannelKind.FIELD),
        TeamSpec(id="dach", name="DACH", channel=ChannelKind.INSIDE),
    ]
    ada = a_user(
        "ada", role=UserRole.MANAGER, team="dach", tz="Europe/Berlin", max_open=9, weight=4
    )
    place.sync(a_config(teams=teams, users=[ada, *PEOPLE[1:]]))

    user = place.user("ada")
    assert (user.password_hash, user.turn) == ("argon2id", 3)
    assert (user.role, user.team_id, user.tz) == (UserRole.MANAGER, "dach", "Europe/Berlin")
    assert (user.max_open, user.weight) == (9, 4)
    assert {(team.id, team.channel) for team in place.all(Team)} == {
        ("sales", "field"),
        ("dach", "inside"),
    }


def test_a_topic_remembers_when_it_changed(engine: Engine) -> None:
    place = a_place(engine)
    place.clock.pass_by(LATER)

    place.sync(a_config(topics=[a_topic("crm", name="CRM for small teams")]))

    topic = place.only(Topic)
    assert (topic.name, topic.changed_at) == ("CRM for small teams", NOON + LATER)


def test_what_the_crawl_learnt_of_a_source_stays(engine: Engine) -> None:
    place = a_place(engine)
    change_source(
        place,
        "talk",
        cursor={"etag": "x"},
        next_poll_at=NOON + LATER,
        health=SourceHealth.PAUSED,
        fail_count=3,
    )

    place.sync(a_config(sources=[a_source("talk", quality=0.5)]))

    source = place.only(Source)
    assert (source.cursor, source.next_poll_at) == ({"etag": "x"}, NOON + LATER)
    assert (source.health, source.fail_count, source.quality) == (SourceHealth.PAUSED, 3, 0.5)


def test_a_source_that_a_command_added_is_left_alone(engine: Engine) -> None:
    place = a_place(engine)
    with writing(engine) as db:
        db.add(new_source(a_source("board"), place.config, from_files=False, now=NOON))

    place.sync(a_config(sources=[]))

    assert a_source_row(place, "board").active
    assert not a_source_row(place, "talk").active


def test_only_sources_of_the_files_are_read_however_many_commands_added(engine: Engine) -> None:
    place = a_place(engine)
    with writing(engine) as db:
        db.add_all(
            new_source(a_source(f"board-{n}"), place.config, from_files=False, now=NOON)
            for n in range(3)
        )
    read: list[str] = []

    def note(row: Source, _: object) -> None:
        read.append(row.slug)

    event.listen(Source, "load", note)
    try:
        place.sync(a_config())
    finally:
        event.remove(Source, "load", note)

    assert read == ["talk"]


def test_a_source_that_a_command_added_may_move_into_the_files(engine: Engine) -> None:
    place = a_place(engine)
    with writing(engine) as db:
        row = new_source(a_source("board"), place.config, from_files=False, now=NOON)
        row.cursor = {"page": 3}
        db.add(row)

    place.sync(a_config(sources=[a_source("board", quality=0.5)]))

    source = a_source_row(place, "board")
    assert (source.from_files, source.quality, source.cursor) == (True, 0.5, {"page": 3})


def test_an_approval_that_is_recorded_reaches_the_policy(engine: Engine) -> None:
    place = a_place(engine, a_config(policies=[a_policy("feed", requires_approval=True)]))

    place.sync(
        a_config(policies=[a_policy("feed", requires_approval=True, approval_ref="contract 7")])
    )

    feed = next(row for row in place.all(SourcePolicy) if row.name == "feed")
    assert feed.approval_ref == "contract 7"
