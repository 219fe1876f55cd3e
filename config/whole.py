"""Whole numbers, as a file or the environment has them."""

from typing import Annotated

from pydantic import BeforeValidator, Field


def _refuse_truth(value: object) -> object:
    """Refuse what Python takes for 1 and 0; text from the environment may become a number."""
    if value is True or value is False:
        raise ValueError("must be a whole number, not true or false")
    return value


Whole = Annotated[int, BeforeValidator(_refuse_truth), Field(strict=False)]
