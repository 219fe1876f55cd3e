"""Cross-posts: what an author says again within three days, here or elsewhere, is one signal.

The first post that was heard speaks for all of them. The others give it their permalinks: no
signal of their own, so nothing for the score to count twice, no lead and no alert. Whoever else
says the same words is somebody else, and is heard.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert
from sqlmodel import Session, col, delete, select

from crawlers.found import FoundPost
from models.lead import LeadSignal
from models.post import Post, PostBand
from models.signal import CrossPost, Signal
from models.source import Source, SourcePolicy
from models.words import Licence
from service.leads.ledger import take_turn
from service.posts.judging import Judged
from service.posts.suppression import normalise_handle
from service.posts.unnamed import has_pseudonym

if TYPE_CHECKING:
    from nlp.near import Signature

#: Words that are said again later than this are news.
WINDOW = timedelta(days=3)
_IN_CHUNK = 500

# `nlp.near` is imported where posts come in: NumPy comes with it, and most polls bring none.


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody said, as it is told from what others said."""

    signature: "Signature"
    writer: str  # normalised handle, the same at every source; empty: nobody is named

    @property
    def keys(self) -> frozenset[int]:
        """The keys by which the words are found again; none when nobody is named."""
        from nlp.near import band_keys

        return frozenset(band_keys(self.signature, self.writer)) if self.writer else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A further place in which a lead's author said the same."""

    source: str  # its name
    url: str | None
    at: datetime  # when it was written
    licence: Licence

    def as_json(self) -> dict[str, object]:
        """Return the object under "also_posted" of a lead."""
        return {"source": self.source, "url": self.url, "published": self.at.isoformat()}


def words_of(found: FoundPost) -> Words:
    """Return what is compared of a post; what it quotes from others is not."""
    from nlp.near import sign

    return Words(
        signature=sign(found.title, found.text), writer=normalise_handle(found.author or "")
    )


def fold(db: Session, post: Post, words: Words, judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """Add ``post`` to the signals that it only says again; return what of ``judged`` is new.

    A topic for which the first post was no signal is heard anew, and so is a post that names
    other products: it is another question in the same words.
    """
    take_turn(db)  # on PostgreSQL another source may be telling the same at this moment
    earlier = _heard_before(db, post, words)
    new = []
    for one in judged:
        first = next(
            (s for s in earlier.get(one.match.topic_id, ()) if not names_others(one, s)), None
        )
        if first is None:
            new.append(one)
        else:
            db.add(CrossPost(signal_id=first.id, post_id=post.id))
    db.flush()
    return tuple(new)


def remember(db: Session, post: Post, words: Words) -> None:
    """Let ``post``, a signal, be found when its author says these words again."""
    if not words.writer or has_pseudonym(db, post.author_id):
        return
    post.signature = words.signature
    db.add(post)
    rows = [{"key": key, "post_id": post.id} for key in words.keys]
    db.exec(insert(PostBand), params=rows)


def forget(db: Session, post: Post) -> None:
    """Undo what `fold` and `remember` noted of ``post``: it was edited, and is looked at anew."""
    post.signature = None
    db.add(post)
    db.exec(delete(CrossPost).where(col(CrossPost.post_id) == post.id))
    db.exec(delete(PostBand).where(col(PostBand.post_id) == post.id))


def names_others(judged: Judged, signal: Signal) -> bool:
    """Tell whether a post and an earlier signal each name a product that the other does not."""
    now = {s.text.casefold() for s in judged.judgement.slots if s.name == "products"}
    then = {str(s["text"]).casefold() for s in signal.slots if s["name"] == "products"}
    return bool(now - then) and bool(then - now)


def also_posted(db: Session, lead_ids: Sequence[str]) -> Mapping[str, tuple[Elsewhere, ...]]:
    """Return the further places of each lead that has any, in the order they were written."""
    places: dict[str, list[Elsewhere]] = defaultdict(list)
    for start in range(0, len(lead_ids), _IN_CHUNK):
        rows = db.exec(
            select(LeadSignal.lead_id, Post, Source, SourcePolicy)
            .select_from(LeadSignal)
            .join(CrossPost, col(CrossPost.signal_id) == LeadSignal.signal_id)
            .join(Post, col(Post.id) == CrossPost.post_id)
            .join(Source, col(Source.id) == Post.source_id)
            .join(SourcePolicy, col(SourcePolicy.name) == Source.policy_name)
            .where(col(LeadSignal.lead_id).in_(lead_ids[start : start + _IN_CHUNK]))
            .order_by(col(Post.published_at), col(Post.id))
        )
        for lead_id, post, source, policy in rows:
            places[lead_id].append(
                Elsewhere(
                    source=source.name,
                    url=post.url,
                    at=post.published_at,
                    licence=policy.licence,
                )
            )
    return {lead_id: tuple(those) for lead_id, those in places.items()}


def _heard_before(db: Session, post: Post, words: Words) -> Mapping[str, Sequence[Signal]]:
    """Return what the author's near posts of about that time are signals of, oldest first."""
    if not words.writer:
        return {}
    candidates = select(PostBand.post_id).where(col(PostBand.key).in_(words.keys))
    from nlp.near import Signature, is_near

    rows = db.exec(
        select(Post.signature, Signal)
        .join(Signal, col(Signal.post_id) == Post.id)
        .where(
            col(Post.id).in_(candidates),
            col(Post.published_at).between(post.published_at - WINDOW, post.published_at + WINDOW),
        )
        .order_by(Signal.id)
    )
    return _by_topic(
        signal
        for signature, signal in rows
        if signature is not None and is_near(words.signature, Signature(signature))
    )


def _by_topic(signals: Iterable[Signal]) -> Mapping[str, Sequence[Signal]]:
    topics: dict[str, list[Signal]] = defaultdict(list)
    for signal in signals:
        topics[signal.topic_id].append(signal)
    return topics
