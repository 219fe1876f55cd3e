"""POST /welcome/start: write the topic and the chosen sources, and read thirty days back."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import Field
from sqlmodel import col, select

from config import ConfigError
from config.topic import Topic
from crawlers.errors import SourceError
from crawlers.urls import parse_url
from models.source import Source
from models.words import SourceKind
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.editing.change import Change
from service.editing.files import has_own_topics
from service.editing.tables import put_keys
from service.editing.topics import Fault, faults_of, new_topic_text
from service.first_run.backfill import starting_cursor, starting_options
from service.first_run.places import Suggested, chosen
from service.listening.sourcing import free_slug
from service.listening.tending import Wanted, has_examples, put_sources
from service.serving.site import Site, SiteHere
from service.store.engine import reading, writing
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import change, folder_of
from service.web.pages.source_new import RESERVED, address_of, begin_lookup
from service.web.pages.topic_form import TopicForm
from service.web.pages.welcome import show_draft
from service.web.render import see_other
from service.web.views.topic_editor import file_of, label_of
from service.web.wording.source_words import in_words

router = APIRouter()

_EVERY = timedelta(minutes=15)
#: Its API gives 300 requests a day to one address without a key.
_EVERY_METERED = timedelta(hours=1)
_REMARK = """\
Drafted from what you said you sell. What each key means stands in docs/topics.md; the page
Topics shows what a change would gain and lose."""


class DraftForm(TopicForm):
    """The draft as it is sent, with the places to listen at."""

    place: Annotated[
        list[Annotated[Line, Field(max_length=200)]],
        Field(default_factory=list, max_length=50),
    ]
    keep_examples: bool = False
    own: Annotated[Line, Field(max_length=2_000)] = ""  # address of their market's own place


@router.post("/welcome/start")
def start(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EDIT_SOURCES))],
    sent: Annotated[DraftForm, Form()],
) -> Response:
    """Write everything at once, or show what keeps it from being written."""
    folder = folder_of(site)
    sent.active = True
    read = sent.read()
    again = partial(
        show_draft,
        request,
        site,
        viewer,
        typed=sent.typed,
        own=sent.own,
        ticked=sent.place,
        status=422,
    )
    if read.topic is None:
        return again(topic=None, faults=read.faults)
    own = address_of(sent.own)
    try:
        if own:
            parse_url(own)
    except SourceError as error:
        wrong = (Fault(field="own", message=in_words(error.reason)),)
        return again(topic=read.topic, faults=wrong)
    places = chosen(sent.place, site.config)
    # What nobody has ticked is not listened to: shipped sources are examples like shipped topics.
    is_first = has_examples(folder)
    wanted = _wanted(site, places, anew=is_first)
    changes = _topics(site, folder, read.topic, keep_examples=sent.keep_examples)
    if wanted or is_first:
        changes.append(put_sources(folder, wanted, instead_of_examples=is_first))
    try:
        change(site, viewer, changes, note="first run")
    except ConfigError as error:
        faults = faults_of(error.problems, label_of(read.topic.id))
        return again(topic=read.topic, faults=faults)
    _reach_back(site, [one.id for one in wanted])
    # Of an address of their own they see first what it was recognised as, and some of its posts.
    there = "/welcome/progress"
    if own:
        there = f"/sources/new/{begin_lookup(site, viewer, own)}?first=true"
    response = see_other(there)
    flash.leave(response, site, _said(site, wanted, own))
    return response


def _said(site: Site, wanted: Sequence[Wanted], own: str) -> str:
    if own:
        return "begun_but_own" if wanted else "drafted_own"
    with reading(site.engine) as db:
        is_anywhere = db.exec(select(Source.id).where(col(Source.active)).limit(1)).first()
    return "begun" if is_anywhere else "drafted"


def _topics(site: Site, folder: Path, topic: Topic, *, keep_examples: bool) -> list[Change]:
    """Return the change that writes the topic, and those that switch the examples off."""
    there = file_of(folder, topic.id)
    text = new_topic_text(topic, remark=_REMARK)
    changes = [Change(file=label_of(topic.id), text=text, seen=there.digest if there else None)]
    if keep_examples or has_own_topics(folder):
        return changes
    for example in site.config.topics.values():
        file = file_of(folder, example.id)
        if example.active and file is not None and example.id != topic.id:
            off = put_keys(file.text, {"active": False})
            changes.append(Change(file=file.file, text=off, seen=file.digest))
    return changes


def _wanted(site: Site, places: Sequence[Suggested], *, anew: bool) -> list[Wanted]:
    """Return the places as sources: those that are none yet, or all of them where ``anew``.

    One that was a source before is the same again, so that what it brought is still known.
    """
    with reading(site.engine) as db:
        rows = db.exec(select(Source).order_by(col(Source.active).desc(), Source.slug)).all()
    taken = {*site.config.sources, *RESERVED, *(row.slug for row in rows)}
    wanted = []
    for place in places:
        options = {**place.options, **starting_options(place.kind)}
        same = next((r for r in rows if (r.url, r.options) == (place.url, options)), None)
        if same is not None and same.active and not anew:
            continue
        slug = same.slug if same is not None else free_slug(place.name, taken)
        taken.add(slug)
        wanted.append(
            Wanted(
                id=slug,
                kind=place.kind,
                name=place.name,
                url=place.url,
                every=_EVERY_METERED if place.kind is SourceKind.STACK_EXCHANGE else _EVERY,
                options=options,
            )
        )
    return wanted


def _reach_back(site: Site, slugs: Sequence[str]) -> None:
    """Have the new sources begin thirty days ago, those that were not read in the meantime."""
    now = site.clock.now()
    with writing(site.engine) as db:
        fresh = db.exec(
            select(Source).where(
                col(Source.slug).in_(slugs), col(Source.last_success_at).is_(None)
            )
        )
        for source in fresh:
            if not source.cursor:
                source.cursor = starting_cursor(source.kind, now=now)
                db.add(source)
