"""From `harken demo` to a lead's evidence, in a real browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.command import harken_here
from tests.page_checks import WATCH, complaints
from tests.served import Demo

pytestmark = pytest.mark.e2e


@contextmanager
def entered(browser: Browser, link: str) -> Iterator[Page]:
    """Give a page in which whoever the link is of is logged in; nothing in it may be stopped."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(link)
    page.get_by_role("button", name=re.compile("enter", re.IGNORECASE)).click()
    yield page
    assert page.evaluate("window.violations") == []
    context.close()


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    with entered(browser, demo.link) as page:
        yield page


def test_a_lead_is_two_clicks_from_the_login_link(page: Page) -> None:
    page.goto(re.sub(r"(http://[^/]+).*", r"\1/inbox?view=all", page.url))
    rows = page.locator(".row")
    expect(rows.first).to_be_visible()
    assert rows.count() >= 5
    rows.first.click()
    detail = page.locator("article")
    expect(detail.locator("mark").first).to_be_visible()
    expect(detail).to_contain_text("Why this was flagged")
    original = detail.get_by_role("link", name=re.compile("open original", re.IGNORECASE)).first
    assert "noopener" in str(original.get_attribute("rel"))
    address = original.get_attribute("href")
    assert address is not None
    answer = page.request.get(address)
    assert answer.ok
    marked = detail.locator("mark").first.inner_text()
    assert marked.split()[0] in answer.text()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(re.sub(r"(http://[^/]+).*", r"\1/inbox?view=all", page.url))
    page.locator(".row").first.click()
    expect(page.locator("article mark").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_pages_of_a_day_are_accessible_and_fit_a_phone(page: Page, demo: Demo) -> None:
    page.emulate_media(reduced_motion="reduce")  # a colour on its way has no contrast of its own
    page.goto(f"{demo.address}/inbox?view=all")
    lead = page.locator("a.row").first.get_attribute("href")
    for path in ("/inbox?view=all", str(lead), "/digest"):
        page.goto(demo.address + path)
        assert list(complaints(page)) == [], path


def test_a_demo_whose_usual_port_is_taken_moves_on_and_is_found(demo: Demo) -> None:
    assert demo.address != f"http://127.0.0.1:{demo.taken}"
    link = harken_here("users", "link", "mara", data=demo.folder).out
    assert link.startswith(f"{demo.address}/login/first/")
    digest = harken_here("digest", "--for", "mara", data=demo.folder)
    assert f"    {demo.address}/leads/" in digest.out
    listed = harken_here("leads", "list", data=demo.folder).out.splitlines()[1:]
    short = [line.split()[-1] for line in listed]
    assert len(set(short)) == len(short)
    shown = harken_here("leads", "show", short[0], "--json", data=demo.folder)
    listed_first = harken_here("leads", "list", "--most", "1", "--json", data=demo.folder)
    assert shown.lines == listed_first.lines
    assert str(shown.lines[0]["id"]).endswith(short[0])


@contextmanager
def day_of(browser: Browser, demo: Demo, handle: str) -> Iterator[Page]:
    """Give a page in which somebody of the demo is logged in.

    The demo's own link is dana's, and the tests of other files use it: a new one would end it.
    """
    link = demo.link
    if handle != "dana":
        link = harken_here("users", "link", handle, data=demo.folder).out.split()[-1]
    with entered(browser, link) as page:
        yield page


def test_a_marketer_sees_what_an_exclusion_takes_away_saves_it_and_goes_back(
    browser: Browser, demo: Demo
) -> None:
    with day_of(browser, demo, "mara") as page:
        page.goto(f"{demo.address}/topics/crm")
        page.get_by_label("Exclusions").fill("Attio")
        effect = page.locator("#effect")
        expect(effect).to_contain_text("What it would lose")
        expect(effect.locator("details").first).to_contain_text("Attio")
        page.get_by_label("Note").fill("we don't sell there")
        page.get_by_role("button", name="Save").click()
        assert "exclusions = [" in page.request.get(f"{demo.address}/topics/crm/file").text()

        page.goto(f"{demo.address}/topics/crm/history")
        expect(page.locator(".versions")).to_contain_text("we don't sell there")
        page.get_by_role("button", name="Go back to this").first.click()
        page.goto(f"{demo.address}/topics/crm")
        expect(page.get_by_label("Exclusions")).not_to_have_value("Attio")


def test_what_was_typed_into_a_topic_is_not_left_without_a_word(
    browser: Browser, demo: Demo
) -> None:
    with day_of(browser, demo, "mara") as page:
        page.goto(f"{demo.address}/topics/crm")
        page.get_by_label("Queries").fill("(help")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("#query[aria-invalid]")).to_be_visible()
        page.get_by_label("Queries").fill("help AND desk")
        expect(page.locator("[aria-invalid]")).to_have_count(0)
        expect(page.locator("#faults")).to_have_count(0)

        asked: list[str] = []

        def leave(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", leave)
        page.get_by_role("link", name="History").click()
        page.wait_for_url("**/history")
        page.goto(f"{demo.address}/topics/crm")
        page.get_by_role("link", name="History").click()
        page.wait_for_url("**/history")

        assert asked == ["beforeunload"], "and nothing where nothing was changed"


def test_a_rep_accepts_by_key_logs_a_touch_and_hands_it_back_with_a_reason(
    browser: Browser, demo: Demo
) -> None:
    with day_of(browser, demo, "ines") as page:
        page.goto(f"{demo.address}/inbox?view=mine")
        row = page.locator(".row", has_text="offered to you").first
        found = re.search(r"lead=([0-9a-f-]+)", str(row.get_attribute("href")))
        assert found is not None
        row.click()
        expect(page.locator("#detail").get_by_role("button", name="Accept")).to_be_visible()
        page.keyboard.press("a")
        expect(page.locator(".flash")).to_be_visible()

        page.goto(f"{demo.address}/leads/{found[1]}")
        page.keyboard.press("t")
        dialog = page.get_by_role("dialog", name="What did you do?")
        dialog.get_by_label("Replied in the thread").check()
        dialog.get_by_role("textbox").fill("wrote to them in the thread")
        dialog.get_by_role("button", name="Log it").click()
        expect(page.locator("main")).to_contain_text("wrote to them in the thread")

        page.keyboard.press("b")
        dialog = page.get_by_role("dialog", name="Hand it back")
        dialog.get_by_role("radio").first.check()
        dialog.get_by_role("button", name="Hand back").click()
        expect(page.locator(".flash")).to_be_visible()
        page.goto(f"{demo.address}/inbox?view=mine")
        expect(page.locator(".list")).not_to_contain_text(found[1])


def test_an_admin_sends_somebody_away_and_the_leads_go_to_others(
    browser: Browser, demo: Demo
) -> None:
    with day_of(browser, demo, "dana") as page:
        page.goto(f"{demo.address}/team/people/tom")
        page.get_by_role("button", name="Note the absence").click()
        page.goto(f"{demo.address}/team")
        expect(page.locator("main")).to_contain_text("away")
        page.goto(f"{demo.address}/inbox?view=all")
        expect(page.locator(".list")).not_to_contain_text("offered to Tom")


def test_the_lists_scroll_and_the_page_does_not_and_j_goes_round(page: Page) -> None:
    page.goto(re.sub(r"(http://[^/]+).*", r"\1/inbox?view=all", page.url))
    page.locator(".row").first.click()
    expect(page.locator("article mark").first).to_be_visible()

    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    page.keyboard.press("k")
    expect(page.locator(".row").last).to_have_attribute("aria-current", "true")
    page.keyboard.press("j")
    expect(page.locator(".row").first).to_have_attribute("aria-current", "true")
