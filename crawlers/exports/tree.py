"""Exports that are one large JSON document: read as a stream, a message at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

import ijson  # type: ignore[import-untyped]  # it ships no type information

from crawlers.exports.export import NotThisFormat
from crawlers.exports.lines import as_utf8

#: What is held at once: a message, and what stands between it and the next.
MOST_BYTES_A_MESSAGE = 4 * 2**20
_READ = 2**16
#: Checked here, event by event: ``ijson.parse`` writes out the place of each bracket, so that
#: 100,000 of them take more memory than there is.
_DEEPEST = 64
_OPENING, _CLOSING = frozenset({"start_map", "start_array"}), frozenset({"end_map", "end_array"})
_MOST_FACTS = 1_000

#: A JSON object of which nothing is known yet.
Object = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Told:
    """A message, with what the document said before it of the list that it is in."""

    message: Object
    about: Mapping[
        str, str
    ]  # values beside the list and around it: {"name": .., "channel.id": ..}
    number: int  # within the document, counted from 1


@dataclass(slots=True)
class _Place:
    """Where in the document the parser stands."""

    names: list[str] = field(default_factory=list)  # of the containers that are open
    in_list: list[bool] = field(default_factory=list)  # whether each of them is a list
    key: str = ""

    def of_value(self) -> str:
        """Return the place of a value that comes now."""
        return ".".join([*self.names[1:], self._name()])

    def open(self, event: str) -> None:
        self.names.append(self._name())
        self.in_list.append(event == "start_array")
        if len(self.names) > _DEEPEST:
            raise NotThisFormat(f"it is nested more than {_DEEPEST} deep")

    def close(self) -> None:
        self.names.pop()
        self.in_list.pop()

    def _name(self) -> str:
        return "item" if self.in_list and self.in_list[-1] else self.key


def messages(stream: IO[bytes], *, at: str) -> Iterator[Told]:
    """Yield the objects of every list whose items stand at ``at``, such as ``messages.item``.

    Raises:
        NotThisFormat: the document is no JSON, breaks off, or holds a message that is too large.
    """
    source = _Metered(as_utf8(stream))
    number = 0
    try:
        for told in _walk(ijson.basic_parse(source, buf_size=_READ, use_float=True), at):
            number = told.number
            source.begin_message()
            yield told
    except (ijson.JSONError, UnicodeDecodeError, ValueError, OverflowError) as error:
        behind = f" after message {number:,}" if number else ""
        raise NotThisFormat(f"it is no JSON, or breaks off{behind}") from error


def text_of(message: Object, key: str) -> str:
    """Return a text or a number as text; empty when there is something else."""
    value = message.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def part_of(message: Object, key: str) -> Object:
    """Return an object within an object; an empty one when there is something else."""
    value = message.get(key)
    return value if isinstance(value, dict) else {}


def _walk(events: Iterator[tuple[str, object]], at: str) -> Iterator[Told]:
    place, about = _Place(), dict[str, str]()
    builder, number = ijson.ObjectBuilder(), 0
    inside = 0  # how many containers of a message are open
    for event, value in events:
        opens, closes = event in _OPENING, event in _CLOSING
        if not inside and event == "start_map":
            where = place.of_value()
            inside = int(where == at or where.endswith(f".{at}"))
            _forget(about, where)
            builder = ijson.ObjectBuilder()
        elif inside:
            inside += opens - closes
        if inside or (closes and builder.containers):
            builder.event(event, value)
            if not inside:
                number += 1
                yield Told(builder.value, _beside(about, place, at), number)
                builder = ijson.ObjectBuilder()
        _step(place, about, event, value, inside=bool(inside))


def _step(
    place: _Place, about: dict[str, str], event: str, value: object, *, inside: bool
) -> None:
    """Go on by one event, and note a fact that stands outside of messages."""
    if event in _OPENING:
        place.open(event)
    elif event in _CLOSING:
        place.close()
    elif event == "map_key":
        place.key = str(value)[:100]
    elif not inside and len(place.names) <= 5 and len(about) < _MOST_FACTS:
        about[place.of_value()] = str(value)[:300]


def _forget(about: dict[str, str], where: str) -> None:
    """Forget what was said of the object before this one in the same list."""
    if where == "item" or where.endswith(".item"):
        for known in [name for name in about if name.startswith(f"{where}.")]:
            del about[known]


def _beside(about: Mapping[str, str], place: _Place, at: str) -> Mapping[str, str]:
    """Return facts by their place seen from the object that holds the list."""
    depth = len(at.split("."))
    base = ".".join(place.names[1 : len(place.names) - depth])
    return {
        name.removeprefix(f"{base}.") if base else name: fact
        for name, fact in about.items()
        if not base or name.startswith(f"{base}.")
    }


class _Metered:
    """A stream that lets nobody read too much for one message."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._spent = stream, 0

    def begin_message(self) -> None:
        self._spent = 0

    def read(self, size: int = -1) -> bytes:
        given = self._stream.read(_READ if size < 0 else size)
        self._spent += len(given)
        if self._spent > MOST_BYTES_A_MESSAGE + 2 * _READ:
            raise NotThisFormat("it holds a message, or something beside, of more than 4 MiB")
        return given
