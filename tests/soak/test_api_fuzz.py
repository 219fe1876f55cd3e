"""Hundreds of made-up calls of every operation of the API, good and bad, on both databases.

Set HARKEN_FUZZ_CALLS for how many good ones and how many bad ones of each operation (60).
"""

import os

import pytest
from sqlalchemy import Engine

from models.people import Team
from models.words import LeadStatus, UserRole
from service.store.engine import writing
from tests.programs import a_token, an_api, operations, try_out
from tests.web_house import TEAM, House, shipped

CALLS = int(os.environ.get("HARKEN_FUZZ_CALLS", "60"))

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]


def test_no_call_breaks_anything_or_what_the_document_says(engine: Engine) -> None:
    with writing(engine) as db:
        db.add(Team(id=TEAM, name="Sales", channel="inside"))
    house = House(engine=engine, config=shipped())
    ada = house.user("ada", role=UserRole.ADMIN)
    source, topic = house.source("Talk"), house.topic("crm", "CRM")
    owned = {LeadStatus.ACCEPTED, LeadStatus.WORKING, LeadStatus.OPPORTUNITY}
    leads = [
        house.lead(
            source=source,
            topic=topic,
            status=status,
            owner=ada if status in owned else None,
            offered_to=ada if status is LeadStatus.OFFERED else None,
        ).id
        for status in set(LeadStatus) - {LeadStatus.MERGED, LeadStatus.ERASED}
        for _ in range(5)
    ]
    reports = ["funnel", "speed", "neglected", "adherence", "value", "roi", "early", "forecast"]
    ids = {"lead_id": leads, "topic_id": [topic.id], "slug": [source.slug], "name": reports}
    token = a_token(house, ada).token

    for operation in operations(an_api(house)):
        try_out(operation, token=token, ids=ids, examples=CALLS, bad_ones=True)
