"""People who come to us by themselves, what they do, and lists that make no leads."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.contact import Activity, Inquiry, Person
from models.lead import Lead, LeadSignal
from models.post import Author, Post
from models.signal import Signal
from models.words import ActivityKind, Kind, LeadStatus, SignalClass, SuppressionReason
from service.errors import NotFoundError, RefusedError
from service.house import House
from service.leads.activities import Act, record
from service.leads.inquiries import Asked, Received, receive
from service.leads.inquiry_lists import RowResult, receive_list
from service.leads.objecting import leave_alone
from service.leads.persons import email_key
from service.leads.related import Relation, related
from service.leads.scoring_ledger import recomputed
from service.leads.timeline import timeline
from service.store.engine import reading, writing
from tests.builders import ASK, NO_TAKERS, SECRET, Place, a_config, a_place, a_post, a_source
from tests.fakes import NOON, Said

S = LeadStatus
DAY = timedelta(days=1)
SOURCES = [a_source(), a_source("chat")]
WORDS = {
    "thinking": Said(kind=Kind.NEED, p=0.5),  # 25: too little for a lead
    "wonder": Said(kind=Kind.NEED, p=0.7),  # 35: detected
    "which": Said(kind=Kind.COMPARISON, p=0.6),
    ASK: Said(),
}


def an_inbox(engine: Engine) -> Place:
    return a_place(engine, a_config(users=NO_TAKERS, sources=SOURCES), knows=WORDS)


def asked(place: Place, **given: object) -> Received:
    plain: dict[str, object] = {
        "topic": "crm",
        "message": "What does it cost for ten people?",
        "at": place.clock.now(),
        "reference": f"form-{len(place.all(Inquiry))}",
        "name": "Anna",
    }
    with writing(place.engine) as db:
        return receive(
            db,
            Asked(**(plain | given)),  # type: ignore[arg-type]  # named fields of mixed types
            config=place.config,
            secret=SECRET,
            by="mia",
            now=place.clock.now(),
        )


def test_an_inquiry_is_a_lead_of_source_inbound_and_ready_for_sales(sqlite_engine: Engine) -> None:
    place = an_inbox(sqlite_engine)

    found = asked(place)

    lead = place.only(Lead)
    assert (lead.id, lead.status, lead.journey_step) == (found.lead.id, S.SALES_READY, 6)
    assert lead.person_id == found.person_id
    assert place.only(Signal).signal_class is SignalClass.INQUIRY
    assert place.only(Post).text == "What does it cost for ten people?"


def test_an_inquiry_joins_what_the_same_handle_said_before(engine: Engine) -> None:
    # Requirements, A7: three signals and an inquiry are one lead, from step 3 to 6.
    place = an_inbox(engine)
    for number, words in enumerate(["wonder", "which one?", f"{ASK} it"]):
        place.clock.pass_by(DAY)
        place.take_in(a_post(str(number), words, at=place.clock.now()))
    heard = place.only(Lead)

    asked(place, handle="@Anna", source="talk")

    lead = place.only(Lead)
    assert lead.id == heard.id
    assert (lead.journey_step, lead.status) == (6, S.SALES_READY)
    assert len(place.all(LeadSignal)) == 4
    with reading(engine) as db:
        told = [moment for moment in timeline(db, lead) if moment.what in {"signal", "inquiry"}]
    assert [m.furthest for m in told] == [1, 4, 4, 6]


def test_what_was_too_little_before_counts_along(sqlite_engine: Engine) -> None:
    place = an_inbox(sqlite_engine)
    place.take_in(a_post("1", "thinking"))
    assert place.all(Lead) == []

    asked(place, handle="anna", source="talk")

    assert len(place.all(LeadSignal)) == 2


def test_a_verified_address_is_the_same_person_and_a_typed_one_is_suggested(
    engine: Engine,
) -> None:
    place = an_inbox(engine)
    first = asked(place, email="anna@acme.example", is_verified=True)
    same = asked(place, email=" Anna@ACME.example", is_verified=True, message="And for twenty?")
    other = asked(place, email="anna@acme.example", name="Somebody", message="Me too")

    assert (same.person_id, same.lead.id) == (first.person_id, first.lead.id)
    assert other.person_id != first.person_id
    with reading(engine) as db:
        (found,) = related(db, other.lead)
    assert (found.lead_id, found.relation) == (first.lead.id, Relation.SAME_ADDRESS)


def test_an_address_is_kept_only_with_consent(sqlite_engine: Engine) -> None:
    place = an_inbox(sqlite_engine)
    asked(place, email="anna@acme.example", is_verified=True)

    person = place.only(Person)
    assert (person.email, person.consent_at) == (None, None)
    assert person.email_hash == email_key(SECRET, "anna@acme.example")

    asked(place, email="anna@acme.example", is_verified=True, consent_how="ticked", message="so?")
    assert place.only(Person).email == "anna@acme.example"


def test_the_same_inquiry_is_taken_in_once(sqlite_engine: Engine) -> None:
    place = an_inbox(sqlite_engine)
    first = asked(place, reference="mail-17")
    again = asked(place, reference="mail-17", message="twice")

    assert (first.is_new, again.is_new) == (True, False)
    assert again.lead.id == first.lead.id
    assert len(place.all(Inquiry)) == len(place.all(Post)) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"message": " "}, "An address without an inquiry is no lead"),
        ({"name": None}, "Say who asked"),
        ({"handle": "anna"}, "needs the source"),
        ({"reference": ""}, "1 to 128"),
    ],
)
def test_what_is_no_inquiry_is_refused(
    sqlite_engine: Engine, given: dict[str, object], said: str
) -> None:
    place = an_inbox(sqlite_engine)

    with pytest.raises(RefusedError, match=said):
        asked(place, **given)
    assert place.all(Person) == []


def test_a_topic_or_source_that_is_not_there_is_named(sqlite_engine: Engine) -> None:
    place = an_inbox(sqlite_engine)

    with pytest.raises(NotFoundError, match="crm"):
        asked(place, topic="crn")
    with pytest.raises(NotFoundError, match="talk"):
        asked(place, handle="anna", source="talks")


@pytest.mark.parametrize(("host", "name"), [("talk.example", "anna"), ("*", "anna@acme.example")])
def test_whoever_objected_is_not_taken_in(sqlite_engine: Engine, host: str, name: str) -> None:
    place = an_inbox(sqlite_engine)
    with writing(sqlite_engine) as db:
        leave_alone(
            db,
            secret=SECRET,
            host=host,
            handle=name,
            reason=SuppressionReason.OBJECTION,
            by="mia",
            now=NOON,
        )

    with pytest.raises(RefusedError, match="left alone"):
        asked(place, handle="anna", source="talk", email="anna@acme.example")


# Activities.


def did(
    place: Place, person: str, kind: ActivityKind, reference: str, topic: str | None = "crm"
) -> tuple[Lead, ...]:
    with writing(place.engine) as db:
        return record(
            db,
            Act(
                person_id=person,
                kind=kind,
                at=place.clock.now(),
                reference=reference,
                topic=topic,
                what=reference,
            ),
            config=place.config,
            secret=SECRET,
            now=place.clock.now(),
        )


def a_person(engine: Engine, *, consents: bool = True) -> str:
    person = Person(
        name="Lisa",
        created_at=NOON,
        consent_at=NOON if consents else None,
        consent_how="ticked the box of the e-book" if consents else None,
    )
    with writing(engine) as db:
        db.add(person)
    return person.id


def test_the_buyer_of_diversifyedu_becomes_a_lead_and_then_ready(engine: Engine) -> None:
    # Requirements, D8 to D14.
    place = an_inbox(engine)
    lisa = a_person(engine)
    assert did(place, lisa, ActivityKind.DOWNLOAD, "e-book") == ()
    for day, deeds in ((2, "o"), (5, "oc"), (9, "oc")):
        place.clock.at = NOON + day * DAY
        for deed in deeds:
            kind = ActivityKind.EMAIL_OPEN if deed == "o" else ActivityKind.LINK_CLICK
            assert did(place, lisa, kind, f"{day}{deed}") == ()
    place.clock.at = NOON + 11 * DAY
    did(place, lisa, ActivityKind.WEBINAR, "Live Q&A")
    assert place.only(Lead).status is S.MQL
    assert place.only(Lead).score == pytest.approx(63, abs=0.5)
    place.clock.at = NOON + 14 * DAY
    for view in range(3):
        assert place.only(Lead).status is S.MQL
        did(place, lisa, ActivityKind.PAGE_VIEW, f"course {view}")

    lead = place.only(Lead)
    assert lead.status is S.SALES_READY
    assert lead.score == pytest.approx(81, abs=0.5)
    assert len(place.all(Activity)) == 10
    assert "webinar: Live Q&A" in place.only(Post).text  # where the lead comes from, for the rep
    with reading(engine) as db:
        assert recomputed(db, lead.id, at=lead.scored_at).value == lead.score
        told = [m.note for m in timeline(db, lead) if m.what == "activity"]
    assert told[-1] == "course 2"


def test_an_activity_counts_once_and_for_the_lead_that_lives(sqlite_engine: Engine) -> None:
    place = an_inbox(sqlite_engine)
    place.take_in(a_post("1", "wonder"))
    found = asked(place, handle="anna", source="talk", consent_how="said so")
    first = did(place, found.person_id, ActivityKind.DEMO, "demo", topic=None)
    again = did(place, found.person_id, ActivityKind.DEMO, "demo", topic=None)

    assert [lead.id for lead in (*first, *again)] == [found.lead.id] * 2
    assert len(place.all(Activity)) == 1


def test_nothing_is_noted_of_somebody_who_did_not_agree(sqlite_engine: Engine) -> None:
    place = an_inbox(sqlite_engine)
    shy = a_person(sqlite_engine, consents=False)

    with pytest.raises(RefusedError, match="never agreed"):
        did(place, shy, ActivityKind.PAGE_VIEW, "x")
    with pytest.raises(NotFoundError):
        did(place, "nobody", ActivityKind.PAGE_VIEW, "x")
    assert place.all(Activity) == []


# Lists.


def take_list(place: Place, path: Path, text: str, *, dry_run: bool = False) -> list[RowResult]:
    path.write_text(text, "utf-8")
    house = House(
        folder=path.parent,
        config=place.config,
        engine=place.engine,
        secret=SECRET,
        clock=place.clock,
    )
    return list(receive_list(house, path, topic="crm", by="mia", dry_run=dry_run))


def test_a_bought_list_of_addresses_makes_no_leads(sqlite_engine: Engine, tmp_path: Path) -> None:
    # Requirements, A10.
    place = an_inbox(sqlite_engine)
    rows = "".join(f"Name {n},n{n}@bought.example\n" for n in range(100))

    with pytest.raises(RefusedError, match="list of addresses"):
        take_list(place, tmp_path / "list.csv", f"name,email\n{rows}")
    headed = "".join(f"Name {n},n{n}@bought.example,,\n" for n in range(100))
    found = take_list(place, tmp_path / "list.csv", f"name,email,message,consent\n{headed}")

    assert len(found) == 100
    assert all("nobody asked for anything" in (row.problem or "") for row in found)
    assert place.all(Lead) == []
    assert place.all(Person) == []


LIST = """\ufeffname,email,message,consent,at,verified
Anna,anna@acme.example,What does it cost?,ticked the box,2025-11-18,yes
Ben,ben@acme.example,Call me,,2025-11-18,no
Cleo,not an address,Call me,asked on the phone,2025-11-18,no
Anna,anna@acme.example,And for twenty?,ticked the box,2025-11-19T09:00,yes
"""


def test_rows_with_an_inquiry_and_a_consent_become_leads(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    place = an_inbox(sqlite_engine)
    tried = take_list(place, tmp_path / "fair.csv", LIST, dry_run=True)
    assert place.all(Lead) == []

    found = take_list(place, tmp_path / "fair.csv", LIST)

    assert [row.row for row in found if row.problem is None] == [2, 5]
    assert [bool(row.problem) for row in tried] == [bool(row.problem) for row in found]
    assert "no consent" in (found[1].problem or "")
    assert "no mail address" in (found[2].problem or "")
    assert len(place.all(Lead)) == 1  # both are Anna's
    assert len(take_list(place, tmp_path / "fair.csv", LIST)) == 4
    assert len(place.all(Inquiry)) == 2  # a second time adds nothing


def test_a_row_of_a_day_before_the_web_or_after_all_of_ours_is_refused(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    rows = "".join(
        f"Ann,Call me,by phone,{at}\n"
        for at in ("0001-01-01T00:00+09:00", "9999-12-31T23:59-08:00", "1989-12-31")
    )
    text = f"name,message,consent,at\n{rows}"

    found = take_list(an_inbox(sqlite_engine), tmp_path / "list.csv", text)

    assert ["is no time of an inquiry" in (row.problem or "") for row in found] == [True] * 3


def test_objecting_after_the_fact_takes_all_handles_of_a_person_out(sqlite_engine: Engine) -> None:
    place = an_inbox(sqlite_engine)
    place.take_in(a_post("1", "wonder"))
    found = asked(place, handle="anna", source="talk")
    with writing(sqlite_engine) as db:
        taken = leave_alone(
            db,
            secret=SECRET,
            host="talk.example",
            handle="Anna",
            reason=SuppressionReason.OBJECTION,
            by="mia",
            now=NOON,
        )

    assert taken == 1
    assert place.only(Lead).status is S.ERASED
    assert place.only(Lead).id == found.lead.id
    assert len(place.all(Author)) == 2
