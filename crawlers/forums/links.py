"""What the address of a link tells: to a thread, a board, a user, or to none of them. Pure."""

import re
from urllib.parse import urlsplit

_THREAD = re.compile(
    r"/(?:topics?|threads?|t|d|discussions?|questions?|q|conversations?|talk|diskussion|thema|"
    r"tickets?|issues?|bugs?)"
    r"[/-][^/]+|/(?:topic|thread|discussion|question|ticket|issue|bug)[0-9]+(?=[/?.]|$)"
    r"|/(?:viewtopic|showthread|thread|topic|discussion|question)\b[^/]*[?,]"
    r"|[?&](?:topic|tid|threadid|thread|showtopic)=[0-9]|/item\?id=",
    re.IGNORECASE,
)
_BOARD = re.compile(
    r"/(?:forums?|boards?|categor(?:y|ies)|c|f|sections?|subforums?|groups?)[/-][^/]+"
    r"|/(?:viewforum|forumdisplay|viewboard|board|forum|category)\b[^/]*[?,][^/]*[0-9]",
    re.IGNORECASE,
)
_SERVICE = re.compile(
    r"/(?:login|register|signup|search|rss|feeds?|atom|help|rules|faq|tags?|about|contact|new|"
    r"create|publish|post(?:ing)?|reply|edit|delete|report|print|attachments?|files?|static|"
    r"media|mark|subscribe|subscriptions?|follow|unread|share|active|latest|recent|popular|"
    r"unanswered|revisions|history|members?|users?|profile|ask|close|merge|accept|vote|flag|"
    r"move|split|lock|pin|ban|quote|like|thank|moderate|preview|find)(?:[/.?]|$)|\.(?:png|jpe?g|gif|zip|pdf|xml|css|js)$"
    r"|[?&](?:sort|order|tags?|do|action|mode|view)=|/(?:scope|sort|tags):",
    re.IGNORECASE,
)


def to_thread(url: str) -> bool:
    """Say whether an address is named like a thread's."""
    path = _path(url)
    return _THREAD.search(path) is not None and _SERVICE.search(path) is None


def to_board(url: str) -> bool:
    """Say whether an address is named like a board's, and not like a thread's."""
    path = _path(url)
    return not to_thread(url) and _BOARD.search(path) is not None and not _SERVICE.search(path)


def to_service(url: str) -> bool:
    """Say whether an address is named like one of a forum's own services."""
    return _SERVICE.search(_path(url)) is not None


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
