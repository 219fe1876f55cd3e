"""Digests: what is in them, when they are written down, and that each gets out once."""

from datetime import date, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.attention import AttentionItem, AttentionShown
from models.digest import DigestItem, DigestRun, MailAddress
from models.digest_words import AttentionKind, ItemKind, Rhythm, RunState
from models.lead import StatusChange
from models.ledger import Outbox
from models.moves import LeadEvent
from models.people import User
from models.post import Post
from models.signal import Signal
from models.words import DisqualifyReason, LeadStatus, SignalStatus, UserRole
from service.attending.matter import Matter
from service.attending.noting import raise_item
from service.digests.acts import Act, Asked, do
from service.digests.links import Links
from service.digests.sending import _take
from service.digests.text import as_text
from service.store.engine import reading, writing
from service.times import zone_of
from tests.digesting import BASE, SAYS_SO, Desk, a_desk, a_digest_config
from tests.post_office import open_post_office

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """A desk without a mail server that answers, on either database."""
    return a_desk(engine)


@pytest.fixture
def small(sqlite_engine: Engine) -> Desk:
    """The same on SQLite only: for what has nothing to do with the database."""
    return a_desk(sqlite_engine)


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def titles(desk: Desk, handle: str = "ida") -> list[str]:
    return [entry.line.title for entry in desk.made(handle).entries]


# --- what is in it ---------------------------------------------------------------------------


def test_a_social_seller_sees_what_to_review_and_a_rep_what_is_his(desk: Desk) -> None:
    ida, ben = desk.marketer(), desk.reader("ben")
    desk.lead("to review")
    desk.lead("offered", status=LeadStatus.OFFERED, offered_to=ben, score=85)
    desk.lead("his", status=LeadStatus.WORKING, owner=ben, score=60)
    desk.lead("somebody else's", status=LeadStatus.WORKING, owner=ida)
    desk.lead("closed", status=LeadStatus.DISQUALIFIED)

    assert titles(desk, "ida") == ["to review"]
    assert titles(desk, "ben") == ["offered", "his"]
    acts = [entry.acts for entry in desk.made("ben").entries]
    assert acts == [(Act.TAKE, Act.DECLINE), (Act.REJECT, Act.SNOOZE)]


def test_what_sleeps_or_was_confirmed_is_not_shown_until_something_is_new(desk: Desk) -> None:
    ida = desk.marketer()
    asleep, confirmed = desk.lead("asleep"), desk.lead("confirmed")
    for lead, act in ((asleep, Act.SNOOZE), (confirmed, Act.CONFIRM)):
        with writing(desk.engine) as db:
            asked = Asked(act=act, rev=lead.rev, days=3)
            do(db, ida, lead.id, asked, config=desk.config, now=desk.house.clock.now())

    assert titles(desk) == []
    desk.house.clock.pass_by(3 * DAY)
    assert titles(desk) == ["asleep"]
    with writing(desk.engine) as db:  # its author speaks again
        signal = db.exec(select(Signal).where(Signal.status == SignalStatus.CONFIRMED)).one()
        signal.status = SignalStatus.NEW
        db.add(signal)
    assert sorted(titles(desk)) == ["asleep", "confirmed"]


def test_chance_brings_up_leads_below_the_threshold(small: Desk) -> None:
    small.config = a_digest_config(explore=0.5, cap=4)
    small.marketer()
    for number in range(4):
        small.lead(f"low {number}", score=35, status=LeadStatus.DETECTED)
        small.lead(f"high {number}", score=75)

    made = small.made()

    assert [entry.explores for entry in made.entries] == [False, False, True, True]
    drawn = [entry.line.title for entry in made.entries if entry.explores]
    high = sum(title.startswith("high") for title in drawn)
    assert made.not_shown == 2 - high, "chance draws from these too"
    text = as_text(made, Links(base_url=BASE))
    assert " ".join(text.split()).count("drawn by chance, whatever") == 2


def test_rejects_are_posts_that_were_no_signals_and_the_same_at_every_look(small: Desk) -> None:
    small.marketer()
    lead = small.lead()
    for number in range(9):
        small.house.reply(
            lead,
            small.source,
            f"Reply number {number}, which says at some length nothing that sounds like buying.",
            author=f"reader {number}",
            after=MINUTE * number,
        )

    first, again = small.made(), small.made()

    assert len(first.rejects) == 5
    assert first.rejects == again.rejects
    assert all("nothing that sounds" in reject.quote for reject in first.rejects)
    small.house.clock.pass_by(DAY + HOUR)
    assert small.made().rejects == (), "they are of the last day"


