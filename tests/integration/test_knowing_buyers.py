"""What a lead knows of its buyer, where inquiries stand, and what is told of an erasure."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from config import Config
from config.team import Routing
from models.contact import Inquiry
from models.lead import Lead
from models.ledger import Outbox
from models.signal import Signal
from models.source import Source
from models.words import InquiryChannel, LeadStatus, SourceKind, SuppressionReason
from service.leads.hearing import reconsider
from service.leads.inquiries import Asked, receive
from service.leads.objecting import leave_alone
from service.store.engine import writing
from service.web.wording.words import INQUIRIES, SOURCES
from tests.builders import SECRET, Place, a_config, a_place, a_post
from tests.fakes import NOON


def a_mapped_config() -> Config:
    routing = Routing(
        fallback_team="sales",
        regions={"dach": ("DE", "Berlin")},
        accounts={"acme.example": "Acme"},
    )
    return replace(a_config(), routing=routing)


@pytest.fixture
def place(sqlite_engine: Engine) -> Place:
    return a_place(sqlite_engine, a_mapped_config())


def asked(place: Place, *, email: str, is_verified: bool, account: str | None = None) -> Lead:
    inquiry = Asked(
        topic="crm",
        message="what does it cost?",
        at=NOON,
        reference=email,
        name="Ann",
        email=email,
        is_verified=is_verified,
        account=account,
        channel=InquiryChannel.PHONE,
    )
    with writing(place.engine) as db:
        return receive(db, inquiry, config=place.config, secret=SECRET, by="harken", now=NOON).lead


@pytest.mark.parametrize(
    ("email", "is_verified", "account", "known"),
    [
        ("ann@acme.example", True, None, "Acme"),
        ("ann@other.example", True, None, "other.example"),
        ("ann@gmail.com", True, None, None),
        ("ann@acme.example", False, None, None),  # anybody can type that
        ("ann@acme.example", True, "Acme Labs", "Acme Labs"),
    ],
)
def test_a_lead_knows_the_company_of_who_asks(
    place: Place, email: str, is_verified: bool, account: str | None, known: str | None
) -> None:
    lead = asked(place, email=email, is_verified=is_verified, account=account)

    assert lead.account == known


def test_a_lead_knows_the_region_of_a_place_that_the_buyer_names(place: Place) -> None:
    lead = place.hear(a_post())
    assert lead.region is None

    with writing(place.engine) as db:
        signal = db.get_one(Signal, place.only(Signal).id)
        signal.slots = [
            *signal.slots,
            {"name": "location", "text": "Germany", "normalised": "DE", "field": "body"},
        ]
        db.add(signal)
        reconsider(db, db.get_one(Lead, lead.id), config=place.config, now=NOON)

    assert place.only(Lead).region == "dach"


def test_inquiries_stand_under_a_kind_of_their_own(place: Place) -> None:
    asked(place, email="ann@acme.example", is_verified=True)

    (source,) = [row for row in place.all(Source) if row.slug == "inbound"]
    assert source.kind is SourceKind.INBOUND
    assert not source.kind.is_polled
    assert SOURCES[source.kind] == "inquiry"
    assert INQUIRIES[place.only(Inquiry).channel] == "by phone"
    assert set(INQUIRIES) == set(InquiryChannel)


def test_an_erasure_is_told(place: Place) -> None:
    lead = place.hear(a_post(author="anna"))

    with writing(place.engine) as db:
        leave_alone(
            db,
            secret=SECRET,
            host="talk.example",
            handle="anna",
            reason=SuppressionReason.ERASURE,
            by="harken",
            now=NOON,
        )

    assert place.only(Lead).status is LeadStatus.ERASED
    (told,) = [row for row in place.all(Outbox) if row.kind == "lead.erased"]
    assert (told.subject_id, told.payload["lead_id"]) == (lead.id, lead.id)
