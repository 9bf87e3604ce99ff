"""Static files: scripts, styles, images and translations.

URLs contain a content hash, so a browser never requests a file twice. Files are bundled, because each costs a round trip, and
compressed to a third. Pages are not compressed, because their length would disclose secrets in them.
"""

import gzip
import hashlib
import json
import mimetypes
import os
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from board import i18n
from board.config import page_table
from board.paths import STATIC
from board.web import declarations, js_bundle

# bundled, because a browser draws nothing before it has all style sheets
STYLES, DISPLAY_STYLES = "css/all.css", "css/all_display.css"
FONT = "vendor/fontsource-variable-noto-sans/files/noto-sans-latin-wght-normal.woff2"  # has nearly all characters
SHEETS = {
    STYLES: (
        "fonts", "tokens", "base", "header", "watch_line", "alarms", "alarm_ladder", "alarm_phone", "promises", "own_work",
        "operations", "search_card", "centered_page", "accounts", "audit_log", "closed_searches", "api_docs", "help",
        "search_header", "readable", "tools", "columns", "column_menu", "marks", "cards", "contradictions", "panel",
        "sighting_comparison", "files", "details_view", "contacts", "aftercare", "dialogs", "campaign", "combobox", "understood",
        "intake", "report", "search_decisions", "undo", "find", "phone", "alerts", "palette", "replay", "compare",
        *page_table.sheets(), "tour", "lock", "print", "print_board",
    ),
    DISPLAY_STYLES: ("fonts", "tokens", "display/layout", "display/overview", "display/single_search", "display/stale_overlay"),
}  # fmt: skip
SCRIPTS = js_bundle.FOLDER
_BUNDLER_SOURCE = b"".join(
    Path(source).read_bytes() for source in (__file__, js_bundle.__file__, page_table.__file__)
)  # part of the version, because it decides the bundles
MIN_BYTES = 500  # shorter files are sent as they are


async def serve_versioned(request: Request) -> Response:
    """Serve `/static/v-{version}/…`. If the version is another one, as in a rolling restart, send the current file uncached."""
    file = _load_all(version()).get(request.path_params["name"])
    if file is None:
        raise HTTPException(404)
    return gzipped(request, *file)


def gzipped(request: Request, body: bytes, kind: str | None) -> Response:
    """Return a public response, compressed if the browser accepts gzip. Cached, because compressing takes longer than sending."""
    answer = Response(body, media_type=kind)
    answer.headers["vary"] = "accept-encoding"
    if len(body) >= MIN_BYTES and kind != "font/woff2" and "gzip" in request.headers.get("accept-encoding", ""):
        answer.body = _packed(body)
        answer.headers["content-encoding"], answer.headers["content-length"] = "gzip", str(len(answer.body))
    return answer


@lru_cache(maxsize=500)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


routes: list[BaseRoute] = [
    Route("/static/{name:path}.d.ts", Response(status_code=404)),  # types of scripts, for tools
    Route("/static/v-{version}/{name:path}", serve_versioned),
    Mount("/static", StaticFiles(directory=STATIC)),
]


@lru_cache(maxsize=1)
def _load_all(version: str) -> dict[str, tuple[bytes, str | None]]:
    """Load all files by name, with their media types; a few megabytes."""
    files = [file for file in STATIC.rglob("*") if file.is_file()]
    contents = {file.relative_to(STATIC).as_posix(): (file.read_bytes(), mimetypes.guess_type(file.name)[0]) for file in files}
    styles = {
        name: (b"\n".join(contents[f"css/{sheet}.css"][0] for sheet in sheets), "text/css") for name, sheets in SHEETS.items()
    }
    scripts = {
        f"{SCRIPTS}/{name}": (text.encode(), "application/json" if name.endswith(".map") else "text/javascript")
        for name, text in js_bundle.bundles(STATIC, page_table.modules()).items()
    }
    return contents | styles | scripts


def prepare() -> None:
    """Load and bundle all files now (0.2 s), so that the first page does not block the event loop."""
    _load_all(version())


def version() -> str:
    """Return the content hash of all static files and labels, recomputed at most once a second so that edits show up."""
    return _version(int(time.monotonic()))


@lru_cache(maxsize=1)
def _version(second: int) -> str:
    digest = hashlib.sha256()
    for file in _files():
        stat = os.stat(file)
        digest.update(f"{file}\0{stat.st_mtime_ns}\0{stat.st_size}\n".encode())
    return _digest(digest.hexdigest(), json.dumps(declarations.for_scripts(i18n.DEFAULT)))


@lru_cache(maxsize=1)
def _digest(stamps: str, labels: str) -> str:
    """Return the hash of the files' contents and of the labels. `stamps`: part of the cache key only.

    Excludes the files' times, so that all machines compute the same hash.
    """
    content_hash = hashlib.sha256(_BUNDLER_SOURCE + labels.encode())
    for file in _files():
        content_hash.update(f"{os.path.basename(file)}\0".encode() + Path(file).read_bytes())
    return content_hash.hexdigest()[:16]


def _files() -> list[str]:
    """Return the paths of all files as text. Takes a third of the time of `Path.rglob`: all requests wait for it each second."""
    return [path for folder in (STATIC, i18n.LOCALES) for path in sorted(_below(folder))]


def _below(folder: Path) -> Iterator[str]:
    return (os.path.join(folder_path, name) for folder_path, _, names in os.walk(folder) for name in names)


def url_for(name: str) -> str:
    """Return the URL of the current version of a file below `static/`."""
    return f"/static/v-{version()}/{name}"


def catalogue_url(language: str) -> str:
    """Return the URL of the translations and labels for scripts."""
    return f"/i18n/{language}.json?v={version()}"


def script_url(name: str) -> str | None:
    """Return the URL of a bundle: `main`, `wall`, or a page's; None if the page has none."""
    name = f"{SCRIPTS}/{name}.js"
    return url_for(name) if name in _load_all(version()) else None


def is_static(path: str) -> bool:
    return path.startswith(("/static/", "/i18n/"))


def is_immutable(path: str, query: bytes) -> bool:
    """Return whether the content of this URL never changes."""
    return path.startswith(url_for("")) or (path.startswith("/i18n/") and query == f"v={version()}".encode())
