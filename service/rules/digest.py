"""What a digest shows: the right few, each conversation once, the same at every look.

Chance is drawn from a seed, the reader and the date, so that a digest that is made again is the
same digest.
"""

import hashlib
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A lead that nobody has dealt with, as far as choosing looks at it."""

    lead_id: str
    thread_id: str
    score: float
    step: int  # of the buyer's journey
    heard_at: datetime
    first_shown: date | None = None  # in an earlier digest; None: it is new


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A conversation with the leads in it, the best first."""

    leads: tuple[Candidate, ...]
    explores: bool = False  # drawn by chance

    @property
    def best(self) -> Candidate:
        """The lead that stands for the conversation."""
        return self.leads[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is shown, and how much is not."""

    entries: tuple[Entry, ...]
    not_shown: int  # conversations


def choose(
    candidates: Iterable[Candidate],
    *,
    cap: int,
    seed: str,
    min_score: float = 0.0,
    beside: Iterable[Candidate] = (),
    explore: float = 0.0,
) -> Choice:
    """Return what a digest shows: by score, then by the step of the journey, then the newest.

    Args:
        candidates: what the reader has not dealt with, of earlier digests too.
        cap: conversations at the most.
        seed: what chance is drawn from.
        min_score: candidates below it are left out; those that were asked for by chance are not.
        beside: leads that no score brings in, to be drawn from by chance.
        explore: the share of the cap that is drawn by chance (lead-management.md: 5 %, so that
            labels don't only confirm the score).
    """
    leads = list(candidates)
    entries = _by_thread(lead for lead in leads if lead.score >= min_score)
    drawn = slots_for_chance(cap, explore, seed)
    sure = {entry.best.thread_id for entry in entries[: cap - drawn]}
    pool = {
        entry.best.lead_id: entry
        for entry in _by_thread([*leads, *beside])
        if entry.best.thread_id not in sure
    }
    lucky = [pool[one] for one in some_of(pool, most=drawn, seed=seed)]
    by_chance = {entry.best.thread_id for entry in lucky}
    by_score = [entry for entry in entries if entry.best.thread_id not in by_chance]
    shown = by_score[: cap - len(lucky)]
    return Choice(
        entries=(*shown, *(replace(entry, explores=True) for entry in lucky)),
        not_shown=len(by_score) - len(shown),
    )


def slots_for_chance(cap: int, share: float, seed: str) -> int:
    """Return how many places are drawn by chance: ``share`` of ``cap`` on the average."""
    exact = cap * share
    whole = int(exact)
    return whole + (_dice(seed, "slots") < exact - whole)


def some_of(ids: Iterable[str], *, most: int, seed: str) -> tuple[str, ...]:
    """Return at most ``most`` of ``ids``, each as likely as any other, in one pass.

    A reservoir whose dice are hashes: the sample depends on what is in ``ids``, not on its order,
    and another id changes one place of it at the most.
    """
    return tuple(heapq.nsmallest(most, set(ids), key=lambda one: (_dice(seed, one), one)))


def _rank(lead: Candidate) -> tuple[float, int, float, str]:
    return (-lead.score, -lead.step, -lead.heard_at.timestamp(), lead.lead_id)


def _by_thread(leads: Iterable[Candidate]) -> Sequence[Entry]:
    """Return the leads by conversation, the best conversation first; each lead once."""
    threads: dict[str, dict[str, Candidate]] = {}
    for lead in sorted(leads, key=_rank):
        threads.setdefault(lead.thread_id, {}).setdefault(lead.lead_id, lead)
    return [Entry(leads=tuple(there.values())) for there in threads.values()]


def _dice(seed: str, what: str) -> float:
    """Return a number in [0, 1) that is always the same for the same words."""
    digest = hashlib.sha256(f"{seed}|{what}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56
