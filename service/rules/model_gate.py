"""Whether a model is as good as what was accepted: by its card, and by what people say here. Pure.

The figures that a model must reach are those that the shipped one was accepted with
(nlp.md, and the contract test of the artefact); a model of your own is held to them too.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import sqrt

#: The lower end of the average precision's interval, on communities that it was not trained on.
LEAST_PRECISION = 0.7
#: How far stated probabilities may be from what is true, on average.
MOST_CALIBRATION_ERROR = 0.05

#: Verdicts from which people's say is held against the card, and by how much it must be worse.
_ENOUGH = 50
_WORSE_BY = 0.1
_Z = 1.96  # 95 %


def shortfalls(measured: Mapping[str, object]) -> Iterator[str]:
    """Yield in words what a card's figures of its signal lack."""
    precision, error = measured.get("average_precision"), measured.get("calibration_error")
    low = precision[1] if isinstance(precision, Sequence) and len(precision) == 3 else None
    if not isinstance(low, int | float):
        yield "its card does not say how often it is right"
    elif low < LEAST_PRECISION:
        yield f"its average precision may be as low as {low:.2f} ({LEAST_PRECISION:.2f} is asked)"
    if not isinstance(error, int | float):
        yield "its card does not say how far its probabilities are off"
    elif error > MOST_CALIBRATION_ERROR:
        yield (
            f"its probabilities are off by {error:.2f} ({MOST_CALIBRATION_ERROR:.2f} are allowed)"
        )


def is_worse_here(*, confirmed: int, rejected: int, precision: float) -> bool:
    """Tell whether people confirm surely fewer of its signals than its card says is right.

    Surely: also the upper end of the 95 % interval (Wilson) of their share is clearly below.
    """
    count = confirmed + rejected
    if count < _ENOUGH:
        return False
    share = confirmed / count
    middle = share + _Z**2 / (2 * count)
    spread = _Z * sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    return (middle + spread) / (1 + _Z**2 / count) < precision - _WORSE_BY
