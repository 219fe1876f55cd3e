"""An installation whose people stand in files of its own, which its pages may change."""

import shutil
from pathlib import Path

from sqlmodel import select

from config import load_config
from config.folder import SHIPPED
from models.people import User
from service.store.engine import reading, writing
from service.sync import sync
from tests.web_house import House, a_house

#: One of each kind that matters for who may do what to whom.
PEOPLE = """
[[team]]
id = "sales"
name = "Sales"
channel = "inside"
manager = "max"

[[team]]
id = "north"
name = "North"
channel = "dealer"

[[user]]
handle = "ada"
name = "Ada Moreno"
role = "admin"

[[user]]
handle = "max"
name = "Max Weber"
role = "manager"
team = "sales"
hours = "always"
max_open = 0

# Mia came in spring.
[[user]]
handle = "mia"
name = "Mia Holt"
email = "mia@firm.example"
role = "rep"
team = "sales"
tz = "Europe/Berlin"
hours = "always"

[[user]]
handle = "pia"
name = "Pia Rossi"
role = "partner"
team = "north"
hours = "always"

[[user]]
handle = "ola"
name = "Ola Nilsen"
role = "privacy_officer"
"""


def a_staffed_house(folder: Path) -> House:
    """Return an installation with `PEOPLE`, whose files are in ``folder``."""
    shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
    (folder / "teams.toml").write_text(PEOPLE, encoding="utf-8")
    process = (SHIPPED / "process.toml").read_text("utf-8").replace('"admin"', '"ada"')
    (folder / "process.toml").write_text(process, encoding="utf-8")
    for topic in (folder / "topics").glob("*.toml"):
        topic.write_text(topic.read_text("utf-8").replace('"admin"', '"ada"'), encoding="utf-8")
    house = a_house()
    house.folder, house.config = folder, load_config(folder)
    with writing(house.engine) as db:
        sync(db, house.config, now=house.clock.now())
    return house


def person(house: House, handle: str) -> User:
    """Return somebody of `PEOPLE`."""
    with reading(house.engine) as db:
        return db.exec(select(User).where(User.handle == handle)).one()
