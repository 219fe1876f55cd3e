"""Try an endpoint: one message, now, outside of all queues."""

from models.delivery import EndpointKind
from models.ids import new_id
from service.delivery.endpoints import checked_address
from service.delivery.payloads import packed, trial_body
from service.delivery.sending import Attempt
from service.delivery.slack import slack_trial
from service.delivery.teams import teams_trial
from service.house import House
from service.store.engine import reading
from service.unknown import unknown

_WORDS = "Harken can write here: this was a trial."


async def try_endpoint(house: House, endpoint_id: str) -> Attempt:
    """Return what came of a trial message to an endpoint, through the same gate and checks.

    Raises:
        NotFoundError: there is no such endpoint.
        MisdirectedError: nothing may be sent there as it is set up.
    """
    specs = house.config.endpoints
    if endpoint_id not in specs:
        raise unknown("endpoint", endpoint_id, specs)
    kind = specs[endpoint_id].kind
    async with house.post_office() as post:
        with reading(house.engine) as db:
            address = checked_address(db, specs[endpoint_id], own_urls=post.own_urls)
        if kind is EndpointKind.SLACK:
            body = packed(slack_trial(_WORDS))
        elif kind is EndpointKind.TEAMS:
            body = packed(teams_trial(_WORDS))
        else:
            body = trial_body(endpoint_id, now=house.clock.now())
        return await post.send(address, message_id=f"msg_{new_id()}", body=body)
