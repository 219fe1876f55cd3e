"""What is sold, as far as the time and the bar of its sales differ: ``offerings.toml``.

Source: requirement E14: sales cycles, touchpoints and follow-up thresholds depend on what one
sells. What an offering says goes before what the house says for everything.
"""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from config.hours import Span
from config.shape import Line, PositiveDuration, Shape, Slug


class Offering(Shape):
    """Something that is sold in a time of its own."""

    id: Slug
    name: Line
    cycle: PositiveDuration  # from ready for sales to won, as it usually takes
    touch_every: Span | None = None  # working time between two signs of life; None: the channel's
    review_after: PositiveDuration | None = None  # of who is not ready; None: that of nurture.toml
    #: The score (0..100) from which a lead is ready for sales; None: that of scoring.toml.
    follow_up_from: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None = None

    @property
    def quiet_after(self) -> timedelta:
        """After how long without anything a sale of it has gone quiet: a third of its cycle.

        What counts elsewhere is a month, as in a sale that takes three.
        """
        return self.cycle / 3


class OfferingsFile(Shape):
    """``offerings.toml``."""

    offering: tuple[Offering, ...] = ()
