"""What the tick does as time goes by."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import delete, select

from models.delivery import Delivery, Endpoint, EndpointKind
from models.delivery import DeliveryState as D
from models.lead import Lead, Offer, StatusChange
from models.ledger import Outbox
from models.moves import LeadEvent, Request
from models.people import User
from models.post import Author, Post, Thread
from models.words import Kind, LeadStatus, OfferState
from service.leads.transitions import lead_of, transition
from service.store.engine import reading, writing
from tests.builders import ASK, NO_TAKERS, PEOPLE, Place, a_config, a_place, a_post, a_user
from tests.fakes import NOON, Said

S = LeadStatus
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
QUIET = a_config(users=NO_TAKERS)
WORDS = {"wonder": Said(kind=Kind.NEED, p=0.7), ASK: Said()}


def test_nothing_due_changes_nothing(engine: Engine) -> None:
    place = a_place(engine, knows=WORDS)
    place.take_in(a_post("1"), a_post("2", "wonder", author="ben"), a_post("3", "Hello"))
    before = (place.all(Lead), place.all(Offer), place.all(Post))

    place.tick(after=timedelta(minutes=5))

    assert (place.all(Lead), place.all(Offer), place.all(Post)) == before


def test_a_score_is_looked_at_again_after_an_hour(engine: Engine) -> None:
    place = a_place(engine, QUIET)
    place.hear(a_post())

    place.tick(after=HOUR)
    assert place.only(Lead).score == pytest.approx(85.5)
    place.tick(after=23 * HOUR)

    lead = place.only(Lead)
    assert lead.score == pytest.approx(71.9, abs=0.1)
    assert lead.scored_at == NOON + DAY
    assert lead.score_explain["parts"][0]["age_hours"] == 24  # type: ignore[index, call-overload]  # JSON


def test_a_detected_lead_is_parked_when_nothing_is_added_for_a_week(engine: Engine) -> None:
    place = a_place(engine, QUIET, knows=WORDS)
    place.hear(a_post(text="wonder"))

    place.tick(after=7 * DAY - HOUR)
    assert place.only(Lead).status is S.DETECTED
    place.tick(after=HOUR)

    lead = place.only(Lead)
    assert (lead.status, lead.next_step) == (S.NURTURING, "marketing looks at it again")
    assert lead.next_step_at == NOON + 37 * DAY
    assert place.all(StatusChange)[-1].event == "parked"


def test_something_added_starts_the_week_anew(engine: Engine) -> None:
    place = a_place(engine, QUIET, knows=WORDS)
    place.hear(a_post("1", text="wonder"))
    place.clock.pass_by(6 * DAY)
    place.hear(a_post("2", text="wonder too", at=NOON))

    place.tick(after=2 * DAY)
    assert place.only(Lead).status is S.DETECTED
    place.tick(after=5 * DAY)
    assert place.only(Lead).status is S.NURTURING


def test_a_parked_lead_comes_back_with_something_new(engine: Engine) -> None:
    place = a_place(engine, knows=WORDS)
    place.hear(a_post("1", text="wonder"))
    place.tick(after=8 * DAY)
    assert place.only(Lead).status is S.NURTURING

    lead = place.hear(a_post("2", at=place.clock.now()))

    assert lead.status is S.OFFERED
    assert lead.mandatory_follow_up


def test_many_lapsed_offers_are_worked_off_in_one_tick(engine: Engine) -> None:
    users = [a_user("ada", max_open=50), a_user("ben", max_open=50), *PEOPLE[2:]]
    place = a_place(engine, a_config(users=users))
    place.take_in(*(a_post(str(n), author=f"b{n}") for n in range(6)))

    place.tick(after=HOUR)

    states = [offer.state for offer in place.all(Offer)]
    assert states.count(OfferState.EXPIRED) == states.count(OfferState.OPEN) == 6
    assert {lead.status for lead in place.all(Lead)} == {S.OFFERED}
    with reading(engine) as db:
        turns = db.exec(select(User.turn)).all()
    assert sum(turns) == 0


# Forgetting.


def forgotten(place: Place) -> list[str]:
    return [post.external_id for post in place.all(Post) if not post.text]


def test_words_and_names_of_what_led_to_nothing_are_forgotten_after_a_month(
    engine: Engine,
) -> None:
    place = a_place(engine, QUIET)
    lost = a_post("1", "Lovely weather", title="Sunshine", author="ben", quoted="they said")
    place.take_in(lost, a_post("2", title="A question"))

    place.tick(after=30 * DAY - HOUR)
    assert forgotten(place) == []
    place.tick(after=HOUR)

    assert forgotten(place) == ["1"]
    post = next(post for post in place.all(Post) if post.external_id == "1")
    assert (post.title, post.quoted, post.author_id) == ("", "", None)
    assert [author.handle for author in place.all(Author)] == ["anna"]
    assert {thread.title for thread in place.all(Thread)} == {"", "A question"}
    assert place.take_in(lost).duplicates == 1  # it is known by its hash


def test_a_post_without_words_loses_its_name_too(engine: Engine) -> None:
    place = a_place(engine, QUIET)
    place.take_in(a_post("1", "", author="ben"))

    place.tick(after=30 * DAY)

    assert place.all(Author) == []


def test_an_author_who_said_something_else_too_is_not_forgotten(engine: Engine) -> None:
    place = a_place(engine, QUIET)
    place.take_in(a_post("1", "Lovely weather", thread="t", thread_title="Weather"))
    place.clock.pass_by(10 * DAY)
    place.take_in(a_post("2", "It rains", thread="t", is_opening=False))

    place.tick(after=21 * DAY)

    assert forgotten(place) == ["1"]
    assert place.only(Author).handle == "anna"
    assert place.only(Thread).title == "Weather"


def test_a_tick_takes_a_limited_bite(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine, knows={})
    place.take_in(*(a_post(str(n), "Hello", author=None, thread="t") for n in range(201)))

    place.tick(after=30 * DAY)
    assert len(forgotten(place)) == 200
    place.tick()
    assert len(forgotten(place)) == 201


def test_an_offer_of_a_lead_that_is_not_offered_stops_no_tick(engine: Engine) -> None:
    place = a_place(engine)
    lead = place.hear(a_post())
    with writing(engine) as db:  # as a file from elsewhere may bring it
        row = db.get_one(Lead, lead.id)
        row.status, row.next_step_at = S.NURTURING, NOON + 90 * DAY
        db.add(row)

    place.tick(after=2 * DAY)

    assert [offer.state for offer in place.all(Offer)] == [OfferState.WITHDRAWN]


def test_an_offer_of_a_lead_that_was_erased_is_taken_back_and_stops_no_tick(
    engine: Engine,
) -> None:
    place = a_place(engine)
    lead = place.hear(a_post())
    with writing(engine) as db:
        erase = Request(to=S.ERASED, event=LeadEvent.ERASED, at=NOON, actor="harken")
        transition(db, lead_of(db, lead.id), erase, next_step="", next_step_at=None)
    assert place.only(Offer).state is OfferState.WITHDRAWN

    place.tick(after=HOUR)

    assert place.only(Lead).status is S.ERASED


def test_events_that_were_told_are_forgotten_after_a_month_and_others_are_kept(
    engine: Engine,
) -> None:
    place = a_place(engine, QUIET)
    place.hear(a_post())
    told, waiting, given_up, never_looked_at = "told", "waiting", "given up", "not planned"
    with writing(engine) as db:
        db.exec(delete(Outbox))
        endpoint = Endpoint(
            id="crm",
            kind=EndpointKind.WEBHOOK,
            address_hash="x",
            next_send_at=NOON,
            created_at=NOON,
        )
        db.add(endpoint)
        db.flush()
        for id_ in (told, waiting, given_up, never_looked_at):
            planned = None if id_ == never_looked_at else NOON
            event = Outbox(id=id_, kind="lead.won", subject_id="x", payload={}, created_at=NOON)
            event.planned_at = planned
            db.add(event)
        for id_, state in ((told, D.SENT), (waiting, D.PENDING), (given_up, D.DEAD)):
            db.add(
                Delivery(
                    id=f"msg {id_}",
                    endpoint_id="crm",
                    outbox_id=id_,
                    kind="lead.won",
                    subject_id="x",
                    payload={},
                    happened_at=NOON,
                    state=state,
                    next_attempt_at=NOON,
                )
            )

    def left() -> set[str]:
        return {event.id for event in place.all(Outbox)} & {
            told,
            waiting,
            given_up,
            never_looked_at,
        }

    place.tick(after=30 * DAY)
    assert left() == {told, waiting, given_up, never_looked_at}
    place.tick(after=HOUR)
    assert left() == {waiting, given_up, never_looked_at}
