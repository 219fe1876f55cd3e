"""What a person should know of sources and hosts, in words: what is wrong, and what to do."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from models.host import Host
from models.source import Source, SourcePolicy
from models.words import SourceHealth
from service.rules.moving import LASTING, REDIRECTS


def wrong_with(source: Source) -> str | None:
    """Return what is wrong with an active source, or None when nothing is."""
    if source.health is not SourceHealth.OK:
        return source.last_problem or source.health.value
    return redirected(source) or silent(source)


def silent(source: Source) -> str | None:
    """Say that a source has gone quiet, or nothing while it has not."""
    last = source.last_post_at
    if not source.is_quiet or last is None:
        return None
    return (
        f"it answers, but has brought nothing since {last:%Y-%m-%d}, which is long for it: look "
        "whether it was closed, or has moved"
    )


def redirected(source: Source) -> str | None:
    """Say that a source has been redirecting for good, once that is sure."""
    since, asked = source.moved_since, source.last_success_at
    if source.moved_to is None or since is None or asked is None:
        return None
    if source.moved_count < REDIRECTS or asked - since < LASTING:
        return None
    return (
        f"since {since:%Y-%m-%d} it redirects to {source.moved_to}: if that is the same place, "
        f"`harken sources move {source.slug}`"
    )


def not_allowed(policy: SourcePolicy) -> str | None:
    """Say why sources under a policy are not polled, or nothing when they are."""
    if policy.requires_approval and not policy.approval_ref:
        return (
            f"policy {policy.name!r} needs an approval: record it in policies.toml as approval_ref"
        )
    return None


def resting_hosts(db: Session, *, now: datetime) -> Mapping[str, str]:
    """Return by name why hosts are left alone and until when, in words."""
    columns = (col(Host.name), col(Host.rest_until), col(Host.refusals), col(Host.last_reason))
    rests = select(*columns).where(col(Host.rest_until) > now).order_by(col(Host.name))
    found = {}
    for name, until, refusals, reason in db.connection().execute(rests):
        again = f", {refusals} times in a row" if refusals > 1 else ""
        found[name] = f"left alone until {until:%Y-%m-%d %H:%M} UTC: {reason or 'no word'}{again}"
    return found
