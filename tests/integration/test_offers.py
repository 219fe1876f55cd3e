"""Who gets a lead, and what becomes of an offer."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from config.hours import WorkingSpan
from config.team import ChannelKind, Rule, TeamSpec, When
from models.lead import Lead, Offer
from models.ledger import Outbox
from models.people import User
from models.words import DeclineReason, DisqualifyReason, LeadStatus, OfferState, UserRole
from service.errors import ConflictError
from service.leads.by_hand import dismiss
from service.leads.transitions import lead_of
from service.process.gaps import gaps
from service.routing import offers
from service.routing.route import due, route
from service.store.engine import reading, writing
from tests.builders import (
    ASK,
    NO_TAKERS,
    PEOPLE,
    Place,
    a_config,
    a_place,
    a_post,
    a_source,
    a_topic,
    a_user,
    at_once,
)
from tests.fakes import NOON, Said

S = LeadStatus
HOUR = timedelta(hours=1)
ALONE = a_config(users=[a_user("ada"), *PEOPLE[2:]])


def declining(place: Place, offer: Offer, reason: DeclineReason = DeclineReason.CAPACITY) -> Lead:
    with writing(place.engine) as db:
        return offers.decline(
            db,
            lead_id=offer.lead_id,
            user_id=offer.to_user_id,
            fencing=offer.fencing,
            reason=reason,
            config=place.config,
            now=place.clock.now(),
        )


def offered_to(place: Place) -> str:
    """Return the handle of whoever has the only open offer."""
    offer = place.open_offer()
    return next(user.handle for user in place.all(User) if user.id == offer.to_user_id)


def many(place: Place, count: int, *, start: int = 0) -> None:
    place.take_in(*(a_post(f"p{n}", author=f"buyer{n}") for n in range(start, start + count)))


def waiting(place: Place) -> list[Lead]:
    return [lead for lead in place.all(Lead) if lead.status is S.SALES_READY]


# Offering.


def test_a_sales_ready_lead_is_offered_with_a_lease(engine: Engine) -> None:
    place = a_place(engine)

    lead = place.hear(a_post())

    offer = place.open_offer()
    assert (lead.status, lead.team_id, lead.owner_id) == (S.OFFERED, "sales", None)
    assert (offer.lead_id, offer.fencing, offer.offered_at) == (lead.id, 1, NOON)
    assert offer.accept_by == lead.next_step_at == NOON + HOUR  # an inside team has an hour
    assert offer.explain == {
        "team": "sales",
        "rule": None,
        "how": "round_robin",
        "not_eligible": {},
    }


def test_the_lease_runs_in_the_rep_s_own_working_time(engine: Engine) -> None:
    rep = a_user("ada", hours="mon-fri 09:00-17:30", tz="America/New_York")
    place = a_place(engine, a_config(users=[rep, *PEOPLE[2:]]))
    place.clock.pass_by(1.5 * HOUR)  # half past eight in New York: at work within the hour

    place.hear(a_post())

    assert place.open_offer().accept_by == NOON + 3 * HOUR


def test_hours_that_leave_no_time_fall_back_to_the_wall_clock() -> None:
    hours = "mon 09:00-09:01"
    rep = User(
        handle="ada", name="Ada", role=UserRole.REP, hours=hours, max_open=1, created_at=NOON
    )

    assert due(rep, WorkingSpan(days=2), a_config(), NOON) == NOON + 16 * HOUR


def test_turns_follow_the_weights(engine: Engine) -> None:
    users = [a_user("ada", weight=2, max_open=50), a_user("ben", max_open=50), *PEOPLE[2:]]
    place = a_place(engine, a_config(users=users))

    many(place, 9)

    handles = {user.id: user.handle for user in place.all(User)}
    assert Counter(handles[offer.to_user_id] for offer in place.all(Offer)) == {"ada": 6, "ben": 3}


def test_a_rule_brings_a_lead_to_its_team(engine: Engine) -> None:
    teams = [
        TeamSpec(id="sales", name="Sales", channel=ChannelKind.INSIDE),
        TeamSpec(id="dach", name="DACH", channel=ChannelKind.TELESALES),
    ]
    users = [*PEOPLE, a_user("jan", team="dach")]
    rules = [Rule(position=1, team="dach", when=When(languages=("de",), sources=("board",)))]
    sources = [a_source("talk"), a_source("board")]
    config = a_config(teams=teams, users=users, rules=rules, sources=sources)
    place = a_place(engine, config, knows={ASK: Said(language="de")})

    lead = place.hear(a_post(), source="board")

    assert (lead.team_id, offered_to(place)) == ("dach", "jan")
    assert place.open_offer().accept_by == NOON + HOUR / 2  # telesales


def test_the_strongest_signal_decides_which_rule_fits(engine: Engine) -> None:
    teams = [
        TeamSpec(id="sales", name="Sales", channel=ChannelKind.INSIDE),
        TeamSpec(id="board", name="Board", channel=ChannelKind.INSIDE),
    ]
    users = [*PEOPLE, a_user("jan", team="board")]
    rules = [Rule(position=1, team="board", when=When(sources=("board",)))]
    sources = [a_source("talk"), a_source("board", url="https://talk.example/board")]
    config = a_config(teams=teams, users=users, rules=rules, sources=sources)
    place = a_place(engine, config, knows={"wonder": Said(p=0.5), ASK: Said(p=0.9)})
    place.take_in(a_post("1", "wonder", author="anna"), source="talk")

    place.take_in(a_post("2", author="anna"), source="board")

    assert {lead.team_id for lead in place.all(Lead) if lead.status is S.OFFERED} == {"board"}


# Not offering.


def test_without_anybody_to_take_leads_nothing_is_routed_and_the_lead_says_so(
    engine: Engine,
) -> None:
    config = a_config(users=NO_TAKERS)
    place = a_place(engine, config)

    lead = place.hear(a_post())

    assert gaps(config) == ("nobody in the fallback team 'sales' takes leads; see teams.toml",)
    assert gaps(a_config()) == ()
    assert lead.status is S.SALES_READY
    assert lead.next_step == f"waits for a rep: {gaps(config)[0]}"


def test_nobody_gets_more_leads_than_he_can_have(engine: Engine) -> None:
    users = [a_user("ada", max_open=2), a_user("ben", max_open=1), *PEOPLE[2:]]
    place = a_place(engine, a_config(users=users))

    many(place, 5)

    assert len(place.all(Offer)) == 3
    assert len(waiting(place)) == 2
    assert waiting(place)[0].next_step == (
        "waits for a rep: ada has 2 open leads, of at most 2; ben has 1 open leads, of at most 1"
    )


def test_an_accepted_lead_takes_room_until_it_is_closed(engine: Engine) -> None:
    place = a_place(engine, a_config(users=[a_user("ada", max_open=1), *PEOPLE[2:]]))
    many(place, 2)
    lead = place.accept(place.open_offer())
    place.tick()
    assert len(waiting(place)) == 1

    with writing(engine) as db:
        dismiss(
            db,
            lead_id=lead.id,
            user_id=str(lead.owner_id),
            rev=lead.rev,
            reason=DisqualifyReason.SOLVED,
            now=NOON,
        )
    place.tick()

    assert waiting(place) == []
    assert offered_to(place) == "ada"


def test_somebody_who_left_gets_nothing_more(engine: Engine) -> None:
    place = a_place(engine)
    place.sync(a_config(users=[a_user("ada", active=False), *PEOPLE[1:]]))

    many(place, 3)

    assert {offer.to_user_id for offer in place.all(Offer)} == {place.user("ben").id}
    assert place.all(Offer)[0].explain["not_eligible"] == {"ada": "is not active"}


def test_the_queue_drains_oldest_first_when_there_is_room_again(engine: Engine) -> None:
    place = a_place(engine, a_config(users=NO_TAKERS))
    for n in range(3):
        many(place, 1, start=n)
        place.clock.pass_by(timedelta(minutes=1))
    oldest = min(place.all(Lead), key=lambda lead: lead.created_at)

    place.sync(a_config(users=[a_user("ada", max_open=1), *PEOPLE[2:]]))
    place.tick()
    assert place.open_offer().lead_id == oldest.id

    place.sync(a_config())
    place.tick()
    assert waiting(place) == []


# Answering.


def test_accepting_makes_an_owner_and_starts_the_clock_on_the_first_contact(
    engine: Engine,
) -> None:
    place = a_place(engine)
    place.hear(a_post())
    offer = place.open_offer()
    place.clock.pass_by(HOUR / 2)

    lead = place.accept(offer)

    assert (lead.status, lead.owner_id) == (S.ACCEPTED, offer.to_user_id)
    assert lead.accepted_at == NOON + HOUR / 2
    assert lead.next_step_at == NOON + 4.5 * HOUR  # an inside team has four hours
    answered = place.only(Offer)
    assert (answered.state, answered.answered_at) == (OfferState.ACCEPTED, NOON + HOUR / 2)
    assert "lead.accepted" in {event.kind for event in place.all(Outbox)}


def test_declining_offers_the_lead_to_the_next_rep(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(a_post())
    first = offered_to(place)

    lead = declining(place, place.open_offer())

    assert lead.status is S.OFFERED
    assert {first, offered_to(place)} == {"ada", "ben"}
    second = place.open_offer()
    assert (second.fencing, second.explain["not_eligible"]) == (
        2,
        {first: "declined this lead"},
    )
    refused = next(offer for offer in place.all(Offer) if offer.fencing == 1)
    assert (refused.state, refused.decline_reason) == (
        OfferState.DECLINED,
        DeclineReason.CAPACITY,
    )


def test_what_all_reps_decline_waits_and_is_not_offered_to_them_again(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(a_post())
    declining(place, place.open_offer())

    lead = declining(place, place.open_offer())
    place.tick(after=timedelta(days=2))

    assert lead.status is S.SALES_READY
    assert len(place.all(Offer)) == 2
    assert place.only(Lead).next_step == (
        "waits for a rep: ada declined this lead; ben declined this lead"
    )


def test_what_a_rep_calls_no_lead_goes_to_marketing_and_not_to_the_next_rep(
    engine: Engine,
) -> None:
    config = a_config(topics=[a_topic("crm", owner="mia")])
    place = a_place(engine, config)
    place.hear(a_post())

    lead = declining(place, place.open_offer(), DeclineReason.NOT_A_LEAD)

    assert (lead.status, lead.handed_back_at) == (S.MQL, NOON)
    for _ in range(3):  # its score is high still, and is looked at every hour
        place.tick(after=1.1 * HOUR)
    assert place.only(Lead).status is S.MQL
    assert place.only(Lead).score > 80
    assert len(place.all(Offer)) == 1


def test_new_words_bring_back_what_a_rep_called_no_lead(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(a_post())
    declining(place, place.open_offer(), DeclineReason.NOT_A_LEAD)
    place.clock.pass_by(HOUR)

    lead = place.hear(a_post("2", f"{ASK} it? I buy today", at=place.clock.now()))

    assert lead.status is S.OFFERED


def test_an_offer_that_runs_out_goes_to_the_next_rep(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(a_post())
    first = offered_to(place)

    place.tick(after=HOUR - timedelta(seconds=1))
    assert offered_to(place) == first
    place.tick(after=timedelta(seconds=1))

    assert {first, offered_to(place)} == {"ada", "ben"}
    assert place.only(Lead).status is S.OFFERED
    assert {offer.state for offer in place.all(Offer)} == {OfferState.EXPIRED, OfferState.OPEN}
    assert "lead.offer_expired" in {event.kind for event in place.all(Outbox)}


def test_who_lets_an_offer_lapse_is_asked_again_after_a_day(engine: Engine) -> None:
    place = a_place(engine, ALONE)
    place.hear(a_post())

    place.tick(after=HOUR)
    assert len(waiting(place)) == 1
    place.tick(after=23 * HOUR)
    assert len(waiting(place)) == 1
    place.tick(after=2 * HOUR)

    assert offered_to(place) == "ada"
    assert place.open_offer().fencing == 2


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_an_answer_that_comes_too_late_is_refused(engine: Engine, answer: str) -> None:
    place = a_place(engine, ALONE)
    place.hear(a_post())
    offer = place.open_offer()
    place.clock.pass_by(HOUR)

    with pytest.raises(ConflictError, match="no longer open"):
        place.accept(offer) if answer == "accept" else declining(place, offer)
    place.tick()
    with pytest.raises(ConflictError, match="no longer open"):
        place.accept(offer) if answer == "accept" else declining(place, offer)


def test_an_answer_to_an_older_offer_of_the_same_lead_is_refused(engine: Engine) -> None:
    place = a_place(engine, ALONE)
    place.hear(a_post())
    old = place.open_offer()
    place.tick(after=HOUR)
    place.tick(after=25 * HOUR)

    with pytest.raises(ConflictError):
        place.accept(old)
    assert place.accept(place.open_offer()).status is S.ACCEPTED


def test_nobody_answers_an_offer_to_somebody_else(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(a_post())
    offer = place.open_offer()
    other = next(u for u in place.all(User) if u.handle in "adaben" and u.id != offer.to_user_id)
    offer.to_user_id = other.id

    with pytest.raises(ConflictError):
        place.accept(offer)


# At the same time.


def test_of_two_who_accept_at_once_exactly_one_wins(engine: Engine) -> None:
    place = a_place(engine)
    for n in range(3):
        many(place, 1, start=n)
        offer = place.open_offer()

        ends = at_once(lambda: place.accept(offer), lambda: place.accept(offer))  # noqa: B023

        assert sorted(type(end).__name__ for end in ends) == ["ConflictError", "Lead"], ends


def test_accepting_while_the_offer_is_taken_back_gives_one_owner_or_a_new_offer(
    engine: Engine,
) -> None:
    place = a_place(engine)
    for n in range(3):
        many(place, 1, start=n)
        offer = place.open_offer()
        place.clock.pass_by(HOUR)

        def too_late() -> int:
            with writing(engine) as db:
                return offers.expire_due(db, config=place.config, now=place.clock.now())

        def just_in_time() -> Lead:
            with writing(engine) as db:
                return offers.accept(
                    db,
                    lead_id=offer.lead_id,  # noqa: B023
                    user_id=offer.to_user_id,  # noqa: B023
                    fencing=offer.fencing,  # noqa: B023
                    config=place.config,
                    now=offer.accept_by - timedelta(seconds=1),  # noqa: B023
                )

        ends = at_once(too_late, just_in_time)

        lead = next(lead for lead in place.all(Lead) if lead.id == offer.lead_id)
        accepted = any(isinstance(end, Lead) for end in ends)
        assert lead.status is (S.ACCEPTED if accepted else S.OFFERED)
        assert all(isinstance(end, int | Lead | ConflictError) for end in ends), ends
        if not accepted:
            place.accept(place.open_offer())


def test_leads_that_are_routed_at_once_leave_nobody_with_too_many(engine: Engine) -> None:
    place = a_place(engine, a_config(users=NO_TAKERS))
    many(place, 6)
    place.sync(a_config(users=[a_user("ada", max_open=3), *PEOPLE[2:]]))
    leads = waiting(place)

    def routing(lead: Lead) -> Callable[[], object]:
        def act() -> object:
            with writing(engine) as db:
                row = lead_of(db, lead.id)
                return route(db, row, config=place.config, now=NOON)

        return act

    ends = at_once(*(routing(lead) for lead in leads))

    # who is routed first drains the queue, in its order: the others find nothing left to do
    assert sum(offer.state is OfferState.OPEN for offer in place.all(Offer)) == 3
    assert not any(isinstance(end, Exception) for end in ends), ends


def test_a_crawl_and_a_person_who_change_a_lead_at_once_do_not_wait_for_each_other_for_ever(
    engine: Engine,
) -> None:
    place = a_place(engine, a_config(users=NO_TAKERS))
    lead = place.hear(a_post("1"))
    ends: list[object] = []

    def person() -> None:
        try:
            with writing(engine) as db:
                dismiss(
                    db,
                    lead_id=lead.id,
                    user_id=place_user,
                    rev=lead.rev,
                    reason=DisqualifyReason.SPAM,
                    now=NOON,
                )
            ends.append("dismissed")
        except Exception as error:  # noqa: BLE001 - handed to the test
            ends.append(error)

    place_user = place.user("mia").id
    thread = threading.Thread(target=person)

    def meanwhile(text: str) -> None:
        if text == f"{ASK} it still?":  # the crawl has opened a lead by now
            thread.start()
            thread.join(0.3)

    place.ears.on_judge = meanwhile
    place.take_in(a_post("2", author="ben"), a_post("3", f"{ASK} it still?"))
    thread.join(10)

    assert ends == ["dismissed"]
    assert len(place.all(Lead)) == 2


def count_open(db: Session) -> int:
    return len(db.exec(select(Offer).where(Offer.state == OfferState.OPEN)).all())


def test_a_rep_has_never_two_open_offers_of_one_lead(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(a_post())
    place.tick()
    place.tick(after=HOUR / 2)

    with reading(engine) as db:
        assert count_open(db) == 1
