"""Sources on the page: added, looked after, listed in and out; try and the first run."""

import asyncio
import html
import re
import time
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from config.shape import parse_duration
from crawlers.discover import Recognised
from crawlers.errors import NothingToRead
from models.lead import Lead
from models.post import Post
from models.source import Source
from models.topic import Topic
from models.words import SourceHealth, SourceKind, UserRole
from service.errors import NotFoundError, RefusedError
from service.listening.lookups import Lookups
from service.listening.sourcing import Looked
from service.store.engine import reading, sqlite_url, writing
from tests.editing_house import Desk, a_desk, form_of, words_of
from tests.fakes import NOON

ASKS = "Our support emails get lost. Can anybody recommend a help desk? Budget is 50 EUR a month."
OPML = (
    '<?xml version="1.0"?><opml version="2.0"><head/><body><outline text="All">'
    '<outline type="rss" text="Tea &amp; trade" xmlUrl="https://tea.example/feed"/>'
    '<outline text="&lt;script&gt;alert(1)&lt;/script&gt;" xmlUrl="https://b.example/feed"/>'
    '<outline text="x" xmlUrl="javascript:alert(1)"/></outline></body></opml>'
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = a_desk(tmp_path / "house", sqlite_url(tmp_path / "harken.db"))
    yield desk
    desk.house.engine.dispose()


def source(desk: Desk, slug: str = "hn-ask") -> Source:
    with reading(desk.house.engine) as db:
        return db.exec(select(Source).where(Source.slug == slug)).one()


def in_file(desk: Desk, slug: str) -> dict[str, object]:
    entries = tomllib.loads(desk.text("sources.toml"))["source"]
    found: dict[str, object] = next(one for one in entries if one["id"] == slug)
    return found


def change_row(desk: Desk, slug: str, **values: object) -> None:
    with writing(desk.house.engine) as db:
        row = db.exec(select(Source).where(Source.slug == slug)).one()
        for name, value in values.items():
            setattr(row, name, value)
        db.add(row)


# Looked after.


def test_each_source_is_told_how_it_does_in_words(desk: Desk) -> None:
    day = 86_400
    heard = [int(NOON.timestamp()) - number * day for number in range(20, 0, -1)]
    change_row(desk, "hn-ask", health=SourceHealth.DEGRADED, last_problem="it answered 500")
    change_row(desk, "hn-ask", heard_at=heard, last_success_at=NOON - timedelta(hours=3))
    page = desk.browser.get("/sources").text
    assert "failing it answered 500" in words_of(page)
    assert "Ask HN: posts on 20 of the last 30 days" in page
    assert "3 h ago" in page
    assert "Nobody has gone quiet" in desk.browser.get("/sources?shown=quiet").text
    wrong = desk.browser.get("/sources?shown=wrong").text
    assert "Ask HN" in wrong
    assert "Home Improvement" not in wrong
    assert "No source is called that" in desk.browser.get("/sources?q=100%25").text


def test_a_source_that_went_quiet_is_said_to_be(desk: Desk) -> None:
    long_ago = NOON - timedelta(days=20)
    change_row(
        desk,
        "hn-ask",
        heard_at=[int(long_ago.timestamp())],
        quiet_at=NOON - timedelta(days=5),
        last_success_at=NOON,
    )
    assert "gone quiet" in desk.browser.get("/sources?shown=quiet").text
    assert "has brought nothing since 2025-10-30" in desk.browser.get("/sources/hn-ask").text


def test_a_source_of_the_files_is_switched_in_its_file(desk: Desk) -> None:
    assert (
        desk.browser.post("/sources/softwarerecs/switch", data={"on": "true"}).status_code == 303
    )
    assert "active" not in in_file(desk, "softwarerecs")
    assert source(desk, "softwarerecs").active
    assert (
        desk.browser.post("/sources/softwarerecs/switch", data={"on": "false"}).status_code == 303
    )
    assert in_file(desk, "softwarerecs")["active"] is False
    assert not source(desk, "softwarerecs").active
    assert "# Comments are where" in desk.text("sources.toml")


def test_a_source_of_a_command_is_switched_without_the_file(desk: Desk) -> None:
    change_row(desk, "hn-ask", from_files=False)
    assert desk.browser.post("/sources/hn-ask/switch", data={"on": "false"}).status_code == 303
    assert not source(desk).active
    assert not (desk.folder / "sources.toml").exists()


def test_reading_now_only_moves_its_turn(desk: Desk) -> None:
    change_row(desk, "hn-ask", next_poll_at=NOON + timedelta(hours=5))
    assert desk.browser.post("/sources/hn-ask/poll").status_code == 303
    assert source(desk).next_poll_at == NOON
    change_row(desk, "hn-ask", health=SourceHealth.PAUSED)
    assert desk.browser.post("/sources/hn-ask/poll").status_code == 409
    assert desk.browser.post("/sources/hn-ask/switch", data={"on": "true"}).status_code == 303
    assert source(desk).health is SourceHealth.OK


def test_a_move_is_written_down_too(desk: Desk) -> None:
    there = "https://new.example/feed"
    change_row(desk, "softwarerecs", moved_to=there, moved_since=NOON)
    assert there in desk.browser.get("/sources/softwarerecs").text
    assert desk.browser.post("/sources/softwarerecs/move").status_code == 303
    assert in_file(desk, "softwarerecs")["url"] == there
    assert source(desk, "softwarerecs").url == there


def test_a_move_that_cant_be_written_down_is_not_made(desk: Desk) -> None:
    there, before = "https://new.example/feed", source(desk, "softwarerecs").url
    change_row(desk, "softwarerecs", moved_to=there, moved_since=NOON)
    (desk.folder / "sla.toml").write_text("nonsense = 1\n")

    answer = desk.browser.post("/sources/softwarerecs/move")

    row = source(desk, "softwarerecs")
    assert answer.status_code >= 400
    assert (row.url, row.moved_to) == (before, there)
    assert not (desk.folder / "sources.toml").exists()


def test_a_move_to_where_another_source_is_changes_no_file(desk: Desk) -> None:
    taken = source(desk).url
    change_row(desk, "hn-ask", active=True)
    change_row(desk, "softwarerecs", moved_to=taken, moved_since=NOON)

    assert desk.browser.post("/sources/softwarerecs/move").status_code == 409
    assert not (desk.folder / "sources.toml").exists()


def test_options_are_saved_or_refused_with_what_was_typed(desk: Desk) -> None:
    good = {"name": "Ask", "every": "20m", "quality": "0,8", "options": "tags = show_hn"}
    assert desk.browser.post("/sources/hn-ask", data=good).status_code == 303
    row = source(desk)
    assert (row.name, row.every_seconds, row.quality) == ("Ask", 1_200, 0.8)
    assert row.options == {"tags": "show_hn"}
    for wrong, says in (
        ({"every": "2s"}, "too often"),
        ({"quality": "7"}, "must be at most 1"),
        ({"options": "tags"}, "name = value"),
        ({"policy": "nope"}, "nope"),
        ({"name": ""}, "empty"),
    ):
        answer = desk.browser.post("/sources/hn-ask", data=good | wrong)
        assert answer.status_code == 422
        assert says in words_of(answer.text)
        assert "tags" in form_of(answer.text)["options"]
    soon = desk.browser.post("/sources/hn-ask", data=good | {"every": "soon"})
    assert "20 min was asked for" in words_of(soon.text), "not what was refused"


def test_hosts_and_the_map_say_what_there_is_and_what_is_not(desk: Desk) -> None:
    hosts = words_of(desk.browser.get("/sources/hosts").text)
    assert "hn.algolia.com 1 1.0 s 96 of 86,400 open" in hosts
    change_row(desk, "hn-ask", ttl_seconds=3_600)
    slower = words_of(desk.browser.get("/sources/hosts").text)
    assert "hn.algolia.com 1 1.0 s 24 of 86,400 open" in slower, "as often as it is read"
    found = words_of(desk.browser.get("/coverage").text)
    assert "Nothing is heard from 1 source (Hacker News search)" in found
    assert "`" not in found, "no commands are told to somebody who has a page"


# Added.


def looked(url: str = "https://talk.example/") -> Looked:
    found = Recognised(kind=SourceKind.FORUM, url=url, name="<script>alert(1)</script> Talk")
    return Looked(found=found, policy="forum", preview=())


def asked(desk: Desk, answer: Looked | Exception) -> str:
    """Have a lookup end as told; return its path."""

    async def look() -> Looked:
        if isinstance(answer, Exception):
            raise answer
        return answer

    site, user = desk.app.state.site, admin_id(desk)
    name = site.lookups.ask(look, url="https://talk.example/", by=user, now=NOON)
    path = f"/sources/new/{name}"
    wait_for(desk, path, user)
    return path


def wait_for(desk: Desk, path: str, user: str) -> None:
    """Wait for a lookup's end without asking the one connection that it may be using."""
    site = desk.app.state.site
    for _ in range(2_000):
        if site.lookups.get(path.rpartition("/")[2], by=user).is_done:
            return
        time.sleep(0.01)


def admin_id(desk: Desk) -> str:
    from models.people import User

    with reading(desk.house.engine) as db:
        return db.exec(select(User.id).where(User.role == UserRole.ADMIN)).one()


def test_what_was_found_is_shown_and_saved_with_its_backfill(desk: Desk) -> None:
    path = asked(desk, looked())
    page = desk.browser.get(path)
    assert "<script>alert" not in page.text[page.text.index("<body") :]
    form = form_of(page.text) | {"name": "Talk", "every": "1h", "backfill": "30"}
    answer = desk.browser.post(path, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources/talk")
    assert in_file(desk, "talk")["options"] == {"backfill_days": "30"}
    row = source(desk, "talk")
    assert (row.kind, timedelta(seconds=row.every_seconds)) == (
        SourceKind.FORUM,
        parse_duration("1h"),
    )
    for back in ("30", "0"):  # how far back it is read makes no other source of it
        again = desk.browser.post(path, data=form | {"backfill": back})
        assert again.status_code == 422
        assert "That is a source already: Talk (talk)" in words_of(again.text)
    seen = desk.browser.get(asked(desk, looked()))
    assert "That is a source already: Talk (talk)" in words_of(seen.text)
    assert 'href="/sources/talk"' in seen.text
    assert "Listen here" not in seen.text


def test_an_address_of_reddit_leads_to_what_is_needed_for_it(desk: Desk) -> None:
    asking = {"url": "https://www.reddit.com/r/plumbing", "options": "user_agent = web:pipes:1"}
    path = desk.browser.post("/sources/new", data=asking).headers["location"]
    wait_for(desk, path, admin_id(desk))

    page = desk.browser.get(path).text

    assert "Reddit is read by its API only" in words_of(page)
    assert "docs/sources.md" in page
    link = html.unescape(re.findall(r'href="(/sources/new\?[^"]*kind=[^"]*)"', page)[0])
    form = desk.browser.get(link).text
    assert "<details open>" in form
    assert '<option value="reddit" selected>' in form
    assert form_of(form)["url"] == "https://oauth.reddit.com/r/plumbing"
    assert "user_agent = web:pipes:1\n" in form_of(form)["options"] + "\n"
    assert "client_id_env = " in form_of(form)["options"]


def test_what_may_not_be_crawled_is_told_without_names_of_options(desk: Desk) -> None:
    answer = desk.browser.post("/sources/new", data={"url": "linkedin.com/groups/1"})
    assert "(“notification mails” among the kinds)" in words_of(answer.text)
    assert "kind imap" not in answer.text


def test_the_comments_of_a_blog_are_read_unless_somebody_says_no(desk: Desk) -> None:
    blog = Recognised(kind=SourceKind.FEED, url="https://blog.example/feed", name="Blog")
    found = Looked(found=blog, policy="feed", preview=(), has_comments=True)
    path = asked(desk, found)
    page = desk.browser.get(path).text
    assert "Read the comments on its posts too" in page
    assert "Read the comments" not in desk.browser.get(asked(desk, looked())).text

    wanted = {"name": "Blog", "every": "1h", "comments": "yes"}
    assert desk.browser.post(path, data=wanted).status_code == 303
    assert in_file(desk, "blog")["options"] == {"comments": "yes"}


def test_what_can_t_be_listened_to_is_told_and_no_one_else_sees_it(desk: Desk) -> None:
    path = asked(desk, NothingToRead("it is a page without a feed"))
    assert "it is a page without a feed" in desk.browser.get(path).text
    assert desk.browser.post(path, data={"name": "x"}).status_code == 303
    stranger = desk.visitor(UserRole.MARKETER)
    assert stranger.get(path).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://localhost/",
        "http://2130706433/",
        "http://a@127.0.0.1/",
        "https://www.linkedin.com/groups/1",
        "gopher://x.example/",
        "http://x.example:22/",
        "",
        "http://169.254.169.254/latest",
    ],
)
def test_no_address_leads_where_it_must_not(desk: Desk, url: str) -> None:
    user = admin_id(desk)
    answer = desk.browser.post("/sources/new", data={"url": url})
    if answer.status_code == 303:  # it has a form that could be: the gate decides
        path = answer.headers["location"]
        wait_for(desk, path, user)
        assert "be listened to: " in desk.browser.get(path).text
    else:
        assert answer.status_code == 422
    assert not (desk.folder / "sources.toml").exists()


