"""Which addresses a page, a mail or a message may lead to."""

from urllib.parse import urlsplit

from models.words import Licence

_ASK_TO_BE_FOLLOWED = frozenset({Licence.CC_BY_SA_2_5, Licence.CC_BY_SA_3_0, Licence.CC_BY_SA_4_0})


def outward(url: str | None) -> str | None:
    """Return ``url`` when it is an http(s) address of a host, else None.

    Stored addresses were checked at intake; this is the second lock on the same door.
    """
    if not url or any(ord(character) <= 0x20 or character == "\\" for character in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and host else None


def rel(licence: Licence) -> str:
    """Return the ``rel`` of a link to a source; CC BY-SA communities ask for links that count."""
    base = "noopener noreferrer"
    return base if licence in _ASK_TO_BE_FOLLOWED else f"{base} nofollow"


def inward(path: str | None, otherwise: str = "/") -> str:
    r"""Return ``path`` when it is a path of this site, else ``otherwise``.

    A browser reads ``//host``, ``/\host`` and ``/<tab>/host`` as other sites.
    """
    if not path or not path.startswith("/") or path.startswith("//"):
        return otherwise
    if any(ord(character) <= 0x20 or character == "\\" for character in path):
        return otherwise
    try:
        parts = urlsplit(path)
    except ValueError:
        return otherwise
    return path if not parts.scheme and not parts.netloc else otherwise
