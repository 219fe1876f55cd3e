"""How much people's verdicts on what was heard count together, so that nobody decides alone. Pure.

Whoever marks a thousand signals in an afternoon, out of spite or by a slip in a bulk act, must
not turn what the house believes of its model (security-and-privacy.md, P19).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Verdicts of one person count as this many, or as all those of others if these are more.
BESIDE_OTHERS = 20
#: Where nobody else says anything: one person is the house.
ALONE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How often signals were confirmed and rejected."""

    confirmed: int = 0
    rejected: int = 0

    @property
    def all(self) -> int:
        """Return how many verdicts that is."""
        return self.confirmed + self.rejected


def together(said: Mapping[str | None, Said]) -> Said:
    """Return what people's verdicts come to, nobody's counted for more than the others' together.

    Of somebody who said more than counts, the share that was confirmed is kept.

    Args:
        said: by the person; under None what was said before it was noted by whom.
    """
    every = sum(one.all for one in said.values())
    counted = [_at_most(one, _most(others=every - one.all)) for one in said.values()]
    return Said(
        confirmed=sum(one.confirmed for one in counted),
        rejected=sum(one.rejected for one in counted),
    )


def that_count(by: Sequence[str | None]) -> tuple[bool, ...]:
    """Return which of some results count, so that nobody's are more than the others' together.

    Of somebody with more than that, some count, evenly spread; `BESIDE_OTHERS` always do. Who
    is alone is the house, and all count.

    Args:
        by: who said each, in order of time; None where no person did.
    """
    said = Counter(by)
    seen: Counter[str | None] = Counter()
    counts = []
    for who in by:
        others = len(by) - said[who]
        most = said[who] if who is None or not others else min(said[who], _most(others=others))
        before = seen[who] * most // said[who]
        seen[who] += 1
        counts.append(seen[who] * most // said[who] > before)
    return tuple(counts)


def _most(*, others: int) -> int:
    return max(BESIDE_OTHERS, others) if others else ALONE


def _at_most(said: Said, most: int) -> Said:
    if said.all <= most:
        return said
    confirmed = round(said.confirmed * most / said.all)
    return Said(confirmed=confirmed, rejected=most - confirmed)
