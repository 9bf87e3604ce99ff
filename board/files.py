"""The scripts, styles, pictures and words of the pages. Their address has in it what they are, so a browser that has them once
does not ask for them again: on a bad line a page that asks after a hundred files takes half a minute. They travel packed, a
third of their size. Nothing else does: how short a page gets would tell of the secrets in it."""

import hashlib
import mimetypes
import os.path
import re
import time
from functools import cache, lru_cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from board import words
from board.places import STATIC

STYLES = "css/all.css"  # all sheets in one: a browser draws nothing before it has them
SHEETS = (
    "tokens", "base", "bar", "operations", "pages", "accounts", "api", "head", "columns", "column_menu", "cards", "panel",
    "dialogs", "intake", "decisions", "undo", "find", "alerts", "palette", "replay", "compare", "history", "handover",
    "handover_report", "since", "displays", "print",
)  # fmt: skip
# A display's own, which do not change when a board's do.
WALL_SHEETS = ("tokens", "wall", "wall_overview", "wall_one", "wall_veil")
PACKED = [Middleware(GZipMiddleware, minimum_size=500, compresslevel=6)]  # smaller, it would not be
_IMPORTS = re.compile(r'(?:^|;)(?:import|export)\b(?:[^;"]*\bfrom)? *"(\.[^"]+)"', re.MULTILINE)  # what a module needs first
_LATER = re.compile(r'(?:(\w+): \(\) => )?import\("(\.[^"]+)"\)')  # what main.js gets for its page, by name, and for every page


async def named(request: Request) -> Response:
    """`/static/v-{version}/…`. Of another version, as while workers are replaced one by one, it is what is here by that name:
    given, and not kept."""
    found = _held(version()).get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    body, kind = found
    return Response(body, media_type=kind)


routes: list[BaseRoute] = [
    Route("/static/v-{version}/{name:path}", named, middleware=PACKED),
    Mount("/static", StaticFiles(directory=STATIC)),
]


@lru_cache(maxsize=1)
def _held(version: str) -> dict[str, tuple[bytes, str | None]]:
    """Every file by its name, with its kind: they are a megabyte, and a new browser asks for a hundred at once."""
    files = [file for file in STATIC.rglob("*") if file.is_file()]
    held = {each.relative_to(STATIC).as_posix(): (each.read_bytes(), mimetypes.guess_type(each.name)[0]) for each in files}
    return held | {STYLES: (b"\n".join(held[f"css/{sheet}.css"][0] for sheet in SHEETS), "text/css")}


def version() -> str:
    """Of all of them together: what they hold decides, and where somebody works on them it is another within a second."""
    return _version(int(time.monotonic()))


@lru_cache(maxsize=1)
def _version(second: int) -> str:
    told = hashlib.sha256()
    for file in _all():
        told.update(f"{file}\0{file.stat().st_mtime_ns}\0{file.stat().st_size}\n".encode())
    return _digest(told.hexdigest())


@lru_cache(maxsize=1)
def _digest(told: str) -> str:
    """Of what is in them, and not of when they were written: machines beside each other say the same."""
    whole = hashlib.sha256()
    for file in _all():
        whole.update(f"{file.name}\0".encode() + file.read_bytes())
    return whole.hexdigest()[:16]


def _all() -> list[Path]:
    return [file for folder in (STATIC, words.LOCALES) for file in sorted(folder.rglob("*")) if file.is_file()]


def address(name: str) -> str:
    """Of a file below `static/`, for as long as it is as it is now."""
    return f"/static/v-{version()}/{name}"


def catalogue(language: str) -> str:
    """Where the words of the scripts are."""
    return f"/i18n/{language}.json?v={version()}"


def modules(page: str) -> list[str]:
    """The script modules of a page, those that the line to the server needs first: to be fetched at once, as a browser that
    finds them one import after the other needs a second."""
    return [address(name) for name in _modules(page, version())]


def modules_from(script: str) -> list[str]:
    """A script with the modules that it imports."""
    return [address(name) for name in _with_imports([script], [])]


@cache
def _modules(page: str, version: str) -> list[str]:
    found = _with_imports(["js/main.js"], [])
    later = _LATER.findall((STATIC / found[0]).read_text(encoding="utf-8"))
    views = {name: path for name, path in later if name}
    shared = [path for name, path in later if not name] if page not in ("sign_in", "password") else []
    return _with_imports([_beside(found[0], path) for path in (*filter(None, [views.get(page)]), *shared)], found)


def _with_imports(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        if name not in found:
            found.append(name)
            imports = _IMPORTS.findall((STATIC / name).read_text(encoding="utf-8"))
            _with_imports([_beside(name, path) for path in imports], found)
    return found


def _beside(name: str, path: str) -> str:
    return os.path.normpath(f"{name}/../{path}")


def are_asked_for(path: str) -> bool:
    return path.startswith(("/static/", "/i18n/"))


def lasts(path: str, query: bytes) -> bool:
    """Whether what is at this address stays as it is for ever."""
    return path.startswith(address("")) or (path.startswith("/i18n/") and query == f"v={version()}".encode())
