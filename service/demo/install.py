"""The demo's own installation: a folder with its configuration and the time it was first run."""

import json
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

from sqlmodel import select

from models.people import User
from models.words import Half
from service.demo.communities import Communities, load_posts
from service.errors import RefusedError
from service.folder import make, usable
from service.house import House
from service.process.signing import sign, standing
from service.store.engine import writing

_MARK = "demo.json"
_SIGNERS = {Half.MARKETING: "mara", Half.SALES: "ines"}
_TOPICS = ("crm", "help-desk", "home-improvement")


def prepare(folder: Path, now: datetime) -> datetime:
    """Make ``folder`` the demo's and return the time that its posts' dates count from.

    The first run's time is kept, so that a second run meets the same posts.

    Raises:
        RefusedError: somebody else's installation is in the folder, or it can't be written.
    """
    with usable(folder):
        return _prepare(folder, now)


def _prepare(folder: Path, now: datetime) -> datetime:
    mark = folder / _MARK
    if mark.exists():
        return _anchor(mark)
    if folder.exists() and any(folder.iterdir()):
        raise RefusedError(
            f"{folder} is not empty and not a demo's; give the demo a folder of its own"
        )
    make(folder)
    anchor = now.astimezone(UTC).replace(microsecond=0)
    try:
        mark.write_text(json.dumps({"anchor": anchor.isoformat()}) + "\n", "utf-8")
    except OSError:  # a half-written one would make the folder somebody else's
        mark.unlink(missing_ok=True)
        raise
    return anchor


def furnish(folder: Path, communities: Communities) -> None:
    """Write the demo's configuration; addresses follow the ports that are in use today.

    Raises:
        RefusedError: the folder can't be written.
    """
    with usable(folder):
        _furnish(folder, communities)


def agree(house: House) -> None:
    """Let the demo's people sign its process, once for each of its versions."""
    with writing(house.engine) as db:
        signed = standing(db, house.config.process).signed
        for half, handle in _SIGNERS.items():
            if half not in signed:
                user = db.exec(select(User).where(User.handle == handle)).one()
                sign(db, house.config.process, user=user, half=half, now=house.clock.now())


def _furnish(folder: Path, communities: Communities) -> None:
    with as_file(files("service.demo") / "house") as shipped:
        for file in sorted(shipped.glob("*.toml")):
            shutil.copyfile(file, folder / file.name)
    with as_file(files("config") / "defaults" / "topics") as shipped:
        (folder / "topics").mkdir(exist_ok=True)
        for topic in _TOPICS:
            text = (shipped / f"{topic}.toml").read_text("utf-8")
            (folder / "topics" / f"{topic}.toml").write_text(_owned(text), "utf-8")
    (folder / "sources.toml").write_text("\n".join(_sources(communities)), "utf-8")


def _owned(topic: str) -> str:
    """Return a topic's file with the demo's social seller as its owner."""
    return 'owner = "mara"\n' + topic


def _sources(communities: Communities) -> Iterable[str]:
    yield "# Written anew at each start of the demo: the ports are free ones.\n"
    feeds = {post.place.id: post.place.name for post in load_posts()}
    for slug, url in communities.feed_urls.items():
        yield _source(slug, "feed", feeds[slug], url)
    yield _source("hearth", "forum", "The Hearth forum", communities.forum_url)
    yield _source("hopper", "hackernews", "Hopper", communities.api_url)


def _source(slug: str, kind: str, name: str, url: str) -> str:
    fields = {"id": slug, "kind": kind, "name": name, "url": url, "every": "1m"}
    # a TOML basic string is a JSON string
    return "[[source]]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in fields.items())


def _anchor(mark: Path) -> datetime:
    try:
        anchor = datetime.fromisoformat(json.loads(mark.read_text("utf-8"))["anchor"])
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError(f"{mark} is damaged; delete the folder and start again") from error
    return anchor.astimezone(UTC)
