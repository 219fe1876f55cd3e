"""Our own and vendored files, read once; their URLs change with their content."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_VENDORED = "vendor/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file that is served as it is."""

    body: bytes
    media_type: str
    version: str  # of its content
    packed: bytes | None = None  # by gzip; None: it is packed already


def read_assets(folder: Path = STATIC) -> Mapping[str, Asset]:
    """Return what may be served, by path under ``folder``: a closed list, no path escapes."""
    return {
        file.relative_to(folder).as_posix(): _read(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.suffix in _TYPES
    }


def _read(file: Path) -> Asset:
    body = file.read_bytes()
    packed = gzip.compress(body, mtime=0)
    return Asset(
        body=body,
        media_type=_TYPES[file.suffix],
        version=hashlib.sha256(body).hexdigest()[:12],
        packed=packed if len(packed) < len(body) else None,
    )


def asset_url(assets: Mapping[str, Asset], path: str) -> str:
    """Return the address of an asset that may be cached for ever: it names a version."""
    version = "" if is_vendored(path) else f"?v={assets[path].version}"
    return f"/static/{path}{version}"


def is_vendored(path: str) -> bool:
    """Return whether the path itself names a version."""
    return path.startswith(_VENDORED)
