"""POST /topics/import: a topic's file from elsewhere, or a list of phrases."""

from pathlib import PurePosixPath
from typing import Annotated

from fastapi import APIRouter, Depends, File, Request, Response, UploadFile

from config import ConfigError
from config.phrase_lists import read_phrase_list
from config.shape import check_slug
from config.topic_text import topic_text
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.editing.change import Change
from service.editing.topics import read_topic
from service.errors import RefusedError
from service.serving.site import SiteHere
from service.store.engine import reading
from service.typed import one_line
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import change, folder_of
from service.web.pages.topic import RESERVED
from service.web.render import page, see_other
from service.web.views.topic_editor import file_of, label_of
from service.web.views.topics import topics_health

router = APIRouter()

_MOST_BYTES = 60_000


@router.post("/topics/import")
def import_topic(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EDIT_TOPICS))],
    file: Annotated[UploadFile, File()],
) -> Response:
    """Write the file byte for byte; one that is there is changed, and its history keeps it.

    A text without ``id =`` is taken for a list of phrases, as other tools export them.
    """
    folder_of(site)
    try:
        topic_id, text = _read(file)
        there = file_of(folder_of(site), topic_id)
        if there is not None and there.text == text:
            raise RefusedError("That is what the file says already.")  # noqa: TRY301
        change(
            site,
            viewer,
            [Change(file=label_of(topic_id), text=text, seen=there.digest if there else None)],
            note=f"imported from {one_line(file.filename or 'a file')[:100]}",
        )
    except (ConfigError, RefusedError) as error:
        problems = [*map(str, error.problems)] if isinstance(error, ConfigError) else [str(error)]
        with reading(site.engine) as db:
            found = topics_health(db, site.config, now=site.clock.now())
        return page(
            request,
            "topics.html",
            viewer=viewer,
            status=422,
            topics=found,
            may_edit=True,
            may_try=True,
            file_problems=problems,
        )
    response = see_other(f"/topics/{topic_id}")
    flash.leave(response, site, "topic_saved")
    return response


def _read(file: UploadFile) -> tuple[str, str]:
    """Return the id and the text of what was sent.

    Raises:
        RefusedError: it is no topic and no list of phrases.
    """
    content = file.file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise RefusedError(
            f"It has more than {_MOST_BYTES // 1000} kB; put it into the folder topics/ yourself."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError("It is not UTF-8 text; save it as such.") from error
    if topic := read_topic(text):
        if topic.id in RESERVED:
            raise RefusedError(f"“{topic.id}” can't be a topic's id here; choose another.")
        return topic.id, text
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name
    if name.endswith(".toml"):
        topic_id = _slug(name.removesuffix(".toml"))
        return topic_id, text  # it is wrong somewhere: the check says where
    brought = read_phrase_list(text)
    if not brought.keywords and not brought.queries:
        raise RefusedError("There is no topic and no phrase to look for in it.")
    topic_id = _slug(name.partition(".")[0])
    made = topic_text(
        topic_id,
        topic_id.replace("-", " ").capitalize(),
        keywords=brought.keywords,
        exclusions=brought.exclusions,
        query=brought.queries,
        remark="Brought from a list of phrases.",
    )
    return topic_id, made


def _slug(name: str) -> str:
    words = "-".join(
        "".join(c if c.isascii() and c.isalnum() else " " for c in name.lower()).split()
    )
    topic_id = words[:60].strip("-") or "imported"
    check_slug(topic_id)
    return f"{topic_id}-topic" if topic_id in RESERVED else topic_id
