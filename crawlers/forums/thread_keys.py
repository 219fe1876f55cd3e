"""What names a thread under all its addresses: pages of it, places on them, old forms. Pure."""

import re

from yarl import URL

from crawlers.forums.paging import place
from crawlers.urls import strip_origin

#: Parameters that number a thread: phpBB; MyBB; SMF; vBulletin; Invision; FluxBB has plain ids.
_THREAD_KEYS = ("t", "tid", "topic", "threadid", "showtopic")
_THREAD_NUMBER = re.compile(r"([0-9]{1,12})(?:\.(?:0|[0-9]+|msg[0-9]+|new))?")
_THREAD_PATH = re.compile(
    r"/threads/(?:[^/]*\.)?([0-9]+)(?=[/?-]|$)"  # XenForo, vBulletin 4
    r"|/showthread\.php/([0-9]+)"
    r"|/thread-([0-9]+)(?=[-.])"  # MyBB
    r"|/topic,([0-9]+)\.",  # SMF
    re.IGNORECASE,
)
#: ``/topic/12-name``, ``/t/name/12/3``, ``/question/12/name/``, ``/topic/name-12/``
_NAMED_PATH = re.compile(
    r"/(topic|question|questions|discussion|d|t|thread)/"
    r"(?:([0-9]+)(?=[/?-]|$)|[^/?]+/([0-9]+)(?=[/?]|$)|[^/?]*-([0-9]+)(?=[/?]|$))",
    re.IGNORECASE,
)
#: How the addresses of files and folders end, and what parameters that page are called.
_END = re.compile(r"(?:/index)?\.[a-z]{3,5}$|/$", re.IGNORECASE)
_FILE = re.compile(r"/[\w-]{1,60}\.[a-z]{3,5}", re.IGNORECASE)
_PAGING = re.compile(r"page|pag|start|offset|seite|from|cursor|after|^[pn]$", re.IGNORECASE)
_PLACE_KEYS = frozenset({"start", "page", "p", "pid", "sid", "f", "post", "sort", "highlight"})


def thread_key(url: str) -> str:
    """Return what names a thread under all its addresses: ``t12``, ``topic12``, or its path."""
    parsed = URL(url)
    for name in _THREAD_KEYS:
        if number := _THREAD_NUMBER.fullmatch(parsed.query.get(name, "")[:40]):
            return f"t{number[1]}"
    if parsed.path.endswith("/viewtopic.php") and parsed.query.get("id", "").isdecimal():
        return f"t{parsed.query['id'][:12]}"
    path_and_query = f"{parsed.path}?{parsed.query_string}"  # Invision: /index.php?/topic/12-x/
    if found := _THREAD_PATH.search(path_and_query):
        return f"t{next(filter(None, found.groups()))}"
    if named := _NAMED_PATH.search(path_and_query):
        return f"{named[1].lower()}{next(filter(None, named.groups()[1:]))}"
    kept = parsed.without_query_params(*_PLACE_KEYS).with_fragment(None)
    own = strip_origin(str(kept), own_host=str(parsed.raw_host))
    return (place(own).of.removesuffix("?") if place(str(kept)).at else own)[:300]


def same_thread(first: str, other: str) -> bool:
    """Say whether ``other`` may be the address of a page behind a thread's first.

    Blogs and trackers call the next article or ticket the next page of this one.
    """
    keys = thread_key(first), thread_key(other)
    if keys[0] == keys[1] or not all("/" in key for key in keys):
        return keys[0] == keys[1]
    one, two = URL(first), URL(other)
    if one.path == two.path:
        asked = two.query
        return all(
            asked.get(name, value) == value or _PAGING.search(name)
            for name, value in one.query.items()
        )
    if one.path == "/":
        return _FILE.fullmatch(two.path) is not None  # what a site's root shows by itself
    short, long = _END.sub("", one.path), _END.sub("", two.path)
    return bool(short) and re.match(rf"{re.escape(short)}(?![^\W_])", long) is not None
