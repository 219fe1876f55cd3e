"""An installation with endpoints on a loopback server, and what arrived there."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import col, select

from config.channels import EndpointSpec, PayloadShape
from crawlers.fetch import Gate
from models.delivery import Delivery, EndpointKind
from service.delivery.endpoints import addresses, sync_endpoints
from service.delivery.planning import plan
from service.delivery.sending import Deliverer, Post
from service.store.engine import reading, writing
from tests.builders import NO_TAKERS, SECRET, Place, a_config, a_place, a_post
from tests.crawling import SHARED, a_gate
from tests.misbehaving import Asked, MisbehavingServer, Reply

BASE_URL = "https://harken.example"
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#: What tests set in the environment, see ``EndpointSpec.secret_env``.
VARIABLE = "HARKEN_TEST_SECRET"
ADDRESS = "HARKEN_TEST_ADDRESS"


@dataclass
class Receiver:
    """A site that answers as it is told, and notes what came."""

    answers: list[Reply] = field(default_factory=list)  # one each, the last one for ever
    on_asked: Callable[[Asked], None] = lambda _: None

    def __call__(self, asked: Asked) -> Reply | None:
        if asked.method != "POST":
            return None
        self.on_asked(asked)
        if not self.answers:
            return Reply(status="204 No Content")
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def a_webhook(
    url: str,
    *,
    name: str = "crm",
    events: Sequence[str] = ("lead.created",),
    shape: PayloadShape = PayloadShape.LEAD,
    topics: Sequence[str] = (),
    old_secret: str | None = None,
    per_minute: int | None = 6_000,
    active: bool = True,
) -> EndpointSpec:
    return EndpointSpec(
        id=name,
        kind=EndpointKind.WEBHOOK,
        url=url,
        secret_env=VARIABLE,
        old_secret_env=old_secret,
        events=tuple(events),
        shape=shape,
        topics=tuple(topics),
        per_minute=per_minute,
        active=active,
    )


def a_channel(
    kind: EndpointKind = EndpointKind.SLACK, *, events: Sequence[str] = ("lead.created",)
) -> EndpointSpec:
    return EndpointSpec(id="team", kind=kind, url_env=ADDRESS, events=tuple(events))


@dataclass
class House:
    """A place with endpoints."""

    place: Place
    specs: Mapping[str, EndpointSpec]
    own_urls: tuple[str, ...] = ()
    gate: Callable[[], Gate] | None = None

    def sync(self) -> None:
        with writing(self.place.engine) as db:
            sync_endpoints(db, self.specs, own_urls=self.own_urls, now=self.place.clock.now())

    def hear(self, *names: str) -> None:
        """Open a lead by each of these authors."""
        posts = [a_post(name, author=name, at=self.place.clock.now()) for name in names]
        self.place.take_in(*posts)

    def plan(self) -> int:
        with writing(self.place.engine) as db:
            return plan(db, self.specs, secret=SECRET, now=self.place.clock.now())

    def send(self, after: timedelta = timedelta(0)) -> None:
        """Send all that is due and wait for it."""
        self.place.clock.pass_by(after)

        async def run() -> None:
            made = self.gate() if self.gate else a_gate(endpoints=addresses(self.specs))
            async with made as gate, Deliverer(self.post(gate)) as deliverer:
                await deliverer.look()
                await deliverer.finished()

        SHARED.run(run())

    def post(self, gate: Gate) -> Post:
        return Post(
            engine=self.place.engine,
            gate=gate,
            endpoints=self.specs,
            own_urls=self.own_urls,
            base_url=BASE_URL,
            secret=SECRET,
            clock=self.place.clock,
        )

    def deliveries(self) -> list[Delivery]:
        with reading(self.place.engine) as db:
            return list(db.exec(select(Delivery).order_by(col(Delivery.outbox_id))))

    def states(self) -> list[str]:
        return [delivery.state.value for delivery in self.deliveries()]


def a_house(engine: Engine, *specs: EndpointSpec, own_urls: tuple[str, ...] = ()) -> House:
    """Return an installation in which nobody takes leads, with these endpoints."""
    config = replace(a_config(users=NO_TAKERS), endpoints={spec.id: spec for spec in specs})
    house = House(place=a_place(engine, config), specs=config.endpoints, own_urls=own_urls)
    house.sync()
    return house


def said(server: MisbehavingServer) -> list[dict[str, object]]:
    """Return the messages that arrived, in order."""
    return [json.loads(asked.body) for asked in server.requests if asked.method == "POST"]


def ids(server: MisbehavingServer) -> list[str]:
    return [asked.headers["webhook-id"] for asked in server.requests]
