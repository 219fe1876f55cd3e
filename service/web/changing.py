"""Changes of the configuration's files that somebody makes on the page."""

from collections.abc import Sequence
from pathlib import Path

from config import Config
from service.editing.change import Change, change_files
from service.errors import RefusedError
from service.web.auth import Viewer
from service.web.site import Site


class NothingToChangeError(RefusedError):
    """This Harken was started without a folder of its own, so nothing can be changed here."""


def folder_of(site: Site) -> Path:
    """Return where the files are.

    Raises:
        NothingToChangeError: there is no folder.
    """
    if site.live.folder is None:
        raise NothingToChangeError
    return site.live.folder


def change(
    site: Site, viewer: Viewer, changes: Sequence[Change], *, note: str | None = None
) -> Config:
    """Write ``changes`` as ``viewer``; the page goes by them from the next request on.

    Raises:
        NothingToChangeError: there is no folder.
        EditedMeanwhileError: a file is not what they started from.
        RefusedError: it can't be written.
        config.ConfigError: with every problem that there would be.
    """
    change_files(
        site.engine,
        folder_of(site),
        changes,
        by=viewer.id,
        note=note or None,
        now=site.clock.now(),
    )
    return site.live.current(at_once=True)
