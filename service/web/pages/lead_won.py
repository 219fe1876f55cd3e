"""POST /leads/ID/won: somebody bought."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from config.money import check_amount, check_currency, minor_units
from service.access.visible import find_lead
from service.errors import RefusedError
from service.leads.closing import Sale, win
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Line, Prose
from service.web import flash
from service.web.forms.back import Back
from service.web.forms.lead_form import Rev, Worker
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/won")
def won(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    rev: Rev,
    product: Annotated[Line, Form(max_length=200)],
    amount: Annotated[Line, Form(max_length=20)] = "",
    currency: Annotated[Line, Form(max_length=3)] = "",
    note: Annotated[Prose, Form(max_length=4000)] = "",
    back: Annotated[Back, Form()] = Back.LEAD,
) -> Response:
    """Close the lead as won."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        win(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            sale=_sale(product, amount, currency.upper()),
            now=site.clock.now(),
            note=note,
        )
    response = see_other(back.to(lead_id if back is Back.LEAD else None))
    flash.leave(response, site, "won")
    return response


def _sale(product: str, amount: str, currency: str) -> Sale:
    """Return what was sold; an amount that can't be read is refused in words."""
    if not amount:
        return Sale(product=product)
    try:
        minor = minor_units(check_amount(amount), check_currency(currency))
    except ValueError as error:
        raise RefusedError(f"The amount can't be read: {error}.") from error
    return Sale(product=product, amount_minor=minor, currency=currency)
