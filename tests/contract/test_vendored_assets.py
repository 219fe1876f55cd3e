"""What others wrote is served as they wrote it: the hashes of the manifest are recomputed."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).parents[2] / "service" / "web" / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = STATIC.parent / "templates"
MANIFEST = "MANIFEST.toml"


def packages() -> list[dict[str, Any]]:  # what TOML holds
    found: list[dict[str, Any]] = tomllib.loads((VENDOR / MANIFEST).read_text("utf-8"))["package"]
    return found


def listed_files() -> list[dict[str, Any]]:
    return [file for package in packages() for file in package["file"]]


@pytest.mark.parametrize("file", listed_files(), ids=lambda file: str(file["path"]))
def test_a_vendored_file_is_what_its_package_held(file: dict[str, Any]) -> None:
    body = (VENDOR / file["path"]).read_bytes()

    assert hashlib.sha256(body).hexdigest() == file["sha256"]
    assert len(body) == file["bytes"]


def test_nothing_lies_there_that_is_not_listed() -> None:
    there = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}

    assert there == {file["path"] for file in listed_files()} | {MANIFEST}


@pytest.mark.parametrize("package", packages(), ids=lambda package: str(package["name"]))
def test_a_package_is_pinned_and_brings_its_licence(package: dict[str, Any]) -> None:
    folder = f"{package['name']}@{package['version']}"

    assert package["integrity"].startswith("sha512-")
    assert package["licence"] in {"0BSD", "MIT", "OFL-1.1"}
    assert f"{folder}/LICENSE" in {file["path"] for file in package["file"]}


def test_the_pages_ask_for_the_versions_that_are_there() -> None:
    sources = [*TEMPLATES.rglob("*.html"), STATIC / "app.css"]
    asked = {
        path
        for source in sources
        for path in re.findall(r"vendor/([^'\")\s]+)", source.read_text("utf-8"))
    }

    assert asked
    assert asked <= {file["path"] for file in listed_files()}


def test_nothing_is_loaded_from_elsewhere() -> None:
    for source in [*TEMPLATES.rglob("*.html"), STATIC / "app.css", STATIC / "keys.js"]:
        assert not re.search(r"(src|href|url)\s*[=(]\s*['\"]?(https?:)?//", source.read_text())
