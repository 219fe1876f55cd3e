"""Notification mails of LinkedIn and Facebook groups: who wrote what where. Pure.

These platforms may not be crawled. What they send to a member is all there is: a few words and
the link to the post, which keeps no trace of the member to whom it was sent.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from crawlers.plaintext import one_line

#: Domains that the platforms send from.
SENDERS = ("linkedin.com", "facebookmail.com")
#: Characters of a post that are kept: a notification quotes its beginning only.
MOST_WORDS = 1_000

_HREF = re.compile(r"""href\s{0,5}=\s{0,5}["'](https?://[^"'<>\s]{1,2000})""", re.IGNORECASE)
_BARE_URL = re.compile(r"https?://[^\s<>\"')\]]{1,2000}")
_SUBJECT = re.compile(
    r"(?P<author>[^\[].{1,79}?) (?:has |just |also )?"
    r"(?:posted|shared|asked|commented|replied|started|added|wrote|mentioned|published)\b"
    r"(?:.{0,80} in (?:the )?(?:group )?(?P<group>.{2,120}))?"
)
_BRACKETED = re.compile(r"\[(?P<group>[^\]]{2,120})\].*")
_VIA = re.compile(r"(?P<author>.{2,80}) \(?via (?:LinkedIn|Facebook)\)?")
_PLATFORM = re.compile(
    r"(?:LinkedIn|Facebook|Meta|notifications?|groups?)(?: \w+){0,2}", re.IGNORECASE
)
_LINKEDIN_POST = re.compile(
    r"/(?:feed/update/urn:li:[\w:]+|posts/[\w%-]+|groups/\d+/posts/[\w%:-]+|groups/\d+-[\w-]+/?)"
)
_FACEBOOK_POST = re.compile(
    r"/(?:groups/[\w.-]+/(?:permalink|posts)/\d+|[\w.-]+/posts/[\w.-]+|permalink/\d+)"
)
_GROUP = re.compile(r"/groups/[\w.-]+")
#: Where what people wrote ends and what every such mail says begins.
_FOOT = re.compile(
    r"unsubscribe|this e-?mail was (?:sent|intended)|you(?:'re| are) receiving"
    r"|reply to this e-?mail"
    r"|linkedin corporation|linkedin ireland|facebook,? inc|meta platforms|©|learn why we included"
    r"|this message was sent to|to stop receiving",
    re.IGNORECASE,
)
_AROUND = " -\u2013\u2014=_*|\u00b7<>()[]:"  # hyphens of three lengths among it
_BUTTON = re.compile(
    r"(?:see|view|open|read|join|reply|comment|like|share|manage|help|go to|add a)\b.{0,60}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a platform told a member."""

    author: str | None
    group: str
    words: str
    link: str | None


def is_platform(domain: str) -> bool:
    """Say whether mails from ``domain`` are a platform's notifications."""
    return any(domain == known or domain.endswith(f".{known}") for known in SENDERS)


def read_notice(*, sender_name: str, subject: str, text: str, markup: str) -> Notice:
    """Return what a notification says.

    Args:
        sender_name: the display name of its sender.
        subject: of the mail.
        text: its text, plain.
        markup: its HTML part, for links; may be empty.
    """
    author, group = _who_and_where(subject)
    if via := _VIA.fullmatch(sender_name):
        author = author or via["author"]
    elif not _PLATFORM.fullmatch(sender_name):
        group = group or sender_name
    return Notice(
        author=one_line(author, most=100) or None,
        group=one_line(group.strip(" .:!\"'“”"), most=300),
        words=_words(text, subject=subject),
        link=_best_link([*_links(markup, _HREF, group=1), *_links(text, _BARE_URL, group=0)]),
    )


def post_link(url: str) -> str | None:
    """Return the address of a post, or else of its group, without what tracks the reader.

    None when the address leads elsewhere.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if host == "linkedin.com" or host.endswith(".linkedin.com"):
        path = unquote(parts.path).removeprefix("/comm")
        found = _LINKEDIN_POST.match(path) or _GROUP.match(path)
        return f"https://www.linkedin.com{found[0]}" if found else None
    if host == "facebook.com" or host.endswith(".facebook.com"):
        path = parts.path
        if path.rstrip("/") in {"/n", "/nd"}:  # what it leads to is the first word of its query
            path = "/" + unquote(parts.query.partition("&")[0]).lstrip("/")
        found = _FACEBOOK_POST.match(path) or _GROUP.match(path)
        return f"https://www.facebook.com{found[0]}" if found else None
    return None


def _who_and_where(subject: str) -> tuple[str, str]:
    if bracketed := _BRACKETED.fullmatch(subject):
        return "", bracketed["group"]
    if told := _SUBJECT.match(subject[:300]):
        return told["author"], told["group"] or ""
    return "", ""


def _links(text: str, pattern: re.Pattern[str], *, group: int) -> Iterator[str]:
    for number, found in enumerate(pattern.finditer(text)):
        if number == 300:
            return
        yield html.unescape(found[group])


def _best_link(urls: list[str]) -> str | None:
    """Return the first link to a post, else the first to a group."""
    links = [link for url in urls if (link := post_link(url))]
    is_post = (link for link in links if not _GROUP.fullmatch(urlsplit(link).path))
    return next(is_post, links[0] if links else None)


def _words(text: str, *, subject: str) -> str:
    """Return what is left of a notification's text without its links, buttons and foot."""
    kept: list[str] = []
    for line in text.split("\n"):
        bare = _BARE_URL.sub("", line).strip(_AROUND)
        if _FOOT.search(line):
            break
        if not bare or bare == subject or (len(bare) <= 70 and _BUTTON.fullmatch(bare)):
            continue
        kept.append(_BARE_URL.sub("", line).strip())
    return "\n".join(kept).strip()[:MOST_WORDS]
