"""A score as it is shown."""

from decimal import ROUND_FLOOR, Decimal

_TENTH = Decimal("0.1")


def shown(score: float) -> float:
    """Return a score of 0..100 rounded down to a tenth: 79.95 has not reached a bar of 80."""
    # by way of its shortest decimal: 57.3 * 10 may be a hair below 573
    return float(Decimal(str(score)).quantize(_TENTH, ROUND_FLOOR))
