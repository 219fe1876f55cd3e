"""How far somebody is, from a name to a customer who speaks for us: one rule for every place.

The ladder is suspect, prospect, mql, sql, customer, advocate (requirements E1, E4: suspects are
names, prospects are marked potential). Where a lead stands follows from its status and from two
facts, so it is never stored and can't contradict them:

=============================== ============================================================
status                          level
=============================== ============================================================
detected, nurturing             suspect; prospect once their potential was marked, which the
                                move to mql or to sales did (lead-management.md, G7)
mql                             mql
sales_ready to opportunity      sql
won                             customer; advocate while what they say for us stands
lost                            prospect: there was potential, and there may be again
disqualified, merged, erased    none: nobody who is on the ladder
=============================== ============================================================
"""

from collections.abc import Mapping
from enum import StrEnum

from models.words import LeadStatus

S = LeadStatus


class Level(StrEnum):
    """How far somebody is on the way to a customer who speaks for us."""

    SUSPECT = "suspect"  # a name: heard, and nothing more is known
    PROSPECT = "prospect"  # their potential was marked once
    MQL = "mql"  # to be reviewed by marketing
    SQL = "sql"  # with sales
    CUSTOMER = "customer"
    ADVOCATE = "advocate"  # a customer who speaks for us


#: From the lowest rung to the highest.
LADDER = tuple(Level)

_BY_STATUS: Mapping[LeadStatus, Level] = {
    S.DETECTED: Level.SUSPECT,
    S.NURTURING: Level.SUSPECT,
    S.MQL: Level.MQL,
    S.SALES_READY: Level.SQL,
    S.OFFERED: Level.SQL,
    S.ACCEPTED: Level.SQL,
    S.WORKING: Level.SQL,
    S.OPPORTUNITY: Level.SQL,
    S.WON: Level.CUSTOMER,
    S.LOST: Level.PROSPECT,
}


def level_of(
    status: LeadStatus, *, was_marked: bool = False, speaks_for_us: bool = False
) -> Level | None:
    """Return the rung on which a lead's buyer stands; None when they are on none.

    Args:
        status: of the lead.
        was_marked: whether it was ever raised to mql or to sales.
        speaks_for_us: whether its buyer has spoken for what they bought, since they did.
    """
    level = _BY_STATUS.get(status)
    if level is Level.SUSPECT and was_marked:
        return Level.PROSPECT
    if level is Level.CUSTOMER and speaks_for_us:
        return Level.ADVOCATE
    return level