def test_a_list_of_feeds_goes_in_and_out(desk: Desk) -> None:
    answer = desk.browser.post("/sources/import", files={"file": ("my.opml", OPML.encode())})
    assert "javascript:alert(1)" in answer.text
    assert "<script>alert" not in answer.text[answer.text.index("<body") :]
    ticked = re.findall(r'name="feed" value="([^"]*)"', answer.text)
    assert len(ticked) == 2
    feed = {"feed": ["https://tea.example/feed Tea & trade", "https://hn.algolia.com/api/v1 x"]}
    assert desk.browser.post("/sources/import/add", data=feed).status_code == 303
    assert in_file(desk, "tea-trade")["url"] == "https://tea.example/feed"
    out = desk.browser.get("/sources.opml")
    assert out.headers["content-disposition"] == 'attachment; filename="harken.opml"'
    assert 'text="Tea &amp; trade" title="Tea &amp; trade" xmlUrl="https://tea.example/feed"' in (
        out.text
    )
    assert desk.browser.post("/sources/import/add", data=feed).status_code == 422
    bad = {"feed": ["file:///etc/passwd x"]}
    assert desk.browser.post("/sources/import/add", data=bad).status_code == 422


# Lookups.


def test_a_lookup_that_takes_too_long_ends_and_one_person_has_only_so_many() -> None:
    lookups = Lookups(longest_seconds=0.05)

    async def slow() -> Looked:
        await asyncio.sleep(60)
        raise AssertionError

    names = [lookups.ask(slow, url="u", by="ada", now=NOON) for _ in range(3)]
    with pytest.raises(RefusedError, match="3 addresses under way"):
        lookups.ask(slow, url="u", by="ada", now=NOON)
    lookups.ask(slow, url="u", by="ben", now=NOON)
    for _ in range(200):
        if lookups.get(names[0], by="ada").is_done:
            break
        asyncio.run(asyncio.sleep(0.01))
    assert "no answer within" in (lookups.get(names[0], by="ada").problem or "")
    asyncio.run(asyncio.sleep(0.2))
    later = NOON + timedelta(hours=1)
    lookups.ask(slow, url="u", by="ada", now=later)
    with pytest.raises(NotFoundError):
        lookups.get(names[0], by="ada")


