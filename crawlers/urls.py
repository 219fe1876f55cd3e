r"""Addresses of pages: which may be fetched, which may be shown as a link, which are the same.

Two parsers that disagree about a URL are how requests end up where nobody checked
(``http://169.254.169.254\@public/``). So the text is held to a narrow grammar first, then built
anew, and the parser that opens the connection (yarl, in aiohttp) must agree on host and port.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urljoin

import idna
from yarl import URL

from crawlers.addresses import FIRST_OPEN_PORT, WEB_PORTS
from crawlers.errors import BadUrl, PlatformRefused

MAX_URL = 4_096  # characters; browsers and servers give up between 2,000 and 8,000
MAX_LINK = 2_048

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SHAPE = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]+)(?P<rest>.*)", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:@]+)(?::(?P<port>[0-9]{1,5}))?")
_ASCII_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ODD = re.compile(r"[\s\\\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SESSION_KEYS = frozenset({"s", "phpsessid", "jsessionid"})
_SESSION_VALUE = re.compile(r"[0-9A-Za-z]{16,}")
#: What mailings and advertisements add to a link, to count who comes by it.
_TRACKING_KEYS = frozenset({"fbclid", "gclid", "mc_cid", "mc_eid"})
_TRACKING = "utm_"

_FORBIDDEN = (
    "its terms forbid collecting by machine; let Harken read the mails by which a group notifies "
    "its members (kind imap), or capture a post by hand"
)
#: Platforms that are never fetched; the reason says what to do instead.
_REFUSED_PLATFORMS = {
    "linkedin.com": "LinkedIn",
    "lnkd.in": "LinkedIn",
    "facebook.com": "Facebook",
    "fb.com": "Facebook",
    "fb.me": "Facebook",
    "fb.watch": "Facebook",
}


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked for, written in the one way that everyone reads alike."""

    url: str  # canonical, without fragment
    scheme: str
    host: str  # lower case, IDNA-encoded, without brackets
    port: int

    @property
    def authority(self) -> str:
        """Host, with the port when it isn't the scheme's own: what a host's budget is kept for."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: what credentials and robots.txt belong to."""
        return f"{self.scheme}://{self.authority}"


@lru_cache(maxsize=4_096)
def parse_url(text: str) -> Target:
    """Return the address that ``text`` names.

    Raises:
        BadUrl: it is no plain http(s) address: another scheme, a user name, a backslash, a
            blank or control character, a host that is a number in disguise, a bad port.
        PlatformRefused: its platform forbids crawling.
    """
    url = _read(text, limit=MAX_URL).with_fragment(None)
    host, port = str(url.raw_host), int(url.port or 0)
    if port not in WEB_PORTS and port < FIRST_OPEN_PORT:
        raise BadUrl(f"port {port} is not a web port")
    _refuse_platform(host)
    return Target(url=str(url), scheme=url.scheme, host=host, port=port)


def parse_host(text: str) -> str:
    """Return the host that ``text`` names, in lower case, IDNA-encoded and without brackets.

    Raises:
        BadUrl: it is no host, or an IP address in disguise.
        PlatformRefused: its platform forbids crawling.
    """
    if _ODD.search(text) or _AUTHORITY.fullmatch(f"[{text}]" if ":" in text else text) is None:
        raise BadUrl("its host cannot be read")
    host = _host(f"[{text}]" if ":" in text else text)
    _refuse_platform(host)
    return host


def _refuse_platform(host: str) -> None:
    for platform, name in _REFUSED_PLATFORMS.items():
        if host == platform or host.endswith("." + platform):
            raise PlatformRefused(name, because=_FORBIDDEN)


def resolve(reference: str, *, base: str) -> Target:
    """Return the address that ``reference`` names on the page ``base``, as ``parse_url`` does."""
    if _ODD.search(reference):
        raise BadUrl("it holds blanks, backslashes or control characters")
    try:
        return parse_url(urljoin(base, reference))
    except ValueError as error:  # urljoin reads brackets in its own way
        raise BadUrl("it cannot be read") from error


def safe_link(text: str | None) -> str | None:
    """Return ``text`` as a link that may be shown to a person, or None.

    Only http and https, without user name, at most 2,048 characters. Keeps the fragment.
    """
    if not text:
        return None
    try:
        return str(_read(text.strip().replace(" ", "%20"), limit=MAX_LINK))
    except BadUrl:
        return None


