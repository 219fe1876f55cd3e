"""Find a Chromium for the browser tests, or get one, and print its path.

    .venv/bin/python -m scripts.find_browser

In this order: the one named by HARKEN_CHROMIUM, the one found last time, one of this machine,
Playwright's if it is there, Debian's package where it may be installed, Playwright's download.
The path is the only thing on standard output.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.debian import install_package

FOUND_LAST_TIME = Path(sys.prefix) / "browser"

# chromium-browser comes last: on Ubuntu it is a script that only offers to install a snap.
NAMES = ("chromium", "google-chrome-stable", "google-chrome", "chrome", "chromium-browser")
PLACES = (
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

PAGE = "data:text/html,<p>harken can see</p>"
START_SECONDS = 60  # a cold start on a small machine takes about five

NONE_FOUND = """\
The tests need a Chromium or Chrome, and none was found or could be installed.
Do one of these and run the same command again:
  - install it: apt-get install chromium, dnf install chromium, brew install --cask chromium
  - have Playwright fetch it with the libraries it needs:
    .venv/bin/python -m playwright install --with-deps chromium
  - name yours: HARKEN_CHROMIUM=/path/to/chromium make test"""


def main() -> int:
    """Print the path of a browser that works; 1 and advice on standard error if there is none."""
    named = os.environ.get("HARKEN_CHROMIUM")
    if named and not can_see(named):
        say(f"HARKEN_CHROMIUM names {named}, which does not show a page. Mend or unset it.")
        return 1
    browser = named or found_last_time() or find_or_get()
    if browser is None:
        say(NONE_FOUND)
        return 1
    FOUND_LAST_TIME.write_text(browser)
    print(browser)
    return 0


def found_last_time() -> str | None:
    """Return the browser of the last run if it is still there; it was tried then."""
    if not FOUND_LAST_TIME.is_file():
        return None
    browser = FOUND_LAST_TIME.read_text().strip()
    return browser if os.access(browser, os.X_OK) else None


def find_or_get() -> str | None:
    """Return a browser that works, installed now if need be; None when nothing helped."""
    for candidates in (of_this_machine, of_playwright, of_debian, of_playwright_downloaded):
        for browser in candidates():
            if can_see(browser):
                return browser
    return None


def of_this_machine() -> Iterator[str]:
    """Yield browsers on PATH and in the usual places."""
    yield from filter(None, map(shutil.which, NAMES))
    yield from (place for place in PLACES if os.access(place, os.X_OK))


def of_playwright() -> Iterator[str]:
    """Yield the Chromium that Playwright would start, if it has been downloaded."""
    from playwright.sync_api import sync_playwright  # half a second, and seldom needed

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if os.access(path, os.X_OK):
        yield path


def of_debian() -> Iterator[str]:
    """Yield Debian's Chromium after installing it."""
    if install_package("chromium"):
        yield from of_this_machine()


def of_playwright_downloaded() -> Iterator[str]:
    """Yield Playwright's Chromium after downloading it."""
    say("Downloading Playwright's Chromium.")
    download = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    if subprocess.run(download, stdout=sys.stderr, check=False).returncode == 0:
        yield from of_playwright()


def can_see(browser: str) -> bool:
    """Return whether the browser starts without a screen and shows a page.

    Merely being there is not enough: a library may be missing, or it may be a snap's stub.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser, "--headless", "--disable-gpu", f"--user-data-dir={profile}"]
        if os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses to start as root without
        try:
            shown = subprocess.run(
                [*command, "--dump-dom", PAGE],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=START_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return b"harken can see" in shown.stdout


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