def test_what_needs_a_hand_is_told_once_a_day_to_who_can_act(desk: Desk) -> None:
    desk.marketer()
    desk.reader("ben")
    matter = Matter(
        kind=AttentionKind.SOURCE_FAILING,
        subject="source:1",
        words="Source Talk: it fails",
        for_roles=[UserRole.MARKETER.value],
    )
    with writing(desk.engine) as db:
        raise_item(db, matter, now=desk.house.clock.now())

    assert desk.plan() == 1
    assert desk.plan(after=HOUR) == 0
    with writing(desk.engine) as db:
        raise_item(db, matter, now=desk.house.clock.now())
        assert len(db.exec(select(AttentionItem)).all()) == 1
        assert len(db.exec(select(AttentionShown)).all()) == 1
    assert desk.made("ben").notices == ()
    assert desk.plan(after=DAY) == 1, "and again tomorrow while it is so"


def test_many_matters_of_a_kind_are_counted(small: Desk) -> None:
    small.marketer()
    with writing(small.engine) as db:
        for number in range(9):
            matter = Matter(
                kind=AttentionKind.SLA_BREACHED,
                subject=f"clock:{number}",
                words="Too late",
                for_roles=["marketer"],
            )
            raise_item(db, matter, now=small.house.clock.now())

    notices = small.made().notices

    assert [notice.words for notice in notices[-1:]] == ["… and 6 more like these"]
    assert len(notices) == 4


# --- when it is written down -----------------------------------------------------------------


def test_a_digest_is_written_once_a_date_whoever_ticks(desk: Desk) -> None:
    desk.marketer()
    desk.lead()

    planned = [desk.plan(), desk.plan(), desk.plan(after=20 * HOUR), desk.plan(after=HOUR)]

    assert planned == [1, 0, 1, 0]
    assert [run.local_date for run in desk.runs()] == [date(2025, 11, 19), date(2025, 11, 20)]
    desk.house.clock.pass_by(-30 * HOUR)
    assert desk.plan() == 0, "the clock stepped back"


def test_an_empty_day_is_silent_or_says_so(desk: Desk) -> None:
    desk.marketer()

    assert desk.plan() == 0
    assert [run.state for run in desk.runs()] == [RunState.SILENT]
    desk.config = a_digest_config(when_empty=SAYS_SO)
    assert desk.plan(after=DAY) == 1
    assert desk.made().headline == "Nothing worth your time today"


def test_nobody_without_an_address_and_nothing_without_a_server(desk: Desk) -> None:
    desk.house.user("ada", role=UserRole.ADMIN)
    desk.lead()
    assert desk.plan(after=DAY) == 0

    desk.marketer()
    desk.config = desk.house.config = a_digest_config()
    settings = desk.config.settings
    off = settings.model_copy(update={"mail": settings.mail.model_copy(update={"host": ""})})
    assert not off.mail.is_on


def test_somebody_new_is_subscribed_from_now_on(desk: Desk) -> None:
    desk.house.user("ida", role=UserRole.MARKETER, team=None, email="ida@acme.example")
    desk.lead()

    assert desk.plan() == 0, "eight o'clock was before"
    assert desk.plan(after=20 * HOUR) == 1


def test_one_at_once_shows_each_lead_once_and_comes_every_five_minutes_at_most(
    desk: Desk,
) -> None:
    ben = desk.reader("ben", rhythm=Rhythm.INSTANT)
    for number in range(40):
        desk.lead(str(number), status=LeadStatus.OFFERED, offered_to=ben)

    planned = [desk.plan(after=timedelta(seconds=7)) for _ in range(40)]
    assert sum(planned) == 1, "a digest of fifteen, not forty mails"

    def wait(minutes: int) -> int:
        for _ in range(minutes):
            with writing(desk.engine) as db:
                for run in db.exec(select(DigestRun).where(DigestRun.state == RunState.WAITING)):
                    run.state = RunState.SENT
                    db.add(run)
            desk.plan(after=MINUTE)
        return len(desk.runs())

    assert wait(12) == 1, "what did not fit was counted, and nothing is new"
    assert desk.runs()[0].not_shown == 25
    desk.lead("new", status=LeadStatus.OFFERED, offered_to=ben)
    assert wait(12) == 2, "with it come the best of those that did not fit"
    desk.house.clock.pass_by(DAY)
    assert wait(1) == 3, "and the others on the next day"
    shown = [item.lead_id for item in desk.items() if item.kind is ItemKind.RANKED]
    assert len(shown) == len(set(shown)) == 41


