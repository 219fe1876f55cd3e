"""What is left of people and titles when posts are emptied: nothing that nobody needs."""

from collections.abc import Collection

from sqlalchemy import exists
from sqlmodel import Session, col, select

from models.lead import Lead
from models.mute import Mute
from models.post import Author, Post, Thread


def forget_around(db: Session, authors: Collection[str | None], threads: Collection[str]) -> None:
    """Remove authors of whom nothing is left, and the titles of threads in which nothing is."""
    for author in db.exec(
        select(Author).where(
            col(Author.id).in_(authors),
            ~exists().where(col(Post.author_id) == Author.id),
            ~exists().where(col(Lead.author_id) == Author.id),
            ~exists().where(col(Mute.author_id) == Author.id, col(Mute.lifted_at).is_(None)),
        )
    ):
        db.delete(author)
    for thread in db.exec(
        select(Thread).where(
            col(Thread.id).in_(threads),
            ~exists().where(col(Post.thread_id) == Thread.id, col(Post.text) != ""),
            ~exists().where(col(Lead.thread_id) == Thread.id),
        )
    ):
        thread.title = ""
        db.add(thread)
