"""Make .venv ready: create it, bring pip up to date, install Harken as constraints.txt says.

    python3 -m scripts.set_up [--dev]

Standard library only, since it runs before anything is installed.
"""

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.debian import install_package

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CONSTRAINTS = "constraints.txt"


def main() -> int:
    """Set up and return the exit status: 0 ready, 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(description="Make .venv ready.")
    parser.add_argument("--dev", action="store_true", help="with the tools for tests and checks")
    dev = parser.parse_args().dev
    try:
        with one_at_a_time():
            set_up(dev=dev)
    except (subprocess.CalledProcessError, OSError) as error:
        say(f"The set-up stopped: {error}\nMend that and run the same command again.")
        return 1
    return 0


def set_up(*, dev: bool) -> None:
    """Bring .venv to the state that pyproject.toml and the constraints ask for.

    Does nothing when it is there already. A set-up with the development tools serves
    `make run` too.

    Raises:
        subprocess.CalledProcessError: venv or pip failed; its own words are on the terminal.
    """
    wanted = fingerprint()
    stamps = [VENV / ".ready-run", *([VENV / ".ready-dev"] if dev else [])]
    sound = works()
    if not (sound and all(is_stamped(stamp, wanted) for stamp in stamps)):
        if not sound:
            create_venv()
        say("Installing Harken into .venv; the first time this takes a minute or two.")
        install(dev=dev)
    for stamp in stamps:
        stamp.write_text(wanted)


def fingerprint() -> str:
    """Return a digest of all that decides what is installed, the place included."""
    digest = hashlib.sha256(os.fsencode(ROOT))
    for name in ("pyproject.toml", CONSTRAINTS):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_stamped(stamp: Path, wanted: str) -> bool:
    """Return whether the last set-up of this kind was for the same fingerprint."""
    return stamp.is_file() and stamp.read_text() == wanted


def works() -> bool:
    """Return whether .venv starts, has pip, and was made in this place.

    It stops doing so when the system's Python is removed, when the checkout is moved, or when
    a set-up was cut off.
    """
    try:
        said = subprocess.run(
            [VENV / "bin" / "pip", "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return f" from {VENV}/" in said.stdout


def create_venv() -> None:
    """Create .venv anew with the interpreter that runs this."""
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it in a package of its own
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        if not install_package(f"python{version}-venv"):
            say(f"This Python lacks venv. On Debian: apt-get install python{version}-venv")
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)


def install(*, dev: bool) -> None:
    """Install Harken in place, with the pinned releases of everything it needs."""
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        *quiet,
        "--no-input",
        "--disable-pip-version-check",
    ]
    pins = ["--constraint", CONSTRAINTS]
    # First pip itself: --group came with 25.1, --build-constraint with 25.3.
    subprocess.run([*pip, "--upgrade", *pins, "pip"], check=True, cwd=ROOT)
    what = ["--editable", ".", *(["--group", "dev"] if dev else [])]
    builds = ["--build-constraint", CONSTRAINTS]
    subprocess.run([*pip, *pins, *builds, *what], check=True, cwd=ROOT)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the checkout's lock, so that two makes at once don't install over each other."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