def test_a_digest_that_never_got_out_is_in_the_next(desk: Desk) -> None:
    desk.marketer()
    lead = desk.lead()
    desk.plan()

    desk.plan(after=DAY)

    assert [run.state for run in desk.runs()] == [RunState.COLLAPSED, RunState.WAITING]
    made = desk.made()
    assert [entry.line.id for entry in made.entries] == [lead.id]


# --- that it gets out ------------------------------------------------------------------------


def test_a_digest_gets_out_with_its_links_and_is_not_sent_again(engine: Engine) -> None:
    with open_post_office() as office:
        desk = a_desk(engine, a_digest_config(office))
        desk.marketer()
        lead = desk.lead()
        assert [desk.go_round(), desk.go_round(), desk.go_round(after=HOUR)] == [1, 0, 0]

    (mail,) = office.taken
    (run,) = desk.runs()
    assert mail["Subject"] == "1 conversation worth your time · Wed 19 Nov"
    assert mail["Message-ID"] == f"<{run.message_id}>"
    assert mail["Date"] == "Wed, 19 Nov 2025 13:00:00 +0100"
    assert (run.state, run.sent_to) == (RunState.SENT, "ida@acme.example")
    assert f"{BASE}/leads/{lead.id}" in text_of(mail)
    assert f"{BASE}/act/" in text_of(mail)
    with reading(engine) as db:
        assert "digest.sent" in db.exec(select(Outbox.kind)).all()


def test_a_lead_that_was_shown_yesterday_is_still_open_today(sqlite_engine: Engine) -> None:
    with open_post_office() as office:
        desk = a_desk(sqlite_engine, a_digest_config(office))
        desk.marketer()
        desk.lead("old")
        desk.go_round()
        desk.lead("new", score=60)
        desk.go_round(after=DAY)

    text = " ".join(text_of(office.taken[-1]).split())
    assert "2 conversations worth your time: 1 new · 1 still open" in text
    assert "open since Wed 19 Nov" in text


def test_a_server_that_says_later_gets_the_same_mail_later(engine: Engine) -> None:
    with open_post_office() as office:
        desk = a_desk(engine, a_digest_config(office))
        desk.marketer()
        desk.lead()
        office.rcpt = "451 greylisted"
        assert desk.go_round() == 0
        assert desk.send() == 0, "not at once again"
        office.rcpt = "250 OK"
        assert desk.go_round(after=MINUTE) == 1

    (run,) = desk.runs()
    assert (run.attempts, run.problem) == (2, None)
    assert office.taken[0]["Message-ID"] == f"<{run.message_id}>"


def test_a_server_that_says_later_for_a_day_is_given_up_and_a_person_told(
    sqlite_engine: Engine,
) -> None:
    desk = a_desk(sqlite_engine)  # nobody listens there
    desk.marketer()
    desk.lead()
    desk.plan()

    for _ in range(30):
        desk.house.clock.pass_by(HOUR)
        desk.send()

    (run,) = desk.runs()
    assert run.state is RunState.DEAD
    assert run.attempts > 7
    assert "can't be reached" in (run.problem or "")


def test_an_address_that_is_refused_three_times_is_left_alone(engine: Engine) -> None:
    with open_post_office() as office:
        desk = a_desk(engine, a_digest_config(office))
        ida = desk.marketer()
        desk.lead()
        office.rcpt = "550 5.1.1 no such user"
        states = [(desk.go_round(after=DAY), desk.runs()[-1].state) for _ in range(3)]
        assert states == [(0, RunState.DEAD)] * 3
        with reading(engine) as db:
            row = db.exec(select(MailAddress)).one()
        assert (row.address, row.refusals) == ("ida@acme.example", 3)
        assert row.bouncing_since is not None

        desk.go_round(after=DAY)
        assert len(desk.runs()) == 3, "nothing is written for it any more"
        with writing(engine) as db:
            user = db.get_one(User, ida.id)
            user.email = "ida.new@acme.example"
            db.add(user)
        office.rcpt = "250 OK"
        assert desk.go_round(after=DAY) == 1


def test_a_mail_that_is_delivered_makes_earlier_refusals_forgotten(
    sqlite_engine: Engine,
) -> None:
    with open_post_office() as office:
        desk = a_desk(sqlite_engine, a_digest_config(office))
        desk.marketer()
        desk.lead()
        office.rcpt = "550 no such user"
        desk.go_round()
        office.rcpt = "250 OK"
        desk.go_round(after=DAY)

    with reading(sqlite_engine) as db:
        assert db.exec(select(MailAddress)).all() == []


