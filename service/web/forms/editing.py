"""Changing files of the configuration from a page."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlmodel import Session, col, select

from config import Config
from models.people import User
from service.access.viewer import Viewer
from service.editing.change import Change, change_files, try_change
from service.editing.files import FileText, read_file
from service.editing.staffing import objections
from service.editing.tables import Value, put_entry
from service.errors import NotFoundError, RefusedError
from service.serving.site import Site
from service.store.engine import reading

TEAMS = "teams.toml"
_OF_PEOPLE = frozenset({TEAMS, "routing.toml"})


class NothingToChangeError(RefusedError):
    """This Harken was started without a folder of its own, so nothing can be changed here."""


def folder_of(site: Site) -> Path:
    """Return where the files are.

    Raises:
        NothingToChangeError: there are none.
    """
    if site.live.folder is None:
        raise NothingToChangeError
    return site.live.folder


def file_of(site: Site, file: str) -> FileText:
    """Return what stands in ``file``.

    Raises:
        NotFoundError: there is no such file.
        RefusedError: it is not edited on the page.
    """
    found = read_file(folder_of(site), file)
    if found is None:
        raise NotFoundError
    return found


def change(
    site: Site,
    viewer: Viewer,
    changes: Sequence[Change],
    *,
    note: str | None = None,
    along: Callable[[Session], None] = lambda _: None,
) -> Config:
    """Write ``changes`` as ``viewer``; the page goes by them from the next request on.

    What goes ``along`` with them in the database is done with them or not at all.

    Raises:
        NothingToChangeError: there are no files.
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
        along=along,
    )
    return site.live.current(at_once=True)


def check_file(site: Site, file: str, text: str) -> Config:
    """Return the configuration as it would be with ``text`` in ``file``.

    Raises:
        config.ConfigError: with every problem that there would be.
        RefusedError: nobody would be left to run the house.
    """
    after = try_change(folder_of(site), (Change(file=file, text=text, seen=None),))
    _check_staff(site, file, after)
    return after


def write_file(
    site: Site, viewer: Viewer, file: str, text: str, *, seen: str, note: str | None
) -> Config:
    """Write ``text`` into ``file`` and return the configuration as it is then.

    Args:
        site: the installation.
        viewer: who changes it.
        file: its label.
        text: all that stands in it from now on.
        seen: digest of what they started from.
        note: why, in their words.

    Raises:
        config.ConfigError: with every problem that there would be; nothing was written.
        ConflictError: somebody changed it meanwhile.
        RefusedError: nobody would be left to run the house, or it can't be written.
    """
    check_file(site, file, text)
    return change(site, viewer, (Change(file=file, text=text, seen=seen),), note=note)


def put_into_teams(
    site: Site,
    viewer: Viewer,
    table: str,
    key: str,
    fields: Mapping[str, Value],
    *,
    note: str | None = None,
) -> Config:
    """Write one entry of teams.toml; keys that ``fields`` doesn't name stay as they are.

    Raises:
        config.ConfigError: with every problem that there would be; nothing was written.
        ConflictError: somebody changes the file at this moment.
        RefusedError: nobody would be left to run the house, or it can't be written.
    """
    now = file_of(site, TEAMS)
    text = put_entry(now.text, table, key, fields)
    return write_file(site, viewer, TEAMS, text, seen=now.digest, note=note)


def _check_staff(site: Site, file: str, after: Config) -> None:
    if file not in _OF_PEOPLE:
        return
    with reading(site.engine) as db:
        gone = db.exec(select(User.handle).where(col(User.left_at).is_not(None))).all()
    if because := list(objections(site.config, after, left=frozenset(gone))):
        raise RefusedError(" ".join(because))
