"""What the end-to-end tests need: a real Chromium, and a demo that runs for all of them."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.served import Demo, served_demo


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the browser that `make test` found; see scripts/find_browser.py."""
    noted = Path(sys.prefix) / "browser"
    found = os.environ.get("HARKEN_CHROMIUM") or (
        noted.read_text("utf-8").strip() if noted.exists() else ""
    )
    assert found, "no browser: run `make test`, or set HARKEN_CHROMIUM to a Chromium"
    return found


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Give a demo that is served until the last test that asks for it."""
    with served_demo(tmp_path_factory.mktemp("served") / "house") as demo:
        yield demo


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Give a browser for the tests of a module; each opens a context of its own in it.

    No longer than that: as long as it is there, nothing else can run an event loop.
    """
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield opened
        opened.close()
