"""A thread as it was heard: posts in order, the asker's marked."""

import re
from collections import OrderedDict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.lead import Lead, LeadSignal
from models.post import Author, Post
from models.signal import Signal
from models.topic import Topic
from nlp.replies import Talk, listen_in
from service.links import outward, rel
from service.posts.folding import also_posted
from service.posts.replies import turns_of
from service.web.views.quoted import places
from service.web.wording.marking import Excerpt, excerpt
from service.web.wording.names import may_pretend

MOST_POSTS = 200
#: Of a longer conversation: how it began, all that its asker wrote as far as there is room, what
#: is evidence, and where it stands now.
_FIRST, _LAST, _OF_ASKER = 80, 40, 60
_RE = re.compile(r"^(?:\s*(?:re|aw|sv|fwd?)\s*:)+", re.IGNORECASE)
_MOST_COUNTED = 5_000  # posts of one thread that are put in order at all
_MOST_SIGNALS = 200  # of one lead; people ask the same a handful of times
_LONGEST = 4000
_ORDER = (
    select(col(Post.id), col(Post.author_id))
    .where(col(Post.thread_id) == bindparam("thread"))
    .order_by(col(Post.is_opening).desc(), col(Post.published_at), col(Post.id))
    .limit(_MOST_COUNTED)
)
_SIGNALS = (
    select(Signal)
    .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
    .where(col(LeadSignal.lead_id) == bindparam("lead"))
    .order_by(col(Signal.probability).desc(), col(Signal.happened_at).desc())
    .limit(_MOST_SIGNALS)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A post of a conversation."""

    post_id: str
    author: str
    author_url: str | None
    may_pretend: bool  # the name may be made to be read as another one
    is_asker: bool
    is_signal: bool  # of this lead
    is_opening: bool
    at: datetime
    is_edited: bool
    title: Excerpt | None
    words: Excerpt
    quoted: str  # what the author quoted from others
    url: str | None
    language: str
    is_deleted: bool = False  # at its source, and so here
    notes: tuple[str, ...] = ()  # what it says about the asker's question
    skipped: int = 0  # posts before it that are not shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A further place in which the asker said the same."""

    source: str
    url: str | None
    rel: str  # of a link to it
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The posts of a thread that are known here, and where else its question stands."""

    posts: tuple[Said, ...]
    elsewhere: tuple[Place, ...]
    flags: tuple[str, ...] = ()  # "already answered", "crowded", "solved": a word or two each
    left_out: int = 0  # posts that are not shown
    skipped_at_end: int = 0  # of them, those behind the last that is
    standing: tuple[str, ...] = ()  # what has become of the question, a sentence each


def read_conversation(db: Session, lead: Lead, signals: Sequence[Signal]) -> Conversation:
    """Return the thread of ``lead`` in the order in which it was written."""
    order = db.exec(_ORDER, params={"thread": lead.thread_id}).all()
    chosen = pick(order, asker_id=lead.author_id, evidence={s.post_id for s in signals})
    found = {
        post.id: (post, author)
        for post, author in db.exec(
            select(Post, Author)
            .outerjoin(Author, col(Author.id) == Post.author_id)
            .where(col(Post.id).in_([order[place][0] for place in chosen]))
        )
    }
    shown = [found[order[place][0]] for place in chosen]
    gist = _listen(db, lead, [post for post, _ in shown])
    before = [0, *(place + 1 for place in chosen)]
    return Conversation(
        posts=tuple(
            replace(
                say(
                    post,
                    author,
                    [s for s in signals if s.post_id == post.id],
                    asker_id=lead.author_id,
                    most=_LONGEST,
                    is_repeated=says_again(post, shown[0][0]),
                ),
                notes=gist.notes.get(post.id, ()),
                skipped=place - behind,
            )
            for (post, author), place, behind in zip(shown, chosen, before, strict=False)
        ),
        elsewhere=tuple(
            Place(source=one.source, url=outward(one.url), rel=rel(one.licence), at=one.at)
            for one in also_posted(db, [lead.id]).get(lead.id, ())
        ),
        left_out=len(order) - len(chosen),
        skipped_at_end=len(order) - before[-1],
        standing=gist.standing,
        flags=gist.flags,
    )


def says_again(post: Post, first: Post) -> bool:
    """Tell whether a reply's title is only the thread's, as mail and old forums have it."""
    return not post.is_opening and _bare(post.title) == _bare(first.title)


def _bare(title: str | None) -> str:
    return _RE.sub("", title or "").strip().casefold()


def pick(
    order: Sequence[tuple[str, str | None]], *, asker_id: str | None, evidence: Collection[str]
) -> tuple[int, ...]:
    """Return the places of the posts to show, in order; all of them when there is room.

    Args:
        order: ids of posts and of their authors, as they were written.
        asker_id: whose posts go first.
        evidence: ids of posts that are signals.
    """
    if len(order) <= MOST_POSTS:
        return tuple(range(len(order)))
    heard = [place for place, (post_id, _) in enumerate(order) if post_id in evidence]
    asked = [place for place, (_, author) in enumerate(order) if asker_id and author == asker_id]
    wanted = dict.fromkeys(
        (
            0,
            *heard[:_OF_ASKER],
            *asked[:_OF_ASKER],
            *range(len(order) - _LAST, len(order)),
            *range(_FIRST),
        )
    )
    return tuple(sorted(list(wanted)[:MOST_POSTS]))


@dataclass(frozen=True, slots=True)
class _Gist:
    """What the replies come to, in our own words: nobody's are kept beyond their posts."""

    standing: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by post


class _Gists:
    """The gists of the conversations that were looked at last.

    To listen in takes a millisecond a post, and a conversation is looked at many times before
    somebody writes in it again.
    """

    _MOST = 256

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Gist] = OrderedDict()
        self._lock = Lock()

    def of(self, posts: Sequence[Post], asker: str, names: tuple[str, ...]) -> _Gist:
        """Return the gist of ``posts``, made anew when one of them has changed."""
        key = (asker, names, tuple((post.id, post.content_hash, post.revision) for post in posts))
        with self._lock:
            if (known := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return known
        talk = listen_in(turns_of(posts), asker=asker, names=names)
        notes = {post.id: _notes(talk, post.id) for post in posts}
        gist = _Gist(
            _standing(talk), _flags(talk), {id_: said for id_, said in notes.items() if said}
        )
        with self._lock:
            self._kept[key] = gist
            if len(self._kept) > self._MOST:
                self._kept.popitem(last=False)
        return gist


_GISTS = _Gists()


def _listen(db: Session, lead: Lead, posts: Sequence[Post]) -> _Gist:
    if lead.author_id is None:
        return _Gist()
    definition = db.get_one(Topic, lead.topic_id).definition
    lists = (definition.get("competitors"), definition.get("products"))
    names = tuple(str(name) for those in lists if isinstance(those, list) for name in those)
    standing = [post for post in posts if post.deleted_at_source is None]
    return _GISTS.of(standing, lead.author_id, names)


def _notes(talk: Talk, post_id: str) -> tuple[str, ...]:
    """Return what a post says about the question, a few words each."""
    notes = []
    if talk.choice is not None and post_id == talk.choice_in:
        notes.append(f"chose {talk.choice.what}" if talk.choice.what else "has chosen")
    if boat := talk.same_boat.get(post_id):
        notes.append("same boat" if boat.is_need else "follows the talk")
    if offered := talk.offered.get(post_id):
        notes.append(f"names {', '.join(offered)}")
    return tuple(notes)


def _flags(talk: Talk) -> tuple[str, ...]:
    """Return what a rep must know before writing there, a word or two each."""
    said = {
        "solved": talk.choice is not None,
        "crowded": talk.is_crowded,
        "already answered": bool(talk.answerers) and not talk.is_crowded,
    }
    return tuple(words for words, holds in said.items() if holds)


def _standing(talk: Talk) -> tuple[str, ...]:
    """Return what has become of the question, the weightiest first."""
    said = []
    if talk.choice is not None:
        what = talk.choice.what
        said.append(f"The asker chose {what}." if what else "The asker has found an answer.")
    elif talk.replied:
        said.append("The asker has come back and is still open.")
    if talk.answerers:
        others = "1 person has" if talk.answerers == 1 else f"{talk.answerers} people have"
        crowd = ": it is crowded" if talk.is_crowded else ""
        said.append(f"Already answered: {others} offered something{crowd}.")
    if needy := sum(boat.is_need for boat in talk.same_boat.values()):
        said.append(f"In the same boat: {needy}.")
    return tuple(said)


def signals_of(db: Session, lead_id: str) -> Sequence[Signal]:
    """Return the signals of a lead, the surest and latest first, `_MOST_SIGNALS` at the most."""
    return db.exec(_SIGNALS, params={"lead": lead_id}).all()


def say(
    post: Post,
    author: Author | None,
    signals: Sequence[Signal],
    *,
    asker_id: str | None,
    most: int,
    is_repeated: bool = False,
) -> Said:
    """Return ``post`` as it is shown, at most about ``most`` characters around its evidence.

    Of a reply whose title ``is_repeated`` from its thread that isn't shown again.
    """
    in_title = places(signals, "title", post.title)
    return Said(
        post_id=post.id,
        author=author.handle if author else "unnamed",
        author_url=outward(author.profile_url) if author else None,
        may_pretend=author is not None and may_pretend(author.handle),
        is_asker=asker_id is not None and post.author_id == asker_id,
        is_signal=bool(signals),
        is_opening=post.is_opening,
        at=post.published_at,
        is_edited=post.edited_at is not None or post.revision > 1,
        title=excerpt(post.title, in_title, most=300, before=80)
        if post.title and not is_repeated
        else None,
        words=excerpt(post.text, places(signals, "body", post.text), most=most, before=most // 4),
        quoted=post.quoted[:most],
        url=outward(post.url),
        language="" if post.language == "und" else post.language,
        is_deleted=post.deleted_at_source is not None,
    )
