"""What feedparser says of an entry to the fields that are kept. Runs in the parsing child."""

import calendar
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from crawlers.feeds.entry import (
    MAX_ID,
    MAX_LANGUAGE,
    MAX_NAME,
    MAX_TAG,
    MAX_TAGS,
    MAX_TITLE,
    FeedEntry,
    digest_of,
    id_of,
)
from crawlers.plaintext import PlainText, from_html, from_text, one_line, title_from_html
from crawlers.times import epoch

_COUNT = re.compile(r"[0-9]{1,7}")
#: What WordPress puts before a comment that answers another, in the blog's language.
_ANSWERS = re.compile(
    r"""\s*<p>[^<>\n]{0,60}<a\ [^<>]{0,100}href=
        ["'](?P<of>[^"'<>\s]{1,2000}\#comment-[0-9]{1,12})["'][^<>]{0,100}>[^<>]{1,200}</a>[^<>\n]{0,60}</p>""",
    re.VERBOSE,
)
_MAIL = re.compile(r"\S+@\S+\.\S+")
#: feedparser's dictionaries hold whatever the document holds.
Parsed = Mapping[str, Any]


def next_url_of(feed: Parsed, *, url: str) -> str | None:
    """Return the address of the page with the entries before a feed's own (RFC 5005)."""
    for link in feed.get("links") or ():
        if link.get("rel") in {"next", "prev-archive"}:
            reference = text_of(link, "href")
            try:
                return urljoin(url, reference) if 0 < len(reference) <= MAX_ID else None
            except ValueError:
                return None
    return None


def entry_of(entry: Parsed, feed: Parsed, *, is_atom: bool = False) -> FeedEntry:
    """Return an entry of feedparser's as ours.

    One of Atom that names no author is by its source's, else by the feed's (RFC 4287, 4.2.1):
    feedparser leaves that to its readers.
    """
    heard_of = (entry, entry.get("source") or {}, feed) if is_atom else (entry,)
    by = next((of for of in heard_of if _author(of)), entry)
    body, answered = _body(entry)
    title = title_of(entry)
    comments_url, comments = _comments(entry)
    return FeedEntry(
        id=id_of(text_of(entry, "id")),
        link=text_of(entry, "link") or None,
        title=title,
        text=body.text,
        quoted=body.quoted,
        author=_author(by),
        author_url=text_of(by.get("author_detail") or {}, "href")[:MAX_ID] or None,
        published=date_of(entry, "published"),
        updated=date_of(entry, "updated"),
        language=_language(entry, feed),
        tags=_tags(entry),
        in_reply_to=id_of(text_of(entry.get("thr_in-reply-to") or {}, "ref") or answered),
        digest=digest_of(title, body.text),
        comments_url=comments_url,
        comments=comments,
    )


def _comments(entry: Parsed) -> tuple[str | None, int | None]:
    """Return the address of the entry's comment feed, and how many comments there are."""
    replies = [
        link
        for link in entry.get("links") or ()
        if link.get("rel") == "replies" and str(link.get("type")).endswith("+xml")
    ]
    url = text_of(entry, "wfw_commentrss") or next((text_of(link, "href") for link in replies), "")
    counts = [entry.get("slash_comments"), entry.get("thr_total")]
    counts += [link.get("thr:count") or link.get("count") for link in replies]
    said = next((str(count).strip() for count in counts if count), "")
    count = int(said) if _COUNT.fullmatch(said) else None
    return (url if 0 < len(url) <= MAX_ID else None), count


def _body(entry: Parsed) -> tuple[PlainText, str]:
    """Return the fullest text, and the id of the comment that it says it answers, if any.

    Some feeds put a teaser into one field and all into another.
    """
    candidates = [part for part in entry.get("content") or () if part.get("value")]
    if not candidates and text_of(entry, "summary"):
        candidates = [entry.get("summary_detail") or {"value": entry["summary"]}]
    if not candidates:
        return PlainText(""), ""
    fullest = max(candidates, key=lambda part: len(part.get("value") or ""))
    said = str(fullest.get("value") or "")
    if fullest.get("type") == "text/plain":
        return from_text(said), ""
    answers = _ANSWERS.match(said)
    return from_html(said[answers.end() :] if answers else said), answers["of"] if answers else ""


def title_of(of: Parsed) -> str:
    """Return the title of a feed or an entry."""
    detail = of.get("title_detail") or {}
    raw = text_of(of, "title")
    if detail.get("type") == "text/plain":
        return one_line(raw, most=MAX_TITLE)
    return title_from_html(raw, most=MAX_TITLE)


def _author(entry: Parsed) -> str | None:
    detail = entry.get("author_detail") or {}
    # not its "name" first: feedparser knows no endings longer than .name, and cuts addresses up
    raw = text_of(entry, "author") or text_of(detail, "name") or text_of(detail, "email")
    return author_name(raw)


def author_name(raw: str) -> str | None:
    """Return what an author is called; of a mail address what is before its @."""
    if _MAIL.search(raw):
        raw = _MAIL.sub("", raw).strip(" ()<>,;") or raw.partition("@")[0]
    name = one_line(raw, most=MAX_NAME)
    return name or None


def _language(entry: Parsed, feed: Parsed) -> str | None:
    own = {"language": text_of(entry, "language")}
    parts = [*(entry.get("content") or ()), entry.get("summary_detail") or {}, own, feed]
    return next(
        (one_line(str(p["language"]), most=MAX_LANGUAGE) for p in parts if p.get("language")), None
    )


def _tags(entry: Parsed) -> tuple[str, ...]:
    terms = (one_line(str(tag.get("term") or ""), most=MAX_TAG) for tag in entry.get("tags") or ())
    return tuple(dict.fromkeys(term for term in terms if term))[:MAX_TAGS]


def date_of(entry: Parsed, which: str) -> int | None:
    """Return when an entry was "published" or "updated", in seconds since 1970.

    As feedparser reads it; what it cannot read, as forums' dates are read. To it, the digits of
    an epoch are a year of long ago.
    """
    # dict.get: feedparser's own answers "updated" with "published", and warns
    if not isinstance(entry, dict):
        return None
    read = _seconds(dict.get(entry, f"{which}_parsed"))
    if read is not None and read >= 0:
        return read
    said = dict.get(entry, which)
    other = epoch(said) if isinstance(said, str) else None
    return read if other is None else other


def _seconds(moment: object) -> int | None:
    if not isinstance(moment, time.struct_time):
        return None
    try:
        return calendar.timegm(moment)
    except (ValueError, OverflowError):
        return None


def text_of(of: Parsed, key: str) -> str:
    """Return a text of a feed or an entry, empty when it has none."""
    value = of.get(key)
    return value.strip() if isinstance(value, str) else ""
