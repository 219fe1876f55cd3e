"""The time zones that a form proposes: the names of places, without the old abbreviations."""

from zoneinfo import available_timezones

_PLACES = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian")

ZONES: tuple[str, ...] = (
    "UTC",
    *sorted(
        zone
        for zone in available_timezones()
        if zone.partition("/")[0] in {*_PLACES, "Pacific"} and zone.count("/") == 1
    ),
)