# Try a post.


def test_a_pasted_post_is_judged_and_nothing_is_stored(desk: Desk) -> None:
    form = {"title": "Zendesk alternatives? <b>", "text": ASKS}
    answer = desk.browser.post("/try", data=form)
    seen = words_of(answer.text)
    assert answer.status_code == 200
    assert "A lead that is ready for sales" in seen
    assert "help desk (keyword)" in seen
    assert "Who would get it now Administrator of Sales" in seen
    assert '<mark class="cue' in answer.text
    assert "<b>" not in answer.text
    with reading(desk.house.engine) as db:
        assert db.exec(select(Post)).all() == []
        assert db.exec(select(Lead)).all() == []


def test_a_change_of_a_topic_reaches_the_next_try(desk: Desk) -> None:
    text = {"text": "Can anybody recommend a quipu tying service? We need it by March."}
    assert "No topic hears it" in desk.browser.post("/try", data=text).text
    topic = {"id": "knots", "name": "Knots", "keywords": "quipu tying", "active": "true"}
    assert desk.browser.post("/topics/new", data=topic).status_code == 303
    assert "quipu tying (keyword)" in words_of(desk.browser.post("/try", data=text).text)


def test_nothing_to_judge_and_nobody_to_judge_for(desk: Desk) -> None:
    assert desk.browser.post("/try", data={"text": " \x00 "}).status_code == 422
    assert desk.visitor(UserRole.VIEWER).get("/try").status_code == 403
    assert "a look" not in desk.visitor(UserRole.REP).get("/try").text


