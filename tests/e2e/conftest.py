"""What the browser tests need: a real Chromium."""

import os
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the browser that `make test` found; see scripts/find_browser.py."""
    noted = Path(sys.prefix) / "browser"
    found = os.environ.get("HARKEN_CHROMIUM") or (
        noted.read_text("utf-8").strip() if noted.exists() else ""
    )
    assert found, "no browser: run `make test`, or set HARKEN_CHROMIUM to a Chromium"
    return found
