"""Endpoints: their rows follow the files, their secrets come from the environment."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlmodel import Session, col, select

from config.channels import EndpointSpec, misdirected
from crawlers.errors import SourceError
from crawlers.urls import parse_url
from models.delivery import Endpoint
from models.source import Source
from service.errors import RefusedError
from service.listening.source_secrets import secrets_of

#: Standard Webhooks: between 24 and 64 bytes, in base64 with a prefix.
_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{32,86}={0,2}")


class MisdirectedError(RefusedError):
    """Nothing can be sent to this endpoint as it is set up."""


class UnknownAddressError(MisdirectedError):
    """The environment does not say where this endpoint is, or what signs for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an endpoint is, and what signs for it."""

    url: str
    secrets: tuple[str, ...]  # the present one first, then the one before

    @classmethod
    def of(cls, spec: EndpointSpec) -> Self:
        """Return the address of an endpoint.

        Raises:
            UnknownAddressError: a variable is not set, or holds no address or no secret.
        """
        named = {
            "url_env": spec.url_env,
            "secret_env": spec.secret_env,
            "old_secret_env": spec.old_secret_env,
        }
        try:
            found = secrets_of({key: name for key, name in named.items() if name is not None})
            url = parse_url(spec.url or found["url"]).url
        except SourceError as error:
            raise UnknownAddressError(str(error)) from error
        secrets = tuple(found[key] for key in ("secret", "old_secret") if key in found)
        if not all(_SECRET.fullmatch(secret) for secret in secrets):
            raise UnknownAddressError(
                "a secret is no secret of Standard Webhooks: `harken deliveries secret` makes one"
            )
        return cls(url=url, secrets=secrets)


def addresses(specs: Mapping[str, EndpointSpec]) -> frozenset[str]:
    """Return every address that something may be sent to, of endpoints that are set up."""
    found = set()
    for spec in specs.values():
        try:
            found.add(Address.of(spec).url)
        except MisdirectedError:
            continue  # it says so where somebody looks at it
    return frozenset(found)


def checked_address(db: Session, spec: EndpointSpec, *, own_urls: Sequence[str]) -> Address:
    """Return where an endpoint is, if something may be sent there now.

    Sources come and go, so this is asked before everything that is sent.

    Raises:
        MisdirectedError: it is at a source, or Harken itself, or not set up.
    """
    address = Address.of(spec)
    listened_to = db.exec(select(Source.url)).all()
    because = misdirected(address.url, source_urls=listened_to, own_urls=own_urls)
    if because is not None:
        raise MisdirectedError(because)
    return address


def sync_endpoints(
    db: Session, specs: Mapping[str, EndpointSpec], *, own_urls: Sequence[str], now: datetime
) -> None:
    """Write which endpoints there are; one whose address is new gets a new chance.

    Whoever looks from a shell that lacks the variables of an endpoint changes nothing of it: those
    are the worker's, who finds out by itself when it lacks them.
    """
    for row in db.exec(select(Endpoint).where(col(Endpoint.id).not_in(specs))):
        row.active = False
        db.add(row)
    for spec in specs.values():
        _sync(db, spec, own_urls, now)


def _sync(db: Session, spec: EndpointSpec, own_urls: Sequence[str], now: datetime) -> None:
    row = db.get(Endpoint, spec.id) or Endpoint(
        id=spec.id, kind=spec.kind, address_hash="", next_send_at=now, created_at=now
    )
    row.kind, row.active = spec.kind, spec.active
    try:
        address = checked_address(db, spec, own_urls=own_urls)
    except UnknownAddressError as error:
        if not row.address_hash:
            disable(row, str(error), now=now)
    except MisdirectedError as error:
        misdirect(row, str(error), now=now)
    else:
        seen = hashlib.sha256(address.url.encode()).hexdigest()
        if row.address_hash != seen:
            row.address_hash = seen
            enable(row, now=now)
    db.add(row)


def disable(row: Endpoint, because: str, *, now: datetime) -> None:
    """Send nothing there any more, until its address is another or a person says so."""
    row.disabled_at = row.disabled_at or now
    row.disabled_reason = because


def misdirect(row: Endpoint, because: str, *, now: datetime) -> None:
    """Send nothing there as it is set up; the next time that it is set up well it may be tried."""
    row.address_hash = ""
    disable(row, because, now=now)


def enable(row: Endpoint, *, now: datetime) -> None:
    """Give an endpoint a new chance."""
    row.disabled_at = row.disabled_reason = row.last_problem = None
    row.fail_count, row.next_send_at = 0, now
