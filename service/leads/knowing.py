"""What is known of the buyer behind a lead: company, region, whether they bought before."""

from collections.abc import Sequence

from sqlmodel import Session

from config import Config
from models.contact import Person
from models.lead import Lead
from models.signal import Signal
from service.leads.customers import is_customer
from service.leads.persons import person_of
from service.rules.buyers import region_of


def know_buyer(db: Session, lead: Lead, signals: Sequence[Signal], config: Config) -> None:
    """Fill in what rules of routing ask for and nobody has said yet; never change what is there.

    The company is that of the person behind the lead; the region is that of a place which the
    strongest signal names, as routing.toml has it. Who bought from us once stays a customer.
    """
    lead.person_id = lead.person_id or person_of(db, lead.author_id)
    if lead.account is None and lead.person_id is not None:
        lead.account = db.get_one(Person, lead.person_id).account
    if lead.region is None and config.routing.regions:
        strongest = sorted(signals, key=lambda signal: (-signal.probability, signal.id))
        slots = [slot for signal in strongest for slot in signal.slots]
        lead.region = region_of(slots, config.routing.regions)
    lead.existing_customer = lead.existing_customer or is_customer(db, lead)
