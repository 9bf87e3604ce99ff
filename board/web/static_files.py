"""The scripts, styles, pictures and words of the pages. Their address has in it what they are, so a browser that has them once
does not ask for them again. They are few, as each costs a journey on a bad line, and travel packed, a third of their size.
Nothing else does: how short a page gets would tell of the secrets in it."""

import gzip
import hashlib
import mimetypes
import time
from functools import lru_cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from board import i18n
from board.paths import STATIC
from board.web import js_bundle

STYLES, DISPLAY_STYLES = "css/all.css", "css/all_display.css"  # all sheets in one: a browser draws nothing before it has them
SHEETS = {
    STYLES: (
        "tokens", "base", "header", "notices", "operations", "centered_page", "accounts", "audit_log", "api_docs",
        "help", "search_header", "columns", "column_menu", "cards", "panel", "dialogs", "intake", "search_decisions", "undo",
        "find", "alerts", "palette", "replay", "compare", "history", "handover", "handover_report", "unseen", "displays_page",
        "print", "print_board",
    ),
    DISPLAY_STYLES: ("tokens", "display/layout", "display/overview", "display/single_search", "display/stale_overlay"),
}  # fmt: skip
SCRIPTS = "js/bundles"  # in addresses: they are joined from others
_BUNDLER_SOURCE = b"".join(
    Path(each).read_bytes() for each in (__file__, js_bundle.__file__)
)  # by which they are joined, in this process
MIN_BYTES = 500  # bytes: what is shorter travels as it is


async def serve_versioned(request: Request) -> Response:
    """`/static/v-{version}/…`. Of another version, as while workers are replaced one by one, it is what is here by that name:
    given, and not kept."""
    found = _load_all(version()).get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return gzipped(request, *found)


def gzipped(request: Request, body: bytes, kind: str | None) -> Response:
    """An answer that everybody gets, in a third of its bytes where the browser takes it so. It is packed once, as that takes
    longer than to send it."""
    answer = Response(body, media_type=kind)
    answer.headers["vary"] = "accept-encoding"
    if len(body) >= MIN_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        answer.body = _packed(body)
        answer.headers["content-encoding"], answer.headers["content-length"] = "gzip", str(len(answer.body))
    return answer


@lru_cache(maxsize=500)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


routes: list[BaseRoute] = [
    Route("/static/v-{version}/{name:path}", serve_versioned),
    Mount("/static", StaticFiles(directory=STATIC)),
]


@lru_cache(maxsize=1)
def _load_all(version: str) -> dict[str, tuple[bytes, str | None]]:
    """Every file by its name, with its kind; they are a few megabytes."""
    files = [file for file in STATIC.rglob("*") if file.is_file()]
    held = {each.relative_to(STATIC).as_posix(): (each.read_bytes(), mimetypes.guess_type(each.name)[0]) for each in files}
    styles = {name: (b"\n".join(held[f"css/{each}.css"][0] for each in sheets), "text/css") for name, sheets in SHEETS.items()}
    pages = {f"{SCRIPTS}/{name}": (text.encode(), "text/javascript") for name, text in js_bundle.bundles(STATIC).items()}
    return held | styles | pages


def version() -> str:
    """Of all of them together: what they hold decides, and where somebody works on them it is another within a second."""
    return _version(int(time.monotonic()))


@lru_cache(maxsize=1)
def _version(second: int) -> str:
    digest = hashlib.sha256()
    for file in _all():
        digest.update(f"{file}\0{file.stat().st_mtime_ns}\0{file.stat().st_size}\n".encode())
    return _digest(digest.hexdigest())


@lru_cache(maxsize=1)
def _digest(stamps: str) -> str:
    """Of what is in them, and not of when they were written: machines beside each other say the same."""
    whole = hashlib.sha256(_BUNDLER_SOURCE)
    for file in _all():
        whole.update(f"{file.name}\0".encode() + file.read_bytes())
    return whole.hexdigest()[:16]


def _all() -> list[Path]:
    return [file for folder in (STATIC, i18n.LOCALES) for file in sorted(folder.rglob("*")) if file.is_file()]


def url_for(name: str) -> str:
    """Of a file below `static/`, for as long as it is as it is now."""
    return f"/static/v-{version()}/{name}"


def catalogue_url(language: str) -> str:
    """Where the words of the scripts are."""
    return f"/i18n/{language}.json?v={version()}"


def script_url(name: str) -> str | None:
    """The address of a joined script: `main`, `wall`, or a page's own; None where that has none."""
    name = f"{SCRIPTS}/{name}.js"
    return url_for(name) if name in _load_all(version()) else None


def is_static(path: str) -> bool:
    return path.startswith(("/static/", "/i18n/"))


def is_immutable(path: str, query: bytes) -> bool:
    """Whether what is at this address stays as it is for ever."""
    return path.startswith(url_for("")) or (path.startswith("/i18n/") and query == f"v={version()}".encode())
