"""Who is heard is told of it in time, or their name goes; and whoever asks is answered."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from config.settings import PrivacyMode
from models.contact import Person, PersonAuthor
from models.digest_words import AttentionKind
from models.lead import Lead, Touchpoint
from models.ledger import AuditEvent
from models.post import Author, Post, PostBand, Thread
from models.privacy import Notice, PrivacyRequest
from models.privacy_words import AskedFor, NoticeWay, RequestEnd
from models.signal import Signal
from models.source import Source
from models.words import LeadStatus, TouchpointKind
from service.attending.telling import of_notices, of_requests
from service.errors import ForbiddenError, NotFoundError, RefusedError
from service.leads.by_hand import log_touch
from service.leads.inquiries import Asked, receive
from service.leads.ledger import broken_link
from service.privacy.asking import MOST_A_DAY, Asking, TooManyError, ask, close, open_requests
from service.privacy.notices import Untold, count_untold, take_back, tell, untold
from service.privacy.pseudonyms import let_names_go
from service.rules.notices import Standing
from service.store.engine import open_engine, reading, sqlite_url, writing
from tests.builders import ASK, SECRET, Place, a_config, a_place, a_post
from tests.command import harken_here

DAY = timedelta(days=1)


@pytest.fixture
def place(sqlite_engine: Engine) -> Place:
    return a_place(sqlite_engine, a_config(privacy=PrivacyMode.EU))


@pytest.fixture
def any_place(engine: Engine) -> Place:
    return a_place(engine, a_config(privacy=PrivacyMode.EU))


def a_lead(place: Place, *, author: str = "quiet_otter", thread: str = "t") -> Lead:
    return place.hear(
        a_post(
            "1",
            f"{ASK} a crm? Write to quiet_otter. Yours, Quiet_Otter",
            title="A crm for quiet_otter",
            author=author,
            author_url=f"https://talk.example/u/{author}",
            url=f"https://talk.example/u/{author}/1",
            thread=thread,
        )
    )


def due(place: Place, within: timedelta | None = None) -> tuple[Untold, ...]:
    now = place.clock.now()
    with reading(place.engine) as db:
        until = now + within if within is not None else None
        return untold(db, place.config.settings, now=now, until=until)


def names_gone(place: Place, after: timedelta = timedelta(0)) -> int:
    place.clock.pass_by(after)
    with writing(place.engine) as db:
        return let_names_go(db, place.config.settings, now=place.clock.now(), most=100)


def contacted(place: Place, lead: Lead) -> Lead:
    """Let who got the lead answer its author."""
    lead = place.accept(place.open_offer())
    with writing(place.engine) as db:
        return log_touch(
            db,
            lead_id=lead.id,
            user_id=lead.owner_id or "",
            rev=lead.rev,
            kind=TouchpointKind.ENGAGE_REPLY,
            note="try this",
            config=place.config,
            now=place.clock.now(),
        )


def told(place: Place, lead: Lead, user: str = "mia") -> tuple[str, ...]:
    with writing(place.engine) as db:
        return tell(
            db,
            lead_id=lead.id,
            user_id=place.user(user).id,
            way=NoticeWay.MESSAGE,
            now=place.clock.now(),
        )


# --- the clock -------------------------------------------------------------------------------


def test_who_is_heard_is_due_after_a_month_and_sooner_once_contacted(place: Place) -> None:
    lead = a_lead(place)
    heard_at = place.clock.now()

    (one,) = due(place)
    assert (one.handle, one.host, one.lead_id) == ("quiet_otter", "talk.example", lead.id)
    assert one.due_at == one.goes_at == heard_at + 30 * DAY
    assert one.standing is Standing.LATER
    assert due(place, within=7 * DAY) == ()

    place.clock.pass_by(timedelta(minutes=5))
    lead = contacted(place, lead)
    (one,) = due(place, within=7 * DAY)
    assert one.due_at == one.contacted_at == place.clock.now()
    assert one.goes_at is None
    assert one.standing is Standing.OVERDUE
    assert one.owner_id == lead.owner_id


def test_in_the_standard_mode_no_clock_runs_and_no_name_goes(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine)
    a_lead(place)

    assert names_gone(place, after=400 * DAY) == 0
    assert due(place) == ()
    with reading(place.engine) as db:
        over = count_untold(db, place.config.settings, now=place.clock.now(), soon=DAY)
    assert over == (0, 0)


def test_that_somebody_was_told_stops_the_clock_and_is_on_record(place: Place) -> None:
    lead = a_lead(place)

    assert told(place, lead) == (lead.author_id,)
    assert told(place, lead) == ()  # the first time counts

    assert due(place) == ()
    assert names_gone(place, after=400 * DAY) == 0
    notice = place.only(Notice)
    assert (notice.lead_id, notice.way, notice.by) == (
        lead.id,
        NoticeWay.MESSAGE,
        place.user("mia").id,
    )
    assert [e.detail for e in place.all(AuditEvent) if e.action == "privacy.told"] == [
        {"way": "message", "authors": 1}
    ]


def test_it_can_be_taken_back_and_the_clock_runs_as_before(place: Place) -> None:
    lead = a_lead(place)
    told(place, lead)
    mia = place.user("mia").id
    with writing(place.engine) as db:
        take_back(db, lead_id=lead.id, user_id=mia, now=place.clock.now())
    assert len(due(place)) == 1
    with writing(place.engine) as db, pytest.raises(NotFoundError):
        take_back(db, lead_id=lead.id, user_id=mia, now=place.clock.now())


def test_only_who_works_on_a_lead_says_that_its_author_was_told(place: Place) -> None:
    lead = a_lead(place)
    with pytest.raises(ForbiddenError):
        told(place, lead, user="ben")


def test_who_came_to_us_or_agreed_or_bought_knows_us(place: Place) -> None:
    lead = a_lead(place)
    with writing(place.engine) as db:
        receive(
            db,
            Asked(
                topic="crm",
                message="How much is it?",
                at=place.clock.now(),
                reference="form-1",
                handle="quiet_otter",
                source="talk",
            ),
            config=place.config,
            secret=SECRET,
            by="mia",
            now=place.clock.now(),
        )
    assert due(place) == ()
    place.take_in(a_post("2", f"{ASK} a crm, too?", author="bea"))
    (bea,) = due(place)
    with writing(place.engine) as db:
        person = Person(name="Bea", consent_at=place.clock.now(), created_at=place.clock.now())
        db.add(person)
        db.flush()
        db.add(
            PersonAuthor(
                author_id=bea.author_id, person_id=person.id, at=place.clock.now(), by="mia"
            )
        )
    assert due(place) == ()
    place.take_in(a_post("3", f"{ASK} a crm, as well?", author="cid"))
    (cid,) = due(place)
    with writing(place.engine) as db:
        won = db.get_one(Lead, cid.lead_id)
        won.status, won.next_step_at = LeadStatus.WON, None
        won.closed_at, won.close_reason = place.clock.now(), "won"
        db.add(won)
    assert due(place) == ()
    assert names_gone(place, after=60 * DAY) == 0
    assert lead.author_id


# --- names that go ---------------------------------------------------------------------------


def test_after_a_month_a_pseudonym_stands_for_who_nobody_told(any_place: Place) -> None:
    place = any_place
    lead = a_lead(place)
    place.take_in(
        a_post("9", "Ask @quiet_otter, he knows.", author="ben2", thread="t", is_opening=False)
    )
    text = place.all(Post)[0].text
    assert names_gone(place, after=30 * DAY - timedelta(seconds=1)) == 0
    assert names_gone(place, after=timedelta(seconds=1)) == 1

    (author,) = [a for a in place.all(Author) if a.id == lead.author_id]
    assert author.handle == author.handle_norm == f"person-{author.id[-12:]}"
    assert author.profile_url is None
    assert author.pseudonymised_at == place.clock.now()
    (post,) = [p for p in place.all(Post) if p.author_id == author.id]
    assert post.url is None
    assert post.signature is None
    assert len(post.text) == len(text)
    assert ASK in post.text
    assert place.all(PostBand) == []
    thread = place.only(Thread)
    assert (thread.url, thread.pseudonymised_at) == (None, place.clock.now())
    kept = [
        *(f"{p.title} {p.text} {p.quoted} {p.url}" for p in place.all(Post)),
        *(row.title for row in place.all(Lead)),
        *(row.title for row in place.all(Thread)),
        *(f"{s.evidence} {s.slots} {s.matched} {s.phrases}" for s in place.all(Signal)),
    ]
    assert not [words for words in kept if "otter" in words.lower()]
    (event,) = [e for e in place.all(AuditEvent) if e.action == "privacy.pseudonymised"]
    assert event.subject == f"author:{author.id}"
    assert due(place) == ()
    with reading(place.engine) as db:
        assert broken_link(db) is None


def test_quotes_stand_where_they_stood_after_a_name_went(place: Place) -> None:
    a_lead(place)
    names_gone(place, after=30 * DAY)

    (post,) = place.all(Post)
    for quote in (q for s in place.all(Signal) for q in (*s.evidence, *s.matched)):
        words = post.title if quote["field"] == "title" else post.text
        assert words[int(str(quote["start"])) : int(str(quote["end"]))] == quote["text"]


def test_neither_the_next_crawl_nor_an_edit_brings_the_name_back(place: Place) -> None:
    a_lead(place)
    names_gone(place, after=30 * DAY)

    a_lead(place)
    place.take_in(
        a_post(
            "1",
            f"{ASK} a crm? It is urgent, says quiet_otter",
            author="quiet_otter",
            author_url="https://talk.example/u/quiet_otter",
            thread="t",
        )
    )

    post, author = place.only(Post), place.only(Author)
    assert "urgent" in post.text
    assert "otter" not in post.text
    assert (post.url, post.author_id, post.signature) == (None, author.id, None)
    assert author.pseudonymised_at is not None
    assert place.only(Thread).url is None
    assert place.all(PostBand) == []


def test_what_they_write_later_is_heard_anew_with_a_clock_of_its_own(place: Place) -> None:
    a_lead(place)
    names_gone(place, after=30 * DAY)

    place.take_in(a_post("2", f"{ASK} a crm, again?", author="quiet_otter"))

    (one,) = due(place)
    assert one.handle == "quiet_otter"
    assert one.due_at == place.clock.now() + 30 * DAY


def test_who_was_contacted_keeps_the_name_until_somebody_tells_them(place: Place) -> None:
    lead = contacted(place, a_lead(place))

    assert names_gone(place, after=90 * DAY) == 0
    (one,) = due(place)
    assert one.standing is Standing.OVERDUE
    with reading(place.engine) as db:
        over, _ = count_untold(db, place.config.settings, now=place.clock.now(), soon=DAY)
    assert over == 1
    told(place, lead)
    assert due(place) == ()


def test_a_note_is_no_contact(place: Place) -> None:
    lead = a_lead(place)
    with writing(place.engine) as db:
        db.add(
            Touchpoint(
                lead_id=lead.id,
                kind=TouchpointKind.NOTE,
                by_user_id=place.user("ada").id,
                at=place.clock.now(),
                note="quiet_otter seems to mean it",
            )
        )
    assert names_gone(place, after=30 * DAY) == 1
    assert "otter" not in place.only(Touchpoint).note


def test_of_who_was_brought_in_a_sheet_the_name_goes_too(place: Place) -> None:
    lead = a_lead(place)
    with writing(place.engine) as db:
        person = Person(name="Quentin Otter", account="Weir Ltd", created_at=place.clock.now())
        db.add(person)
        db.flush()
        link = PersonAuthor(
            author_id=lead.author_id or "", person_id=person.id, at=place.clock.now(), by="mia"
        )
        db.add(link)
    names_gone(place, after=30 * DAY)

    row = place.only(Person)
    assert (row.name, row.account) == (None, "Weir Ltd")


# --- whoever can act is warned ---------------------------------------------------------------


def test_the_owner_and_the_officer_are_warned_in_time(place: Place) -> None:
    a_lead(place)
    lead = place.accept(place.open_offer())

    def matters() -> list[tuple[str, str]]:
        with reading(place.engine) as db:
            found = list(of_notices(db, place.config, place.clock.now()))
        assert all(one.kind is AttentionKind.NOTICE_DUE for one in found)
        assert not any("otter" in one.words for one in found)
        return [(one.subject, one.words) for one in found]

    place.clock.pass_by(22 * DAY)
    assert matters() == []
    place.clock.pass_by(2 * DAY)
    (owner, officer) = matters()
    assert owner[0] == f"lead:{lead.id}"
    assert owner[1].startswith("In 6 days a lead of yours loses the name")
    assert officer == ("notices", "People who are heard: the names of 1 go within 7 days.")


# --- people ask ------------------------------------------------------------------------------

ASKING = Asking(
    asked_for=AskedFor.ERASURE,
    handle="quiet_otter",
    place="talk.example",
    contact="otter@example.com",
    message="please",
)


def test_a_request_waits_for_the_officer_and_is_forgotten_once_answered(place: Place) -> None:
    now = place.clock.now()
    with writing(place.engine) as db:
        row = ask(db, ASKING, now=now)
    with reading(place.engine) as db:
        assert [one.id for one in open_requests(db)] == [row.id]
        (matter,) = of_requests(db)
    assert matter.words == "Somebody asks to be erased: answer by 19 December."
    assert matter.for_roles == ("admin", "privacy_officer")

    with writing(place.engine) as db:
        close(db, row.id, ended=RequestEnd.DONE, by="mia", now=now + DAY)
    with writing(place.engine) as db, pytest.raises(NotFoundError):
        close(db, row.id, ended=RequestEnd.DONE, by="mia", now=now + DAY)

    row = place.only(PrivacyRequest)
    assert (row.handle, row.place, row.contact, row.message) == ("", "", "", "")
    assert (row.asked_for, row.ended, row.closed_by) == (AskedFor.ERASURE, RequestEnd.DONE, "mia")
    told = [e.action for e in place.all(AuditEvent)]
    assert [action for action in told if action.startswith("privacy")] == [
        "privacy.asked",
        "privacy.answered",
    ]


def test_a_script_does_not_fill_the_disk(place: Place) -> None:
    now = place.clock.now()
    with writing(place.engine) as db:
        for _ in range(MOST_A_DAY):
            ask(db, ASKING, now=now)
        with pytest.raises(TooManyError):
            ask(db, ASKING, now=now)
        ask(db, ASKING, now=now + DAY)
    assert issubclass(TooManyError, RefusedError)


# --- the command -----------------------------------------------------------------------------


def test_the_command_lists_who_is_due_when(fresh_house: Path) -> None:
    (fresh_house / "harken.toml").write_text('[privacy]\nmode = "eu"\n', encoding="utf-8")
    assert harken_here("privacy", "notices", data=fresh_house).out == "Nobody is to be told.\n"
    _hear_in(fresh_house)

    ran = harken_here("privacy", "notices", "--json", data=fresh_house)
    (line,) = ran.lines
    assert ran.code == 1  # their month is long over
    assert (line["handle"], line["standing"]) == ("quiet_otter", "overdue")
    shown = harken_here("privacy", "notices", data=fresh_house)
    assert "the name goes 2020-01-31" in shown.out
    (fresh_house / "harken.toml").write_text("", encoding="utf-8")
    assert "No clock runs" in harken_here("privacy", "notices", data=fresh_house).out


def _hear_in(folder: Path) -> None:
    engine = open_engine(sqlite_url(folder / "harken.db"))
    with writing(engine) as db:
        source = db.exec(select(Source).order_by(Source.slug)).first()
        assert source is not None
        db.add(
            Author(
                source_id=source.id,
                handle="quiet_otter",
                handle_norm="quiet_otter",
                first_seen_at=datetime(2020, 1, 1, tzinfo=UTC),
            )
        )
    engine.dispose()
