"""PDF from HTML, by weasyprint (the extra `paper`) in a process of its own, as it takes seconds of a core and may fail."""

import asyncio
import contextlib
import os
import sys
from importlib.util import find_spec

import structlog

from board.documents import pdf_process
from board.errors import Refused
from board.i18n import N_

log = structlog.get_logger()

TIMEOUT_S = 60  # a document of a thousand events takes a sixth of this
MAX_HTML = 4_000_000  # bytes; a million take 20 s and 200 MB
MAX_MEMORY = 1536 * 1024 * 1024  # bytes of address space, of which the libraries take a third
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_DIRS", "FONTCONFIG_FILE",
        "FONTCONFIG_PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT")  # fmt: skip
MAX_WAITING = 8  # documents requested at once; further requests are told to retry
NOT_INSTALLED = N_(
    "This server cannot create PDFs: its extra “paper” is not installed. Its administrator has to run: python3 -m "
    "board install paper. Print the page, or use the Markdown."
)
TOO_LARGE = N_("This takes too long as a PDF. Use the Markdown, or print the page.")
_lock = asyncio.Semaphore(1)
_waiting = 0


async def pdf(html: str, picture_width: int = 0) -> bytes:
    """Make a PDF of HTML of at most MAX_HTML bytes, within TIMEOUT_S seconds and MAX_MEMORY bytes; or, with a width in pixels,
    a PNG of its first page.

    Raises Refused `too_large` if that is not enough, `unavailable` if no PDF can be made: with the message NOT_INSTALLED if
    that is so on this machine in general.
    """
    global _waiting  # noqa: PLW0603
    if find_spec("weasyprint") is None:
        raise Refused("unavailable", NOT_INSTALLED)
    source = html.encode()
    if len(source) > MAX_HTML:
        raise Refused("too_large", TOO_LARGE)
    if _waiting >= MAX_WAITING:
        raise Refused("unavailable")
    _waiting += 1
    try:
        async with _lock:
            return await _print(source, picture_width)
    finally:
        _waiting -= 1


def environment() -> dict[str, str]:
    """Return the child's environment: what fonts and libraries need, without settings, which hold secrets."""
    return {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}


def command(picture_width: int = 0) -> list[str]:
    """Return the child's command line: HTML on standard input, PDF or picture on standard output."""
    return [sys.executable, "-I", pdf_process.__file__, str(MAX_MEMORY), str(TIMEOUT_S + 1), str(picture_width)]


async def _print(source: bytes, picture_width: int) -> bytes:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command(picture_width), stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=environment()
    )
    try:
        async with asyncio.timeout(TIMEOUT_S):
            made, _ = await process.communicate(source)
    except TimeoutError:
        raise Refused("too_large", TOO_LARGE) from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    if process.returncode == pdf_process.NOT_THERE:
        raise Refused("unavailable", NOT_INSTALLED)
    if process.returncode == pdf_process.NO_MEMORY:
        raise Refused("too_large", TOO_LARGE)
    if process.returncode or not made.startswith(b"\x89PNG" if picture_width else b"%PDF"):
        log.error("no PDF was made", status=process.returncode)
        raise Refused("unavailable")
    return made
