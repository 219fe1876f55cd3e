"""Fetch the page's third-party files. The only writer of service/web/static/vendor.

`make vendor` packs what `WANTED` names with npm, checks the tarball against the integrity that
the registry states and that is pinned here, and copies the files that are served, their licence,
and a MANIFEST.toml with the hash of each. A test recomputes the hashes.
"""

import base64
import hashlib
import json
import shutil
import subprocess  # npm is the registry's client
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).parent.parent / "service" / "web" / "static" / "vendor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A package and what is served of it."""

    name: str
    version: str
    licence: str  # SPDX
    integrity: str  # sha512 of the tarball, as the registry stated it when it was chosen
    files: tuple[str, ...]  # paths in the package; the licence among them

    @property
    def folder(self) -> Path:
        """Where it goes: the version is in the path, so that the address changes with it."""
        return VENDOR / f"{self.name}@{self.version}"


WANTED = (
    Wanted(
        name="htmx.org",
        version="2.0.11",
        licence="0BSD",
        integrity="sha512-Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFv"
        "BTqjnIMCgELTNt636dtamA==",
        files=("dist/htmx.min.js", "LICENSE"),
    ),
    Wanted(
        name="@fontsource-variable/inter",
        version="5.3.0",
        licence="OFL-1.1",
        integrity="sha512-OupL48va4JNofb97w6NYeF9S7W/kHNKM0Er8Dem5nqi4jeOLrVJDoE8tZEpnMJmt"
        "kvNbB1EIPPwHcdkF6b1oUA==",
        files=("files/inter-latin-wght-normal.woff2", "LICENSE"),
    ),
)


class VendorError(Exception):
    """A vendored package is not what it should be."""


def main() -> int:
    """Bring the vendor folder to what is wanted; return the exit status."""
    npm = shutil.which("npm")
    if npm is None:
        sys.stderr.write("npm is needed to fetch vendored files: install Node.js\n")
        return 2
    try:
        with tempfile.TemporaryDirectory() as scratch:
            packed = [(wanted, _pack(npm, wanted, Path(scratch))) for wanted in WANTED]
            _write(packed)
    except (VendorError, subprocess.CalledProcessError, OSError) as error:
        sys.stderr.write(f"nothing was changed: {error}\n")
        return 1
    return 0


def _pack(npm: str, wanted: Wanted, scratch: Path) -> dict[str, bytes]:
    """Return the wanted files of a package whose integrity is what is pinned."""
    spec = f"{wanted.name}@{wanted.version}"
    stated = _npm(npm, ["view", spec, "dist.integrity", "--json"], scratch)
    if json.loads(stated) != wanted.integrity:
        raise VendorError(f"the registry states another integrity for {spec} than is pinned")
    _npm(npm, ["pack", spec, "--ignore-scripts"], scratch)
    tarball = scratch / f"{wanted.name.lstrip('@').replace('/', '-')}-{wanted.version}.tgz"
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != wanted.integrity:
        raise VendorError(f"the tarball of {spec} does not have the pinned integrity")
    with tarfile.open(tarball) as archive:
        return {name: _member(archive, name) for name in wanted.files}


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(f"package/{name}")
    if file is None:
        raise VendorError(f"the package has no file {name}")
    return file.read()


def _npm(npm: str, arguments: list[str], where: Path) -> str:
    command = [npm, *arguments]
    return subprocess.run(command, cwd=where, check=True, capture_output=True, text=True).stdout


def _write(packed: list[tuple[Wanted, dict[str, bytes]]]) -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    manifest = ["# Written by scripts/vendor.py (make vendor). Do not edit.\n"]
    for wanted, files in packed:
        wanted.folder.mkdir(parents=True)
        manifest.append(
            f"\n[[package]]\n"
            f'name = "{wanted.name}"\n'
            f'version = "{wanted.version}"\n'
            f'licence = "{wanted.licence}"\n'
            f'source = "npm:{wanted.name}@{wanted.version}"\n'
            f'integrity = "{wanted.integrity}"\n'
        )
        for name, body in files.items():
            target = wanted.folder / Path(name).name
            target.write_bytes(body)
            manifest.append(
                f"\n[[package.file]]\n"
                f'path = "{target.relative_to(VENDOR).as_posix()}"\n'
                f'from = "{name}"\n'
                f'sha256 = "{hashlib.sha256(body).hexdigest()}"\n'
                f"bytes = {len(body)}\n"
            )
    (VENDOR / "MANIFEST.toml").write_text("".join(manifest), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
