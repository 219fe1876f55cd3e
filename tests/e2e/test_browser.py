"""From `harken demo` to a lead's evidence, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.command import harken_here
from tests.served import Demo

pytestmark = pytest.mark.e2e


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.add_init_script(
        "window.violations = [];"
        "document.addEventListener('securitypolicyviolation',"
        " e => window.violations.push(e.violatedDirective + ' ' + e.blockedURI));"
    )
    opened.goto(demo.link)
    opened.get_by_role("button", name=re.compile("enter", re.IGNORECASE)).click()
    yield opened
    assert opened.evaluate("window.violations") == []
    context.close()


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