def test_a_server_that_hangs_costs_a_try_and_no_digest(sqlite_engine: Engine) -> None:
    with open_post_office() as office:
        desk = a_desk(sqlite_engine, a_digest_config(office, timeout=1))
        desk.marketer()
        desk.lead()
        office.silent = True
        assert desk.go_round() == 0
        assert "in time" in (desk.runs()[0].problem or "")
        office.silent = False
        assert desk.go_round(after=MINUTE) == 1


def test_a_sender_that_dies_leaves_the_digest_to_the_next(engine: Engine) -> None:
    with open_post_office() as office:
        desk = a_desk(engine, a_digest_config(office))
        desk.marketer()
        desk.lead()
        desk.plan()
        ready = _take(desk.mailroom)  # and is never heard of again
        assert ready is not None

        assert desk.send() == 0, "somebody is sending it"
        assert desk.go_round(after=10 * MINUTE) == 1

    assert office.taken[0]["Message-ID"] == f"<{ready.letter.message_id}>"


def test_what_was_dealt_with_before_the_mail_went_out_is_not_in_it(engine: Engine) -> None:
    with open_post_office() as office:
        desk = a_desk(engine, a_digest_config(office))
        ida = desk.marketer()
        lead = desk.lead()
        desk.plan()
        with writing(engine) as db:
            asked = Asked(act=Act.CONFIRM, rev=lead.rev, to_sales=True)
            do(db, ida, lead.id, asked, config=desk.config, now=desk.house.clock.now())
            post = db.exec(select(Post)).first()
            assert post is not None
        with writing(engine) as db:
            gone = db.get_one(type(lead), lead.id)
            gone.status = LeadStatus.DISQUALIFIED
            gone.closed_at, gone.close_reason = desk.house.clock.now(), "solved"
            db.add(gone)
        assert desk.send() == 0

    assert office.taken == []
    assert desk.runs()[0].state is RunState.SILENT


# --- whether it was worth it -----------------------------------------------------------------


def test_next_week_begins_with_how_useful_this_one_was(engine: Engine) -> None:
    with open_post_office() as office:
        desk = a_desk(engine, a_digest_config(office))
        ida = desk.marketer()
        good, bad, _ = desk.lead("good"), desk.lead("bad"), desk.lead("undecided")
        desk.go_round()
        verdicts = (
            (good, Asked(act=Act.CONFIRM, rev=good.rev)),
            (bad, Asked(act=Act.REJECT, rev=bad.rev, reason=DisqualifyReason.SPAM)),
        )
        for lead, asked in verdicts:
            with writing(engine) as db:
                do(db, ida, lead.id, asked, config=desk.config, now=desk.house.clock.now())
        desk.go_round(after=DAY)
        desk.go_round(after=4 * DAY)  # a Monday
        desk.go_round(after=DAY)

    said = [" ".join(text_of(mail).split()) for mail in office.taken]
    told = "Last week you accepted 1 of the 3 that you were shown (1 were none, 1 undecided)."
    assert [told in text for text in said] == [False, False, True, False]


def test_a_threshold_is_proposed_from_what_was_accepted(small: Desk) -> None:
    ida = small.marketer()
    subscription = small.subscription(ida)
    now = small.house.clock.now()
    run = DigestRun(
        subscription_id=subscription.id,
        local_date=small.today - DAY,
        state=RunState.SENT,
        message_id="1@x",
        due_at=now,
        created_at=now,
        next_try_at=now,
    )
    small.write(run)
    for number in range(20):
        is_good = number % 2 == 0
        lead = small.lead(str(number), score=90 if is_good else 55)
        event = LeadEvent.PROMOTED if is_good else LeadEvent.DISQUALIFIED
        small.write(
            DigestItem(
                run_id=run.id,
                position=number,
                kind=ItemKind.RANKED,
                lead_id=lead.id,
                score=lead.score,
            ),
            StatusChange(
                lead_id=lead.id,
                to_status=LeadStatus.MQL,
                event=event.value,
                actor=ida.id,
                at=now,
                seconds_in_previous=0,
            ),
        )

    proposal = small.made().proposal

    assert proposal is not None
    assert (proposal.min_score, proposal.spared, proposal.missed) == (90, 10, 0)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/localtime", "Nowhere", ""])
def test_p23_what_is_no_time_zone_is_utc(name: str) -> None:
    assert zone_of(name).key == "UTC"
