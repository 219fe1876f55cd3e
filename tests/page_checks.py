"""What every page has to be: accessible in light and dark, and no wider than a phone."""

from collections.abc import Iterator
from importlib.resources import files

from playwright.sync_api import Page

#: Notes what the content security policy stops.
WATCH = (
    "window.violations = [];"
    "document.addEventListener('securitypolicyviolation',"
    " e => window.violations.push(e.violatedDirective + ' ' + e.blockedURI));"
)
AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async (only) => (await axe.run(document, {runOnly: only, resultTypes: ["violations"]}))
  .violations.map(v => [v.id, ...v.nodes.slice(0, 3).map(n => n.target.join(" "))].join(" | "))"""


def complaints(page: Page) -> Iterator[str]:
    """Yield what is wrong with the page that is open; it was made with `WATCH` in it."""
    yield from (f"CSP {said}" for said in page.evaluate("window.violations"))
    page.evaluate(AXE)
    page.emulate_media(color_scheme="light")
    yield from (f"light {said}" for said in page.evaluate(RUN, RULES))
    page.emulate_media(color_scheme="dark")
    yield from (f"dark {said}" for said in page.evaluate(RUN, ["color-contrast"]))
    page.set_viewport_size({"width": 320, "height": 700})
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > 320:
        yield f"{wide} px wide where 320 are there"
    page.set_viewport_size({"width": 1280, "height": 800})
