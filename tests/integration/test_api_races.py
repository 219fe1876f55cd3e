"""Many programs at once (attack corpus, P05; `make soak` holds the 500)."""

import asyncio
import os
from collections import Counter

import httpx2
import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from models.lead import Lead, StatusChange
from models.people import Team, User
from models.words import LeadStatus
from service.store.engine import reading, writing
from tests.programs import ROOT, a_token, an_api
from tests.web_house import BASE_URL, TEAM, House, shipped

pytestmark = pytest.mark.every_database

AT_ONCE = int(os.environ.get("HARKEN_ACCEPTS", "500"))


@pytest.mark.parametrize(
    "at_once",
    [pytest.param(40, id="40"), pytest.param(AT_ONCE, id="all", marks=pytest.mark.soak)],
)
def test_p05_of_many_accepts_of_one_lead_exactly_one_wins(engine: Engine, at_once: int) -> None:
    with writing(engine) as db:
        db.add(Team(id=TEAM, name="Sales", channel="inside"))
    house = House(engine=engine, config=shipped())
    reps = [house.user(f"rep-{n}") for n in range(4)]
    lead = house.lead(
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        status=LeadStatus.OFFERED,
        offered_to=reps[0],
    )

    answers = asyncio.run(_accept(house, lead, reps, at_once))

    with reading(engine) as db:
        owner = db.get_one(Lead, lead.id).owner_id
        accepted = db.exec(
            select(func.count()).select_from(StatusChange).where(StatusChange.event == "accepted")
        ).one()
    told = Counter(answers)
    assert owner == reps[0].id
    assert accepted == 1
    assert set(told) <= {200, 404, 409}, "a rep to whom it was never offered does not see it"
    assert told[200] == at_once // 4, "who has it may press as often as he likes"


def test_p06_the_same_request_beside_itself_is_done_once(engine: Engine) -> None:
    with writing(engine) as db:
        db.add(Team(id=TEAM, name="Sales", channel="inside"))
    house = House(engine=engine, config=shipped())
    mia = house.user("mia")
    lead = house.lead(
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        status=LeadStatus.WORKING,
        owner=mia,
    )
    what = {"what": "call back", "due": "2025-11-20T09:00:00Z"}

    async def ask() -> list[httpx2.Response]:
        headers = {
            "Authorization": f"Bearer {a_token(house, mia).token}",
            "Idempotency-Key": "one",
        }
        async with _client(house) as client:
            address = f"{ROOT}/leads/{lead.id}/tasks"
            calls = [client.post(address, json=what, headers=headers) for _ in range(12)]
            return list(await asyncio.gather(*calls))

    answers = asyncio.run(ask())

    done = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.text for answer in done}) == 1
    assert len([a for a in done if "idempotent-replayed" not in a.headers]) == 1


async def _accept(house: House, lead: Lead, reps: list[User], at_once: int) -> list[int]:
    tokens = [a_token(house, rep).token for rep in reps]
    async with _client(house) as client:
        calls = [
            client.post(
                f"{ROOT}/leads/{lead.id}/accept",
                json={"fencing": 1},
                headers={"Authorization": f"Bearer {tokens[n % len(tokens)]}"},
            )
            for n in range(at_once)
        ]
        return [answer.status_code for answer in await asyncio.gather(*calls)]


def _client(house: House) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=an_api(house)), base_url=BASE_URL, timeout=120
    )
