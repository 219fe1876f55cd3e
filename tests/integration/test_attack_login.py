"""Attacks on the way in and on the pages behind it: P07 to P23 of the corpus.

P01 and P02 are in test_web_every_route, P03 to P06 with the API and with each page, P12 for the
API with its readers.
"""

import logging
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from sqlmodel import select
from starlette.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from config import ConfigError
from crawlers.found import FoundPost
from models.people import User
from models.post import Author
from models.words import Kind, SuppressionReason, UserRole
from service.editing.change import Change, try_change
from service.logs import OneLine
from service.posts.erasing import erase
from service.posts.own_people import is_own
from service.posts.suppression import (
    ANYWHERE,
    admitted,
    author_key,
    barred_among,
    suppress_author,
)
from service.rules.scoring import Heard, score
from service.store.engine import reading, writing
from service.web.entry.passwords import hash_password
from service.web.entry.throttle import FREE, FREE_ANYWHERE
from service.web.pages import ROUTERS
from tests.fakes import NOON
from tests.staffed_house import a_staffed_house
from tests.web_house import BASE_URL, House, a_house, shipped

PASSWORD = "a heron on the weir"
READ = [
    route
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and "GET" in (route.methods or ())
]


@pytest.fixture(scope="module")
def kept() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def house() -> House:
    return a_house()


@pytest.fixture
def admin(house: House) -> User:
    return house.user("ada", role=UserRole.ADMIN)


def at(house: House, address: str) -> TestClient:
    """Return a browser at another address."""
    return TestClient(
        house.app(),
        base_url=BASE_URL,
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
        client=(address, 4711),
    )


# --- the way in ------------------------------------------------------------------------------


def test_p07_neither_words_nor_time_tell_who_has_an_account(house: House, kept: str) -> None:
    house.user("mia", password_hash=kept)
    house.user("new")
    with house.browser() as browser:
        browser.get("/login")
        answers, seconds = {}, {}
        for login in ("mia", "nobody", "new"):
            took = []
            for _ in range(3):
                began = time.process_time()
                said = browser.post("/login", data={"login": login, "password": "wrong"})
                took.append(time.process_time() - began)
                answers[login] = (said.status_code, said.text.replace(f'"{login}"', '"?"'))
            seconds[login] = min(took)

    assert answers["mia"] == answers["nobody"] == answers["new"]
    # Without the hash of nobody it would be a tenth.
    assert min(seconds.values()) > max(seconds.values()) / 2


def test_p08_a_thousand_guesses_are_five(house: House, kept: str) -> None:
    house.user("mia", password_hash=kept)
    with house.browser() as browser:
        codes = [
            browser.post("/login", data={"login": "mia", "password": f"guess {n}"}).status_code
            for n in range(60)
        ]
        right = browser.post("/login", data={"login": "mia", "password": PASSWORD})

    assert codes == [422] * FREE + [429] * 55
    assert right.status_code == 429, "the right one too: who guesses learns nothing"
    assert int(right.headers["retry-after"]) >= 1


def test_p08_a_forged_address_dodges_nothing(house: House) -> None:
    house.user("mia")
    # As uvicorn has it; its types and Starlette's say the same in other words.
    app = ProxyHeadersMiddleware(house.app(), trusted_hosts="127.0.0.1")  # type: ignore[arg-type]  # see above
    with TestClient(
        app,  # type: ignore[arg-type]  # see above
        base_url=BASE_URL,
        headers={"Sec-Fetch-Site": "same-origin"},
        client=("203.0.113.9", 4711),
    ) as browser:
        codes = [
            browser.post(
                "/login",
                data={"login": "mia", "password": "guess"},
                headers={"X-Forwarded-For": f"198.51.100.{n}", "Forwarded": f"for=192.0.2.{n}"},
            ).status_code
            for n in range(FREE + 2)
        ]

    assert codes == [422] * FREE + [429] * 2


def test_p08_a_thousand_addresses_guess_one_name_slowly(house: House) -> None:
    throttle = house.app().state.site.throttle
    now = house.clock.now()
    tries = [throttle.begin("mia", f"2001:db8::{n:x}", now) for n in range(1000)]

    assert tries.count(timedelta(0)) == FREE_ANYWHERE


def test_p09_a_new_password_ends_the_sessions_of_before(house: House) -> None:
    mia = house.user("mia")
    thief = house.browser(mia)
    link = house.browser(house.user("ada", role=UserRole.ADMIN))
    assert link.get("/team").status_code == 200
    with writing(house.engine) as db:
        db.get_one(User, mia.id).active = False

    assert thief.get("/inbox").status_code == 303


