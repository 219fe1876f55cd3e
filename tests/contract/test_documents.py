"""What the documents say is so."""

import re
from pathlib import Path

import pytest

GUIDES = ("README.md", "CONTRIBUTING.md")
CODE = re.compile(r"^```.*?^```|^ {4}[^\n]+|`[^`\n]+`", re.MULTILINE | re.DOTALL)
NAMED_TARGET = re.compile(r"\bmake ([a-z]+)")
TARGET = re.compile(r"^([a-z]+):.*## \S", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Folders that exist on one machine only. Not after a word or a host, as in example.org/home/x/.
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:root|work|home/\w+|Users/\w+)/")
ADR_PARTS = ("## Context", "## Decision", "## Consequences", "## Alternatives")


@pytest.fixture
def targets(root: Path) -> set[str]:
    return set(TARGET.findall((root / "Makefile").read_text(encoding="utf-8")))


@pytest.fixture
def named_targets(root: Path) -> set[str]:
    guides = "\n".join((root / name).read_text(encoding="utf-8") for name in GUIDES)
    return {target for code in CODE.findall(guides) for target in NAMED_TARGET.findall(code)}


def test_every_make_target_that_the_guides_name_exists(
    targets: set[str], named_targets: set[str]
) -> None:
    assert named_targets - targets == set()


def test_every_make_target_is_in_the_guides(targets: set[str], named_targets: set[str]) -> None:
    assert targets - named_targets - {"help"} == set()


def test_the_readme_begins_with_the_two_commands(root: Path) -> None:
    first_screen = "\n".join((root / "README.md").read_text(encoding="utf-8").splitlines()[:40])

    assert "make run" in first_screen
    assert "make test" in first_screen


@pytest.mark.parametrize("heading", ["Set-up", "The gate", "Style", "Definition of done"])
def test_contributing_has_its_part(heading: str, root: Path) -> None:
    assert f"\n## {heading}\n" in (root / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_changelog_has_a_place_for_what_is_not_released(root: Path) -> None:
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")

    assert "\n## [Unreleased]\n" in changelog


def test_decisions_are_numbered_without_gaps(root: Path) -> None:
    names = sorted(path.name for path in (root / "docs/adr").glob("*.md"))

    assert [name[:5] for name in names] == [f"{n:04}-" for n in range(1, len(names) + 1)]


def test_every_decision_has_all_its_parts(root: Path) -> None:
    texts = {
        path.name: path.read_text(encoding="utf-8") for path in (root / "docs/adr").glob("*.md")
    }

    lacking = [
        (name, part)
        for name, text in texts.items()
        for part in ADR_PARTS
        if f"\n{part}\n" not in text
    ]
    assert lacking == []


def test_links_between_documents_lead_somewhere(root: Path, our_files: tuple[Path, ...]) -> None:
    broken = [
        f"{path.relative_to(root)}: {link}"
        for path in our_files
        if path.suffix == ".md"
        for link in LINK.findall(path.read_text(encoding="utf-8"))
        if "://" not in link and not link.startswith(("#", "mailto:"))
        if not (path.parent / link.partition("#")[0]).exists()
    ]
    assert broken == []


def test_no_file_names_a_folder_of_somebodys_machine(
    root: Path, our_files: tuple[Path, ...]
) -> None:
    found = [
        f"{path.relative_to(root)}: {line.strip()[:99]}"
        for path in our_files
        for line in path.read_text(encoding="utf-8", errors="ignore").splitlines()
        if MACHINE_PATH.search(line)
    ]
    assert found == []
