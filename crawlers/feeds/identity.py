"""What a feed's entries are called for good, by what is remembered of them. Pure.

An entry's id is its name, as long as ids are what they should be. They may be missing: then the
link is the name, or else a hash of the words. Several entries may share one: then link or words
tell them apart. They may change at each fetch: then an entry that says the same, at the same
link, is the same. All of that has to come out the same whether one sees all entries or, in delta
parsing, only the new ones, and also when an id is shared from a later day on; so a ledger of the
entries in the last documents is kept beside the source, and the rules go by it.

Of links, session ids and what counts readers mean nothing. That rule is younger than many a
ledger: a link that is remembered with them goes on by the name that it has.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from pydantic import JsonValue

from crawlers.feeds.delta import short
from crawlers.feeds.entry import FeedEntry
from crawlers.urls import loosely, strip_origin, strip_tracking

MAX_EXTERNAL_ID = 512

_TOLD_APART = re.compile(r"(.*)~[0-9a-f]{16}", re.DOTALL)
#: Entries that left the document and are remembered: as many as are in it, and some.
_SOME = 20
#: Entries at links of their own that came back under other ids and in other words: as many, and
#: at least half of the document, and its ids mean nothing. One or two may be news at old places.
_SURE = 3


@dataclass(frozen=True, slots=True)
class Known:
    """An entry that was taken in."""

    item: str  # its key in the document, see ``FeedDocument.items``
    link: str  # hash of its link, or empty
    says: str  # hash of its words
    name: str  # its external id
    titled: str = ""  # hash of its title, where it was the document's only entry


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is remembered of a feed's entries, the newest first."""

    known: tuple[Known, ...] = ()
    ids_change: bool = False  # the feed gives its entries other ids at each fetch

    @classmethod
    def of(cls, kept: Mapping[str, JsonValue]) -> Self:
        """Return the ledger that ``as_json`` gave; an empty one when it isn't there."""
        rows = kept.get("posts")
        known = map(_known, rows) if isinstance(rows, list) else ()
        return cls(known=tuple(filter(None, known)), ids_change=kept.get("ids_change") is True)

    def as_json(self) -> dict[str, JsonValue]:
        """Return the ledger as it is stored: about 100 bytes an entry."""
        rows: list[JsonValue] = [
            [k.item, k.link, k.says, k.name, *([k.titled] if k.titled else [])] for k in self.known
        ]
        return {"posts": rows, **({"ids_change": True} if self.ids_change else {})}

    @property
    def items(self) -> frozenset[str]:
        """The keys of the items that need not be parsed again."""
        return frozenset(known.item for known in self.known)


def _known(row: JsonValue) -> Known | None:
    match row:
        case [str(item), str(link), str(says), str(name)]:
            return Known(item, link, says, name)
        case [str(item), str(link), str(says), str(name), str(titled)]:
            return Known(item, link, says, name, titled)
    return None


@dataclass(frozen=True, slots=True)
class Named:
    """Names for entries, in their order, and the ledger that remembers them."""

    names: tuple[str, ...]
    ledger: Ledger


def identify(faces: Sequence["Face"], ledger: Ledger, *, items: Sequence[str]) -> Named:
    """Return the external ids of entries, and the ledger to be kept with them.

    Args:
        faces: of the document's entries whose items are not in the ledger, or of more.
        ledger: what is remembered.
        items: the keys of all items that are in the document.
    """
    links = {known.link for known in ledger.known}
    faces = [face.before if face.before and face.before.link in links else face for face in faces]
    distinct = {(face.stem, *face.variant): face for face in reversed(faces)}
    naming = _Naming(list(distinct.values())[::-1], ledger, frozenset(items))
    naming.run()
    names = tuple(distinct[face.stem, *face.variant].name for face in faces)
    return Named(names, naming.remembered(faces, names))


def fit(identifier: str) -> str:
    """Return an identifier that is no longer than external ids may be; a hash for longer ones."""
    if len(identifier) <= MAX_EXTERNAL_ID - 20:  # what tells entries apart is added to it
        return identifier
    return f"~{hashlib.sha256(identifier.encode(errors='replace')).hexdigest()}"