def test_p16_there_is_no_word_for_the_metrics_that_could_be_guessed(house: House) -> None:
    # A session or this very machine opens them; a name and a password in a header never do.
    far = at(house, "203.0.113.9")
    tried = [
        far.get("/metrics", headers=headers).status_code
        for headers in (
            {},
            {"Authorization": "Basic YWRtaW46YWRtaW4="},
            {"Authorization": "Bearer admin"},
            {"X-Forwarded-For": "127.0.0.1"},
        )
    ]

    assert tried == [303] * 4


# --- what is sent ----------------------------------------------------------------------------

ODD = ("1000000000", "-1", "id;DROP TABLE lead", "%" * 500, '"', "'", "x" * 900, "0x1", "\uff19")


def parameters() -> Mapping[str, list[str]]:
    """Return what each page that may be read takes in its address."""
    return {
        re.sub(r"\{[^}]+\}", "x", route.path): [f.alias for f in route.dependant.query_params]
        for route in READ
        if route.dependant.query_params
    }


def test_p10_no_number_order_or_search_breaks_a_page(house: House, admin: User) -> None:
    broken = []
    with house.browser(admin) as browser:
        for (path, names), value in product(parameters().items(), ODD[:4]):
            answer = browser.get(path, params=dict.fromkeys(names, value))
            if answer.status_code >= 500:
                broken.append((path, value[:20], answer.status_code))

    assert broken == []


@pytest.mark.parametrize("value", ODD)
def test_p10_nor_does_any_odd_value_where_something_is_searched_for(
    house: House, admin: User, value: str
) -> None:
    browser = house.browser(admin)
    asked = dict.fromkeys(("subject", "action", "actor", "since", "until"), value)

    assert browser.get("/settings/audit", params=asked).status_code in {200, 422}


def test_p11_a_form_of_ten_thousand_parts_is_not_read(house: House) -> None:
    browser = house.browser()
    part = b'--b\r\nContent-Disposition: form-data; name="login"\r\n\r\nx\r\n'
    many = {"Content-Type": "multipart/form-data; boundary=b"}
    none = {"Content-Type": "multipart/form-data"}
    broken = {"Content-Type": "multipart/form-data; boundary=\x01"}

    assert browser.post("/login", content=part * 900 + b"--b--", headers=many).status_code == 422
    assert browser.post("/login", content=part * 10_000, headers=many).status_code == 413
    assert browser.post("/login", content=part, headers=none).status_code in {400, 422}
    assert browser.post("/login", content=part, headers=broken).status_code in {400, 422}


def test_p11_a_gigabyte_is_refused_by_what_it_says_and_by_what_it_is(house: House) -> None:
    browser = house.browser()
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    said = browser.post("/login", content=b"x", headers=form | {"Content-Length": str(2**30)})
    sent = browser.post("/login", content=(b"x" * 65536 for _ in range(3)), headers=form)

    assert (said.status_code, sent.status_code) == (413, 413)


