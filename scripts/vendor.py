"""Fetch the page's third-party files. The only writer of service/web/static/vendor.

`make vendor` packs what `WANTED` names with npm, checks the tarball against the integrity that
the registry states and that is pinned here, and copies the files that are served, their licence,
and a MANIFEST.toml with the hash of each. A test recomputes the hashes. A font is cut down to the
characters and weights that the pages use: everybody's first page waits for it.
"""

import base64
import hashlib
import importlib.util
import json
import shutil
import subprocess  # npm is the registry's client; fontTools is a command too
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

VENDOR = Path(__file__).parent.parent / "service" / "web" / "static" / "vendor"


#: What cutting takes; not needed to run Harken, so neither is a dependency of it.
FONT_TOOLS = {"fontTools": "fonttools==4.68.0", "brotli": "brotli==1.2.1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What is left of a variable font."""

    name: str  # of the file that is served: cut otherwise, it needs another
    characters: str  # as pyftsubset takes them; the system's font shows all others
    features: str  # of OpenType
    weights: str  # "400:700"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A package and what is served of it."""

    name: str
    version: str
    licence: str  # SPDX
    integrity: str  # sha512 of the tarball, as the registry stated it when it was chosen
    files: tuple[str, ...]  # paths in the package; the licence among them
    cuts: Mapping[str, Cut] = field(default_factory=lambda: MappingProxyType({}))  # by path

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
        # 22 KiB instead of 47: the whole inbox has 60 (issue 7). Of its features kerning and
        # figures of one width are used; of its weights 400 to 700.
        cuts={
            "files/inter-latin-wght-normal.woff2": Cut(
                name="inter-latin-400-700.woff2",
                characters="U+20-7E,U+A0-FF,U+131,U+152-153,U+2013-2014,U+2018-201E,U+2022,"
                "U+2026,U+2039-203A,U+20AC,U+2122,U+2191,U+2193,U+2212",
                features="kern,ccmp,tnum",
                weights="400:700",
            )
        },
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
    missing = [spec for name, spec in FONT_TOOLS.items() if not importlib.util.find_spec(name)]
    if missing:
        sys.stderr.write(f"fonts are cut with these: pip install {' '.join(missing)}\n")
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


def _cut(body: bytes, cut: Cut) -> bytes:
    """Return what is left of a font; the same bytes for the same versions of the tools."""
    with tempfile.TemporaryDirectory() as scratch:
        whole, some, left = (Path(scratch) / f"{name}.woff2" for name in ("whole", "some", "left"))
        whole.write_bytes(body)
        _font_tools(
            "subset",
            f"{whole}",
            f"--unicodes={cut.characters}",
            f"--layout-features={cut.features}",
            "--flavor=woff2",
            f"--output-file={some}",
        )
        weights = f"wght={cut.weights}"
        kept = "--no-recalc-timestamp"
        _font_tools("varLib.instancer", f"{some}", weights, kept, "--output", f"{left}")
        return left.read_bytes()


def _font_tools(*arguments: str) -> None:
    command = [sys.executable, "-m", "fontTools", *arguments]
    subprocess.run(command, check=True, capture_output=True)


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
            cut = wanted.cuts.get(name)
            served = _cut(body, cut) if cut else body
            target = wanted.folder / (cut.name if cut else Path(name).name)
            target.write_bytes(served)
            manifest.append(
                f"\n[[package.file]]\n"
                f'path = "{target.relative_to(VENDOR).as_posix()}"\n'
                f'from = "{name}"\n'
                f'sha256 = "{hashlib.sha256(served).hexdigest()}"\n'
                f"bytes = {len(served)}\n"
            )
            if cut:
                manifest.append(
                    f'whole_sha256 = "{hashlib.sha256(body).hexdigest()}"\n'
                    f'cut = "{cut.features}; weights {cut.weights}; {cut.characters}"\n'
                )
    (VENDOR / "MANIFEST.toml").write_text("".join(manifest), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
