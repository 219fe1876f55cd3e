"""Names that go: who was never contacted and not told within a month has a pseudonym from then on.

In the mode "eu" (security-and-privacy.md, "What is stored"). What they said stays, so that it is
counted and judged on; who said it, and every address that leads there, goes. Nothing here says how
to turn that back: there is no list of whose pseudonym is whose.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import JsonValue
from sqlalchemy import delete, exists
from sqlmodel import Session, col, select

from config.settings import Settings
from models.contact import Person, PersonAuthor
from models.lead import Lead, Touchpoint
from models.merge import Result
from models.nurture import Draft
from models.post import Author, Post, PostBand, Thread
from models.reply import ReplyDraft
from models.search import scrub_index, settle_index
from models.signal import Signal
from models.sla import Task
from service.leads.ledger import audit, take_turn
from service.leads.transitions import HARKEN
from service.privacy.notices import due_to_go
from service.rules.notices import without

#: What a pseudonym begins with; the rest is of the row's own id, which nothing outside knows.
PREFIX: Final = "person-"
_OF_ID = 12  # characters
#: What hangs on a lead and may name its author: table and columns.
_NOTES: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Touchpoint, ("note",)),
    (Task, ("what",)),
    (Result, ("note",)),
    (Draft, ("title", "points")),
    (ReplyDraft, ("text",)),
)


def let_names_go(db: Session, settings: Settings, *, now: datetime, most: int) -> int:
    """Give a pseudonym to everybody whose time is over; return how many.

    Args:
        db: a writing session.
        settings: the installation's; in the mode "standard" nobody's name goes.
        now: the time.
        most: people at a time; the rest follows with the next call.
    """
    if not settings.privacy.has_clock:
        return 0
    take_turn(db)
    over = now - timedelta(days=settings.privacy.notice_days)
    due = due_to_go(db, before=over, most=most)
    for author in due:
        pseudonymise(db, author, now=now)
    if due:
        settle_index(db.connection())
        scrub_index(db.connection())
    return len(due)


def pseudonymise(db: Session, author: Author, *, now: datetime) -> None:
    """Let a pseudonym stand for an author everywhere, in the caller's transaction."""
    names = {author.handle}
    person = _person_of(db, author)
    if person is not None and person.name:
        names.add(person.name)
    posts = db.exec(select(Post).where(Post.author_id == author.id)).all()
    for post in posts:
        _unname_post(db, post, names, is_theirs=True)
    for thread_id in sorted({post.thread_id for post in posts}):
        _unname_thread(db, thread_id, author, names, now=now)
    leads = db.exec(select(Lead).where(Lead.author_id == author.id)).all()
    for lead in leads:
        _unname_lead(db, lead, names)
    author.handle = author.handle_norm = f"{PREFIX}{author.id[-_OF_ID:]}"
    author.profile_url, author.pseudonymised_at = None, now
    db.add(author)
    db.flush()
    if person is not None and not _is_named(db, person):
        person.name = person.email = person.email_hash = None
        db.add(person)
    subject = f"author:{author.id}"
    detail: dict[str, JsonValue] = {"posts": len(posts), "leads": len(leads)}
    audit(db, actor=HARKEN, action="privacy.pseudonymised", subject=subject, at=now, detail=detail)


def _unname_post(db: Session, post: Post, names: Collection[str], *, is_theirs: bool) -> None:
    """Take names out of a post, and of what is quoted of it; its own address leads to a name."""
    post.title, post.text, post.quoted = (
        _without(words, names, is_theirs=is_theirs)
        for words in (post.title, post.text, post.quoted)
    )
    if is_theirs:
        post.url = post.next_check_at = post.signature = None
        # Of who says what: by these a repetition is told, and whose it is.
        db.execute(delete(PostBand).where(col(PostBand.post_id) == post.id))
    db.add(post)
    for signal in db.exec(select(Signal).where(Signal.post_id == post.id)):
        signal.evidence = _unquoted(signal.evidence, names, is_theirs=is_theirs)
        signal.slots = _unquoted(signal.slots, names, is_theirs=is_theirs)
        signal.matched = _unquoted(signal.matched, names, is_theirs=is_theirs)
        signal.phrases = _without(signal.phrases, names, is_theirs=is_theirs)
        db.add(signal)


def _unname_thread(
    db: Session, thread_id: str, author: Author, names: Collection[str], *, now: datetime
) -> None:
    """Take names out of what others say in a conversation; it has no address if they began it."""
    thread = db.get_one(Thread, thread_id)
    others = select(Post).where(Post.thread_id == thread_id, col(Post.author_id) != author.id)
    for post in db.exec(others).all():
        _unname_post(db, post, names, is_theirs=False)
    began = select(Post.id).where(
        Post.thread_id == thread_id, Post.author_id == author.id, col(Post.is_opening)
    )
    if db.exec(began.limit(1)).first() is not None:
        thread.title = _without(thread.title, names, is_theirs=True)
        thread.url, thread.pseudonymised_at = None, now
        db.add(thread)


def _unname_lead(db: Session, lead: Lead, names: Collection[str]) -> None:
    lead.title = _without(lead.title, names, is_theirs=True)
    lead.next_step = _without(lead.next_step, names, is_theirs=True)
    lead.rev += 1
    db.add(lead)
    for table, columns in _NOTES:
        for row in db.exec(select(table).where(table.lead_id == lead.id)):
            for column in columns:
                setattr(row, column, _without(getattr(row, column), names, is_theirs=True))
            db.add(row)


def _person_of(db: Session, author: Author) -> Person | None:
    link = db.get(PersonAuthor, author.id)
    return db.get(Person, link.person_id) if link else None


def _is_named(db: Session, person: Person) -> bool:
    """Tell whether a person has a handle that is still theirs: their name stays with it."""
    named = exists().where(
        col(PersonAuthor.person_id) == person.id,
        col(Author.id) == PersonAuthor.author_id,
        col(Author.pseudonymised_at).is_(None),
    )
    return bool(db.exec(select(named)).one())


def _without(text: str, names: Collection[str], *, is_theirs: bool) -> str:
    for name in sorted(names):
        text = without(text, name, is_theirs=is_theirs)
    return text


def _unquoted(
    quotes: list[dict[str, JsonValue]], names: Collection[str], *, is_theirs: bool
) -> list[dict[str, JsonValue]]:
    """Return quotes without the names; they are as long as before, and stand where they stood."""
    return [
        quote | {"text": _without(str(quote["text"]), names, is_theirs=is_theirs)}
        if "text" in quote
        else quote
        for quote in quotes
    ]
