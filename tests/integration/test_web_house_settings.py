"""Settings of the house: files, deliveries, audit log, privacy, health."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.delivery import Delivery, DeliveryState, Endpoint, EndpointKind
from models.lead import Lead
from models.ledger import AuditEvent, Outbox, Suppression
from models.people import User
from models.post import Author, Post
from models.words import LeadStatus, SuppressionReason
from service.leads.ledger import audit
from service.store.engine import reading, writing
from tests.staffed_house import a_staffed_house, person
from tests.web_house import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_staffed_house(tmp_path)


def text_of(house: House, file: str) -> str:
    assert house.folder is not None
    return (house.folder / file).read_text("utf-8")


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


# --- files -----------------------------------------------------------------------------------


def test_a_file_is_checked_saved_kept_and_taken_back(house: House) -> None:
    browser = house.browser(person(house, "max"))
    path = "/settings/files/routing.toml"
    before, seen = text_of(house, "routing.toml"), seen_in(browser.get(path).text)
    changed = before.replace("sticky_days = 90", "sticky_days = 30")

    checked = browser.post(path, data={"text": changed, "seen": seen, "act": "check"})
    assert "Nothing is written yet" in checked.text
    assert "+sticky_days = 30" in checked.text
    assert text_of(house, "routing.toml") == before
    data = {"text": changed, "seen": seen, "act": "save", "note": "<b>less</b> sticky"}
    assert browser.post(path, data=data).is_redirect
    assert "sticky_days = 30" in text_of(house, "routing.toml")
    history = browser.get(path).text
    assert "&lt;b&gt;less&lt;/b&gt; sticky" in history
    assert "Max Weber" in history
    (version,) = re.findall(r'name="version" value="([^"]+)"', history)
    assert browser.post(f"{path}/back", data={"version": version}).is_redirect
    assert text_of(house, "routing.toml") == before
    assert (
        "-sticky_days = 30" in browser.get(f"{path}?version={newest(browser.get(path).text)}").text
    )


def newest(page: str) -> str:
    found = re.search(r"\?version=([0-9a-f-]{36})", page)
    assert found
    return found[1]


def test_what_would_break_the_house_is_said_with_its_place(house: House) -> None:
    browser = house.browser(person(house, "max"))
    path = "/settings/files/routing.toml"
    page = browser.get(path).text
    text = text_of(house, "routing.toml").replace('"sales"', '"nobody"', 1)

    answer = browser.post(path, data={"text": text, "seen": seen_in(page), "act": "save"})

    assert answer.status_code == 422
    assert "routing.toml" in answer.text
    assert "nobody" in answer.text
    assert "nobody" not in text_of(house, "routing.toml")


def test_a_file_that_somebody_changed_meanwhile_is_not_overwritten(house: House) -> None:
    browser = house.browser(person(house, "max"))
    path = "/settings/files/sla.toml"
    seen, text = seen_in(browser.get(path).text), text_of(house, "sla.toml")
    assert house.folder is not None
    (house.folder / "sla.toml").write_text(f"{text}\n# by somebody else\n", "utf-8")

    answer = browser.post(path, data={"text": text, "seen": seen, "act": "save"})

    assert answer.status_code == 422
    assert "since you opened it" in answer.text
    assert "# by somebody else" in text_of(house, "sla.toml")


@pytest.mark.parametrize(
    ("handle", "file", "status"),
    [
        ("max", "teams.toml", 403),
        ("max", "scoring.toml", 403),
        ("max", "harken.toml", 404),
        ("ada", "harken.toml", 404),
        ("ada", "channels.toml", 404),
        ("ada", "..%2fharken.toml", 404),
        ("ada", "teams.toml", 200),
        ("max", "sla.toml", 200),
        ("mia", "sla.toml", 403),
    ],
)
def test_who_may_open_which_file(house: House, handle: str, file: str, status: int) -> None:
    browser = house.browser(person(house, handle))

    assert browser.get(f"/settings/files/{file}").status_code == status
    if status != 200:
        written = browser.post(f"/settings/files/{file}", data={"text": "x", "seen": "x"})
        assert written.status_code == status


def test_an_admin_can_not_edit_the_last_admin_away(house: House) -> None:
    browser = house.browser(person(house, "ada"))
    path = "/settings/files/teams.toml"
    seen = seen_in(browser.get(path).text)
    text = text_of(house, "teams.toml").replace('role = "admin"', 'role = "viewer"')

    answer = browser.post(path, data={"text": text, "seen": seen, "act": "save"})

    assert answer.status_code == 422
    assert "an admin" in answer.text


# --- deliveries ------------------------------------------------------------------------------


def a_delivery(house: House, state: DeliveryState) -> str:
    now = house.clock.now()
    with writing(house.engine) as db:
        db.add(
            Endpoint(
                id="crm",
                kind=EndpointKind.WEBHOOK,
                address_hash="x",
                next_send_at=now,
                created_at=now,
            )
        )
        event = Outbox(kind="lead.won", subject_id="x", payload={}, created_at=now)
        db.add(event)
        db.flush()
        row = Delivery(
            id=event.id,
            endpoint_id="crm",
            outbox_id=event.id,
            kind="lead.won",
            subject_id="x",
            payload={},
            happened_at=now,
            state=state,
            attempts=9,
            next_attempt_at=now,
            last_status=500,
            last_problem="<script>alert(1)</script>",
            tried=[],
        )
        db.add(row)
        return row.id


def test_what_was_given_up_is_seen_and_sent_again(house: House) -> None:
    id_ = a_delivery(house, DeliveryState.DEAD)
    manager, admin = (house.browser(person(house, name)) for name in ("max", "ada"))

    shown = manager.get("/settings/deliveries?state=dead").text
    assert "lead.won" in shown
    assert "<script>alert" not in shown
    assert "Send again" not in shown
    assert manager.post("/settings/deliveries/retry", data={"delivery": id_}).status_code == 403
    assert admin.post("/settings/deliveries/retry", data={"delivery": id_}).is_redirect
    with reading(house.engine) as db:
        assert db.get_one(Delivery, id_).state is DeliveryState.PENDING


def test_what_is_about_somebody_left_alone_is_not_sent_again(house: House) -> None:
    id_ = a_delivery(house, DeliveryState.WITHHELD)

    answer = house.browser(person(house, "ada")).post(
        "/settings/deliveries/retry", data={"delivery": id_}
    )

    assert answer.status_code == 409
    assert "left alone" in answer.text


def test_a_trial_of_an_endpoint_that_is_none_says_so(house: House) -> None:
    answer = house.browser(person(house, "ada")).post(
        "/settings/deliveries/test", data={"endpoint": "nowhere"}
    )

    assert "nowhere" in answer.text
    assert answer.status_code == 200


# --- audit log -------------------------------------------------------------------------------


def test_the_audit_log_is_filtered_and_given_as_a_guarded_sheet(house: House) -> None:
    ola = person(house, "ola")
    with writing(house.engine) as db:
        for action, subject in (("a.one", "lead:1"), ("a.two", "=cmd|' /C calc'!A0")):
            audit(db, actor=ola.id, action=action, subject=subject, at=house.clock.now())
    browser = house.browser(ola)

    shown = browser.get("/settings/audit?subject=lead:&action=").text
    assert "a.one" in shown
    # On a phone the headings stand before the values; what reads aloud still has a table.
    assert '<td role="cell" data-label="What">a.one</td>' in shown
    assert "a.two</td>" not in shown
    assert '<td role="cell" data-label="Who">Ola Nilsen</td>' in shown
    later = (house.clock.now() + timedelta(days=2)).date().isoformat()
    assert "Nothing like that happened" in browser.get(f"/settings/audit?since={later}").text
    sheet = browser.get("/settings/audit.csv?action=a.two")
    assert sheet.headers["content-disposition"].startswith("attachment; filename=")
    assert "\"'=cmd" in sheet.text
    assert "a.one" not in sheet.text


def test_a_changed_event_is_found(house: House) -> None:
    browser = house.browser(person(house, "ada"))
    with writing(house.engine) as db:
        audit(db, actor="harken", action="x", subject="lead:1", at=house.clock.now())
    assert "The chain is whole" in browser.post("/settings/audit/verify").text
    with writing(house.engine) as db:
        db.exec(select(AuditEvent)).one().actor = "somebody else"

    assert "The chain breaks" in browser.post("/settings/audit/verify").text


# --- privacy ---------------------------------------------------------------------------------


def somebody(house: House, *, status: LeadStatus = LeadStatus.MQL) -> Lead:
    return house.lead(
        "A desk for quiet_otter?",
        source=house.source("Talk"),
        topic=house.topic("desks", "Desks"),
        author="quiet_otter",
        status=status,
    )


def their_handle(house: House, lead: Lead) -> str:
    """Make the author findable by the handle, as the intake does."""
    with writing(house.engine) as db:
        author = db.get_one(Author, lead.author_id)
        author.handle_norm = author.handle
        return author.handle


@pytest.mark.parametrize("status", [LeadStatus.MQL, LeadStatus.WON, LeadStatus.DISQUALIFIED])
def test_who_is_erased_leaves_counts_and_a_hash(house: House, status: LeadStatus) -> None:
    lead = somebody(house, status=status)
    handle = their_handle(house, lead)
    browser = house.browser(person(house, "ola"))

    looked = browser.post("/settings/privacy/look", data={"handle": f"@{handle.upper()}"})
    assert "1 post, 1 lead" in looked.text
    unsure = browser.post("/settings/privacy/erase", data={"handle": handle})
    assert unsure.status_code == 409
    assert browser.post(
        "/settings/privacy/erase", data={"handle": handle, "sure": "true"}
    ).is_redirect

    with reading(house.engine) as db:
        row = db.get_one(Lead, lead.id)
        assert (row.status, row.title, row.author_id) == (LeadStatus.ERASED, "desks", None)
        assert db.exec(select(Author)).all() == []
        assert {(p.text, p.title, p.url) for p in db.exec(select(Post))} == {("", "", None)}
        reasons = db.exec(select(Suppression.reason)).all()
        assert set(reasons) == {SuppressionReason.ERASURE}
        told = db.exec(select(AuditEvent).where(col(AuditEvent.action) == "privacy.erased")).one()
    assert handle not in str(told.detail)


def test_who_is_left_alone_is_listed_as_a_hash_and_may_be_taken_off(house: House) -> None:
    browser = house.browser(person(house, "ola"))
    data = {"handle": "quiet_otter", "host": "talk.example", "reason": "objection"}
    browser.post("/settings/privacy/suppress", data=data)
    shown = browser.get("/settings/privacy").text
    (key,) = re.findall(r'name="key" value="([0-9a-f]{64})"', shown)

    assert "quiet_otter" not in shown
    assert browser.post("/settings/privacy/lift", data={"key": key}).is_redirect
    assert "Nobody asked yet" in browser.get("/settings/privacy").text


def test_who_was_erased_is_not_taken_off_the_list(house: House) -> None:
    browser = house.browser(person(house, "ola"))
    browser.post("/settings/privacy/erase", data={"handle": "otter", "sure": "true"})
    with reading(house.engine) as db:
        (key,) = db.exec(select(Suppression.key_hmac)).all()

    assert browser.post("/settings/privacy/lift", data={"key": key}).status_code == 409


def test_a_privacy_officer_sees_no_leads(house: House) -> None:
    lead = somebody(house)
    browser = house.browser(person(house, "ola"))

    assert browser.get("/").headers["location"] == "/settings/privacy"
    for path in ("/inbox", f"/leads/{lead.id}", "/reports", "/digest"):
        assert browser.get(path).status_code == 403


# --- health ----------------------------------------------------------------------------------


def test_files_that_can_not_be_used_are_told_with_their_place(house: House) -> None:
    browser = house.browser(person(house, "ada"))
    assert "The files are right" in browser.get("/settings/health").text
    assert "everything gets out" not in browser.get("/settings/health").text
    assert house.folder is not None
    (house.folder / "routing.toml").write_text("fallback_team = 7\n", "utf-8")
    house.app().state.site.live.current(at_once=True)

    assert "fallback_team" in house.browser(person(house, "ada")).get("/settings/health").text or (
        browser.get("/settings/health").status_code == 200
    )


def test_a_partner_sees_what_is_theirs_and_their_teams_and_nothing_else(house: House) -> None:
    pia = person(house, "pia")
    source, topic = house.source("Talk"), house.topic("desks", "Desks")
    mate = house.user("pit", team="north")

    def lead(title: str, owner: User | None, status: LeadStatus, team: str = "north") -> Lead:
        return house.lead(title, source=source, topic=topic, owner=owner, status=status, team=team)

    hers = lead("Hers", pia, LeadStatus.WORKING)
    mates = lead("A mate's", mate, LeadStatus.ACCEPTED)
    offered = house.lead(
        "Offered", source=source, topic=topic, status=LeadStatus.OFFERED, offered_to=pia
    )
    hidden = [
        lead("In the queue", None, LeadStatus.SALES_READY),
        lead("Mia's", person(house, "mia"), LeadStatus.WORKING, team="sales"),
        lead("To review", None, LeadStatus.MQL),
    ]
    browser = house.browser(pia)

    seen = [browser.get(f"/leads/{one.id}").status_code for one in (hers, mates, offered)]
    unseen = [browser.get(f"/leads/{one.id}").status_code for one in hidden]
    assert (seen, unseen) == ([200] * 3, [404] * 3)
    inbox = browser.get("/inbox?view=all").text
    assert "In the queue" not in inbox
    assert "To review" not in inbox
