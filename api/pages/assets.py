"""Scripts and styles of pages: named after their content, so that browsers keep them for good, and compressed once.

Ours are in `assets/`; htmx is a package of npm that set-up puts into `assets/node_modules` (docs/console.md). A machine without it has every page
without scripts of others.
"""

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "assets"
FILES = {
    "console.css": FOLDER / "console.css",
    "console.js": FOLDER / "console.js",
    "icon.svg": FOLDER / "icon.svg",
    "htmx.js": FOLDER / "node_modules/htmx.org/dist/htmx.min.js",
    "htmx-sse.js": FOLDER / "node_modules/htmx.org/dist/ext/hx-sse.min.js",
}
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class Asset(NamedTuple):
    address: str
    media_type: str
    plain: bytes
    zipped: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """Those that this machine has, by name."""
    return {name: _asset(name, file.read_bytes()) for name, file in FILES.items() if file.is_file()}


def asset(name: str) -> str | None:
    """Where an asset is; None: this machine does not have it."""
    known = assets().get(name)
    return known and known.address


def _asset(name: str, plain: bytes) -> Asset:
    stem, _, ending = name.rpartition(".")
    address = f"/assets/{stem}.{hashlib.sha256(plain).hexdigest()[:12]}.{ending}"
    return Asset(address, TYPES[f".{ending}"], plain, gzip.compress(plain, 9, mtime=0))


@cache
def _by_address() -> Mapping[str, Asset]:
    return {one.address: one for one in assets().values()}


def at(address: str) -> Asset | None:
    """What is at an address; None: nothing of this release."""
    return _by_address().get(address)
