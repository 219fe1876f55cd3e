"""Leads in the fields of other people's CRMs (lead-management.md, Field maps for export).

Spellings are those of each vendor's importer; what no vendor has a field for is named by us. Of a
buyer there is usually a handle and nothing else, so that stands where a name must be.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from config.money import minor_digits
from models.words import LeadStatus
from service.exports.told import ToldLead

Fields = dict[str, object]
S = LeadStatus

_HUBSPOT_STAGE: Mapping[LeadStatus, str] = {
    S.DETECTED: "lead",
    S.NURTURING: "lead",
    S.MQL: "marketingqualifiedlead",
    S.SALES_READY: "salesqualifiedlead",
    S.OFFERED: "salesqualifiedlead",
    S.ACCEPTED: "salesqualifiedlead",
    S.WORKING: "salesqualifiedlead",
    S.OPPORTUNITY: "opportunity",
    S.WON: "customer",
}
_HUBSPOT_STATUS: Mapping[LeadStatus, str] = {
    S.DETECTED: "NEW",
    S.SALES_READY: "OPEN",
    S.OFFERED: "OPEN",
    S.ACCEPTED: "OPEN",
    S.WORKING: "ATTEMPTED_TO_CONTACT",
    S.OPPORTUNITY: "OPEN_DEAL",
    S.DISQUALIFIED: "UNQUALIFIED",
}
_SALESFORCE_STATUS: Mapping[LeadStatus, str] = {
    S.ACCEPTED: "Working - Contacted",
    S.WORKING: "Working - Contacted",
    S.OPPORTUNITY: "Working - Contacted",
    S.WON: "Closed - Converted",
    S.LOST: "Closed - Not Converted",
    S.DISQUALIFIED: "Closed - Not Converted",
    S.MERGED: "Closed - Not Converted",
}
_NEW = "Open - Not Contacted"


def hubspot(lead: ToldLead) -> Fields:
    """Return the columns of HubSpot's importer of contacts; External ID is what to match by."""
    status = _HUBSPOT_STATUS.get(lead.status, "")
    if lead.handed_back_for == "wrong_timing":
        status = "BAD_TIMING"
    return {
        "External ID": lead.id,
        "Email": lead.email or "",
        "First Name": lead.person or lead.author or "[not provided]",
        "Last Name": "",
        "Company Name": lead.account or "",
        "Job Title": "",
        "Website URL": lead.author_url or "",
        "Lifecycle Stage": _HUBSPOT_STAGE.get(lead.status, ""),
        "Lead Status": status,
        "Source Permalink": lead.url or "",
        "Topic": lead.topic,
        "Intent Score": lead.score,
        "Lead Note": _note(lead, 5_000),
    }


def salesforce(lead: ToldLead) -> Fields:
    """Return the fields of a Salesforce Lead, cut to what they hold."""
    return {
        "External_ID__c": lead.id,
        "LastName": (lead.person or lead.author or "[not provided]")[:80],
        "Company": (lead.account or "[not provided]")[:255],
        "Email": (lead.email or "")[:80],
        "LeadSource": lead.source[:255],
        "Status": _SALESFORCE_STATUS.get(lead.status, _NEW),
        "Website": (lead.url or "")[:255],
        "Description": _note(lead, 32_000),
    }


def pipedrive(lead: ToldLead) -> Fields:
    """Return a person to make first, the company if known, and the lead to make with their ids."""
    made: Fields = {"title": lead.title[:255], "label_ids": [], "was_seen": False}
    if lead.amount_minor is not None:
        digits = minor_digits(lead.currency or "")
        amount = float(Decimal(lead.amount_minor).scaleb(-digits))
        made["value"] = {"amount": amount, "currency": lead.currency}
    return {
        "external_id": lead.id,
        "person": _person(lead),
        **({"organization": {"name": lead.account}} if lead.account else {}),
        "lead": made,
        "note": _note(lead, 10_000),
    }


def _person(lead: ToldLead) -> Fields:
    person: Fields = {"name": lead.person or lead.author or "[not provided]"}
    if lead.email:
        person["emails"] = [{"value": lead.email, "primary": True}]
    return person


#: By the name that `shape` in channels.toml and `--format` have for them.
FIELD_MAPS: Mapping[str, Callable[[ToldLead], Fields]] = {
    "hubspot": hubspot,
    "salesforce": salesforce,
    "pipedrive": pipedrive,
}


def _note(lead: ToldLead, most: int) -> str:
    told = (
        lead.title,
        f"“{lead.quote}”",
        f"{lead.source}, {lead.heard_at:%Y-%m-%d}: {lead.url or 'no address'}",
        f"{lead.kind}, {lead.score:.1f} of 100",
        "Bought from us before." if lead.existing_customer else "",
        lead.attribution,
    )
    return "\n".join(part for part in told if part)[:most]
