"""Leads in the fields of HubSpot, Salesforce and Pipedrive: lead-management.md, Field maps."""

from dataclasses import replace

import pytest

from models.words import LeadStatus
from service.exports.field_maps import hubspot, pipedrive, salesforce
from service.exports.told import ToldLead
from service.rules.levels import Level
from tests.fakes import NOON

LEAD = ToldLead(
    id="0190",
    title="A CRM for ten people?",
    status=LeadStatus.SALES_READY,
    level=Level.SQL,
    score=84.0,
    kind="recommendation",
    topic="crm",
    journey_step=3,
    owner="ada",
    source="Talk",
    url="https://talk.example/t/1",
    author="quiet_otter",
    author_url="https://talk.example/u/quiet_otter",
    quote="does anybody know one?",
    attribution="from Talk",
    licence="unknown",
    heard_at=NOON,
    next_step="",
    next_step_at=None,
    created_at=NOON,
    changed_at=NOON,
    handed_back_for=None,
    amount_minor=None,
    currency=None,
)
S = LeadStatus


def test_hubspot_gets_the_columns_of_its_importer() -> None:
    assert hubspot(LEAD) == {
        "External ID": "0190",
        "Email": "",
        "First Name": "quiet_otter",
        "Last Name": "",
        "Company Name": "",
        "Job Title": "",
        "Website URL": "https://talk.example/u/quiet_otter",
        "Lifecycle Stage": "salesqualifiedlead",
        "Lead Status": "OPEN",
        "Source Permalink": "https://talk.example/t/1",
        "Topic": "crm",
        "Intent Score": 84.0,
        "Lead Note": (
            "A CRM for ten people?\n“does anybody know one?”\n"
            "Talk, 2025-11-19: https://talk.example/t/1\nrecommendation, 84.0 of 100\nfrom Talk"
        ),
    }


@pytest.mark.parametrize(
    ("status", "stage", "said"),
    [
        (S.DETECTED, "lead", "NEW"),
        (S.MQL, "marketingqualifiedlead", ""),
        (S.ACCEPTED, "salesqualifiedlead", "OPEN"),
        (S.WORKING, "salesqualifiedlead", "ATTEMPTED_TO_CONTACT"),
        (S.OPPORTUNITY, "opportunity", "OPEN_DEAL"),
        (S.WON, "customer", ""),
        (S.DISQUALIFIED, "", "UNQUALIFIED"),
    ],
)
def test_hubspot_stages(status: LeadStatus, stage: str, said: str) -> None:
    fields = hubspot(replace(LEAD, status=status))

    assert (fields["Lifecycle Stage"], fields["Lead Status"]) == (stage, said)


def test_hubspot_hears_of_bad_timing() -> None:
    returned = replace(LEAD, status=S.NURTURING, handed_back_for="wrong_timing")

    assert hubspot(returned)["Lead Status"] == "BAD_TIMING"


def test_salesforce_always_gets_what_it_requires_and_no_more_than_it_holds() -> None:
    fields = salesforce(replace(LEAD, author=None, source="x" * 999, quote="y" * 99_999))

    assert (fields["LastName"], fields["Company"]) == ("[not provided]", "[not provided]")
    assert len(str(fields["LeadSource"])) == 255
    assert len(str(fields["Description"])) == 32_000
    assert fields["Status"] == "Open - Not Contacted"
    for status, said in ((S.WORKING, "Working - Contacted"), (S.WON, "Closed - Converted")):
        assert salesforce(replace(LEAD, status=status))["Status"] == said


@pytest.mark.parametrize(
    ("minor", "currency", "amount"), [(4900, "EUR", 49.0), (4900, "JPY", 4900.0)]
)
def test_pipedrive_gets_the_person_first(minor: int, currency: str, amount: float) -> None:
    fields = pipedrive(replace(LEAD, amount_minor=minor, currency=currency))

    assert fields["person"] == {"name": "quiet_otter"}
    assert fields["lead"] == {
        "title": "A CRM for ten people?",
        "label_ids": [],
        "was_seen": False,
        "value": {"amount": amount, "currency": currency},
    }