# First run.


def test_two_sentences_become_a_topic_sources_and_a_backfill(desk: Desk) -> None:
    told = {"sells": "We sell help desk software for small teams.", "competitors": "Zendesk"}
    page = desk.browser.post("/welcome", data=told).text
    form: dict[str, object] = dict(form_of(page))
    form.pop("keep_examples", None)
    form["place"] = re.findall(r'name="place" value="([^"]*)" checked', page)
    assert "hn-search help desk" in str(form["place"])

    answer = desk.browser.post("/welcome/start", data=form)

    assert (answer.status_code, answer.headers["location"]) == (303, "/welcome/progress")
    with reading(desk.house.engine) as db:
        active = db.exec(select(Topic.id).where(Topic.active)).all()
    assert list(active) == ["help-desk-software"], "the examples are off"
    row = source(desk, "hacker-news-on-help-desk")
    assert row.cursor["created_at_i"] == int((NOON - timedelta(days=30)).timestamp())
    progress = desk.browser.get("/welcome/progress").text
    assert '<noscript><meta http-equiv="refresh"' in progress
    assert "0 of" in words_of(progress)
    change_row(desk, "hacker-news-on-help-desk", last_success_at=NOON)
    part = desk.browser.get("/welcome/progress", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "1 of" in words_of(part.text)
    everywhere = re.findall(r'href="/sources/([a-z0-9-]+)"', part.text)
    for slug in set(everywhere):
        change_row(desk, slug, last_success_at=NOON)
    change_row(desk, "hacker-news-on-zendesk", last_success_at=None, health=SourceHealth.DEGRADED)
    after = words_of(desk.browser.get("/welcome/progress").text)
    number = len(set(everywhere))
    assert f"{number - 1} of {number} sources read, 1 could not be." in after


def test_their_own_forum_is_looked_at_first_and_then_read_with_the_others(desk: Desk) -> None:
    told = {"sells": "We sell help desk software for small teams.", "own": "forum.example.com"}
    form = dict(form_of(desk.browser.post("/welcome", data=told).text)) | {"own": told["own"]}

    there = desk.browser.post("/welcome/start", data=form).headers["location"]

    assert re.fullmatch(r"/sources/new/[0-9a-f-]+\?first=true", there)
    assert "https://forum.example.com" in desk.browser.get(there).text
    wrong = desk.browser.post("/welcome/start", data=form | {"own": "ftp://x", "id": "other"})
    assert (wrong.status_code, 'href="#own"' in wrong.text) == (422, True)
    path = asked(desk, looked())
    page = desk.browser.get(f"{path}?first=true").text
    answer = desk.browser.post(path, data=form_of(page) | {"name": "Ours"})
    assert answer.headers["location"] == "/welcome/progress"


def test_only_what_was_ticked_is_a_source_after_the_first_run(desk: Desk) -> None:
    told = {"sells": "We sell help desk software for small teams."}
    form = form_of(desk.browser.post("/welcome", data=told).text)
    change_row(desk, "hn-ask", last_success_at=NOON)

    none = desk.browser.post("/welcome/start", data=form | {"own": "forum.example.com"})

    said = words_of(desk.browser.get(none.headers["location"]).text)
    assert "Harken listens now" not in said
    assert "What you sell Look it over First leads" in said
    assert not source(desk).active
    assert "Ask HN" not in desk.browser.get("/sources").text
    assert "board.example.com" not in desk.browser.get("/sources").text
    assert "Ask HN" not in desk.browser.get("/welcome/progress").text
    assert "active    false keeps it in the file" in desk.text("sources.toml")
    assert "Ask HN" not in desk.text("sources.toml")
    assert tomllib.loads(desk.text("sources.toml")) == {}


def test_a_shipped_source_that_was_ticked_stays_the_same_source(desk: Desk) -> None:
    told = {"sells": "We sell help desk software for small teams."}
    form = form_of(desk.browser.post("/welcome", data=told).text)

    desk.browser.post("/welcome/start", data=form | {"place": "hn-ask"})

    assert [one["id"] for one in tomllib.loads(desk.text("sources.toml"))["source"]] == ["hn-ask"]
    assert source(desk).active
    page = words_of(desk.browser.get("/sources").text)
    assert ("Ask HN" in page, "Home Improvement" in page) == (True, False)


def test_sources_that_somebody_has_chosen_stay_when_another_topic_is_drafted(desk: Desk) -> None:
    desk.browser.post("/sources/hn-ask", data={"name": "Ours", "every": "20m"})
    told = {"sells": "We sell help desk software."}
    form = form_of(desk.browser.post("/welcome", data=told).text)

    desk.browser.post("/welcome/start", data=form)

    assert source(desk).active


def test_what_can_t_be_drafted_or_saved_is_told(desk: Desk) -> None:
    vague = desk.browser.post("/welcome", data={"sells": "we help people"})
    assert vague.status_code == 422
    assert "the words that a buyer would search for" in vague.text
    wrong = {"id": "crm x", "name": "<script>alert(1)</script>", "keywords": "good thing"}
    answer = desk.browser.post("/welcome/start", data=wrong | {"place": "../../etc x"})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text[answer.text.index("<body") :]
    assert not (desk.folder / "topics").exists()


def test_a_new_installation_s_inbox_leads_to_the_first_run(desk: Desk) -> None:
    assert 'href="/welcome"' in desk.browser.get("/inbox?view=all").text
    assert 'href="/welcome"' not in desk.visitor(UserRole.VIEWER).get("/inbox?view=all").text


def test_the_file_of_a_source_is_never_another(desk: Desk) -> None:
    for slug in ("..%2f..%2fx", "new", "none"):
        assert desk.browser.post(f"/sources/{slug}/switch", data={"on": "true"}).status_code == 404
