"""What has had its time: leads that were lost, and posts of which nothing is due any more."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.lead import Lead, StatusChange, Touchpoint
from models.ledger import AuditEvent
from models.moves import LeadEvent, Request
from models.post import Author, Post, Thread
from models.signal import Signal
from models.words import DisqualifyReason, LeadStatus, TouchpointKind
from service.leads.transitions import lead_of, transition
from service.posts.forgetting import NOTHING_DUE, forget_lost, forget_weak
from service.store.engine import reading, writing
from tests.builders import ASK, NO_TAKERS, Place, a_config, a_place, a_post, a_topic
from tests.fakes import NOON, Said

DAY = timedelta(days=1)
TOPICS = [a_topic(), a_topic("desks")]


@pytest.fixture
def place(engine: Engine) -> Place:
    return a_place(engine, a_config(users=NO_TAKERS, topics=TOPICS))


def disqualified(place: Place, lead: Lead) -> None:
    mia = place.user("mia").id
    with writing(place.engine) as db:
        now = place.clock.now()
        asked = Request(
            to=LeadStatus.DISQUALIFIED,
            event=LeadEvent.DISQUALIFIED,
            at=now,
            actor=mia,
            reason=DisqualifyReason.SOLVED.value,
            note="solved by Anna",
        )
        transition(db, lead_of(db, lead.id), asked, next_step="none", next_step_at=None)
        kind = TouchpointKind.NOTE
        db.add(Touchpoint(lead_id=lead.id, kind=kind, by_user_id=mia, at=now, note="Anna said"))


def forgotten(place: Place, after: timedelta) -> int:
    now = NOON + after
    with writing(place.engine) as db:
        return forget_lost(db, before=now - 180 * DAY, most=10, now=now)


def test_a_lost_lead_loses_words_and_people_and_keeps_why_it_was_lost(place: Place) -> None:
    lead = place.hear(a_post("1", title="A crm for Anna?", thread="t"))
    steps = len(place.all(StatusChange)) + 1
    disqualified(place, lead)

    assert forgotten(place, 180 * DAY - timedelta(hours=1)) == 0
    assert forgotten(place, 180 * DAY) == 1
    assert forgotten(place, 181 * DAY) == 0, "once is enough"

    now = place.only(Lead)
    assert (now.title, now.author_id, now.score_explain) == ("CRM", None, {})
    assert (now.status, now.close_reason) == (LeadStatus.DISQUALIFIED, "solved")
    assert len(place.all(StatusChange)) == steps
    assert (place.all(Author), place.only(Thread).title) == ([], "")
    post, signal = place.only(Post), place.only(Signal)
    assert (post.text, post.title, post.signature) == ("", "", None)
    assert (signal.evidence, signal.matched, signal.kind) == ([], [], lead.kind)
    assert place.only(Touchpoint).note == ""
    assert [e.action for e in place.all(AuditEvent)].count("lead.forgotten") == 1
    assert place.take_in(a_post("1", title="A crm for Anna?", thread="t")).duplicates == 1


def test_a_post_that_another_lead_lives_by_stays(place: Place) -> None:
    place.ears.known = {ASK: Said(), "desks": Said(topic="desks")}
    place.take_in(a_post("1", f"{ASK} a crm with desks?"))
    one, other = place.all(Lead)
    disqualified(place, one)

    assert forgotten(place, 200 * DAY) == 1

    assert other.title in {lead.title for lead in place.all(Lead)}

    assert place.only(Post).text
    assert place.only(Author).handle == "anna"


def test_what_is_live_or_won_is_never_forgotten(place: Place) -> None:
    place.hear(a_post())

    assert forgotten(place, 4000 * DAY) == 0


def test_a_signal_too_weak_for_a_lead_loses_its_words_after_its_time(place: Place) -> None:
    place.ears.known = {ASK: Said(p=0.2), "desks": Said(topic="desks", p=0.9)}
    place.take_in(
        a_post("1", title="A crm for Anna?", text=f"{ASK} a crm?", thread="t"),
        a_post("2", f"{ASK} a crm with desks?", author="bob"),  # a lead lives by this one
    )

    def forgotten(after: timedelta) -> int:
        with writing(place.engine) as db:
            return forget_weak(db, before=NOON + after - 90 * DAY, most=10)

    assert forgotten(89 * DAY) == 0
    assert forgotten(90 * DAY) == 1
    assert forgotten(91 * DAY) == 0, "once is enough"

    weak, living = place.all(Post)
    assert (weak.title, weak.text, weak.author_id, weak.signature) == ("", "", None, None)
    assert living.text
    assert [author.handle for author in place.all(Author)] == ["bob"]
    assert place.all(Thread)[0].title == ""
    signals = {signal.id: signal for signal in place.all(Signal)}
    assert len(signals) == 3, "that they were heard stays"
    assert {bool(s.evidence) for s in signals.values() if s.post_id == weak.id} == {False}
    assert {bool(s.evidence) for s in signals.values() if s.post_id == living.id} == {True}


def test_a_post_is_looked_at_once_when_its_time_is_over(place: Place) -> None:
    place.take_in(a_post("1", "Lovely weather"), a_post("2"))
    place.tick(after=30 * DAY)

    assert {post.retention_until for post in place.all(Post)} == {NOTHING_DUE}
    with reading(place.engine) as db:
        kept = db.exec(select(Post.external_id).where(Post.text != "")).all()
    assert kept == ["2"]

    place.take_in(a_post("1", "Lovely weather, again"))
    assert with_words(place) == {"2", "1"}, "it was edited, and has its month again"
    place.tick(after=30 * DAY)
    assert with_words(place) == {"2"}


def with_words(place: Place) -> set[str]:
    """Return which posts still have words."""
    return {post.external_id for post in place.all(Post) if post.text}
