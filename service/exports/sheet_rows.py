"""A row of a rep's spreadsheet as a value, or what is wrong with it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from config import Config
from config.days import is_of_the_web
from config.money import check_amount, check_currency, minor_units
from config.problem import did_you_mean
from config.shape import check_email, check_slug, check_url
from service.errors import RefusedError
from service.exports.sheet_columns import Column
from service.exports.sheets import SheetRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a row says."""

    need: str  # empty: it is an address, and makes no lead
    title: str
    topic: str | None
    url: str | None
    name: str | None
    company: str | None
    email: str | None  # only with consent
    consent: str | None
    handle: str | None
    source: str | None
    region: str | None
    owner: str | None  # handle
    heard: datetime | None  # aware UTC
    next_step: str | None
    due: datetime | None
    amount_minor: int | None
    currency: str | None
    left_out: str | None  # what was not taken over, in words

    @property
    def is_lead(self) -> bool:
        """Tell whether there is a situation, and not only an address."""
        return bool(self.need)

    def fingerprint(self) -> str:
        """Return what is the same for rows that say the same."""
        said = (self.topic, self.need, self.name, self.company, self.email, self.handle, self.url)
        return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()


def brought_by(
    row: SheetRow,
    columns: Mapping[Column, int],
    *,
    config: Config,
    topic: str | None,
    owner: str | None,
) -> Brought:
    """Return what a row says.

    Args:
        row: the row.
        columns: which column holds what.
        config: whose topics and users it may name.
        topic: of rows that name none.
        owner: of rows that name nobody; None: nobody's.

    Raises:
        RefusedError: a value is none of its kind, or the row says nothing.
    """
    said = {column: row.cells[number] for column, number in columns.items() if row.cells[number]}
    if not said:
        raise RefusedError("none of its cells is under a column that is known")
    try:
        return _brought(said, config, topic, owner)
    except ValueError as error:
        raise RefusedError(str(error)) from error


def _brought(
    said: Mapping[Column, str], config: Config, topic: str | None, owner: str | None
) -> Brought:
    email, consent = said.get(Column.EMAIL), said.get(Column.CONSENT)
    need = said.get(Column.NEED) or said.get(Column.TITLE) or ""
    if not need and not (_name(said) or said.get(Column.COMPANY) or email):
        raise RefusedError("it says neither who it is about nor what they need")
    about = said.get(Column.TOPIC) or topic
    amount, currency = said.get(Column.AMOUNT), said.get(Column.CURRENCY)
    url = said.get(Column.URL)
    return Brought(
        need=need,
        title=_line(said.get(Column.TITLE) or need, 200),
        topic=_topic(about, config) if need else None,
        url=check_url(url) if url else None,
        name=_name(said),
        company=_line(said.get(Column.COMPANY), 200) or None,
        email=check_email(email) if email and consent else None,
        consent=_line(consent, 200) or None,
        handle=_line(said.get(Column.HANDLE), 200) or None,
        source=said.get(Column.SOURCE),
        region=check_slug(said[Column.REGION]) if Column.REGION in said else None,
        owner=_owner(said.get(Column.OWNER) or owner, config) if need else None,
        heard=_moment(said.get(Column.HEARD)),
        next_step=_line(said.get(Column.NEXT_STEP), 200) or None,
        due=_moment(said.get(Column.DUE)),
        amount_minor=_minor(amount, currency),
        currency=check_currency(currency) if currency and amount else None,
        left_out="the address: nobody says that they agreed" if email and not consent else None,
    )


def _name(said: Mapping[Column, str]) -> str | None:
    parts = (said.get(Column.FIRST_NAME), said.get(Column.LAST_NAME))
    whole = said.get(Column.NAME) or " ".join(part for part in parts if part)
    return _line(whole, 200) or None


def _line(text: str | None, most: int) -> str:
    return " ".join((text or "").split())[:most]


def _topic(said: str | None, config: Config) -> str:
    if said is None:
        raise RefusedError("it names no topic, and none was said for all rows")
    by_name = {topic.name.casefold(): topic.id for topic in config.topics.values()}
    by_name |= {topic_id: topic_id for topic_id in config.topics}
    if found := by_name.get(said.strip().casefold()):
        return found
    hint = did_you_mean(said, config.topics) or f"; there are: {', '.join(sorted(config.topics))}"
    raise RefusedError(f"there is no topic {said!r}{hint}")


def _owner(said: str | None, config: Config) -> str | None:
    if said is None:
        return None
    by_name = {user.name.casefold(): user.handle for user in config.users.values()}
    by_name |= {handle: handle for handle in config.users}
    handle = by_name.get(said.strip().casefold())
    user = config.users.get(handle or "")
    if user is None:
        raise RefusedError(f"there is no user {said!r}{did_you_mean(said, config.users)}")
    if not user.active or user.team is None:
        raise RefusedError(f"{user.name} takes no leads; name another owner, or nobody")
    return user.handle


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    for form in (None, "%d.%m.%Y", "%m/%d/%Y"):
        try:
            at = datetime.fromisoformat(text) if form is None else datetime.strptime(text, form)  # noqa: DTZ007 - made aware below
        except ValueError:
            continue
        if not is_of_the_web(at.date()):
            break
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    raise RefusedError(f"{text!r} is no day; write it like 2026-06-30")


def _minor(amount: str | None, currency: str | None) -> int | None:
    if amount is None:
        return None
    if currency is None:
        raise RefusedError("an amount needs a currency; add a column with EUR, USD, ...")
    plain = amount.replace(",", "") if "." in amount else amount.replace(",", ".")
    return minor_units(check_amount(plain), check_currency(currency))
