"""One document's way to us: where it stands, what it may still spend, and what came."""

from collections.abc import Mapping
from dataclasses import dataclass

from crawlers.answers import PERMANENT_REDIRECTS
from crawlers.errors import BadUrl, TooManyRedirects
from crawlers.urls import Target, resolve

#: Headers that may follow a redirect to somebody else; all others could be credentials.
_HARMLESS = frozenset({"accept", "accept-language", "if-none-match", "if-modified-since"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent back, decompressed."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A document as the server gave it."""

    url: str  # where it was found in the end
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # decompressed
    etag: str | None  # to be sent back verbatim
    last_modified: str | None  # to be sent back verbatim
    not_modified: bool  # 304: the body is empty and what we have still holds
    requests: int  # how many it took
    moved_to: str | None = None  # the new address when every redirect was permanent

    @property
    def media_type(self) -> str:
        """Return the content type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Trip:
    """One document's way through redirects: where it stands and what it may still spend."""

    def __init__(self, target: Target, headers: dict[str, str], *, seconds: float) -> None:
        self.target = target
        self.headers = headers
        self.seconds_left = seconds
        self.requests = 0
        self.moved_to: str | None = None
        self._only_permanent = True
        self._seen = {target.url}

    def follow(self, answer: Answer, *, most: int) -> None:
        """Go where the answer points.

        Raises:
            BadUrl: it points nowhere, to no web page, or from https to http.
            TooManyRedirects: it points where we have been, or once too often.
        """
        following = self._following(answer)
        if following.url in self._seen or len(self._seen) > most:
            raise TooManyRedirects(len(self._seen), status=answer.status)
        if following.origin != self.target.origin:
            self.headers = {k: v for k, v in self.headers.items() if k.lower() in _HARMLESS}
        self._only_permanent &= answer.status in PERMANENT_REDIRECTS
        self.moved_to = following.url if self._only_permanent else None
        self._seen.add(following.url)
        self.target = following

    def _following(self, answer: Answer) -> Target:
        location = answer.headers.get("location")
        if not location:
            raise BadUrl("it redirects, but does not say where")
        try:
            following = resolve(location.strip(), base=self.target.url)
        except BadUrl as error:
            raise BadUrl(f"it redirects to something else ({error.problem})") from error
        if self.target.scheme == "https" and following.scheme == "http":
            raise BadUrl("it redirects from https to http")
        return following
