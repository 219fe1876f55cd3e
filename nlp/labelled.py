"""Lines of JSON that hold posts, with or without labels."""

import codecs
import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from models.words import Kind, Role
from nlp.errors import LineError


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """A post as a line gives it; other keys of the line are passed over."""

    id: str | int | float | None
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPost:
    """A post that somebody read and judged by the labelling guide."""

    id: str
    title: str
    body: str
    strength: int  # 0..3
    community: str = ""
    platform: str = ""
    kind: Kind | None = None
    role: Role | None = None
    sure: bool = True
    wants: str | None = None
    products: tuple[str, ...] = ()
    budget: str | None = None
    timeline: str | None = None
    authority: bool | None = None
    has_slots: bool = False  # whether the line said anything of slots
    is_made_up: bool = False  # by us: trains, never measures

    @property
    def is_signal(self) -> bool:
        """Whether the post is a buying signal: strength 2 or 3."""
        return self.strength >= 2


def _no_json(word: str) -> NoReturn:
    raise LineError(f"not a JSON object: {word} is no JSON")


#: Python reads and writes NaN and Infinity, JSON has no such numbers.
_JSON = json.JSONDecoder(parse_constant=_no_json)


def _object(line: str | bytes) -> Mapping[str, object]:
    try:
        if isinstance(line, bytes):
            # Lone surrogates pass, as they do when they come escaped.
            line = line.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogatepass")
        value = _JSON.decode(line.rstrip("\r\n"))  # or what lacks at the end lacks in line 2
    except (ValueError, RecursionError) as error:
        raise LineError(f"not a JSON object: {_hindrance(error)}") from error
    if not isinstance(value, dict):
        raise LineError(f"not a JSON object but {_sort(value)}")
    return value


def _hindrance(error: ValueError | RecursionError) -> str:
    """Return what keeps a line from being JSON, in the words of JSON."""
    if isinstance(error, json.JSONDecodeError):
        what = error.msg[:1].lower() + error.msg[1:].removesuffix(" at").rstrip(": ")
        return f"{what} at column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return f"too long a number, of more than {sys.get_int_max_str_digits():,} digits"


def _sort(value: object) -> str:
    """Return what a value is, as JSON calls it."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "an array" if isinstance(value, list) else "an object"


def _text(raw: Mapping[str, object], key: str) -> str:
    value = raw.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise LineError(f'"{key}" is not a string but {_sort(value)}')
    return value


def read_post(line: str | bytes) -> PostLine:
    """Return the post of one line.

    Raises:
        LineError: it isn't a JSON object, or title and body are not texts.
    """
    raw = _object(line)
    if "title" not in raw and "body" not in raw:
        raise LineError('neither "title" nor "body"')
    identity = raw.get("id")
    if not isinstance(identity, str | int | float | None) or isinstance(identity, bool):
        raise LineError(f'"id" is not a string or a number but {_sort(identity)}')
    if isinstance(identity, float) and math.isinf(identity):
        raise LineError('"id" is too large a number')  # it can't be given back as it came
    return PostLine(id=identity, title=_text(raw, "title"), body=_text(raw, "body"))


def _word(raw: Mapping[str, object], key: str, words: type[Kind] | type[Role]) -> str | None:
    value = raw.get(key)
    if value is None:
        return None
    if value not in list(words):
        raise LineError(f'"{key}" is {json.dumps(value)[:40]}, not one of {", ".join(words)}')
    return str(value)


def _optional(raw: Mapping[str, object], key: str) -> str | None:
    return _text(raw, key) or None


def read_labelled(line: str | bytes) -> LabelledPost:
    """Return the labelled post of one line.

    Raises:
        LineError: it is no labelled post.
    """
    raw = _object(line)
    strength = raw.get("strength")
    if not isinstance(strength, int | float) or strength not in (0, 1, 2, 3) or strength is True:
        raise LineError('"strength" is not 0, 1, 2 or 3')
    kind, role = _word(raw, "kind", Kind), _word(raw, "role", Role)
    products = raw.get("products") or ()
    if not isinstance(products, list | tuple) or not all(isinstance(p, str) for p in products):
        raise LineError('"products" is not an array of strings')
    authority = raw.get("authority")
    return LabelledPost(
        id="" if raw.get("id") is None else str(raw["id"]),
        title=_text(raw, "title"),
        body=_text(raw, "body"),
        strength=int(strength),
        community=_text(raw, "community"),
        platform=_text(raw, "platform"),
        kind=None if kind is None else Kind(kind),
        role=None if role is None else Role(role),
        sure=raw.get("sure") is not False,
        wants=_optional(raw, "wants"),
        products=tuple(products),
        budget=_optional(raw, "budget"),
        timeline=_optional(raw, "timeline"),
        authority=authority if isinstance(authority, bool) else None,
        has_slots=any(key in raw for key in ("wants", "products", "budget", "timeline")),
    )


def read_all(lines: Iterable[str | bytes]) -> Iterator[tuple[int, LabelledPost | LineError]]:
    """Yield line numbers from 1 with the post or what is wrong; empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, read_labelled(line)
        except LineError as error:
            yield number, error


def with_words(
    labels: Mapping[str, LabelledPost], lines: Iterable[str | bytes]
) -> Iterator[LabelledPost]:
    """Yield the posts of ``lines`` that ``labels`` has by their id, with their words.

    Labels can so be kept and passed on without anybody's text. Lines that are no posts, or have
    no label, are passed over.
    """
    for line in lines:
        try:
            raw = _object(line)
            label = labels.get(str(raw.get("id", "")))
            if label is not None:
                yield replace(
                    label,
                    title=_text(raw, "title"),
                    body=_text(raw, "body"),
                    community=_text(raw, "community"),
                    platform=_text(raw, "platform"),
                )
        except LineError:
            continue
