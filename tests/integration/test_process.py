"""What the house agreed on: signatures, what is missing, the document, and the seven parts."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from config import Config
from config.process import Criteria, Process, Targets
from models.ledger import AuditEvent
from models.process import ProcessSignature
from models.sla import Task
from models.source import Source
from models.words import DeclineReason, Half, LeadStatus, UserRole
from service.errors import ConflictError, ForbiddenError, HarkenError, RefusedError
from service.process.document import document
from service.process.framework import Component, components
from service.process.gaps import gaps
from service.process.rendering import as_html, as_markdown
from service.process.signing import Standing, sign, standing
from service.routing import offers
from service.routing.answerable import DECIDE
from service.store.engine import reading, writing
from tests.builders import NO_TAKERS, PEOPLE, Place, a_config, a_place, a_post, a_topic, a_user
from tests.command import Ran, harken_here
from tests.fakes import NOON

ADMIN = a_user("ana", role=UserRole.ADMIN, team=None)
VIEWER = a_user("vic", role=UserRole.VIEWER, team=None)


@pytest.fixture
def place(sqlite_engine: Engine) -> Place:
    return a_place(sqlite_engine, a_config(users=[*PEOPLE, ADMIN, VIEWER]))


def signed(place: Place, handle: str, half: Half | None = None) -> ProcessSignature:
    with writing(place.engine) as db:
        user = place.user(handle)
        return sign(db, place.config.process, user=user, half=half, now=place.clock.now())


def state(place: Place) -> Standing:
    with reading(place.engine) as db:
        return standing(db, place.config.process)


def changed(place: Place, **fields: object) -> None:
    process = place.config.process.model_copy(update=fields)
    place.config = replace(place.config, process=process)


# Signatures.


def test_it_takes_a_signature_of_each_half(place: Place) -> None:
    assert state(place).lacking == (Half.MARKETING, Half.SALES)

    signed(place, "mia")
    assert state(place).words() == "version 1: sales has not signed"
    signed(place, "ada")

    assert state(place).is_signed
    assert state(place).words() == "version 1, signed by Mia for marketing and Ada for sales"
    assert [event.action for event in place.all(AuditEvent)] == ["process.signed"] * 2


def test_a_change_of_a_word_needs_new_signatures_and_is_shown(place: Place) -> None:
    signed(place, "mia")
    signed(place, "max")

    changed(place, version="2", qualified_lead="somebody asks twice")

    now = state(place)
    assert now.lacking == (Half.MARKETING, Half.SALES)
    assert now.last_version == "1"
    assert [(one.key, one.was, one.now) for one in now.changes] == [
        ("qualified_lead", "somebody asks", "somebody asks twice"),
        ("version", "1", "2"),
    ]
    changed(place, version="1", qualified_lead="somebody asks")
    assert state(place).is_signed  # the old words are still agreed on


@pytest.mark.parametrize(
    ("who", "half", "error"),
    [
        ("vic", None, ForbiddenError),
        ("ana", None, ForbiddenError),
        ("ada", Half.MARKETING, ForbiddenError),
        ("mia", None, ConflictError),
    ],
)
def test_nobody_signs_what_is_not_theirs(
    place: Place, who: str, half: Half | None, error: type[HarkenError]
) -> None:
    signed(place, "mia")

    with pytest.raises(error):
        signed(place, who, half)


def test_it_takes_two_people_to_agree(place: Place) -> None:
    signed(place, "ana", Half.MARKETING)

    with pytest.raises(RefusedError, match="two people"):
        signed(place, "ana", Half.SALES)
    signed(place, "ada")
    assert state(place).is_signed


# What is missing.


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (a_config(users=NO_TAKERS), "nobody in the fallback team 'sales' takes leads"),
        (a_config(users=[*PEOPLE[:3], a_user("max", active=False)]), "its owner 'max' is not"),
        (a_config(users=PEOPLE[:3]), "its owner 'max' is not here"),
        (
            replace(a_config(), process=Process(version="1", owner="max", qualified_lead=" \n")),
            "nobody wrote down what a qualified lead is",
        ),
        (replace(a_config(), teams={}), "there is no fallback team 'sales'"),
        (
            replace(a_config(), sla=a_config().sla.model_copy(update={"channels": {}})),
            "nothing says how fast inside has to be",
        ),
    ],
)
def test_without_owner_fallback_definition_and_sla_nothing_is_routed(
    sqlite_engine: Engine, config: Config, said: str
) -> None:
    (gap,) = gaps(config)
    assert said in gap

    place = a_place(sqlite_engine, a_config())
    place.config = config
    lead = place.hear(a_post())

    assert lead.status is LeadStatus.SALES_READY
    assert said in lead.next_step


def test_a_whole_process_lacks_nothing() -> None:
    assert gaps(a_config()) == ()


# Three reps said no.


def test_a_lead_that_nobody_wants_is_a_managers_task(sqlite_engine: Engine) -> None:
    reps = [a_user(f"rep{n}") for n in range(4)]
    place = a_place(sqlite_engine, a_config(users=[*reps, *PEOPLE[2:]]))
    lead = place.hear(a_post())
    for _ in range(3):
        offer = place.open_offer()
        with writing(place.engine) as db:
            offers.decline(
                db,
                lead_id=lead.id,
                user_id=offer.to_user_id,
                fencing=offer.fencing,
                reason=DeclineReason.CAPACITY,
                config=place.config,
                now=NOON,
            )
    place.tick(timedelta(seconds=5))

    (task,) = [task for task in place.all(Task) if task.what == DECIDE]
    assert (task.user_id, task.done_at) == (place.user("max").id, None)
    assert task.due_at > NOON
    with writing(place.engine) as db:
        offers.assign(
            db,
            lead_id=lead.id,
            to_user_id=place.user("rep3").id,
            by_user_id=place.user("max").id,
            config=place.config,
            now=NOON,
        )
    (task,) = [task for task in place.all(Task) if task.what == DECIDE]
    assert task.done_by == place.user("max").id


# The document.


def test_the_document_says_all_that_was_agreed_on(place: Place) -> None:
    changed(
        place,
        stages={LeadStatus.MQL: "For a look"},
        criteria={LeadStatus.MQL: Criteria(entry="it | may\nmatter", who="Mia")},
        definitions={"<b>suspect</b>": "*anybody*"},
        targets=Targets(won=3),
    )
    signed(place, "mia")

    paper = document(place.config, state(place))
    page, markdown = as_html(paper), as_markdown(paper)

    for words in ("For a look", "somebody asks", "1 h", "Sales", "Max", "3"):
        assert words in page
        assert words in markdown
    assert "&lt;b&gt;suspect&lt;/b&gt;" in page
    assert r"| \<b\>suspect\</b\> | \*anybody\* |" in markdown
    assert r"it \| may matter" in markdown
    assert "For marketing: Mia, 2025-11-19." in markdown
    assert "For sales: not signed." in markdown
    assert paper.sections[0].title == "Who agreed to this"


# The seven parts.


def parts(place: Place) -> dict[str, Component]:
    with reading(place.engine) as db:
        return {p.name: p for p in components(db, place.config, now=place.clock.now())}


def test_all_seven_parts_are_listed_with_what_they_lack(place: Place) -> None:
    found = parts(place)

    assert list(found) == [
        "Data",
        "Lead planning",
        "Qualification",
        "Routing",
        "Nurturing",
        "Content mapping",
        "Metrics",
    ]
    lacking = {name: [lack.what for lack in part.missing] for name, part in found.items()}
    assert lacking["Data"] == ["nothing was ever read of any source"]
    assert lacking["Routing"] == []
    assert lacking["Lead planning"] == ["nobody set a target"]
    assert "marketing and sales did not sign" in lacking["Qualification"][0]
    assert lacking["Metrics"] == ["nobody knows what a lead costs"]
    assert all(lack.next_step for part in found.values() for lack in part.missing)


def test_a_part_stands_once_nothing_is_missing(place: Place) -> None:
    changed(place, targets=Targets(leads=2))
    topic = a_topic(owner="mia")
    place.config = replace(place.config, topics={"crm": topic})
    signed(place, "mia")
    signed(place, "ada")
    place.hear(a_post())

    found = parts(place)

    assert found["Qualification"].missing == found["Lead planning"].missing == ()
    assert "leads: 1 of 2 aimed at (50%) in 30 days" in found["Lead planning"].evidence
    assert "1 live lead from 1 source" in found["Data"].evidence[0]


def test_more_leads_than_places_are_told(sqlite_engine: Engine) -> None:
    users = [a_user("ada", max_open=1), *PEOPLE[2:]]
    place = a_place(sqlite_engine, a_config(users=users))
    place.take_in(a_post("1", author="anna"), a_post("2", author="ben"))
    place.clock.pass_by(timedelta(days=2))

    found = parts(place)

    assert "2 leads for 1 place" in {lack.what for lack in found["Lead planning"].missing}
    assert "1 lead waiting for more than a day" in {m.what for m in found["Routing"].missing}


# The commands.


@pytest.fixture(scope="module")
def folder(_opened_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:

    return shutil.copytree(_opened_house, tmp_path_factory.mktemp("process") / "house")


def run(folder: Path, *words: str) -> Ran:
    return harken_here(*words, data=folder)


def test_data_that_was_never_asked_for_does_not_stand(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine)
    now = place.clock.now()

    def data() -> Component:
        with reading(place.engine) as db:
            return components(db, place.config, now=now)[0]

    assert [lack.what for lack in data().missing] == ["nothing was ever read of any source"]
    with writing(place.engine) as db:
        source = db.exec(select(Source)).first()
        assert source is not None
        source.last_success_at = now
        db.add(source)
    assert data().missing == ()


def test_the_commands_say_where_things_stand(folder: Path) -> None:
    before = run(folder, "process", "status")
    assert (before.code, before.err) == (0, "")
    assert "marketing and sales have not signed" in before.out

    once = run(folder, "process", "sign", "--as", "admin", "--for", "sales", "--json")
    assert (once.code, once.lines[0]["half"], once.lines[0]["complete"]) == (0, "sales", False)
    assert run(folder, "process", "sign", "--as", "admin", "--for", "marketing").code == 1
    assert run(folder, "process", "sign", "--as", "nobody").code == 1

    (after,) = run(folder, "process", "status", "--json").lines
    assert isinstance(after["signed"], dict)
    assert after["signed"]["sales"]["by"] == "admin"

    assert run(folder, "process", "doc").out.startswith("# How Harken handles leads\n")
    assert run(folder, "process", "doc", "--format", "html").out.startswith("<!doctype html>")
    assert len(run(folder, "framework", "status", "--json").lines) == 7
    assert "of 7 parts stand" in run(folder, "framework", "status").out
    told = run(folder, "doctor")
    assert "agreement: version 1: marketing has not signed" in told.err
    assert "framework: " in told.err


def test_the_audit_chain_is_verified_by_a_command(folder: Path) -> None:
    from service.house import open_house

    run(folder, "process", "sign", "--as", "admin", "--for", "sales")
    whole = run(folder, "audit", "verify", "--json")
    assert (whole.code, whole.lines[0]["whole"]) == (0, True)
    assert run(folder, "audit", "verify").code == 0

    with open_house(folder) as house, writing(house.engine) as db:
        db.connection().execute(text("UPDATE audit_event SET actor = 'somebody else'"))

    broken = run(folder, "audit", "verify", "--json")
    assert (broken.code, json.loads(broken.out)["breaks_at"]) == (1, 1)
    assert "breaks at event 1" in run(folder, "audit", "verify").err
