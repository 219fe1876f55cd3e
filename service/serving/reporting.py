"""Reports for who asks over the network: made in the lane, shared, and kept for a while."""

from collections.abc import Callable, Hashable
from datetime import timedelta

from models.words import UserRole
from service.access.viewer import Viewer
from service.reports.asked import Asked
from service.reports.document import Report
from service.reports.kept import Made
from service.reports.making import Wanted
from service.reports.shelf import ASKS_WHO
from service.serving.site import Site

#: Posts that nobody has looked at yet and that are read for a campaign while somebody waits: a
#: second's worth. The worker looks at them all within the hour.
MOST_UNREAD = 5_000
#: Reports of more than this wait for each other, so that those of the usual twelve weeks don't.
_LONG = timedelta(days=100)
#: Roles that see their own leads only; see `service.access.visible`.
OWN_ONLY = frozenset({UserRole.REP, UserRole.PARTNER})
#: Reports that list leads by name; the others count, and who sees only some of the leads may see
#: how many there are.
_LISTS_LEADS = frozenset({"speed", "neglected", "wins"})


def is_of_own(name: str, viewer: Viewer) -> bool:
    """Return whether ``viewer`` reads the report ``name`` of their own leads only."""
    return name in _LISTS_LEADS and viewer.role in OWN_ONLY


def question(name: str, asked: Asked) -> Hashable:
    """Return all that a report depends on, but for the house and the time.

    Whoever may see only some of the leads has asked for these alone: ``asked.only`` says whose.
    """
    return (
        name,
        asked.period,
        asked.only,
        asked.standard,
        asked.idle,
        asked.buy,
        asked.price,
        asked.most,
        asked.unread,
        asked.viewer if name in ASKS_WHO else None,
    )


async def answer(site: Site, name: str, asked: Asked) -> Made:
    """Return the report ``name``.

    Raises:
        HarkenError: as the report does, or it was broken off.
    """
    return await _made(site, question(name, asked), Wanted(name=name, asked=asked))


def campaign_question(campaign: str, asked: Asked) -> Hashable:
    """Return all that the report of a campaign depends on, but for the house and the time."""
    return ("campaign", campaign, asked.unread)


async def answer_of_campaign(site: Site, campaign: str, asked: Asked) -> Made:
    """Return the report of one campaign.

    Raises:
        NotFoundError: there is no such campaign.
    """
    wanted = Wanted(campaign=campaign, asked=asked)
    return await _made(site, campaign_question(campaign, asked), wanted)


async def _made(site: Site, asked: Hashable, wanted: Wanted) -> Made:
    def make(given_up: Callable[[], bool]) -> Report:
        return site.maker.make(site.engine, wanted, given_up)

    return await site.reports.report(asked, make, now=wanted.asked.now, is_long=_is_long(wanted))


def _is_long(wanted: Wanted) -> bool:
    period = wanted.asked.period
    return wanted.campaign is not None or period.until - period.first > _LONG
