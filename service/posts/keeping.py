"""How much of a post may be kept: the source's policy decides after it was judged in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawlers.found import FoundPost
from models.words import StorageMode
from nlp.judgement import Evidence, Judgement, Slot, Span
from service.posts.judging import Judged

#: Characters kept each side of the evidence when only an excerpt may be stored.
_AROUND = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A post as it is stored, and judgements whose spans point into it."""

    post: FoundPost
    judged: tuple[Judged, ...]


def keep(found: FoundPost, judged: Sequence[Judged], mode: StorageMode) -> Kept:
    """Return what ``mode`` lets us store of ``found``; spans are moved to match, or dropped.

    An excerpt is one window around the evidence. Where not all may be kept, a post that is no
    signal leaves neither words nor a name.
    """
    if mode is StorageMode.FULL:
        return Kept(post=found, judged=tuple(judged))
    if not judged:
        return Kept(post=replace(_wordless(found), author=None, author_url=None), judged=())
    if mode is StorageMode.NONE:
        return Kept(post=_wordless(found), judged=tuple(_moved(j, 0, 0, "") for j in judged))
    start, end = _window(found.text, judged)
    return Kept(
        post=replace(found, text=found.text[start:end], quoted=""),
        judged=tuple(_moved(j, start, end, found.title) for j in judged),
    )


def keep_hash(found: FoundPost) -> Kept:
    """Return what is left of a post of which not even the link may be kept."""
    bare = keep(found, (), StorageMode.NONE)
    return replace(bare, post=replace(bare.post, url=None, thread_url=None))


def _wordless(found: FoundPost) -> FoundPost:
    return replace(found, title="", text="", quoted="", thread_title="")


def _window(text: str, judged: Sequence[Judged]) -> tuple[int, int]:
    spans = [
        e.span
        for j in judged
        for e in (*j.judgement.evidence, *j.match.phrases)
        if e.span.field == "body"
    ]
    if not spans:
        return 0, min(len(text), 2 * _AROUND)
    strongest = spans[0]
    return max(strongest.start - _AROUND, 0), min(strongest.end + _AROUND, len(text))


def _moved(judged: Judged, start: int, end: int, title: str) -> Judged:
    """Return ``judged`` with only the spans that lie in what is kept, at their new places."""
    judgement: Judgement = replace(
        judged.judgement,
        evidence=_shifted(judged.judgement.evidence, start, end, title),
        slots=tuple(
            replace(slot, span=_shift(slot.span, start))
            for slot in judged.judgement.slots
            if _lies_in(slot, start, end, title)
        ),
    )
    match = replace(judged.match, phrases=_shifted(judged.match.phrases, start, end, title))
    return replace(judged, judgement=judgement, match=match)


def _shifted(
    evidence: Sequence[Evidence], start: int, end: int, title: str
) -> tuple[Evidence, ...]:
    return tuple(
        replace(e, span=_shift(e.span, start)) for e in evidence if _lies_in(e, start, end, title)
    )


def _lies_in(quote: Evidence | Slot, start: int, end: int, title: str) -> bool:
    if quote.span.field == "title":
        return bool(title)
    return start <= quote.span.start and quote.span.end <= end


def _shift(span: Span, start: int) -> Span:
    if span.field == "title":
        return span
    return replace(span, start=span.start - start, end=span.end - start)
