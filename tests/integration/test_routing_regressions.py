"""What users of other systems complain of most, R1 to R9 of lead-management.md, and leaving.

R5 is in test_clocks.py: it needs an alert; R6 in test_eligibility.py: it needs no database.
"""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from config.team import ChannelKind, TeamSpec
from models.lead import Lead, Offer
from models.people import Absence, User
from models.post import Thread
from models.sla import Task
from models.source import Source
from models.words import DeclineReason, DisqualifyReason, LeadStatus, OfferState, TouchpointKind
from service.errors import ConflictError, ForbiddenError, RefusedError
from service.leads.by_hand import dismiss, log_touch
from service.routing import offers
from service.routing.absences import come_back, go_away, leave, orphans_of
from service.routing.route import explain
from service.store.engine import reading, writing
from tests.builders import PEOPLE, Place, a_config, a_place, a_post, a_user, at_once
from tests.fakes import NOON
from tests.house_week import new_lead

pytestmark = pytest.mark.every_database

S = LeadStatus
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def many(place: Place, count: int, *, start: int = 0) -> None:
    place.take_in(*(a_post(f"p{n}", author=f"buyer{n}") for n in range(start, start + count)))


def holders(place: Place) -> list[str]:
    """Return the handles of who has an open offer, a name for each."""
    handles = {user.id: user.handle for user in place.all(User)}
    return [handles[o.to_user_id] for o in place.all(Offer) if o.state is OfferState.OPEN]


def waiting(place: Place) -> list[Lead]:
    return [lead for lead in place.all(Lead) if lead.status is S.SALES_READY]


def close(place: Place, lead: Lead) -> None:
    with writing(place.engine) as db:
        dismiss(
            db,
            lead_id=lead.id,
            user_id=str(lead.owner_id),
            rev=lead.rev,
            reason=DisqualifyReason.SOLVED,
            now=place.clock.now(),
        )


def absent(place: Place, handle: str, *, hours: float | None = None) -> int:
    now = place.clock.now()
    with writing(place.engine) as db:
        user = db.get_one(User, place.user(handle).id)
        to_at = now + hours * HOUR if hours else None
        return go_away(
            db, user, from_at=now, to_at=to_at, by="harken", config=place.config, now=now
        )


def back(place: Place, handle: str) -> int:
    with writing(place.engine) as db:
        user = db.get_one(User, place.user(handle).id)
        return come_back(db, user, by="harken", config=place.config, now=place.clock.now())


def test_the_queue_drains_when_there_is_capacity_again(engine: Engine) -> None:  # R1
    place = a_place(engine, a_config(users=[a_user("ada", max_open=1), *PEOPLE[2:]]))
    many(place, 2)
    lead = place.accept(place.open_offer())
    assert len(waiting(place)) == 1

    close(place, lead)
    place.tick()

    assert (waiting(place), holders(place)) == ([], ["ada"])


def test_who_waits_longest_is_next_and_high_scores_before_all(engine: Engine) -> None:  # R2
    config = a_config(users=[a_user("ada", max_open=0), a_user("ben", max_open=1), *PEOPLE[2:]])
    place = a_place(engine, config)
    for n in range(4):
        many(place, 1, start=n)
        place.clock.pass_by(MINUTE)
    first, *_ = place.all(Lead)
    assert place.open_offer().lead_id == first.id
    with writing(engine) as db:
        hot = db.get_one(Lead, place.all(Lead)[3].id)
        hot.score = 95.0
        db.add(hot)
    order = []
    for _ in range(4):
        lead = place.accept(place.open_offer())
        order.append(lead.title)
        close(place, lead)
        place.tick()

    by_age = [lead.title for lead in place.all(Lead)]
    assert order == [by_age[0], by_age[3], by_age[1], by_age[2]]


def test_a_new_lead_does_not_jump_the_queue(engine: Engine) -> None:  # R2
    place = a_place(engine, a_config(users=[a_user("ada", max_open=1), *PEOPLE[2:]]))
    many(place, 2)
    older = waiting(place)[0]
    close(place, place.accept(place.open_offer()))  # and nothing has ticked yet

    many(place, 1, start=2)

    assert place.open_offer().lead_id == older.id


def test_leads_are_balanced_among_who_may_have_them(engine: Engine) -> None:  # R3
    users = [a_user(name, max_open=50) for name in ("ada", "ben", "cat")]
    asleep = a_user("dan", hours="sat 09:00-10:00", max_open=50)
    place = a_place(engine, a_config(users=[*users, asleep, *PEOPLE[2:]]))

    many(place, 9)

    assert Counter(holders(place)) == {"ada": 3, "ben": 3, "cat": 3}


