"""Topics on the page: looked after, changed with their effect in sight, taken back."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from config.folder import SHIPPED
from models.file_version import FileVersion
from models.signal import Signal
from models.source import Source
from models.topic import Topic
from models.words import SignalStatus, SourceHealth, UserRole
from service.store.engine import reading, writing
from tests.editing_house import Desk, a_desk, form_of, words_of
from tests.web_house import Words, a_house

PREVIEW = {"HX-Request": "true"}

#: H01, H02, H09, H13, H14, H20, P17: what people put into every field there is.
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><svg onload=alert(1)>",
    "{{7*7}}${7*7}%(x)s{0.__class__}",
    "</title><script>\u2028alert(1)",
    "(a+)+$.*[[",
    '"""\nid = "evil"\n"""',
    "\x1b[2J\x00\ud800 p\u0430ypal \u202egnp.exe",
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path / "house")


def sent(desk: Desk, topic: str = "help-desk") -> dict[str, str]:
    return form_of(desk.browser.get(f"/topics/{topic}").text) | {"active": "true"}


def a_heard_post(desk: Desk, text: str, *, status: SignalStatus = SignalStatus.NEW) -> None:
    """Have a post about help desks stored, with its signal."""
    house = desk.house
    with reading(house.engine) as db:
        topic = db.get_one(Topic, "help-desk")
        source = db.exec(select(Source).where(Source.slug == "hn-ask")).one()
    phrase = Words(text="help desk", why="keyword")
    house.lead("Which one?", text, source=source, topic=topic, phrases=(phrase,))
    with writing(house.engine) as db:
        for signal in db.exec(select(Signal).where(Signal.status == SignalStatus.NEW)):
            signal.status = status
            db.add(signal)


# The list.


def test_a_topic_shows_how_it_does_and_what_is_wrong_with_it(desk: Desk) -> None:
    for number in range(3):
        a_heard_post(desk, f"a help desk for {number}", status=SignalStatus.CONFIRMED)
    a_heard_post(desk, "a help desk job", status=SignalStatus.REJECTED)

    page = words_of(desk.browser.get("/topics").text)

    card = page[page.index("Help desk ") :]
    assert "Signals 4" in card
    assert "Confirmed 75 % of 4" in card
    assert "Last match 6 min ago" in card
    assert "CRM new" in page, "its posts are being read"
    desk.house.clock.pass_by(timedelta(days=4))
    desk.browser = desk.visitor(UserRole.MARKETER)
    later = words_of(desk.browser.get("/topics").text)
    assert "no signal in 4 days" in later, "the others heard posts and nothing in them"


def test_a_topic_that_hears_nothing_is_not_said_to_be_well(desk: Desk) -> None:
    silent = words_of(desk.browser.get("/topics").text)
    assert "CRM no post heard yet" in silent
    assert " well " not in silent
    with writing(desk.house.engine) as db:
        for source in db.exec(select(Source)):
            source.health = SourceHealth.DEGRADED
            db.add(source)
    failing = words_of(desk.browser.get("/topics").text)
    assert "CRM 1 to look at" in failing
    assert "its source can't be read" in failing


def test_who_may_only_look_sees_topics_and_no_buttons(desk: Desk) -> None:
    viewer = desk.visitor(UserRole.VIEWER)
    page = viewer.get("/topics/help-desk").text
    assert "Zendesk" in words_of(page) or "zendesk" in page
    assert "<button" not in page[page.index("<main") : page.index("</main>")]
    for path in ("/topics/help-desk", "/topics/new", "/topics/preview", "/topics/help-desk/text"):
        assert viewer.post(path, data={}).status_code == 403
    assert viewer.get("/topics/new").status_code == 403


def test_without_a_folder_topics_are_shown_and_nothing_can_be_changed() -> None:
    house = a_house()
    browser = house.browser(house.user("ada", role=UserRole.ADMIN))
    assert "without a folder" in browser.get("/topics/crm").text
    answer = browser.post("/topics/crm", data={"name": "x", "keywords": "good thing"})
    assert answer.status_code == 409
    assert "without a folder" in answer.text


# The editor.


def test_a_change_is_written_with_its_comments_and_can_be_taken_back(desk: Desk) -> None:
    form = sent(desk)
    form["exclusions"] += "\nhelp desk on mars"
    form |= {"note": "nobody there", "legal_basis": "Legitimate interests"}

    answer = desk.browser.post("/topics/help-desk", data=form)

    assert (answer.status_code, answer.headers["location"]) == (303, "/topics/help-desk")
    text = desk.text("topics/help-desk.toml")
    assert '"help desk on mars"' in text
    assert 'legal_basis = "Legitimate interests"' in text
    assert '"Ticket" and "support" alone are missing on' in text, "its comments stay"
    history = desk.browser.get("/topics/help-desk/history").text
    assert "nobody there" in history
    assert "+  &#34;help desk on mars&#34;," in history

    (oldest,) = re.findall(r'name="version" value="([^"]+)"', history)
    back = desk.browser.post("/topics/help-desk/restore", data={"version": oldest})
    assert back.status_code == 303
    shipped = (SHIPPED / "topics/help-desk.toml").read_bytes()
    assert (desk.folder / "topics/help-desk.toml").read_bytes() == shipped
    assert desk.browser.get("/topics/help-desk/file").content == shipped


def test_a_form_that_says_nothing_new_writes_nothing(desk: Desk) -> None:
    assert desk.browser.post("/topics/help-desk", data=sent(desk)).status_code == 409
    assert not (desk.folder / "topics").exists()


def test_what_is_wrong_is_shown_at_its_line_with_all_that_was_typed(desk: Desk) -> None:
    form = sent(desk) | {"query": "crm\n\n(foo AND", "threshold": "much", "keywords": "good one"}
    answer = desk.browser.post("/topics/help-desk", data=form)
    seen = words_of(answer.text)
    assert answer.status_code == 422
    assert "Queries , line 3: column 9: a closing parenthesis is missing" in seen
    assert "'much' is no number from 0 to 1" in seen
    assert "(foo AND" in form_of(answer.text)["query"]
    assert 'aria-invalid="true"' in answer.text


def test_what_the_rest_of_the_files_forbids_is_told_too(desk: Desk) -> None:
    answer = desk.browser.post("/topics/help-desk", data=sent(desk) | {"owner": "nobody"})
    assert answer.status_code == 422
    assert "no user 'nobody' in teams.toml" in words_of(answer.text)


def test_the_preview_tells_what_an_exclusion_would_take_away(desk: Desk) -> None:
    a_heard_post(desk, "a help desk for the moon base", status=SignalStatus.CONFIRMED)
    a_heard_post(desk, "a help desk for ten people")
    form = sent(desk)
    form["exclusions"] += "\nmoon base"

    answer = desk.browser.post("/topics/preview", data=form, headers=PREVIEW)

    seen = words_of(answer.text)
    assert "<html" not in answer.text
    assert "1 of all 2 stored posts match; as saved it is 2" in seen
    assert "Lost 1" in seen
    assert "Signals lost 1 of 2" in seen
    assert "1 of them was confirmed by a person" in seen
    assert '<mark class="phrase"' in answer.text
    assert not (desk.folder / "topics").exists(), "nothing is written"


def test_the_preview_says_before_saving_what_finds_nothing(desk: Desk) -> None:
    form = sent(desk) | {"keywords": "ticket queue", "exclusions": "queue"}
    shown = words_of(desk.browser.post("/topics/preview", data=form, headers=PREVIEW).text)
    assert "finds nothing: every post with it is excluded" in shown


def test_without_javascript_the_preview_comes_with_the_whole_form(desk: Desk) -> None:
    answer = desk.browser.post("/topics/preview", data=sent(desk) | {"name": "Other"})
    assert answer.status_code == 200
    assert "<html" in answer.text
    assert form_of(answer.text)["name"] == "Other"


def test_who_was_slower_gets_both_changes_together(desk: Desk) -> None:
    first = sent(desk)
    first["exclusions"] += "\none of them"
    assert desk.browser.post("/topics/help-desk", data=first).status_code == 303
    faster, slower = sent(desk), sent(desk)
    faster["exclusions"] += "\nof the faster"
    faster["note"] = "I was here"
    slower["exclusions"] += "\nof the slower"
    assert desk.browser.post("/topics/help-desk", data=faster).status_code == 303

    answer = desk.browser.post("/topics/help-desk", data=slower)

    assert answer.status_code == 409
    seen = words_of(answer.text)
    assert "Administrator changed this topic while you were writing" in seen
    assert "I was here" in seen
    assert "of the slower" not in desk.text("topics/help-desk.toml")
    both = form_of(answer.text) | {"active": "true"}
    assert desk.browser.post("/topics/help-desk", data=both).status_code == 303
    text = desk.text("topics/help-desk.toml")
    assert "of the faster" in text
    assert "of the slower" in text


# New, copied, off.


def test_a_new_topic_is_written_and_listens(desk: Desk) -> None:
    form = {"id": "hobs", "name": "Hobs", "keywords": "induction hob", "active": "true"}
    answer = desk.browser.post("/topics/new", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/topics/hobs")
    assert desk.text("topics/hobs.toml") == (
        'id = "hobs"\nname = "Hobs"\nkeywords = ["induction hob"]\n'
    )
    assert "Hobs" in desk.browser.get("/topics").text


@pytest.mark.parametrize("taken", ["crm", "new", "preview", "import", "../x", "A B"])
def test_an_id_that_is_taken_or_no_id_is_refused(desk: Desk, taken: str) -> None:
    form = {"id": taken, "name": "X", "keywords": "good thing"}
    assert desk.browser.post("/topics/new", data=form).status_code == 422
    assert not (desk.folder / "topics").exists()


def test_a_copy_begins_with_everything_but_the_name(desk: Desk) -> None:
    form = form_of(desk.browser.get("/topics/new?copy=crm").text)
    assert (form["id"], form["name"]) == ("crm-2", "CRM (copy)")
    assert "customer relationship management" in form["keywords"].lower()
    assert desk.browser.get("/topics/new?copy=none").status_code == 404


def test_a_topic_is_switched_off_and_on_in_its_file(desk: Desk) -> None:
    assert desk.browser.post("/topics/crm/switch", data={"on": "false"}).status_code == 303
    assert "active = false" in desk.text("topics/crm.toml")
    with reading(desk.house.engine) as db:
        assert not db.get_one(Topic, "crm").active
    assert desk.browser.post("/topics/crm/switch", data={"on": "true"}).status_code == 303
    with reading(desk.house.engine) as db:
        assert db.get_one(Topic, "crm").active


# As text, in and out.


def test_the_text_is_saved_as_typed_and_a_conflict_shows_both(desk: Desk) -> None:
    page = desk.browser.get("/topics/crm/text").text
    form = form_of(page)
    mine = form | {"text": form["text"] + "# mine\r\n"}
    assert desk.browser.post("/topics/crm/text", data=mine).status_code == 303
    assert desk.text("topics/crm.toml").endswith("# mine\n")
    stale = form | {"text": form["text"] + "# late\n"}
    answer = desk.browser.post("/topics/crm/text", data=stale)
    assert answer.status_code == 409
    assert "# late" in answer.text
    assert "-# mine" in answer.text
    wrong = form_of(desk.browser.get("/topics/crm/text").text) | {"text": 'id = "crm"\nname = 3'}
    answer = desk.browser.post("/topics/crm/text", data=wrong)
    assert answer.status_code == 422
    assert "topics/crm.toml:2: name" in words_of(answer.text)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_goes_in_comes_out_byte_for_byte(desk: Desk, ends: str) -> None:
    lines = ("# ours", 'id = "hobs"', "name = 'Hobs'", 'keywords = ["induction hob"] # the first')
    content = ends.join((*lines, "")).encode()
    for again in (content, content + b"# later" + ends.encode()):
        answer = desk.browser.post("/topics/import", files={"file": ("x.toml", again)})
        assert (answer.status_code, answer.headers["location"]) == (303, "/topics/hobs")
        assert desk.browser.get("/topics/hobs/file").content == again
    got = desk.browser.get("/topics/hobs/file").headers["content-disposition"]
    assert got == 'attachment; filename="hobs.toml"'
    with reading(desk.house.engine) as db:
        kept = db.exec(select(FileVersion.text).where(FileVersion.file == "topics/hobs.toml"))
        assert len(kept.all()) == 2, "nothing seems to have been changed outside"


def test_a_list_of_phrases_becomes_a_topic(desk: Desk) -> None:
    content = b"induction hob\n-job\n(hob OR cooker) AND recommend*\n"
    answer = desk.browser.post("/topics/import", files={"file": ("My Hobs.txt", content)})
    assert answer.headers["location"] == "/topics/my-hobs"
    assert "recommend*" in desk.text("topics/my-hobs.toml")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.toml", b'id = "x"\nname = "X"\nkeyword = ["a b"]\n', "did you mean 'keywords'?"),
        ("x.toml", b"\xff\xfe", "not UTF-8"),
        ("x.txt", b"\n\n", "no phrase to look for"),
        ("../../etc/passwd.toml", b"root = 1", "unknown key"),
        ("x.toml", b'id = "preview"\nname = "X"\nkeywords = ["a b"]\n', "can't be a topic's id"),
        ("x.toml", b"x" * 60_001, "more than 60 kB"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_reason(
    desk: Desk, name: str, content: bytes, says: str
) -> None:
    answer = desk.browser.post("/topics/import", files={"file": (name, content)})
    assert answer.status_code == 422
    assert says in words_of(answer.text)
    assert "The file was not taken in" in answer.text
    assert "The files can't be used" not in words_of(answer.text), "the house's own are fine"
    assert not (desk.folder / "topics").exists()


def test_a_file_that_is_there_already_is_quietly_done(desk: Desk) -> None:
    sent = {"file": ("x.toml", b'id = "hobs"\nname = "Hobs"\nkeywords = ["induction hob"]\n')}
    desk.browser.post("/topics/import", files=sent)

    answer = desk.browser.post("/topics/import", files=sent)

    assert (answer.status_code, answer.headers["location"]) == (303, "/topics/hobs")
    assert "says exactly that already" in desk.browser.get("/topics/hobs").text
    with reading(desk.house.engine) as db:
        kept = db.exec(select(FileVersion.text).where(FileVersion.file == "topics/hobs.toml"))
        assert len(kept.all()) == 1


def test_what_a_list_of_phrases_brings_not_along_is_named(desk: Desk) -> None:
    content = b"induction hob\nInduction Hob\n(hob OR cooker\n"

    answer = desk.browser.post("/topics/import", files={"file": ("My Hobs.txt", content)})

    seen = words_of(answer.text)
    assert answer.status_code == 200
    assert "The file was taken in, but for these lines" in seen
    assert "line 2: 'Induction Hob' is there already" in seen
    assert "line 3, column 15: a closing parenthesis is missing" in seen
    assert 'href="/topics/my-hobs"' in answer.text
    assert "induction hob" in desk.text("topics/my-hobs.toml")


def test_a_list_of_which_nothing_can_be_used_says_why(desk: Desk) -> None:
    answer = desk.browser.post("/topics/import", files={"file": ("x.txt", b"(hob OR\n")})

    assert answer.status_code == 422
    assert "line 1, column 8: " in words_of(answer.text)
    assert "no phrase to look for" in answer.text


# Attacks.


@pytest.mark.parametrize(
    "text", HOSTILE, ids=["H01", "H02", "H09", "H13", "H14", "P17", "F10", "X27"]
)
def test_no_field_is_a_way_in(desk: Desk, text: str) -> None:
    spelt = text.encode("utf-8", "replace").decode()
    fields = ("id", "name", "description", "problems", "keywords", "products", "competitors")
    more = ("query", "exclusions", "examples", "languages", "similarity", "threshold", "owner")
    all_of_them = dict.fromkeys((*fields, *more, "legal_basis", "note", "seen", "source"), spelt)
    for path in ("/topics/preview", "/topics/new"):
        answer = desk.browser.post(path, data=all_of_them)
        assert answer.status_code in {200, 422}
        assert_harmless(answer.text)
    some = sent(desk) | {"description": spelt, "examples": spelt, "note": spelt}
    desk.browser.post("/topics/help-desk", data=some)
    for path in ("/topics", "/topics/help-desk", "/topics/help-desk/history"):
        assert_harmless(desk.browser.get(path).text)


def assert_harmless(page: str) -> None:
    inside = page[page.index("<body") :]
    assert "<script>" not in inside
    assert "<img src=x" not in inside
    assert "<svg onload" not in inside
    assert "{{49" not in inside
    assert "\x1b" not in inside


def test_a_form_of_more_than_the_limit_is_not_read(desk: Desk) -> None:
    answer = desk.browser.post("/topics/preview", data={"keywords": "x" * 70_000})
    assert answer.status_code == 413


def test_another_site_changes_nothing(desk: Desk) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    for path in ("/topics/crm/switch", "/topics/preview", "/topics/import", "/welcome/start"):
        assert desk.browser.post(path, data={"on": "false"}, headers=foreign).status_code == 403


def test_a_version_of_another_file_is_not_restored(desk: Desk) -> None:
    desk.browser.post("/topics/crm/switch", data={"on": "false"})
    with reading(desk.house.engine) as db:
        version = db.exec(select(FileVersion.id)).first()
    answer = desk.browser.post("/topics/help-desk/restore", data={"version": version or ""})
    assert answer.status_code == 404


def test_old_signals_do_not_count_as_heard(desk: Desk) -> None:
    a_heard_post(desk, "a help desk for ten people")
    desk.house.clock.pass_by(timedelta(hours=11))
    assert "Last match 11 h ago" in words_of(desk.browser.get("/topics").text)


def test_an_empty_form_of_a_new_topic_is_no_mistake_and_its_id_follows_from_the_name(
    desk: Desk,
) -> None:
    empty = {"is_new": "true", "threshold": "0.35"}
    shown = desk.browser.post("/topics/preview", data=empty, headers={"HX-Request": "true"}).text
    assert "stands here while you type" in shown
    assert "Not yet right" not in shown

    form = {"name": "Boat repair", "keywords": "hull repair", "active": "true"}
    answer = desk.browser.post("/topics/new", data=form)

    assert answer.headers["location"] == "/topics/boat-repair"


def test_what_is_risky_in_a_topic_is_named_on_its_page(desk: Desk) -> None:
    form = {"name": "Tills", "keywords": "till rolls\nSquare", "active": "true"}
    assert desk.browser.post("/topics/new", data=form).status_code == 303

    assert "Keywords: " in desk.browser.get("/topics/tills").text


def test_who_chose_no_version_is_told_so(desk: Desk) -> None:
    answer = desk.browser.post("/topics/crm/restore", data={})

    assert answer.status_code == 422
    assert "Version: missing." in answer.text


def test_an_address_that_is_too_long_is_named(desk: Desk) -> None:
    answer = desk.browser.post("/sources/new", data={"url": "https://a.example/" + "x" * 3_000})

    assert answer.status_code == 422
    assert "Address: at most 2,000 characters." in answer.text
