"""The scripts, styles, pictures and words of the pages. Their address has in it what they are, so a browser that has them once
does not ask for them again: on a bad line a page that asks after a hundred files takes half a minute."""

import hashlib
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from board import words
from board.places import STATIC

# Of another version of them, as while workers are replaced one by one, there is the same file under the same name: it is
# given, and not kept.
_STATIC: Any = StaticFiles(directory=STATIC)
routes: list[BaseRoute] = [Mount("/static/v-{version}", _STATIC), Mount("/static", _STATIC)]


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


def modules() -> list[str]:
    """Every script module, to be fetched at once: a browser that finds them one import after the other needs a second."""
    return [address(path.relative_to(STATIC).as_posix()) for path in sorted(STATIC.rglob("*.js"))]


def are_asked_for(path: str) -> bool:
    return path.startswith(("/static/", "/i18n/"))


def lasts(path: str, query: bytes) -> bool:
    """Whether what is at this address stays as it is for ever."""
    return path.startswith(address("")) or (path.startswith("/i18n/") and query == f"v={version()}".encode())