def test_what_somebody_had_who_goes_away_is_offered_to_others(engine: Engine) -> None:  # R4
    place = a_place(engine)
    many(place, 4)
    mine = [o for o in place.all(Offer) if o.to_user_id == place.user("ada").id]
    accepted = place.accept(mine[0])

    assert absent(place, "ada") == 2

    assert set(holders(place)) == {"ben"}
    assert len(holders(place)) == 4
    assert next(o for o in place.all(Offer) if o.id == mine[1].id).state is OfferState.WITHDRAWN
    with pytest.raises(ConflictError, match="taken back"):
        place.accept(mine[1])
    assert next(lead for lead in place.all(Lead) if lead.id == accepted.id).owner_id is None


def test_a_short_absence_moves_nothing(engine: Engine) -> None:
    place = a_place(engine)
    many(place, 2)

    assert absent(place, "ada", hours=0.5) == 0
    assert sorted(holders(place)) == ["ada", "ben"]
    with pytest.raises(RefusedError, match="ends after it begins"):
        absent(place, "ada", hours=-1)


def test_what_somebody_works_on_who_leaves_is_the_manager_s_to_give_away(engine: Engine) -> None:
    place = a_place(engine, a_config(users=[a_user("ada"), *PEOPLE[2:]]))
    place.hear(a_post())
    lead = place.accept(place.open_offer())
    with writing(engine) as db:
        log_touch(
            db,
            lead_id=lead.id,
            user_id=str(lead.owner_id),
            rev=lead.rev,
            kind=TouchpointKind.CALL,
            note="",
            config=place.config,
            now=NOON,
        )
        user = db.get_one(User, str(lead.owner_id))
        assert leave(db, user, by="x", config=place.config, now=NOON) == 0
    place.sync(a_config())  # the files still have her; ben is new
    place.tick()

    assert not place.user("ada").active
    boss = place.user("max").id
    with reading(engine) as db:
        assert orphans_of(db, boss) == [lead.id]
    assert len([task for task in place.all(Task) if task.user_id == boss]) == 1
    with writing(engine) as db:
        offers.assign(
            db,
            lead_id=lead.id,
            to_user_id=place.user("ben").id,
            by_user_id=boss,
            config=place.config,
            now=NOON,
        )
    assert holders(place) == ["ben"]


def test_a_limit_of_one_rep_is_that_rep_s_own(engine: Engine) -> None:  # R7
    users = [
        a_user("ada", max_open=50).model_copy(update={"max_per_day": 2}),
        a_user("ben", max_open=50),
    ]
    place = a_place(engine, a_config(users=[*users, *PEOPLE[2:]]))

    many(place, 8)

    assert Counter(holders(place)) == {"ada": 2, "ben": 6}
    assert "ada" in place.all(Offer)[-1].explain["not_eligible"]  # type: ignore[operator]  # JSON


def test_a_burst_is_taken_in_and_worked_off_in_order(sqlite_engine: Engine) -> None:  # R8
    place = a_place(sqlite_engine, a_config(users=[a_user("ada", max_open=3), *PEOPLE[2:]]))
    many(place, 60)
    assert (len(holders(place)), len(waiting(place))) == (3, 57)

    place.sync(a_config(users=[a_user("ada", max_open=45), *PEOPLE[2:]]))
    place.tick()

    assert (len(holders(place)), len(waiting(place))) == (45, 15)
    oldest = sorted(place.all(Lead), key=lambda lead: (lead.sales_ready_at, lead.id))
    assert {o.lead_id for o in place.all(Offer)} == {lead.id for lead in oldest[:45]}


def test_who_is_back_gets_what_waits(engine: Engine) -> None:  # R9
    place = a_place(engine, a_config(users=[a_user("ada"), *PEOPLE[2:]]))
    absent(place, "ada")
    many(place, 2)
    assert len(waiting(place)) == 2

    assert back(place, "ada") == 2

    assert holders(place) == ["ada", "ada"]


def test_the_start_of_work_gets_what_waits(engine: Engine) -> None:  # R9
    rep = a_user("ada", hours="mon-fri 09:00-17:30", tz="America/New_York")
    place = a_place(engine, a_config(users=[rep, *PEOPLE[2:]]))
    many(place, 1)  # seven in New York
    assert "is not at work before 2025-11-19 14:00 UTC" in waiting(place)[0].next_step

    place.tick(after=HOUR - MINUTE)
    assert len(waiting(place)) == 1
    place.tick(after=MINUTE)  # within the hour that there is to accept

    assert holders(place) == ["ada"]


