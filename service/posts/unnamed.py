"""Posts whose author has a pseudonym by now: an edit gives nobody their name back."""

from dataclasses import replace

from sqlmodel import Session

from crawlers.found import FoundPost
from models.post import Author
from service.rules.notices import without


def has_pseudonym(db: Session, author_id: str | None) -> bool:
    """Tell whether an author's name went, see `service.privacy.pseudonyms`."""
    author = db.get(Author, author_id) if author_id else None
    return author is not None and author.pseudonymised_at is not None


def unnamed(found: FoundPost) -> FoundPost:
    """Return a post without its author and the addresses that lead there, as long as before."""
    name = found.author or ""
    return replace(
        found,
        author=None,
        author_url=None,
        url=None,
        title=without(found.title, name, is_theirs=True),
        text=without(found.text, name, is_theirs=True),
        quoted=without(found.quoted, name, is_theirs=True),
    )