@dataclass(slots=True)
class Face:
    """What an entry can be recognised by."""

    item: str
    stem: str  # its name if that is free
    link: str
    says: str
    by_link: str  # its name if the stem is shared and the link is not
    by_words: str
    is_dated: bool
    titled: str = ""  # hash of its title
    loose: tuple[str, ...] = ()  # its link as sites may write it anew, where the link is its name
    before: "Face | None" = None  # as it was when all of a link counted, where that was another
    name: str = ""

    @classmethod
    def of(cls, entry: FeedEntry, *, own_host: str) -> Self:
        """Return an entry's face; ``own_host`` is what URLs among its ids need not say."""
        whole = strip_origin(entry.link, own_host=own_host) if entry.link else ""
        link = strip_tracking(whole)
        face = cls._at(link, entry, own_host=own_host)
        if whole != link:
            face.before = cls._at(whole, entry, own_host=own_host)
        return face

    @classmethod
    def _at(cls, link: str, entry: FeedEntry, *, own_host: str) -> Self:
        named = strip_origin(entry.id, own_host=own_host) if entry.id else link
        stem = fit(named or f"~{entry.digest}")
        # without a link the date must tell today's reminder from yesterday's
        said = entry.digest if link else f"{entry.digest} {entry.published}"
        is_undecided = not named and entry.published is not None
        return cls(
            item=entry.item,
            stem=stem,
            link=_hash(link) if link else "",
            says=_hash(said),
            by_link=f"{stem}~{_hex(link)}" if link and entry.id else "",
            by_words=f"{stem}~{_hex(said) if is_undecided else entry.digest[:16]}",
            is_dated=entry.published is not None,
            titled=_hash(entry.title) if entry.title else "",
            loose=_loose(link, own_host=own_host) if link and not entry.id else (),
        )

    @property
    def variant(self) -> tuple[str, str]:
        """What tells it from others of its id."""
        return self.link, self.says


