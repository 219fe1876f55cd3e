"""Read labelled posts from files."""

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias

from models.words import Kind, Role
from nlp.errors import LineError
from nlp.labelled import LabelledPost, read_all, with_words
from nlp.near import words_key
from service.cli.output import complain
from service.cli.streams import opened
from service.errors import RefusedError


class _Labels(NamedTuple):
    """What was said of a post by whoever labelled it."""

    strength: int
    kind: Kind | None
    role: Role | None


#: Where the first post of each text and labels is, by a key of the text.
_Places: TypeAlias = dict[bytes, dict[_Labels, str]]


def labelled_posts(
    names: Iterable[str], *, doubting: bool = False
) -> tuple[list[LabelledPost], int]:
    """Return the labelled posts of files and how many lines were none; those are complained of.

    So are posts of the same words whose labels contradict each other, which are returned.

    Args:
        names: the files, packed by gzip if their name ends in .gz.
        doubting: complain of posts whose labels can't all be right too, of those without text, and
            of those that come twice, by their id or their words. They are returned nevertheless.
    """
    posts: list[LabelledPost] = []
    seen: dict[str, str] = {}  # where the post of an id is
    places: _Places = {}
    wrong = 0
    for name in names:
        with _unpacked(name) as lines:
            for number, read in read_all(lines):
                place = f"{name}, line {number}"
                if isinstance(read, LineError):
                    wrong += 1
                    complain(f"{place}: {read}")
                    continue
                posts.append(read)
                doubts = list(_doubts(read, place, seen)) if doubting else []
                is_named = seen.get(read.id, place) != place  # as a post that comes twice
                doubts += _said_before(read, place, places, alike=doubting and not is_named)
                complain(*(f"{place}: {doubt}" for doubt in doubts))
    return posts, wrong


def _doubts(post: LabelledPost, place: str, seen: dict[str, str]) -> Iterator[str]:
    """Yield what keeps a labelled post from saying anything; ``seen`` gets its place."""
    yield from contradictions(post)
    if not (post.title.strip() or post.body.strip()):
        yield "there is no text to judge"
    if post.id and seen.setdefault(post.id, place) != place:
        yield f"the post {post.id!r} is there already, in {seen[post.id]}; it counts twice"


def _said_before(post: LabelledPost, place: str, places: _Places, *, alike: bool) -> Iterator[str]:
    """Yield that the words were there already, labelled otherwise or, if ``alike``, the same.

    ``places`` gets the post's.
    """
    key = words_key(post.title, post.body)
    if not key:
        return
    labels = _Labels(post.strength, post.kind, post.role)
    before = places.setdefault(key, {})
    for other, where in before.items():
        if differences := list(_differences(labels, other)):
            yield (
                f"the same words are labelled otherwise in {where}: {'; '.join(differences)}; "
                "only one can be right, and both count"
            )
            break
    else:
        if alike and before:
            first = next(iter(before.values()))
            yield f"the same words are there already, in {first}; they count twice"
    before.setdefault(labels, place)


def _differences(labels: _Labels, other: _Labels) -> Iterator[str]:
    """Yield in what the labels of two posts can't both be right; silence contradicts nothing."""
    if min(labels.strength, 2) != min(other.strength, 2):  # 2 and 3 are signals both
        yield f"strength {labels.strength} here, {other.strength} there"
    for name, mine, theirs in (
        ("kind", labels.kind, other.kind),
        ("role", labels.role, other.role),
    ):
        if mine and theirs and mine is not theirs:
            yield f'"{name}": "{mine}" here, "{theirs}" there'


def contradictions(post: LabelledPost) -> Iterator[str]:
    """Yield which labels of a post can't both be right, by the labelling guide."""
    if post.is_signal and post.kind is Kind.NONE:
        yield f'strength {post.strength} is a signal, "kind": "none" is not'
    if not post.strength and post.kind not in (None, Kind.NONE):
        yield f'strength 0 is no signal, "kind": "{post.kind}" is one'
    if post.is_signal and post.role is Role.SELLER:
        yield f'strength {post.strength} is a signal, "role": "seller" is no buyer'


def joined_posts(labels: Iterable[str], texts: Iterable[str]) -> tuple[list[LabelledPost], int]:
    """Return the posts of ``texts`` with their labels, and how many labels are wrong.

    Args:
        labels: files of labelled lines without text; they and the texts share ids.
        texts: files of posts, packed by gzip if their name ends in .gz.
    """
    known, wrong = labelled_posts(labels)
    by_id = {label.id: label for label in known}
    found: dict[str, LabelledPost] = {}
    for name in texts:
        with _unpacked(name) as lines:
            for post in with_words(by_id, lines):
                found.setdefault(post.id, post)
    lost = len(by_id) - len(found)
    if lost:
        complain(f"{lost} labels are of posts that no text file has")
    return list(found.values()), wrong + lost


@contextmanager
def _unpacked(name: str) -> Iterator[Iterable[bytes]]:
    """Give the lines of a file, or of standard input for "-".

    Raises:
        RefusedError: what its name says is packed by gzip can't be unpacked.
    """
    with opened(name, "rb", sys.stdin.buffer) as stream:
        try:
            yield gzip.GzipFile(fileobj=stream) if name.endswith(".gz") else stream
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise RefusedError(f"{name} can't be unpacked: {error}") from error
