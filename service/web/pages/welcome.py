"""GET and POST /welcome: what do you sell? A draft of a topic, and where it is talked about."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from config.topic import Topic
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.editing.files import has_own_topics
from service.editing.topics import Fault, typed_of
from service.errors import RefusedError
from service.first_run.borrowing import borrow, shipped_topics
from service.first_run.drafting import MOST_TYPED, draft_topic
from service.first_run.places import Suggested, chosen, suggest
from service.serving.site import Site, SiteHere
from service.typed import Prose
from service.web.access.guard import require
from service.web.render import page
from service.web.views.topics import LABELS

router = APIRouter()

_Edits = Annotated[Viewer, Depends(require(Permission.EDIT_TOPICS))]


@router.get("/welcome")
def welcome(request: Request, site: SiteHere, viewer: _Edits) -> Response:
    """Ask."""
    return _ask(request, site, viewer)


@router.post("/welcome")
def draft(
    request: Request,
    site: SiteHere,
    viewer: _Edits,
    sells: Annotated[Prose, Form(max_length=MOST_TYPED)] = "",
    competitors: Annotated[Prose, Form(max_length=MOST_TYPED)] = "",
) -> Response:
    """Show a draft to edit; nothing is written yet."""
    try:
        topic = draft_topic(sells, competitors, taken=site.config.topics)
    except RefusedError as error:
        return _ask(
            request,
            site,
            viewer,
            sells=sells,
            competitors=competitors,
            problem=str(error),
            status=422,
        )
    full, like = borrow(topic, [one for one in shipped_topics() if not _is_own(site, one)])
    return show_draft(
        request, site, viewer, topic=topic, typed=typed_of(full), like=like.name if like else None
    )


def _is_own(site: Site, shipped: Topic) -> bool:
    """Whether the house has made a shipped topic one of its own, and listens for it."""
    folder, there = site.live.folder, site.config.topics.get(shipped.id)
    return folder is not None and has_own_topics(folder) and there is not None and there.active


def show_draft(
    request: Request,
    site: Site,
    viewer: Viewer,
    *,
    topic: Topic | None,
    typed: dict[str, str],
    faults: tuple[Fault, ...] = (),
    own: str = "",
    like: str | None = None,
    ticked: Sequence[str] | None = None,
    status: int = 200,
) -> Response:
    """Return the page of a draft, with the places where its topic is probably talked about.

    Args:
        request: for it.
        site: the installation.
        viewer: who drafts.
        topic: what the places are suggested for; None suggests none.
        typed: texts of the form.
        faults: what is wrong in them.
        own: address of a place of their own.
        like: name of the shipped topic whose phrases are among the texts.
        ticked: keys of the places that were chosen; None ticks the likeliest.
        status: of the answer.
    """
    folder = site.live.folder
    places = _places(site, topic, ticked)
    return page(
        request,
        "welcome_draft.html",
        viewer=viewer,
        status=status,
        typed=typed,
        faults=faults,
        own=own,
        labels=LABELS,
        like=like,
        places=places,
        ticked=[one.key for one in places if one.is_chosen] if ticked is None else ticked,
        examples=[] if folder is None or has_own_topics(folder) else _examples(site),
        is_changeable=folder is not None,
    )


def _places(
    site: Site, topic: Topic | None, ticked: Sequence[str] | None
) -> tuple[Suggested, ...]:
    picked = chosen(ticked or (), site.config)
    keys = {one.key for one in picked}
    likely = suggest(topic, site.config) if topic is not None else ()
    return (*picked, *(one for one in likely if one.key not in keys))


def _examples(site: Site) -> list[str]:
    return [topic.name for topic in site.config.topics.values() if topic.active]


def _ask(
    request: Request,
    site: Site,
    viewer: Viewer,
    *,
    sells: str = "",
    competitors: str = "",
    problem: str | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "welcome.html",
        viewer=viewer,
        status=status,
        sells=sells,
        competitors=competitors,
        problem=problem,
        is_changeable=site.live.folder is not None,
    )
