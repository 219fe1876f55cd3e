"""POST /topics/import: a topic's file from elsewhere, or a list of phrases."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated

from fastapi import APIRouter, Depends, File, Request, Response, UploadFile

from config import ConfigError
from config.phrase_lists import Remark, read_phrase_list
from config.shape import check_slug
from config.topic_text import topic_text
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.editing.change import Change
from service.editing.topics import read_topic
from service.errors import RefusedError
from service.serving.site import SiteHere
from service.typed import one_line
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import change, folder_of
from service.web.pages.topic import RESERVED
from service.web.pages.topics import show_topics
from service.web.render import see_other
from service.web.views.topic_editor import file_of, label_of

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
    folder = folder_of(site)
    try:
        sent = _read(file)
        there = file_of(folder, sent.topic_id)
        is_new = there is None or there.text != sent.text
        if is_new:
            change(
                site,
                viewer,
                [
                    Change(
                        file=label_of(sent.topic_id),
                        text=sent.text,
                        seen=there.digest if there else None,
                    )
                ],
                note=f"imported from {one_line(file.filename or 'a file')[:100]}",
            )
    except ConfigError as error:
        return show_topics(request, site, viewer, refused=[*map(str, error.problems)])
    except _NoTopicError as error:
        return show_topics(request, site, viewer, refused=[str(error), *error.remarks])
    except RefusedError as error:
        return show_topics(request, site, viewer, refused=[str(error)])
    if sent.remarks:
        return show_topics(request, site, viewer, left_out=sent.remarks, topic_id=sent.topic_id)
    response = see_other(f"/topics/{sent.topic_id}")
    flash.leave(response, site, "topic_saved" if is_new else "topic_same")
    return response


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A topic as it was sent, or as it was made of a list of phrases."""

    topic_id: str
    text: str
    remarks: Sequence[str] = ()  # what of the list was left out, and why


class _NoTopicError(RefusedError):
    """There is no topic and no phrase to look for in it."""

    def __init__(self, remarks: Sequence[str]) -> None:
        super().__init__()
        self.remarks = remarks


def _read(file: UploadFile) -> _Sent:
    """Return the topic that was sent.

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
        return _Sent(topic_id=topic.id, text=text)
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name
    if name.endswith(".toml"):
        # It is wrong somewhere: the check says where.
        return _Sent(topic_id=_slug(name.removesuffix(".toml")), text=text)
    brought = read_phrase_list(text)
    remarks = [_shown(one) for one in (*brought.problems, *brought.notices)]
    if not brought.keywords and not brought.queries:
        raise _NoTopicError(remarks)
    topic_id = _slug(name.partition(".")[0])
    made = topic_text(
        topic_id,
        topic_id.replace("-", " ").capitalize(),
        keywords=brought.keywords,
        exclusions=brought.exclusions,
        query=brought.queries,
        remark="Brought from a list of phrases.",
    )
    return _Sent(topic_id=topic_id, text=made, remarks=remarks)


def _shown(remark: Remark) -> str:
    column = f", column {remark.column}" if remark.column else ""
    return f"line {remark.line}{column}: {remark.message}"


def _slug(name: str) -> str:
    words = "-".join(
        "".join(c if c.isascii() and c.isalnum() else " " for c in name.lower()).split()
    )
    topic_id = words[:60].strip("-") or "imported"
    check_slug(topic_id)
    return f"{topic_id}-topic" if topic_id in RESERVED else topic_id