@dataclass(slots=True)
class _Naming:
    """The rules, one after the other; each names what those before it left."""

    faces: list[Face]
    ledger: Ledger
    items: frozenset[str]
    here: dict[str, Known] = field(default_factory=dict)  # by item: in the document
    gone: dict[str, Known] = field(default_factory=dict)  # not in it, and not claimed
    families: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    ids_change: bool = False

    def run(self) -> None:
        for known in self.ledger.known:
            (self.here if known.item in self.items else self.gone)[known.item] = known
            self.families[known.name].append(known)
            if apart := _TOLD_APART.fullmatch(known.name):
                self.families[apart[1]].append(known)
        self._recognise()
        for stem, faces in self._unnamed():
            if stem in self.families:
                self._by_id(stem, faces)
        self._by_address()
        self._by_words()
        for stem, faces in self._unnamed():
            self._by_id(stem, faces)

    def remembered(self, faces: Sequence[Face], names: Sequence[str]) -> Ledger:
        now = {
            face.item: Known(face.item, face.link, face.says, name)
            for face, name in zip(faces, names, strict=True)
        }
        if len(self.items) == len(now) == 1:
            now = {face.item: replace(now[face.item], titled=face.titled) for face in faces}
        taken = frozenset(names)
        now |= {k.item: k for k in self.ledger.known if k.item in self.items - now.keys()}
        before = [k for k in self.ledger.known if k.item not in now and k.name not in taken]
        kept = (*now.values(), *before[: len(now) + _SOME])
        return Ledger(known=kept, ids_change=self.ids_change)

    def _unnamed(self) -> Iterator[tuple[str, list[Face]]]:
        groups: dict[str, list[Face]] = defaultdict(list)
        for face in self.faces:
            if not face.name:
                groups[face.stem].append(face)
        yield from groups.items()

    def _take(self, face: Face, known: Known) -> None:
        """Let an entry be one that is remembered."""
        face.name = known.name
        if self.gone.pop(known.item, None):
            self.here[known.item] = known

    def _recognise(self) -> None:
        """Find those whose bytes are new and that say nothing new."""
        for face in self.faces:
            for known in self.families.get(face.stem, ()):
                if (known.link, known.says) == face.variant:
                    self._take(face, known)
                    break

    def _by_id(self, stem: str, faces: list[Face]) -> None:
        """Name entries of one id: that is what it is for, unless they share it."""
        family = self.families.get(stem, ())
        is_shared = any(known.name != stem or known.item in self.here for known in family)
        if family and len(self.items) == 1:  # a feed of its latest post, by one id for all
            is_shared |= all(_is_other(faces[0], known) for known in family)
        if is_shared or len({face.variant for face in faces}) > 1:
            self._apart(faces, family)
            return
        for face in faces:
            face.name = stem
        for known in family:
            self.gone.pop(known.item, None)

    def _apart(self, faces: list[Face], family: Sequence[Known]) -> None:
        """Name entries that share an id, by their links where these are their own."""
        rivals = Counter(face.link for face in faces)
        by_link = defaultdict(list)
        for known in family:
            by_link[known.link].append(known)
        for face in faces:
            same_link = by_link[face.link]
            names = {known.name for known in same_link}
            heirs = [known for known in same_link if known.item in self.gone]
            if face.link and rivals[face.link] == 1 and len(names) == len(heirs) == 1:
                self._take(face, heirs[0])
            elif face.by_link and rivals[face.link] == 1 and not same_link:
                face.name = face.by_link
            else:
                face.name = face.by_words

    def _by_address(self) -> None:
        """Find those whose links, which are their names, are written in another way by now."""
        faces = [face for face in self.faces if face.loose and not face.name]
        if not faces:
            return
        rivals = Counter(face.loose for face in faces)
        at: dict[str, Known] = {}
        for known in self.gone.values():
            if not _TOLD_APART.fullmatch(known.name):
                at.setdefault(loosely(known.name), known)
        for face in faces:
            heir = next((at[loose] for loose in face.loose if loose in at), None)
            if heir and rivals[face.loose] == 1:
                self._take(face, heir)

    def _by_words(self) -> None:
        """Find those that came back under another id, where no entry was known by the new one."""
        ids_hold = bool(self.here) or any(face.name for face in self.faces)
        saying = {(known.link, known.says): known for known in reversed(self.gone.values())}
        found = False
        for face in self.faces:
            known = None if face.name else saying.pop(face.variant, None)
            if known and (face.link or face.is_dated or not ids_hold):
                self._take(face, known)
                found = True
        if ids_hold:
            return
        heirs = self._at_their_links()
        is_sure = len(heirs) >= _SURE and 2 * len(heirs) >= len(self.items)
        self.ids_change = found or self.ledger.ids_change or is_sure
        if self.ids_change:
            for face, known in heirs:
                self._take(face, known)

    def _at_their_links(self) -> list[tuple[Face, Known]]:
        """Return those that may have been edited as well, at links that nobody else has or had."""
        at: dict[str, set[str]] = defaultdict(set)
        for known in self.ledger.known:
            at[known.link].add(known.name)
        heirs = {known.link: known for known in self.gone.values()}
        rivals = Counter(face.link for face in self.faces)
        return [
            (face, heirs[face.link])
            for face in self.faces
            if not face.name
            and face.link in heirs
            and face.link
            and rivals[face.link] == 1
            and len(at[face.link]) == 1
        ]


def _is_other(face: Face, known: Known) -> bool:
    """Say whether nothing but the id is the same: link, title and words all differ."""
    return (
        bool(face.link and known.link and face.titled and known.titled)
        and face.link != known.link
        and face.titled != known.titled
        and face.says != known.says
    )


def _loose(link: str, *, own_host: str) -> tuple[str, ...]:
    """Return how a link may be remembered, with its host and, on the feed's own, without."""
    own = loosely(f"//{own_host}")
    is_local = link.startswith("/") and not link.startswith("//")
    loose = loosely(f"//{own_host}{link}" if is_local else link)
    behind = loose.removeprefix(own)
    return (loose, behind) if behind != loose and behind[:1] in {"", "/", "?"} else (loose,)


def _hash(text: str) -> str:
    return short(hashlib.blake2b(text.encode(errors="replace"), digest_size=8).digest())


def _hex(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=8).hexdigest()
