"""A page whose installation has a folder of files, so that the configuration can be changed."""

import html
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from models.people import User
from models.words import UserRole
from service.editing.live import LiveConfig
from service.store.engine import reading, writing
from service.sync import sync
from service.web.app import create_app
from service.web.entry.auth import open_session
from service.web.site import PageSite
from tests.fakes import StandingClock
from tests.web_house import (
    BASE_URL,
    SECRET,
    House,
    a_house,
    shared_engine,
    shipped,
    with_token,
)

_FIELD = re.compile(r'<textarea[^>]*? name="(\w+)"[^>]*>(.*?)</textarea>', re.DOTALL)
_INPUT = re.compile(r'<input(?: type="hidden")?(?: id="\w+")? name="(\w+)" value="([^"]*)"')


@dataclass
class Desk:
    """An installation in a folder, with its administrator's browser."""

    house: House
    folder: Path
    app: FastAPI
    browser: TestClient

    def visitor(self, role: UserRole) -> TestClient:
        """Return the browser of somebody with that role; a change of files switches them off."""
        return self._entered(self.house.user(role.value, role=role))

    def text(self, file: str) -> str:
        return (self.folder / file).read_bytes().decode()

    def _entered(self, user: User) -> TestClient:
        client = TestClient(
            self.app,
            base_url=BASE_URL,
            headers={"Sec-Fetch-Site": "same-origin"},
            follow_redirects=False,
            raise_server_exceptions=False,
        )
        with writing(self.house.engine) as db:
            token = open_session(db, user.id, self.house.clock.now())
        return with_token(client, token)


def a_desk(folder: Path, url: str | None = None) -> Desk:
    """Return a desk whose files are the shipped ones until something is changed.

    Args:
        folder: of its files.
        url: of its database, where threads use it side by side; the one in memory has a single
            connection.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    house = a_house(url)
    with writing(house.engine) as db:
        sync(db, shipped(), now=house.clock.now())
    with reading(house.engine) as db:
        admin = db.exec(select(User).where(User.role == UserRole.ADMIN)).one()
    app = _app()
    app.state.site = PageSite(
        engine=house.engine,
        clock=house.clock,
        live=LiveConfig(folder, shipped()),
        secret=SECRET,
        base_url=BASE_URL,
        secure_cookies=False,
        demo=False,
        assets=app.state.site.assets,
        judge=app.state.site.judge,  # loaded once for all tests
    )
    desk = Desk(house=house, folder=folder, app=app, browser=TestClient(app))
    desk.browser = desk._entered(admin)
    return desk


@cache
def _app() -> FastAPI:
    """Return the page itself, made once: its hundred routes cost more than most tests."""
    return create_app(
        engine=shared_engine(),
        clock=StandingClock(),
        config=shipped(),
        secret=SECRET,
        base_url=BASE_URL,
        secure_cookies=False,
        demo=False,
    )


def form_of(page: str) -> dict[str, str]:
    """Return what a form on ``page`` would send as it stands; boxes are ticked by hand."""
    fields = {name: html.unescape(text) for name, text in _FIELD.findall(page)}
    for name, value in _INPUT.findall(page):
        fields.setdefault(name, html.unescape(value))
    return fields


def words_of(page: str) -> str:
    """Return what a reader sees of ``page``, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
