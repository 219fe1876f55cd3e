"""Two leads that are one situation become one, and two again."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from models.lead import Lead, LeadSignal, Offer
from models.ledger import AuditEvent, Outbox
from models.merge import MergeRecord
from models.words import Kind, LeadStatus, OfferState, SuppressionReason
from service.errors import ConflictError, ForbiddenError, HarkenError, NotFoundError, RefusedError
from service.leads.ledger import broken_link
from service.leads.merging import merge, unmerge
from service.leads.objecting import leave_alone
from service.leads.related import Relation, related
from service.leads.timeline import journey, timeline
from service.store.engine import reading, writing
from tests.builders import (
    ASK,
    NO_TAKERS,
    SECRET,
    Place,
    a_config,
    a_place,
    a_post,
    a_source,
    a_topic,
)
from tests.fakes import Said

S = LeadStatus
DAY = timedelta(days=1)
TOPICS = [a_topic(), a_topic("phones")]
SOURCES = [a_source(), a_source("chat")]
WORDS = {
    "wonder": Said(kind=Kind.NEED, p=0.7),  # 35: detected
    "compare": Said(kind=Kind.COMPARISON, p=0.6),  # 60: mql
    "phone": Said(kind=Kind.COMPARISON, p=0.6, topic="phones"),
    ASK: Said(),
}


def two_leads(engine: Engine, first: str = "compare", second: str = "wonder") -> Place:
    """Return a place with a lead of anna at one source and a later one of hers at another."""
    place = a_place(engine, a_config(users=NO_TAKERS, topics=TOPICS, sources=SOURCES), knows=WORDS)
    place.take_in(a_post("1", first))
    place.clock.pass_by(timedelta(hours=1))
    place.take_in(a_post("2", second, at=place.clock.now()), source="chat")
    return place


def merged(place: Place, one: Lead, other: Lead, *, by: str = "mia") -> MergeRecord:
    with writing(place.engine) as db:
        return merge(
            db,
            lead_ids=(one.id, other.id),
            revs=(one.rev, other.rev),
            user_id=place.user(by).id,
            config=place.config,
            secret=SECRET,
            now=place.clock.now(),
        )


def unmerged(place: Place, lead_id: str) -> Lead:
    with writing(place.engine) as db:
        return unmerge(
            db,
            lead_id=lead_id,
            user_id=place.user("mia").id,
            config=place.config,
            secret=SECRET,
            now=place.clock.now(),
        )


def test_the_further_lead_lives_on_with_what_both_heard(engine: Engine) -> None:
    place = two_leads(engine)
    further, other = place.all(Lead)

    record = merged(place, other, further)

    stays, gone = place.all(Lead)
    assert (record.survivor_id, record.loser_id) == (further.id, other.id)
    assert (gone.status, gone.merged_into) == (S.MERGED, further.id)
    assert {row.lead_id for row in place.all(LeadSignal)} == {further.id}
    assert stays.score > further.score  # made anew of both, and copied from neither
    assert stays.last_signal_at == other.last_signal_at
    assert "lead.merged" in {event.kind for event in place.all(Outbox)}
    assert "lead.merged" in {event.action for event in place.all(AuditEvent)}
    with reading(engine) as db:
        assert broken_link(db) is None


def test_a_merge_is_undone_as_if_it_had_not_been(engine: Engine) -> None:
    place = two_leads(engine)
    before = place.all(Lead)
    merged(place, *before)

    unmerged(place, before[1].id)

    for then, now in zip(before, place.all(Lead), strict=True):
        assert (now.status, now.owner_id) == (then.status, then.owner_id)
        assert now.score == pytest.approx(then.score, rel=0.02)  # an hour has passed
        assert now.first_signal_at == then.first_signal_at
        assert now.created_at == then.created_at
        assert now.merged_into is None
    assert {row.lead_id for row in place.all(LeadSignal)} == {lead.id for lead in before}
    assert place.only(MergeRecord).undone_at == place.clock.now()
    with pytest.raises(NotFoundError, match="was not merged"):
        unmerged(place, before[1].id)


def test_what_came_after_a_merge_stays_when_it_is_undone(sqlite_engine: Engine) -> None:
    place = two_leads(sqlite_engine)
    further, other = place.all(Lead)
    merged(place, further, other)
    place.take_in(a_post("3", "wonder again", at=place.clock.now()))

    unmerged(place, other.id)

    kept = [row.lead_id for row in place.all(LeadSignal)]
    assert sorted(kept) == sorted([further.id, further.id, other.id])


def test_after_30_days_a_merge_stays(sqlite_engine: Engine) -> None:
    place = two_leads(sqlite_engine)
    one, other = place.all(Lead)
    merged(place, one, other)
    place.clock.pass_by(31 * DAY)

    with pytest.raises(RefusedError, match="30 days ago"):
        unmerged(place, other.id)


def test_the_open_offer_of_the_loser_is_taken_back_and_made_anew(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine, a_config(sources=SOURCES))
    place.take_in(a_post("1"))
    place.clock.pass_by(timedelta(hours=0.1))
    again = a_post("2", f"{ASK} phones and a crm?", at=place.clock.now())
    place.take_in(again, source="chat")
    place.accept(place.all(Offer)[0])
    worked, offered = place.all(Lead)

    merged(place, worked, offered)

    assert [o.state for o in place.all(Offer)] == [OfferState.ACCEPTED, OfferState.WITHDRAWN]
    unmerged(place, offered.id)
    assert place.all(Lead)[1].status is S.OFFERED
    assert [o.state for o in place.all(Offer)][-1] is OfferState.OPEN


def test_a_lead_of_somebody_who_left_goes_back_to_the_queue(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine, a_config(sources=SOURCES))
    place.take_in(a_post("1"))
    place.accept(place.open_offer())
    place.clock.pass_by(timedelta(hours=0.1))
    again = a_post("2", f"{ASK} phones and a crm?", at=place.clock.now())
    place.take_in(again, source="chat")
    place.accept(place.open_offer())
    older, younger = place.all(Lead)
    gone = next(u for u in place.all(type(place.user("ada"))) if u.id == younger.owner_id)
    merged(place, older, younger)
    with writing(sqlite_engine) as db:
        row = db.merge(gone)
        row.active = False

    lead = unmerged(place, younger.id)

    assert lead.owner_id is None or lead.owner_id != gone.id
    assert lead.status in {S.SALES_READY, S.OFFERED}


@pytest.mark.parametrize("second", ["phone"])
def test_different_topics_are_different_situations(sqlite_engine: Engine, second: str) -> None:
    place = two_leads(sqlite_engine, second=second)

    with pytest.raises(RefusedError, match="different topics"):
        merged(place, *place.all(Lead))


def test_a_rep_does_not_merge(sqlite_engine: Engine) -> None:
    place = two_leads(sqlite_engine)

    with pytest.raises(ForbiddenError):
        merged(place, *place.all(Lead), by="ada")


def test_a_closed_lead_is_not_merged(sqlite_engine: Engine) -> None:
    place = two_leads(sqlite_engine)
    leads = place.all(Lead)
    merged(place, *leads)

    with pytest.raises(HarkenError):
        merged(place, *place.all(Lead))
    assert len(place.all(MergeRecord)) == 1


def test_whoever_objected_is_not_merged_back_in(sqlite_engine: Engine) -> None:
    place = two_leads(sqlite_engine)
    one, other = place.all(Lead)
    merged(place, one, other)
    with writing(sqlite_engine) as db:
        taken = leave_alone(
            db,
            secret=SECRET,
            host="chat.example",
            handle="anna",
            reason=SuppressionReason.OBJECTION,
            by="mia",
            now=place.clock.now(),
        )

    assert taken == 0  # the merged lead is closed; the other is of another handle
    with pytest.raises(RefusedError, match="left alone"):
        unmerged(place, other.id)


def test_of_two_who_merge_at_once_one_is_told(engine: Engine) -> None:
    place = two_leads(engine)
    one, other = place.all(Lead)
    errors: list[HarkenError] = []

    def go(first: Lead, second: Lead) -> None:
        try:
            merged(place, first, second)
        except HarkenError as error:
            errors.append(error)

    threads = [threading.Thread(target=go, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert [type(error) for error in errors] == [ConflictError]
    assert len(place.all(MergeRecord)) == 1


def test_a_namesake_elsewhere_is_suggested_and_not_merged(sqlite_engine: Engine) -> None:
    place = two_leads(sqlite_engine)
    one, other = place.all(Lead)

    with reading(sqlite_engine) as db:
        (found,) = related(db, one)

    assert (found.lead_id, found.relation) == (other.id, Relation.SAME_HANDLE)
    assert found.same_topic


def test_leads_of_one_company_on_one_topic_are_related(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine, a_config(users=NO_TAKERS, topics=TOPICS), knows=WORDS)
    for number, (author, words) in enumerate(
        [("anna", "compare"), ("ben", "compare"), ("cleo", "phone")]
    ):
        place.take_in(a_post(str(number), words, author=author))
    with writing(sqlite_engine) as db:
        for lead in place.all(Lead):
            db.merge(lead).account = "Acme"
    anna, ben, _ = place.all(Lead)

    with reading(sqlite_engine) as db:
        found = related(db, anna)

    assert [(one.lead_id, one.relation) for one in found] == [(ben.id, Relation.SAME_ACCOUNT)]


def test_the_timeline_tells_all_of_it_in_order(sqlite_engine: Engine) -> None:
    place = two_leads(sqlite_engine)
    one, other = place.all(Lead)
    merged(place, one, other)

    with reading(sqlite_engine) as db:
        told = timeline(db, place.all(Lead)[0])
        steps = journey(db, place.all(Lead)[0])

    assert [moment.at for moment in told] == sorted(moment.at for moment in told)
    assert {"signal", "status", "merge"} <= {moment.what for moment in told}
    assert [(m.step, m.furthest) for m in steps] == [(4, 4), (1, 4)]
