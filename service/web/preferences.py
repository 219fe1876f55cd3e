"""What a person set for this browser: kept in cookies, so that the server draws the page right."""

from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request, Response

from service.serving.site import Site

_THEME = "harken_theme"
_KEYS = "harken_keys"
_YEAR = 365 * 24 * 3600


class Theme(StrEnum):
    """Light, dark, or what the machine says."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Keys(StrEnum):
    """Whether single keys do something; WCAG 2.1.4 wants a switch."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Preferences:
    """How this browser wants the page."""

    theme: Theme = Theme.AUTO
    keys: Keys = Keys.ON


def preferences_of(request: Request) -> Preferences:
    """Return what the cookies say; what they say wrongly is as if unsaid."""
    theme, keys = request.cookies.get(_THEME), request.cookies.get(_KEYS)
    return Preferences(
        theme=Theme(theme) if theme in set(Theme) else Theme.AUTO,
        keys=Keys(keys) if keys in set(Keys) else Keys.ON,
    )


def remember(response: Response, site: Site, *, theme: Theme | None, keys: Keys | None) -> None:
    """Keep what was chosen for a year; None leaves a preference as it is."""
    for name, value in ((_THEME, theme), (_KEYS, keys)):
        if value is not None:
            response.set_cookie(
                name,
                value.value,
                max_age=_YEAR,
                httponly=True,
                samesite="lax",
                secure=site.secure_cookies,
            )
