"""A topic as a person types it into a form, and its file with the comments kept."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import tomlkit
from pydantic import ValidationError
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array

from config.explain import message_of, path_of
from config.problem import Problem, quoted
from config.topic import Topic
from service.errors import RefusedError

#: Lists with a phrase a line.
PHRASES = ("problems", "keywords", "products", "competitors", "exclusions")
#: All that are typed with an entry a line; examples are posts, with this line between them.
BY_LINE = (*PHRASES, "query", "languages")
BETWEEN_EXAMPLES = "---"
_NUMBERS = ("threshold", "similarity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with something that was typed, and where."""

    field: str  # a key of the topic; "" for all of it
    message: str
    line: int | None = None  # of the field, from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A form as a topic, or why it is none."""

    topic: Topic | None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    line: int
    text: str


def typed_of(topic: Topic) -> dict[str, str]:
    """Return the texts that a form shows for ``topic``; ``understand`` gives it back."""
    texts = {name: "\n".join(_flat(each) for each in getattr(topic, name)) for name in BY_LINE}
    texts |= {
        "id": topic.id,
        "name": topic.name,
        "description": topic.description,
        "examples": f"\n{BETWEEN_EXAMPLES}\n".join(topic.examples),
        "threshold": f"{topic.threshold:g}",
        "similarity": f"{topic.similarity:g}",
        "owner": topic.owner or "",
        "offering": topic.offering or "",
        "legal_basis": topic.legal_basis,
    }
    return texts


def understand(
    typed: Mapping[str, str], *, sources: Sequence[str] = (), active: bool = True
) -> Understood:
    """Return the topic that was typed, or every fault in it.

    Args:
        typed: texts by key, as ``typed_of`` gives them.
        sources: ids of the sources that were ticked; none: every source.
        active: whether it listens.
    """
    entries = {name: _lines(typed.get(name, "")) for name in BY_LINE}
    entries["examples"] = _examples(typed.get("examples", ""))
    numbers, faults = _numbers(typed)
    values: dict[str, object] = {
        "id": typed.get("id", ""),
        "name": typed.get("name", ""),
        "description": typed.get("description", ""),
        "owner": typed.get("owner") or None,
        "offering": typed.get("offering") or None,
        "legal_basis": typed.get("legal_basis", ""),
        "sources": tuple(sources),
        "active": active,
        **{name: tuple(entry.text for entry in listed) for name, listed in entries.items()},
        **numbers,
    }
    try:
        topic = Topic.model_validate(values)
    except ValidationError as error:
        found = [
            _fault(path_of(detail), message_of(detail, Topic), entries)
            for detail in error.errors(include_url=False)
        ]
        return Understood(topic=None, faults=(*faults, *found))
    return Understood(topic=None if faults else topic, faults=tuple(faults))


def faults_of(problems: Sequence[Problem], file: str) -> tuple[Fault, ...]:
    """Return what a configuration as a whole has against a topic's file."""
    found = []
    for problem in problems:
        if problem.file != file:
            found.append(Fault(field="", message=str(problem)))
            continue
        field = problem.key.partition("[")[0].partition(".")[0]
        entry = f"{problem.key}: " if problem.key != field else ""
        found.append(Fault(field=field, message=f"{entry}{problem.message}"))
    return tuple(found)


def read_topic(text: str) -> Topic | None:
    """Return the topic that a file's text means, None when it means none."""
    try:
        return Topic.model_validate(_frozen(tomlkit.parse(text).unwrap()))
    except (TOMLKitError, ValueError, RecursionError):
        return None


def put_topic(text: str, topic: Topic) -> str:
    """Return ``text``, a topic's file, saying ``topic``; what stays the same stays as written.

    Raises:
        RefusedError: it can't be read, so it is to be mended as text first.
    """
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise RefusedError(f"The file is not valid TOML: {error}. Mend it as text.") from error
    was = document.unwrap()
    for key, value in _values(topic).items():
        default = _plain(Topic.model_fields[key].default)
        if _same(was.get(key, default), value):
            continue
        if value is None:
            document.pop(key, None)
        elif isinstance(value, list):
            _put_list(document, key, value)
        else:
            document[key] = value
    said = tomlkit.dumps(document)
    return said if said.endswith("\n") else said + "\n"


