"""Somebody asks what is kept of them, or to be forgotten: all of it is told, all of it goes."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from sqlmodel import Session, select

from config import Config
from crawlers.found import FoundPost
from models.contact import Activity, Inquiry, Person, PersonAuthor
from models.digest import DigestItem, DigestRun, DigestSubscription
from models.digest_words import ItemKind, RunState
from models.imported import ImportBatch, ImportedRow
from models.lead import Lead, Touchpoint
from models.ledger import AuditEvent, Outbox, Suppression
from models.merge import MergeRecord
from models.post import Author
from models.reply import ReplyDraft
from models.scored import LeadFact
from models.words import (
    ActivityKind,
    BatchKind,
    LeadStatus,
    SuppressionReason,
    TaskKind,
    TouchpointKind,
)
from service.errors import NotFoundError, RefusedError
from service.leads.activities import Act, record
from service.leads.inquiries import Asked, receive
from service.leads.ledger import broken_link
from service.leads.objecting import leave_alone
from service.leads.scoring import know
from service.leads.tasks import add_task
from service.posts.erasing import Erased, erase
from service.posts.subject import Subject, find_subject
from service.posts.subject_copy import copy_of
from service.posts.suppression import suppress_author
from service.store.engine import fold_in, reading, writing
from tests.builders import ASK, NO_TAKERS, SECRET, Place, a_config, a_place, a_post, a_source
from tests.command import harken_here
from tests.fakes import NOON

#: Nothing else in an installation says any of these.
THEIRS = (
    "otterburn",  # handle, profile, addresses
    "Ottilie",  # name
    "walrusware",  # company
    "kelpforest",  # words of posts
    "seaurchin",  # words of the inquiry
    "limpets",  # what they did
    "barnacle",  # what our people noted
)
DAY = timedelta(days=1)


def a_config_of_two() -> Config:
    return a_config(users=NO_TAKERS, sources=[a_source(), a_source("chat")])


@pytest.fixture
def place(sqlite_engine: Engine) -> Place:
    return a_place(sqlite_engine, a_config_of_two())


@pytest.fixture
def any_place(engine: Engine) -> Place:
    return a_place(engine, a_config_of_two())


def asked(place: Place, **given: object) -> str:
    """Take in an inquiry of Ottilie's; return the person's id."""
    plain: dict[str, object] = {
        "topic": "crm",
        "message": "Does it do seaurchin counts?",
        "subject": "seaurchin",
        "at": NOON,
        "reference": "form-1",
        "name": "Ottilie",
        "email": "ottilie@walrusware.example",
        "is_verified": True,
        "consent_how": "ticked the box for Ottilie",
        "handle": "otterburn",
        "source": "talk",
        "account": "walrusware",
    }
    with writing(place.engine) as db:
        found = receive(
            db,
            Asked(**(plain | given)),  # type: ignore[arg-type]  # named fields of mixed types
            config=place.config,
            secret=SECRET,
            by="mia",
            now=NOON,
        )
    return found.person_id


def a_life(place: Place) -> Lead:
    """Let somebody write, ask, do things, and be worked on; return their lead."""
    place.take_in(
        a_post(
            "1",
            f"{ASK} a kelpforest crm?",
            title="kelpforest, anybody?",
            author="Otterburn",
            url="https://talk.example/@otterburn/1",
            author_url="https://talk.example/@otterburn",
            thread="t",
        ),
        a_post(
            "2", "We use lists.", quoted="kelpforest", author="ben", thread="t", is_opening=False
        ),
    )
    place.take_in(a_post("9", f"{ASK} kelpforest elsewhere", author="OTTERBURN"), source="chat")
    person = asked(place)
    assert asked(place, handle="otterburn", source="chat", reference="form-2") == person
    with writing(place.engine) as db:
        act = Act(
            person_id=person,
            kind=ActivityKind.DOWNLOAD,
            at=NOON,
            reference="act-1",
            what="a paper on limpets",
        )
        record(db, act, config=place.config, secret=SECRET, now=NOON)
        lead = db.exec(select(Lead).where(Lead.title == "kelpforest, anybody?")).one()
        _work_on(db, lead, place.user("mia").id, person)
    return lead


def _work_on(db: Session, lead: Lead, user: str, person: str) -> None:
    add_task(db, lead, TaskKind.FOLLOW_UP, "ask about barnacle", due_at=NOON, by=user, now=NOON)
    know(db, lead, "size", suits=True, source="barnacle", by=user, now=NOON)
    subscription = DigestSubscription(user_id=user, created_at=NOON)
    batch = ImportBatch(kind=BatchKind.SHEET, file="fair.csv", by=user, at=NOON)
    db.add_all((subscription, batch))
    db.flush()
    run = DigestRun(
        subscription_id=subscription.id,
        local_date=NOON.date(),
        state=RunState.SENT,
        message_id="m",
        due_at=NOON,
        created_at=NOON,
        next_try_at=NOON,
    )
    db.add(run)
    db.flush()
    db.add_all(
        (
            Touchpoint(
                lead_id=lead.id,
                kind=TouchpointKind.NOTE,
                by_user_id=user,
                at=NOON,
                note="barnacle",
            ),
            ReplyDraft(
                lead_id=lead.id, user_id=user, text="Dear Ottilie", signature=b"", saved_at=NOON
            ),
            ImportedRow(
                batch_id=batch.id,
                place=1,
                fingerprint="f" * 64,
                person_id=person,
                lead_id=lead.id,
                made={"person": [person]},
                seq=1,
            ),
            DigestItem(run_id=run.id, position=1, kind=ItemKind.RANKED, lead_id=lead.id),
            MergeRecord(
                survivor_id=lead.id,
                loser_id=lead.id,
                loser={"account": "walrusware", "status": "mql"},
                moved={},
                changed={"account": [None, "walrusware"], "score": [1, 2]},
                at=NOON,
                by=user,
                undo_until=NOON + DAY,
                undone_at=NOON,
            ),
        )
    )


def erased(place: Place, name: str, host: str | None = None) -> Erased:
    with writing(place.engine) as db:
        gone = erase(db, name, host=host, secret=SECRET, by="mia", config=place.config, now=NOON)
    fold_in(place.engine)
    return gone


def found(place: Place, name: str, host: str | None = None) -> Subject:
    with reading(place.engine) as db:
        return find_subject(db, name, secret=SECRET, host=host)


def left_in(place: Place) -> set[str]:
    """Return which of their words are in the database, in any letters.

    On SQLite they are looked for in its very files, in PostgreSQL in all rows: what is there until
    a VACUUM is no business of ours.
    """
    if place.engine.dialect.name == "sqlite":
        file = Path(str(place.engine.url.database))
        read = b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))
    else:
        with place.engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            rows = [list(connection.execute(text(f"TABLE {name}"))) for name in tables]
        read = str(rows).encode()
    return {word for word in THEIRS if word.lower().encode() in read.lower()}


@pytest.mark.parametrize("name", ["@OTTERBURN", "Ottilie@Walrusware.example"])
def test_no_word_and_no_name_of_who_was_erased_is_left_in_the_file(
    any_place: Place, name: str
) -> None:
    place = any_place
    lead = a_life(place)
    assert left_in(place) == set(THEIRS), "else the test shows nothing"

    gone = erased(place, name)

    assert left_in(place) == set()
    assert (gone.inquiries, gone.activities, gone.persons) == (2, 1, 1)
    for table in (Activity, Inquiry, Person, PersonAuthor, ImportedRow, ReplyDraft, LeadFact):
        assert place.all(table) == [], table
    assert place.all(DigestItem) == []
    assert [author.handle for author in place.all(Author)] == ["ben"]
    with reading(place.engine) as db:
        now = db.get_one(Lead, lead.id)
        assert (now.status, now.author_id, now.person_id) == (LeadStatus.ERASED, None, None)
        assert broken_link(db) is None
    told = [event for event in place.all(AuditEvent) if event.action == "privacy.erased"]
    assert len(told) == 1
    assert lead.id in {
        event.subject_id for event in place.all(Outbox) if event.kind == "lead.erased"
    }


def test_at_a_host_only_who_writes_there_is_erased(place: Place) -> None:
    place.take_in(a_post("1", author="otterburn"))
    place.take_in(a_post("2", author="otterburn", url="https://chat.example/2"), source="chat")

    assert [one.host for one in found(place, "otterburn").handles] == [
        "chat.example",
        "talk.example",
    ]
    erased(place, "otterburn", "chat.example")

    assert [one.host for one in found(place, "Otterburn").handles] == ["talk.example"]
    assert not found(place, "otterburn", "elsewhere.example").is_here


@pytest.mark.parametrize(
    "post",
    [
        a_post(author="otterburn", author_url="https://pond.example/@otterburn"),
        a_post(author="otterburn", url="https://pond.example/1"),
    ],
)
def test_who_is_brought_by_a_search_is_found_where_they_wrote(
    place: Place, post: FoundPost
) -> None:
    place.hear(post)
    assert len(found(place, "otterburn", "pond.example").handles) == 1

    with writing(place.engine) as db:
        taken = leave_alone(
            db,
            secret=SECRET,
            host="pond.example",
            handle="otterburn",
            reason=SuppressionReason.OBJECTION,
            by="mia",
            now=NOON,
        )

    assert taken == 1


def test_who_only_gave_a_name_is_found_at_our_own_host(place: Place) -> None:
    asked(place, handle=None, source=None, email=None, is_verified=False, consent_how=None)
    assert not found(place, "Ottilie").is_here, "names alone tell nobody apart"

    gone = erased(place, "ottilie", "inbound")

    assert (gone.persons, gone.inquiries, gone.leads) == (1, 1, 1)
    assert place.all(Person) == []


@pytest.mark.parametrize(
    "again",
    [
        {"handle": None, "source": None},
        {"handle": None, "source": None, "is_verified": False, "consent_how": None},
        {"email": None, "is_verified": False},
    ],
)
def test_who_was_erased_is_not_taken_in_again_by_any_of_their_names(
    place: Place, again: dict[str, object]
) -> None:
    place.take_in(a_post(author="otterburn"))
    asked(place, consent_how=None)  # only a hash of the address is kept
    erased(place, "otterburn")

    with pytest.raises(RefusedError, match="left alone"):
        asked(place, reference="form-9", **again)


def test_a_lead_of_somebody_else_loses_only_the_name(place: Place) -> None:
    lead = place.hear(a_post(author="ben"))
    person = asked(place)
    with writing(place.engine) as db:
        row = db.get_one(Lead, lead.id)
        row.person_id = person  # as after a merge
        db.add(row)

    erased(place, "ottilie@walrusware.example")

    with reading(place.engine) as db:
        now = db.get_one(Lead, lead.id)
    assert (now.person_id, now.author_id) == (None, lead.author_id)
    assert now.status is not LeadStatus.ERASED


def test_to_erase_stays_for_good_whoever_was_on_the_list_for_another_reason(place: Place) -> None:
    with writing(place.engine) as db:
        for _ in range(2):
            suppress_author(
                db,
                secret=SECRET,
                host="*",
                handle="otterburn",
                reason=SuppressionReason.INTERNAL,
                by="mia",
                now=NOON,
            )
    assert len(noted(place, "suppression.added")) == 1, "a second time changes nothing"

    erased(place, "otterburn")

    assert place.only(Suppression).reason is SuppressionReason.ERASURE
    assert len(noted(place, "suppression.added")) == 2
    assert "otterburn" not in str([one.model_dump() for one in place.all(AuditEvent)])


def test_nobodys_handle_is_refused(place: Place) -> None:
    with pytest.raises(NotFoundError, match="whose"):
        erased(place, "@")


def test_all_that_is_kept_of_somebody_is_told_and_that_it_was(place: Place) -> None:
    a_life(place)

    with writing(place.engine) as db:
        subject = find_subject(db, "otterburn", secret=SECRET)
        told = copy_of(db, subject, by="mia", now=NOON)

    words = json.dumps(told).lower()
    assert {word for word in THEIRS if word.lower() not in words} == set()
    assert "ben" not in [one.get("handle") for one in told["author"]]
    assert "we use lists" not in words, "that is somebody else's"
    assert len(told["inquiry"]) == 2
    assert len(noted(place, "privacy.exported")) == 1


def test_the_command_line_says_what_would_go_hands_it_over_and_erases(tmp_path: Path) -> None:
    folder = tmp_path / "house"
    assert harken_here("init", str(folder)).code == 0
    topic = str(harken_here("topics", "list", "--json", data=folder).lines[0]["id"])
    words = ("inquiries", "add", topic, "Does it count seaurchins?", "--by", "admin")
    given = ("--email", "ottilie@walrusware.example", "--verified")
    assert harken_here(*words, *given, data=folder).code == 0
    who = ("ottilie@walrusware.example",)

    nobody = harken_here("privacy", "export", "otterburn", data=folder)
    assert (nobody.code, nobody.lines) == (1, [{}])
    handed = harken_here("privacy", "export", *who, data=folder)
    assert (handed.code, "seaurchins" in handed.out) == (0, True)
    tried = harken_here("privacy", "erase", *who, "--dry-run", "--json", data=folder)
    assert (tried.lines[0]["inquiries"], tried.lines[0]["persons"]) == (1, 1)
    assert "1 inquiries" in harken_here("privacy", "erase", *who, "--dry-run", data=folder).out
    gone = harken_here("privacy", "erase", *who, data=folder)
    assert (gone.code, "1 leads" in gone.out, "backups" in gone.err) == (0, True, True)

    assert harken_here("privacy", "export", *who, data=folder).lines == [{}]
    assert "Nothing is here" in harken_here("privacy", "erase", *who, "--dry-run", data=folder).out
    unknown = harken_here("privacy", "erase", "otterburn", data=folder)
    assert (unknown.code, unknown.out) == (1, "")
    assert "nothing is here under that name" in unknown.err
    assert "kept out from now on" in unknown.err
    (counted,) = harken_here("privacy", "erase", "otterburn", "--json", data=folder).lines
    assert counted["posts"] == 0
    assert "left alone" in harken_here(*words, *given, data=folder).err
    assert harken_here("audit", "verify", data=folder).code == 0


def noted(place: Place, action: str) -> list[AuditEvent]:
    return [event for event in place.all(AuditEvent) if event.action == action]