@pytest.mark.parametrize(
    "body",
    [b"[" * 30_000, b'{"login":' + b"9" * 30_000 + b"}", b'{"login": NaN}', b"\x1f\x8b\x08\x00"],
    ids=["deep", "long", "nan", "gzip"],
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_p12_a_form_is_a_form(house: House, body: bytes, kind: str) -> None:
    headers = {"Content-Type": kind, "Content-Encoding": "gzip"} if kind else {}

    answer = house.browser().post("/login", content=body, headers=headers)

    assert answer.status_code == 422
    assert "9999" not in answer.text


def test_p13_a_name_that_is_said_twice_is_said_once_and_hosts_are_our_own(
    house: House, kept: str
) -> None:
    house.user("mia", password_hash=kept)
    browser = house.browser()
    twice = f"login=nobody&login=mia&password=x&password={PASSWORD.replace(' ', '+')}"
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = browser.post("/login?login=ada&next=//evil.example", content=twice, headers=form)
    poisoned = browser.get("/login", headers={"Host": "evil.example"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert poisoned.status_code == 421
    forwarded = browser.get("/login", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in forwarded.text


def test_p14_a_line_of_the_log_can_not_be_forged() -> None:
    forged = 'mia\n{"level":"audit","ok":true}\x1b[2J\u2028x'
    record = logging.makeLogRecord({"msg": forged, "login": forged, "name": "service.web"})

    line = OneLine().format(record)

    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert "\x1b" not in line


def test_p15_nobody_learns_anything_from_an_error_or_the_version(house: House) -> None:
    browser = house.browser()
    told = [browser.get(path) for path in ("/healthz", "/readyz", "/login", "/nothing", "/api")]
    with writing(house.engine) as db:
        db.connection().exec_driver_sql("ALTER TABLE login_session RENAME TO away_for_now")
    try:
        browser.cookies.set("harken", "x", domain="harken.test", path="/")
        told.append(browser.get("/inbox"))
        assert told[-1].status_code in {500, 503}
    finally:
        with writing(house.engine) as db:
            db.connection().exec_driver_sql("ALTER TABLE away_for_now RENAME TO login_session")

    for answer in told:
        assert "server" not in {name.lower() for name in answer.headers}
        for secret in ("Traceback", "sqlite", "SELECT", "site-packages", "0.1.0", "login_session"):
            assert secret not in answer.text


# --- what strangers write --------------------------------------------------------------------


def test_p18_a_thousand_posts_of_one_author_are_worth_five() -> None:
    now = NOON
    heard = [
        Heard(
            signal_id=str(number),
            kind=Kind.RECOMMENDATION,
            probability=0.6,
            happened_at=now - timedelta(minutes=number),
            author="quiet_otter",
            thread=f"t{number}",
        )
        for number in range(1000)
    ]

    told = score(heard, shipped().scoring, now=now, fit=None)

    assert len(told.parts) == 5
    assert score(heard[:5], shipped().scoring, now=now, fit=None).value == told.value


def test_p21_what_was_erased_is_not_taken_in_again_from_anywhere(house: House) -> None:
    secret = b"a secret of thirty-two bytes, ok"
    source = house.source("Talk")
    house.lead(source=source, topic=house.topic("desks", "Desks"), author="otter")
    with writing(house.engine) as db:
        author = db.exec(select(Author)).one()
        author.handle_norm = "otter"
    for _ in range(2):  # a second time, as after a restored backup, does it again
        with writing(house.engine) as db:
            erase(
                db,
                "@Otter",
                host=None,
                secret=secret,
                by="harken",
                config=house.config,
                now=house.clock.now(),
            )
    found = FoundPost(external_id="1", title="Again", text="me", author="OTTER", url=None)

    with reading(house.engine) as db:
        assert db.exec(select(Author)).all() == []
        for url in (source.url, "https://elsewhere.example/feed"):
            barred = barred_among(db, secret=secret, brought=[(url, [found])])
            assert admitted([found], source_url=url, barred=barred) == []


@pytest.mark.parametrize("spelt", ["ada_m", "@Ada_M", "u/ada_m", "ada\u200b_m"])
def test_what_our_own_people_post_is_never_a_buyers(spelt: str) -> None:
    assert is_own(spelt, frozenset({"Ada_M", "Tidepool"}))
    assert not is_own("somebody", frozenset({"Ada_M"}))
    assert not is_own(spelt, frozenset())


# --- what people configure -------------------------------------------------------------------


@pytest.mark.parametrize(
    "keywords",
    ['[""]', '["   "]', '["*"]', "[" + '"a b c",' * 3000 + "]"],
    ids=["empty", "blank", "everything", "too many"],
)
def test_p17_a_phrase_that_would_find_everything_is_refused(tmp_path: Path, keywords: str) -> None:
    text = f'id = "x"\nname = "X"\nkeywords = {keywords}\n'

    with pytest.raises(ConfigError):
        try_change(tmp_path, (Change(file="topics/x.toml", text=text, seen=None),))


def test_p17_a_phrase_is_words_and_never_a_pattern(tmp_path: Path) -> None:
    text = 'id = "x"\nname = "X"\nkeywords = ["^(\\\\w+\\\\s?)*$ crm"]\n'
    began = time.process_time()
    with suppress(ConfigError):
        try_change(tmp_path, (Change(file="topics/x.toml", text=text, seen=None),))

    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "spelt",
    ["Quiet_Otter", "@quiet_otter", "u/quiet_otter", "\uff51uiet_otter", "quiet\u200b_otter"],
)
@pytest.mark.parametrize("host", ["talk.example", "TALK.example"])
def test_p20_who_was_left_alone_is_so_under_every_spelling(spelt: str, host: str) -> None:
    secret = b"a secret of thirty-two bytes, ok"

    assert author_key(secret, host, spelt) == author_key(secret, "talk.example", "quiet_otter")


def test_p20_a_second_listing_of_the_same_is_none(house: House) -> None:
    secret = b"a secret of thirty-two bytes, ok"
    with writing(house.engine) as db:
        for spelt in ("quiet_otter", "@Quiet_Otter"):
            suppress_author(
                db,
                secret=secret,
                host=ANYWHERE,
                handle=spelt,
                reason=SuppressionReason.OBJECTION,
                by="harken",
                now=house.clock.now(),
            )
    with reading(house.engine) as db:
        assert db.connection().exec_driver_sql("SELECT count(*) FROM suppression").scalar() == 1


@pytest.mark.parametrize("tz", ["../../etc/passwd", "/etc/localtime", "localtime", "Europe"])
def test_p23_a_time_zone_is_a_name_of_one_and_no_path(tmp_path: Path, tz: str) -> None:
    house = a_staffed_house(tmp_path)
    assert house.folder is not None
    text = (house.folder / "teams.toml").read_text("utf-8").replace("Europe/Berlin", tz)

    with pytest.raises(ConfigError, match="is no time zone"):
        try_change(house.folder, (Change(file="teams.toml", text=text, seen=None),))
