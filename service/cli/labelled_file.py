"""Read labelled posts from files."""

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from models.words import Kind, Role
from nlp.errors import LineError
from nlp.labelled import LabelledPost, read_all, with_words
from service.cli.output import complain
from service.cli.streams import opened
from service.errors import RefusedError


def labelled_posts(
    names: Iterable[str], *, doubting: bool = False
) -> tuple[list[LabelledPost], int]:
    """Return the labelled posts of files and how many lines were none; those are complained of.

    Args:
        names: the files, packed by gzip if their name ends in .gz.
        doubting: complain of posts whose labels can't all be right too, of those without text, and
            of those that come twice. They are returned nevertheless.
    """
    posts: list[LabelledPost] = []
    seen: dict[str, str] = {}  # where the post of an id is
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
                if doubting:
                    complain(*(f"{place}: {doubt}" for doubt in _doubts(read, place, seen)))
    return posts, wrong


def _doubts(post: LabelledPost, place: str, seen: dict[str, str]) -> Iterator[str]:
    """Yield what keeps a labelled post from saying anything; ``seen`` gets its place."""
    yield from contradictions(post)
    if not (post.title.strip() or post.body.strip()):
        yield "there is no text to judge"
    if post.id and seen.setdefault(post.id, place) != place:
        yield f"the post {post.id!r} is there already, in {seen[post.id]}; it counts twice"


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