def new_topic_text(topic: Topic, *, remark: str = "") -> str:
    """Return a new topic's file: only what was said, with a ``remark`` above."""
    head = "".join(f"# {line}".rstrip() + "\n" for line in remark.splitlines())
    return put_topic(head, topic)


def _values(topic: Topic) -> dict[str, object]:
    return {key: _plain(getattr(topic, key)) for key in Topic.model_fields}


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _frozen(values: Mapping[str, object]) -> dict[str, object]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}


def _same(there: object, wanted: object) -> bool:
    if isinstance(wanted, list):
        listed = [there] if isinstance(there, str) else there
        return isinstance(listed, list) and [*map(_flat, listed)] == [*map(_flat, wanted)]
    return there == wanted


def _flat(text: object) -> str:
    return " ".join(unicodedata.normalize("NFC", str(text)).split())


def _put_list(document: tomlkit.TOMLDocument, key: str, wanted: list[str]) -> None:
    """Set a list, changing as little of its text as can be."""
    there = document.get(key)
    if isinstance(there, Array) and _adapt(there, wanted):
        try:
            if _same(tomlkit.parse(tomlkit.dumps(document)).unwrap().get(key), wanted):
                return
        except TOMLKitError:
            pass  # a comma too many: it is written anew below
    fresh = tomlkit.array()
    fresh.extend(_quoted(one) for one in wanted)
    document[key] = fresh.multiline(len(wanted) > 1 or any(len(one) > 60 for one in wanted))


def _adapt(there: Array, wanted: list[str]) -> bool:
    """Take entries out and put others behind; say whether that is all it takes."""
    goal = {_flat(one) for one in wanted}
    staying = [each for each in map(_flat, there) if each in goal]
    if [_flat(one) for one in wanted[: len(staying)]] != staying:
        return False
    for number in reversed(range(len(there))):
        if _flat(there[number]) not in goal:
            del there[number]
    for one in wanted[len(staying) :]:
        there.append(_quoted(one))
    return True


def _quoted(text: str) -> str:
    """Return a text with quotes in it between single ones, so that columns agree."""
    if '"' in text and "'" not in text and text.isprintable():
        return tomlkit.string(text, literal=True)
    return text


def _lines(text: str) -> list[_Entry]:
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
    return [_Entry(number, line) for number, line in lines if line]


def _examples(text: str) -> list[_Entry]:
    found: list[_Entry] = []
    gathered: list[str] = []
    first = 1
    for number, line in enumerate((*text.splitlines(), BETWEEN_EXAMPLES), 1):
        if line.strip() != BETWEEN_EXAMPLES:
            gathered.append(line)
            continue
        if said := "\n".join(gathered).strip():
            found.append(_Entry(first, said))
        gathered, first = [], number + 1
    return found


def _numbers(typed: Mapping[str, str]) -> tuple[dict[str, float], list[Fault]]:
    numbers: dict[str, float] = {}
    faults = []
    for name in _NUMBERS:
        text = typed.get(name, "").strip()
        if not text:
            continue  # as it is when nobody says
        try:
            numbers[name] = float(text.replace(",", "."))
        except ValueError:
            faults.append(Fault(field=name, message=f"{quoted(text)} is no number from 0 to 1"))
    return numbers, faults


def _fault(
    path: Sequence[str | int], message: str, entries: Mapping[str, Sequence[_Entry]]
) -> Fault:
    field, number = str(path[0]) if path else "", path[1] if len(path) > 1 else None
    listed = entries.get(field, ())
    line = listed[number].line if isinstance(number, int) and number < len(listed) else None
    return Fault(field=field, line=line, message=message)


def merged(base: Topic, mine: Topic, theirs: Topic) -> Topic:
    """Return ``theirs`` with what ``mine`` changed since ``base`` on top.

    Of lists, what I added is added and what I took out is taken out; of single values mine wins
    where I changed it.
    """
    update: dict[str, object] = {}
    for key in Topic.model_fields:
        was, own, other = (getattr(topic, key) for topic in (base, mine, theirs))
        if own == was:
            continue
        if isinstance(was, tuple):
            gone = set(was) - set(own)
            kept = [each for each in other if each not in gone]
            update[key] = (*kept, *(each for each in own if each not in {*kept, *was}))
        else:
            update[key] = own
    return theirs.model_copy(update=update)
