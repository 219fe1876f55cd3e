"""Each stage of lead management has its section, and what the guides for people name exists."""

import re
from functools import cache
from pathlib import Path

import pytest
import typer
from fastapi.routing import APIRoute

from config.folder import FILES
from models.words import LeadStatus
from service.cli import app
from service.reports.shelf import REPORTS
from service.web.pages import ROUTERS

#: In their order, as rows B6 to B11 of docs/requirements.md have them.
STAGES = (
    "Lead generation",
    "Lead qualification",
    "Lead nurturing",
    "Lead distribution",
    "Lead pursuit",
    "Tracking and reporting",
)
PARTS = ("Statuses", "Harken", "Where", "What decides", "Yours")
GUIDES = ("stages.md", "playbook.md")
_SECTION = re.compile(r"^## (\d)\. ([^\n]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"`harken ([a-z -]+?)(?: [A-Z-].*?)?`")
_PAGE = re.compile(r"`(/[a-z/-]*)`")
_FILE = re.compile(r"`([a-z]+\.toml)`")
_CODE = re.compile(r"`([a-z_]+)`")


@pytest.fixture(scope="module")
def sections(root: Path) -> dict[str, str]:
    text = (root / "docs" / "stages.md").read_text(encoding="utf-8")
    found = _SECTION.findall(text)
    assert [number for number, _, _ in found] == [str(n + 1) for n in range(len(found))]
    return {name: body for _, name, body in found}


@cache
def commands() -> frozenset[str]:
    def below(command: object, *before: str) -> set[str]:
        subs = getattr(command, "commands", None) or {}
        names = {name for key, sub in subs.items() for name in below(sub, *before, key)}
        return names | {" ".join(before)}

    return frozenset(below(typer.main.get_command(app)))


def test_every_stage_has_its_section_with_all_its_parts(sections: dict[str, str]) -> None:
    assert tuple(sections) == STAGES
    lacking = [
        (stage, part)
        for stage, body in sections.items()
        for part in PARTS
        if not re.search(rf"^- {part}\b", body, re.MULTILINE)
    ]
    assert lacking == []


def test_every_status_of_a_lead_belongs_to_a_stage(sections: dict[str, str]) -> None:
    told = "\n".join(
        re.search(r"^- Statuses:.*?(?=^- )", body, re.MULTILINE | re.DOTALL)[0]  # type: ignore[index]  # each has it
        for body in sections.values()
    )

    assert set(LeadStatus) <= set(_CODE.findall(told))


@pytest.mark.parametrize("guide", GUIDES)
def test_what_a_guide_names_exists(guide: str, root: Path) -> None:
    text = (root / "docs" / guide).read_text(encoding="utf-8")
    pages = {
        route.path for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)
    }
    reports = commands_of_reports()

    strange = [name for name in _COMMAND.findall(text) if not _is_command(name, reports)]
    strange += [page for page in _PAGE.findall(text) if page not in pages]
    strange += [file for file in _FILE.findall(text) if file not in FILES]

    assert strange == []
    assert _COMMAND.findall(text), "a guide says how"


def commands_of_reports() -> frozenset[str]:
    return frozenset(f"report {name}" for name in REPORTS)


def _is_command(name: str, reports: frozenset[str]) -> bool:
    return name in commands() or name in reports