def test_the_whole_queue_is_looked_at_not_only_its_beginning(sqlite_engine: Engine) -> None:
    users = [a_user("ada", max_open=0), a_user("ben", max_open=50), *PEOPLE[2:]]
    users[1] = users[1].model_copy(update={"languages": ("de",)})
    place = a_place(sqlite_engine, a_config(users=users))
    with writing(sqlite_engine) as db:
        source = db.exec(select(Source)).one()
        db.add(Thread(id="thread", source_id=source.id, key="t", title="", first_seen_at=NOON))
    with writing(sqlite_engine) as db:
        for n in range(230):
            new_lead(db, f"lead {n}", 1, NOON)
        last = new_lead(db, "the last one", 1, NOON + MINUTE)
        declined = [lead.id for lead in db.exec(select(Lead)) if lead.id != last.id]
        for lead_id in declined:  # ben has said no to all the others
            db.add(
                Offer(
                    lead_id=lead_id,
                    to_user_id=place.user("ben").id,
                    offered_at=NOON - timedelta(days=3),
                    accept_by=NOON,
                    state=OfferState.DECLINED,
                    fencing=1,
                    explain={},
                )
            )
    place.clock.pass_by(2 * MINUTE)

    place.tick()

    assert place.open_offer().lead_id == last.id


def test_of_fifty_who_accept_at_once_exactly_one_wins(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(a_post())
    offer = place.open_offer()

    ends = at_once(*[lambda: place.accept(offer)] * 50)

    assert sorted(type(end).__name__ for end in ends) == ["ConflictError"] * 49 + ["Lead"], ends


# By hand.


def claiming(place: Place, handle: str) -> Lead:
    with writing(place.engine) as db:
        return offers.claim(
            db, user_id=place.user(handle).id, config=place.config, now=place.clock.now()
        )


def test_a_rep_may_take_the_next_lead_and_no_other(engine: Engine) -> None:
    teams = [TeamSpec(id="sales", name="Sales", channel=ChannelKind.INSIDE, allow_claim=True)]
    users = [a_user("ada", max_open=2), *PEOPLE[2:]]
    place = a_place(engine, a_config(users=users, teams=teams))
    absent(place, "ada")
    many(place, 2)
    with writing(engine) as db:  # back without a drain, as between two ticks
        for absence in db.exec(select(Absence)):
            db.delete(absence)
    oldest = min(place.all(Lead), key=lambda lead: lead.id)

    lead = claiming(place, "ada")

    assert (lead.id, lead.status, lead.owner_id) == (oldest.id, S.ACCEPTED, place.user("ada").id)
    claiming(place, "ada")
    with pytest.raises(RefusedError, match="Nothing waits"):
        claiming(place, "ada")


def test_where_leads_are_given_out_nobody_takes_one(engine: Engine) -> None:
    place = a_place(engine)

    with pytest.raises(ForbiddenError, match="in turn"):
        claiming(place, "ada")


def test_only_a_manager_gives_a_lead_to_somebody_in_particular(engine: Engine) -> None:
    place = a_place(engine)
    lead = place.hear(a_post())

    def assign(by: str, to: str) -> Offer:
        with writing(engine) as db:
            return offers.assign(
                db,
                lead_id=lead.id,
                to_user_id=place.user(to).id,
                by_user_id=place.user(by).id,
                reason="knows them",
                config=place.config,
                now=NOON,
            )

    with pytest.raises(ForbiddenError):
        assign("ada", "ben")
    with pytest.raises(RefusedError, match="takes no leads"):
        assign("max", "mia")
    offer = assign("max", "ben")
    assert (offer.fencing, offer.explain["how"]) == (2, "assigned")
    assert holders(place) == ["ben"]
    close(place, place.accept(place.open_offer()))
    with pytest.raises(RefusedError, match="can't be given"):
        assign("max", "ada")


def test_the_buyer_s_earlier_owner_gets_the_next_lead(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(a_post("1", thread="a"))
    owner = place.accept(place.open_offer())
    close(place, owner)
    place.clock.pass_by(timedelta(days=40))
    many(place, 1)  # whose turn it would be next

    place.take_in(a_post("2", thread="b", at=place.clock.now()))

    mine = [o for o in place.all(Offer) if o.explain["how"] == "sticky"]
    assert [offer.to_user_id for offer in mine] == [str(owner.owner_id)]


def test_three_declines_bring_a_lead_to_the_manager(engine: Engine) -> None:
    users = [a_user(name) for name in ("ada", "ben", "cat", "dan")]
    place = a_place(engine, a_config(users=[*users, *PEOPLE[2:]]))
    place.hear(a_post())
    for _ in range(3):
        offer = place.open_offer()
        with writing(engine) as db:
            offers.decline(
                db,
                lead_id=offer.lead_id,
                user_id=offer.to_user_id,
                fencing=offer.fencing,
                reason=DeclineReason.NOT_MY_AREA,
                config=place.config,
                now=NOON,
            )

    lead = place.only(Lead)
    assert (lead.status, lead.next_step) == (
        S.SALES_READY,
        "waits for a rep: 3 reps declined it; a manager decides",
    )
    with reading(engine) as db:
        assert explain(db, lead, config=place.config, now=NOON).how == "manager"
