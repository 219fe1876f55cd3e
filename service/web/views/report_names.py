"""What the page calls what the tables of reports name by ids and stored words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from models.cost import Campaign
from models.people import Team, User
from models.source import Source
from models.topic import Topic
from models.words import LeadStatus
from service.reports.document import Cell, Column, in_words
from service.reports.wins import BY_SCORE
from service.web.wording import words

_ALL = "all"
#: Columns in which nothing would be read as nobody.
_UNKNOWN = frozenset({"reach", "chances_to_see", "audience"})


@dataclass(frozen=True, slots=True)
class Names:
    """Names by ids; of sources by slugs, of people by handles."""

    topics: Mapping[str, str]
    teams: Mapping[str, str]
    sources: Mapping[str, str]
    people: Mapping[str, str]
    campaigns: Mapping[str, str]
    stages: words.Stages

    @classmethod
    def read(cls, db: Session, stages: words.Stages) -> "Names":
        """Return them, in the order of the names; ``stages`` as the house calls them."""
        return cls(
            dict(db.exec(select(Topic.id, Topic.name).order_by(col(Topic.name))).all()),
            dict(db.exec(select(Team.id, Team.name).order_by(col(Team.name))).all()),
            dict(db.exec(select(Source.slug, Source.name).order_by(col(Source.name))).all()),
            dict(db.exec(select(User.handle, User.name).order_by(col(User.name))).all()),
            dict(db.exec(select(Campaign.id, Campaign.name)).all()),
            stages,
        )

    def of(self, cell: Cell, column: Column) -> str:
        """Return a cell in the words of the page."""
        if isinstance(cell, date) and not isinstance(cell, datetime):
            return f"{cell.day} {cell:%b %Y}"
        if cell is None and column.name in _UNKNOWN:
            return "unknown"
        if not isinstance(cell, str):
            return in_words(cell, column)
        if cell == _ALL:
            return "All"
        name = _NAMINGS.get(column.name)
        return name(self, cell) if name else cell


def _status(names: Names, stored: str) -> str:
    if stored not in set(LeadStatus):
        return stored
    name = names.stages[LeadStatus(stored)]
    return name[:1].upper() + name[1:]


def _team(names: Names, team: str) -> str:
    return "No team" if team == "-" else names.teams.get(team, team)


def _person(names: Names, handle: str) -> str:
    return names.people.get(handle, handle)


def _version(stored: str) -> str:
    """Return what judged: "Classifier 1f2e, reader 5b6a" of "linear-1-1f2e+reader-1-5b6a"."""
    model, *readers = (part.rpartition("-")[2] for part in stored.split("+"))
    return ", ".join((f"Classifier {model}", *(f"reader {reader}" for reader in readers)))


_NAMINGS: Mapping[str, Callable[[Names, str], str]] = {
    "stage": _status,
    "status": _status,
    "lead": lambda _, __: "Open",
    "reason": lambda _, stored: words.reason_in_words(stored).replace("_", " ").capitalize(),
    "team": _team,
    "topic": lambda names, topic: names.topics.get(topic, topic),
    "source": lambda names, slug: names.sources.get(slug, slug),
    "rep": _person,
    "owner": _person,
    "handed_by": lambda names, one: "By score" if one == BY_SCORE else _person(names, one),
    "campaign": lambda names, one: names.campaigns.get(one, one),
    "version": lambda _, one: _version(one),
    "phase": lambda _, one: one.capitalize(),
    "outcome": lambda _, one: one.capitalize(),
    "kind": lambda _, one: one.replace("_", " ").capitalize(),
    "subject": lambda names, one: names.topics.get(one, one),
    # Of a source, a topic or a phrase: a phrase that is also an id of one looks like its name.
    "name": lambda names, one: names.sources.get(one, names.topics.get(one, one)),
}
