"""What Jetstream sends: what happens in a whole network, of which little concerns us. Pure.

Source: the README of bluesky-social/jetstream, and docs/README.md of its second version, 5.1,
which left the events and cursors of ``/subscribe`` as they were.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue, ValidationError

from crawlers.apis.asking import ApiModel

POSTS = "app.bsky.feed.post"
#: Posts that the API shows at one request.
PORTION = 25
SECOND = 1_000_000  # in the microseconds that Jetstream counts

#: Of an external id; 25 of them have to fit into an address. Usual ones have 64 characters.
_LONGEST = 130
DID = r"did:[a-z]{1,32}:[A-Za-z0-9.:%-]{1,100}"
_ID = re.compile(rf"{DID}/app\.bsky\.feed\.post/(?!\.)[A-Za-z0-9._:~-]+")

#: Says whether a post of these words, in these languages, is wanted.
Wanted = Callable[[str, Sequence[str]], bool]


class _Commit(ApiModel):
    operation: str
    collection: str
    rkey: str
    record: JsonValue = None  # people may write anything into theirs


class _Event(ApiModel):
    did: str
    time_us: int
    kind: str  # commit, identity, account; what else there may be once is left alone
    commit: _Commit | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """Posts that are asked for together, and what is known when they were answered for."""

    names: tuple[str, ...]  # external ids of posts that are wanted
    deleted: tuple[str, ...]
    reached: int  # microseconds since 1970: all that was told until then is in portions so far


@dataclass(slots=True, kw_only=True)
class Heard:
    """What was heard of a stream so far.

    What is wanted is remembered by its name alone: the API shows it as its author wants it to be
    shown, or not at all. The words of an event are gone with it.
    """

    since: int  # microseconds since 1970; what is earlier is known already
    known: int  # all until then was heard before; a little later than ``since``
    now: int
    wanted: Wanted
    most_names: int
    most_deleted: int
    events: int = 0  # of any kind, also those that are known already
    unreadable: int = 0
    first: int | None = None  # when the first event since ``since`` was
    reached: int = field(init=False)  # all until then is heard
    _names: dict[str, int] = field(default_factory=dict)  # to ``reached`` when it came
    _deleted: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reached = self.known

    @property
    def is_caught_up(self) -> bool:
        """Whether all was heard that had happened when the listening began."""
        return self.reached >= self.now

    @property
    def is_full(self) -> bool:
        """Whether no more can be remembered."""
        return len(self._names) >= self.most_names or len(self._deleted) >= self.most_deleted

    def take(self, message: bytes) -> None:
        """Note an event."""
        self.events += 1
        try:
            event = _Event.model_validate_json(message)
        except ValidationError:
            self.unreadable += 1
            return
        if event.time_us < self.since:
            return  # a replay may begin up to an hour too early (bluesky-social/jetstream#343)
        # no event is later than now: one that says so would have us skip what follows it
        at = min(event.time_us, self.now)
        self.first = at if self.first is None else self.first
        self.reached = max(self.reached, at)
        if event.kind == "commit" and event.commit and event.commit.collection == POSTS:
            self._heed(f"{event.did}/{POSTS}/{event.commit.rkey}", event.commit)

    def _heed(self, name: str, commit: _Commit) -> None:
        if len(name) > _LONGEST or _ID.fullmatch(name) is None:
            return
        match commit.operation:
            case "create" if self._is_wanted(commit.record):
                self._want(name)
            case "update" if self._is_wanted(commit.record):
                self._want(name)
            case "update" | "delete":  # what was heard there is not said any more
                self._forget(name)
                self._deleted[name] = self.reached
            case _:
                pass

    def _is_wanted(self, record: JsonValue) -> bool:
        if not isinstance(record, dict) or not isinstance(text := record.get("text"), str):
            return False
        langs = record.get("langs")
        told = [lang for lang in langs if isinstance(lang, str)] if isinstance(langs, list) else []
        return self.wanted(text, told)

    def _want(self, name: str) -> None:
        self._forget(name)
        self._names[name] = self.reached

    def _forget(self, name: str) -> None:
        """Forget a post, so that what is noted of it next stands behind what came before."""
        self._names.pop(name, None)
        self._deleted.pop(name, None)

    def portions(self, *, awaited: Sequence[str] = ()) -> Iterator[Portion]:
        """Yield what was heard, in the order in which it was; at least one portion.

        Args:
            awaited: external ids of posts of an earlier poll, to be asked for first; at most
                ``PORTION``.
        """
        known = self._names.keys() | self._deleted.keys()
        if again := tuple(name for name in awaited if name not in known):
            yield Portion(again, (), self.known)
        names, told = list(self._names), list(self._deleted.items())
        for start in range(0, len(names), PORTION):
            some = tuple(names[start : start + PORTION])
            until = self._names[some[-1]]
            deleted = tuple(name for name, at in told if at <= until)
            told = told[len(deleted) :]
            yield Portion(some, deleted, until)
        yield Portion((), tuple(name for name, _ in told), self.reached)
