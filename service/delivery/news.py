"""What people are told in a message: a few leads in full, many by their number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.exports.told import ToldLead

#: Leads that one message names; the others are counted.
NAMED = 10
#: Leads that are quoted, when there are so few.
QUOTED = 3

_ONE_AND_MANY: Mapping[str, tuple[str, str]] = {
    "signal.created": ("A new signal", "new signals"),
    "lead.created": ("A new lead", "new leads"),
    "lead.score_changed": ("A lead was scored again", "leads were scored again"),
    "lead.sales_ready": ("A new sales-ready lead", "new sales-ready leads"),
    "lead.offered": ("A lead was offered", "leads were offered"),
    "lead.accepted": ("A lead was accepted", "leads were accepted"),
    "lead.declined": ("An offer was declined", "offers were declined"),
    "lead.offer_expired": ("An offer ran out", "offers ran out"),
    "lead.status_changed": ("A lead moved on", "leads moved on"),
    "lead.handed_back": ("A lead was handed back", "leads were handed back"),
    "lead.nurture_due": ("A nurture step is due", "nurture steps are due"),
    "lead.sla_warning": ("A clock is running out", "clocks are running out"),
    "lead.sla_breached": ("A lead is late", "leads are late"),
    "lead.won": ("A lead was won", "leads were won"),
    "lead.lost": ("A lead was lost", "leads were lost"),
    "lead.merged": ("Two leads became one", "leads were merged"),
    "lead.erased": ("A lead was erased", "leads were erased"),
    "source.health_changed": ("A source fares differently", "sources fare differently"),
    "source.went_quiet": ("A source went quiet", "sources went quiet"),
    "source.speaks_again": ("A source speaks again", "sources speak again"),
    "source.moved": ("A source moved", "sources moved"),
    "digest.sent": ("A digest was sent", "digests were sent"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one message tells."""

    counts: Mapping[str, int]  # events by kind, in the order in which they are told
    leads: Sequence[ToldLead]  # that are named, best first
    more: int  # leads that are only counted
    base_url: str

    @property
    def headline(self) -> str:
        """Return what happened, in a line: "12 new sales-ready leads, a lead was won"."""
        told = ", ".join(_counted(kind, count) for kind, count in self.counts.items())
        return told[:1].upper() + told[1:]

    @property
    def is_short(self) -> bool:
        """Whether there are so few leads that each is quoted."""
        return len(self.leads) + self.more <= QUOTED

    def page_of(self, lead: ToldLead) -> str:
        """Return the address of a lead's page."""
        return f"{self.base_url}/leads/{lead.id}"

    @property
    def rest(self) -> str:
        """Return how many are not named, in words; empty when all are."""
        return f"and {self.more:,} more" if self.more else ""


def _counted(kind: str, count: int) -> str:
    one, many = _ONE_AND_MANY.get(kind, (kind, f"of {kind}"))
    return one[:1].lower() + one[1:] if count == 1 else f"{count:,} {many}"
