"""Every page that links lead to: accessible in light and dark, no wider than a phone, no CSP stop.

Pages are found as a person finds them: from link to link. Of pages of one shape, such as those of
two leads, one is looked at.
"""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import SplitResult, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.page_checks import WATCH, complaints
from tests.served import Demo

pytestmark = [pytest.mark.e2e, pytest.mark.soak, pytest.mark.timeout(1200)]

#: What is not a page, or ends the session.
NO_PAGE = re.compile(
    r"^/(static|api|feeds|logout|healthz|readyz|metrics)|\.(csv|opml|toml|jsonl?)$|/file$"
)
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}|(?<=/)\d+(?=/|$)")
#: Of many that are made by one template, a few.
ALIKE = re.compile(r"^(/topics|/sources|/reports|/team|/settings/files)/[^/]+")
MOST_ALIKE = 2
#: More pages than that are a circle that `shape_of` does not see.
MOST = 200


def shape_of(path: str) -> str:
    return ID.sub("ID", path)


@pytest.fixture(scope="module")
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800},
        reduced_motion="reduce",  # a colour on its way to another has no contrast of its own
    )
    opened = context.new_page()
    opened.add_init_script(WATCH)
    opened.goto(demo.link)
    opened.get_by_role("button", name=re.compile("enter", re.IGNORECASE)).click()
    yield opened
    context.close()


def test_every_page_is_accessible_and_fits_a_phone(page: Page) -> None:
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    waiting, seen = ["/inbox?view=all"], {"/inbox"}
    alike = Counter[str]()
    wrong: dict[str, list[str]] = {}
    looked_at = 0
    while waiting and looked_at < MOST:
        path = waiting.pop(0)
        answer = page.goto(origin + path)
        assert answer is not None
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        looked_at += 1
        if found := list(complaints(page)) if answer.ok else [f"answers {answer.status}"]:
            wrong[path] = found
        for url in links_of(page, origin):
            shape = shape_of(url.path)
            kind = ALIKE.sub(r"\1/ONE", shape)
            if shape in seen or (kind != shape and alike[kind] >= MOST_ALIKE):
                continue
            seen.add(shape)
            alike[kind] += 1
            waiting.append(url.path + (f"?{url.query}" if url.query else ""))
    assert not wrong, "\n".join(f"{path}: {said}" for path, says in wrong.items() for said in says)
    assert looked_at >= 25


def links_of(page: Page, origin: str) -> Iterator[SplitResult]:
    """Yield where the links of a page lead, as far as they are pages of ours."""
    for link in page.locator("a[href]").evaluate_all("all => all.map(a => a.href)"):
        url = urlsplit(urljoin(page.url, link))
        if f"{url.scheme}://{url.netloc}" == origin and not NO_PAGE.search(url.path):
            yield url
