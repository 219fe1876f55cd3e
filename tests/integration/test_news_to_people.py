"""Slack and Teams: few messages, whatever happens, and no stranger's word means anything: H16."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, insert
from sqlmodel import select

from models.delivery import Delivery, DeliveryState, EndpointKind
from models.ids import new_id
from models.lead import Lead
from models.ledger import Outbox
from models.words import SuppressionReason
from service.delivery.news import News
from service.delivery.plain import harmless
from service.delivery.slack import slack_message
from service.delivery.teams import MOST_BYTES, teams_message
from service.exports.told import ToldLead, read_told
from service.posts.suppression import suppress_author
from service.store.engine import reading, writing
from tests.builders import SECRET
from tests.misbehaving import MisbehavingServer, Reply
from tests.posting import ADDRESS, BASE_URL, House, Receiver, a_channel, a_house, said
from tests.unlearning import forget_leads

EVIL = (
    "<!channel> <!here|hi> <@U123> <#C1|x> <http://evil.example|your bank> @channel @everyone "
    "*bold* [bank](http://evil.example) <at>Ann</at> {{DATE(2020-01-01)}} ${secret} \u202egnp.exe"
)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def server(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[MisbehavingServer]:
    with MisbehavingServer(receiver) as running:
        monkeypatch.setenv(ADDRESS, running.url("/services/T0/B0/x"))
        yield running


@pytest.fixture(params=[EndpointKind.SLACK, EndpointKind.TEAMS])
def house(
    request: pytest.FixtureRequest, sqlite_engine: Engine, server: MisbehavingServer
) -> House:
    return a_house(sqlite_engine, a_channel(request.param))


@pytest.fixture
def slack(sqlite_engine: Engine, server: MisbehavingServer) -> House:
    return a_house(sqlite_engine, a_channel())


def told(house: House) -> ToldLead:
    with reading(house.place.engine) as db:
        (lead,) = read_told(db, [house.place.only(Lead).id], secret=SECRET).values()
    return lead


def evil_lead(house: House) -> ToldLead:
    lead = told(house)
    return replace(lead, title=EVIL, quote=EVIL, source=EVIL, topic=EVIL, attribution=EVIL)


def news_of(*leads: ToldLead, more: int = 0, count: int = 1) -> News:
    counts = {"lead.sales_ready": count}
    return News(counts=counts, leads=leads, more=more, base_url=BASE_URL)


def test_one_lead_is_told_with_the_buyer_s_words_and_two_links(
    house: House, server: MisbehavingServer
) -> None:
    house.hear("anna")
    house.send()

    (message,) = said(server)
    text = json.dumps(message, ensure_ascii=False)
    assert "A new lead" in text
    assert "a crm for ten people" in text
    assert f"{BASE_URL}/leads/{house.place.only(Lead).id}" in text
    assert "https://talk.example/t/anna" in text
    assert "webhook-signature" not in server.requests[0].headers


def test_each_message_has_a_text_for_who_shows_no_blocks(
    slack: House, server: MisbehavingServer
) -> None:
    slack.hear("anna")
    slack.send()
    assert said(server)[0]["text"] == "A new lead"

    card = teams_message(news_of(told(slack)))
    assert card["summary"] == "A new sales-ready lead"
    assert '"fallbackText": "A new sales-ready lead"' in json.dumps(card)


def test_what_waits_together_is_told_in_one_message(
    slack: House, server: MisbehavingServer
) -> None:
    slack.hear(*(f"author-{n}" for n in range(12)))
    slack.send()

    (message,) = said(server)
    assert message["text"] == "12 new leads"
    assert "and 2 more" in json.dumps(message)
    assert slack.states() == ["sent"] * 12


def test_slack_gets_a_message_a_second_at_the_most(
    slack: House, server: MisbehavingServer, receiver: Receiver
) -> None:
    late = iter(["bert", "carl"])
    receiver.on_asked = lambda _: slack.hear(next(late)) if len(server.requests) < 3 else None
    slack.hear("anna")
    slack.plan()
    for _ in range(3):
        slack.send()

    moments = [asked.at for asked in server.requests]
    assert len(moments) == 3
    assert min(later - earlier for earlier, later in pairwise(moments)) >= 1


@pytest.mark.parametrize("at_once", [100, pytest.param(1_000, marks=pytest.mark.soak)])
def test_w09_thousands_of_leads_in_a_minute_are_a_handful_of_messages(
    slack: House, server: MisbehavingServer, at_once: int
) -> None:
    slack.hear("anna")
    first = slack.place.only(Lead)
    for _ in range(10):  # so many every six seconds, for a minute
        many(slack, first, at_once)
        slack.send()
        slack.place.clock.pass_by(timedelta(seconds=6))
    slack.send(timedelta(minutes=1))

    messages = said(server)
    assert len(messages) == 2
    assert messages[0]["text"] == f"{at_once + 1:,} new leads"
    assert messages[1]["text"] == f"{9 * at_once:,} new leads"
    assert all(len(json.dumps(message)) < 20_000 for message in messages)
    assert set(slack.states()) == {"sent"}
    assert len(slack.states()) == 10 * at_once + 1
    forget_leads(slack.place.engine)


def many(house: House, like: Lead, count: int) -> None:
    """Write leads like one there is, with their events."""
    now = house.place.clock.now()
    row = like.model_dump()
    leads = [row | {"id": new_id(), "score": n / count} for n in range(count)]
    events = [
        {"kind": "lead.created", "subject_id": lead["id"], "payload": {}, "created_at": now}
        | {"id": new_id()}
        for lead in leads
    ]
    with writing(house.place.engine) as db:
        db.connection().execute(insert(Lead), leads)
        db.connection().execute(insert(Outbox), events)


def test_a_message_that_failed_is_sent_again_as_it_was(
    slack: House, server: MisbehavingServer, receiver: Receiver
) -> None:
    receiver.answers = [Reply(status="500 No"), Reply(status="200 OK")]
    slack.hear("anna", "bert")
    slack.send()
    slack.hear("carl")
    slack.send(timedelta(minutes=1))

    assert [message["text"] for message in said(server)] == [
        "2 new leads",
        "2 new leads",
        "A new lead",
    ]


def test_what_slack_did_not_like_is_said(slack: House, receiver: Receiver) -> None:
    receiver.answers = [Reply(status="400 No", body=b"invalid_blocks")]
    slack.hear("anna")
    slack.send()

    assert slack.deliveries()[0].last_problem == "it answered 400: invalid_blocks"


def test_somebody_who_must_be_left_alone_is_in_no_message(
    slack: House, server: MisbehavingServer
) -> None:
    slack.hear("anna")
    slack.plan()
    with writing(slack.place.engine) as db:
        suppress_author(
            db,
            secret=SECRET,
            host="talk.example",
            handle="anna",
            reason=SuppressionReason.OBJECTION,
            by="max",
            now=slack.place.clock.now(),
        )
    slack.send()

    assert server.requests == []
    with reading(slack.place.engine) as db:
        assert db.exec(select(Delivery.state)).all() == [DeliveryState.WITHHELD]


def test_h16_in_slack_a_stranger_calls_nobody_and_disguises_no_link(slack: House) -> None:
    slack.hear("anna")
    evil = evil_lead(slack)
    message = slack_message(news_of(evil))
    texts = [block["text"]["text"] for block in message["blocks"]]  # type: ignore[attr-defined]  # a list of tables

    links = re.findall(r"<([^>|]*)\|?[^>]*>", " ".join(texts))
    assert links == [f"{BASE_URL}/leads/{evil.id}", "https://talk.example/t/anna"]
    assert not re.search(r"<[!@#]|@(channel|everyone|here)", " ".join(texts))
    assert "\u202e" not in " ".join(texts)
    assert (message["parse"], message["link_names"], message["mrkdwn"]) == ("none", False, False)
    assert all(block["text"].get("verbatim", True) for block in message["blocks"])  # type: ignore[attr-defined]


def test_h16_a_stranger_s_address_can_t_end_its_own_link(slack: House) -> None:
    slack.hear("anna")
    message = slack_message(
        news_of(replace(told(slack), url="https://evil.example/a|b>c<!channel>&d"))
    )

    assert "<https://evil.example/a%7Cb%3Ec%3C!channel%3E&amp;d|" in json.dumps(message)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://evil.example/\n<!channel>"])
def test_h16_what_is_no_address_is_no_link(slack: House, url: str) -> None:
    slack.hear("anna")
    for message in (slack_message, teams_message):
        assert url not in json.dumps(message(news_of(replace(told(slack), url=url))))


def test_h16_in_teams_strangers_words_stand_in_runs_that_know_no_markup(slack: House) -> None:
    slack.hear("anna")
    evil = evil_lead(slack)
    card = json.loads(json.dumps(teams_message(news_of(evil))))["attachments"][0]["content"]

    assert {element["type"] for element in card["body"]} == {"RichTextBlock", "ActionSet"}
    assert "msteams" not in card  # which a mention would need
    text = json.dumps(card, ensure_ascii=False)
    assert "{{" not in text
    assert "${" not in text.replace("$\u2060{", "")
    assert "<at>" not in text
    opened = set(re.findall(r'"url": "([^"]*)"', text))
    assert opened == {
        f"{BASE_URL}/inbox",
        f"{BASE_URL}/leads/{evil.id}",
        "https://talk.example/t/anna",
    }


def test_h16_words_can_t_break_out_of_the_json(slack: House) -> None:
    slack.hear("anna")
    breaking = '"}],"actions":[{"type":"Action.Http"}]'
    usual, evil = told(slack), replace(told(slack), title=breaking, quote='\\"}')
    for message in (slack_message, teams_message):
        assert shape_of(message(news_of(evil))) == shape_of(message(news_of(usual)))


def shape_of(value: object) -> object:
    """Return what a message is made of, without its texts."""
    if isinstance(value, dict):
        return {key: shape_of(inner) for key, inner in value.items()}
    return [shape_of(inner) for inner in value] if isinstance(value, list) else type(value)


def test_the_largest_message_fits(slack: House) -> None:
    slack.hear("anna")
    wide = replace(told(slack), title="漢" * 5_000, quote="漢" * 5_000, attribution="漢" * 5_000)
    news = news_of(*[wide] * 10, more=9_990, count=10_000)

    assert len(json.dumps(teams_message(news)).encode()) <= MOST_BYTES
    blocks = slack_message(news)["blocks"]
    assert isinstance(blocks, list)
    assert len(blocks) <= 50
    assert all(len(block["text"]["text"]) <= 3_000 for block in blocks)


def test_plain_words_are_left_as_they_are() -> None:
    assert harmless("Größe: 10 €, who uses C#? It's 5*3 :)", 280) == (
        "Größe: 10 €, who uses C#? It's 5*3 :)"
    )
    assert harmless("a" * 300, 280) == "a" * 279 + "…"
