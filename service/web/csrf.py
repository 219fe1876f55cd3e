"""Writes only from our own pages: Sec-Fetch-Site, else Origin. No tokens, so pages stay plain.

The order is that of Go 1.25's CrossOriginProtection, which Datasette uses too; stricter in one
point: a request that carries a cookie must bring one of the two headers, as every browser does.
That an Origin is our own because it is the Host holds only behind `service.serving.front_door`,
which lets no Host in but our own.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_foreign(method: str, headers: Headers, *, base_url: str) -> bool:
    """Return whether the request may have been made by another site's page."""
    if method in SAFE_METHODS:
        return False
    if (site := headers.get("sec-fetch-site")) is not None:
        return site not in {"same-origin", "none"}
    if (origin := headers.get("origin")) is not None:
        return origin != _origin(base_url) and not _is_host(origin, headers.get("host"))
    return "cookie" in headers


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_host(origin: str, host: str | None) -> bool:
    return bool(host) and urlsplit(origin).netloc == host