def strip_origin(text: str, *, own_host: str) -> str:
    """Return an identifier without what changes when a site moves: scheme, host and port.

    A URL on ``own_host`` keeps its path, query and fragment; one elsewhere loses its scheme
    only, since its host tells it apart; what is no URL stays as it is.
    """
    try:
        url = _read(text, limit=MAX_URL)
    except BadUrl:
        return text
    local = url.raw_path_qs + (f"#{url.raw_fragment}" if url.raw_fragment else "")
    return local if url.raw_host == own_host else f"//{url.raw_host}{local}"


def strip_session(url: str) -> str:
    """Return ``url`` without session ids, which forums put into links, and without fragment."""
    parsed = URL(url).with_fragment(None)
    doomed = [key for key, value in parsed.query.items() if _is_session(key.lower(), value)]
    return str(parsed.without_query_params(*doomed)) if doomed else str(parsed)


def strip_tracking(reference: str) -> str:
    """Return a link without session ids and without what counts its readers.

    All else stays as it is written, so that a link that holds neither comes back unchanged. Also
    for what ``strip_origin`` leaves of a link.
    """
    whole, hash_, fragment = reference.partition("#")
    path, asks, query = whole.partition("?")
    if not asks:
        return reference
    pairs = query.split("&")
    kept = [pair for pair in pairs if not _is_passing(pair)]
    if len(kept) == len(pairs):
        return reference
    return path + ("?" + "&".join(kept) if kept else "") + hash_ + fragment


def _is_passing(pair: str) -> bool:
    name, _, value = pair.partition("=")
    key = name.lower()
    return key.startswith(_TRACKING) or key in _TRACKING_KEYS or _is_session(key, value)


def loosely(stripped: str) -> str:
    """Return what ``strip_origin`` left of a link, without what sites change about all links.

    That is ``www.``, a slash at the end of the path, and what ``strip_tracking`` takes out.
    """
    plain = strip_tracking(stripped)
    if plain.startswith("//www."):
        plain = "//" + plain.removeprefix("//www.")
    whole, hash_, fragment = plain.partition("#")
    path, asks, query = whole.partition("?")
    return path.removesuffix("/") + asks + query + hash_ + fragment


def _is_session(key: str, value: str) -> bool:
    # phpBB says sid and nothing else does; an s may also be somebody's search
    return key == "sid" or (key in _SESSION_KEYS and _SESSION_VALUE.fullmatch(value) is not None)


def _read(text: str, *, limit: int) -> URL:
    if len(text) > limit:
        raise BadUrl(f"it is longer than {limit:,} characters")
    if _ODD.search(text):
        raise BadUrl("it holds blanks, backslashes or control characters")
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise BadUrl("only http:// and https:// addresses are read")
    if "@" in shape["authority"]:
        raise BadUrl("it holds a user name")
    authority = _AUTHORITY.fullmatch(shape["authority"])
    if authority is None:
        raise BadUrl("its host cannot be read")
    scheme = shape["scheme"].lower()
    host = _host(authority["host"])
    port = int(authority["port"] or _DEFAULT_PORTS[scheme])
    if not 1 <= port <= 65535:
        raise BadUrl(f"port {port} does not exist")
    return _build(scheme, host=host, port=port, rest=shape["rest"])


def _build(scheme: str, *, host: str, port: int, rest: str) -> URL:
    suffix = "" if port == _DEFAULT_PORTS[scheme] else f":{port}"
    bracketed = f"[{host}]" if ":" in host else host
    path = rest if rest.startswith("/") else f"/{rest}"
    try:
        url = URL(f"{scheme}://{bracketed}{suffix}{path}")
    except ValueError as error:
        raise BadUrl("it cannot be read") from error
    if (url.scheme, url.raw_host, url.port) != (scheme, host, port) or url.user is not None:
        raise BadUrl("it can be read in two ways")
    return url


@lru_cache(maxsize=1_024)
def _host(text: str) -> str:
    if text.startswith("["):
        try:
            return IPv6Address(text[1:-1]).compressed
        except ValueError as error:
            raise BadUrl("its IPv6 address cannot be read") from error
    host = _ascii_host(text.removesuffix("."))
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        # 2130706433, 0x7f.1, 0177.0.0.1 and 127.1 all mean 127.0.0.1 to the resolver
        try:
            return str(IPv4Address(host))
        except ValueError as error:
            raise BadUrl("it writes an IP address in an unusual way") from error
    return host


def _ascii_host(text: str) -> str:
    host = text.lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise BadUrl("its host is no domain name") from error
    if len(host) > 253 or not _ASCII_HOST.fullmatch(host):
        raise BadUrl("its host is no domain name")
    return host
