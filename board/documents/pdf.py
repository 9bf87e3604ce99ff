"""PDF from HTML, by weasyprint (the extra `paper`), in a process of its own: what takes seconds of a core holds up no board,
and what goes wrong there ends there."""

import asyncio
import contextlib
import os
import sys
from importlib.util import find_spec

from board.documents import pdf_process
from board.errors import Refused
from board.i18n import N_

WITHIN_S = 60  # a paper of a thousand events takes a sixth of this
MAX_HTML = 4_000_000  # bytes; a million take 20 s and 200 MB
MEMORY = 1536 * 1024 * 1024  # bytes of addresses, of which the libraries take a third
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_DIRS", "FONTCONFIG_FILE",
        "FONTCONFIG_PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT")  # fmt: skip
WAITING = 8  # papers that are asked for at once; the next one is told to come back
NOT_INSTALLED = N_(
    "This server can't make a PDF: its extra “paper” is not installed. Its administrator has to run: "
    "python3 -m board install paper. Print the page, or take the Markdown."
)
TOO_LARGE = N_("This takes too long as a PDF. Take the Markdown, or print the page.")
_lock = asyncio.Semaphore(1)
_waiting = 0


async def pdf(html: str) -> bytes:
    """Make a PDF of HTML of at most MAX_HTML bytes, within WITHIN_S seconds and MEMORY bytes.

    Raises Refused `too_large` where that is not enough, and `unavailable`: with NOT_INSTALLED where no PDF can be made here,
    without where it can't be made now.
    """
    global _waiting  # noqa: PLW0603
    if find_spec("weasyprint") is None:
        raise Refused("unavailable", NOT_INSTALLED)
    source = html.encode()
    if len(source) > MAX_HTML:
        raise Refused("too_large", TOO_LARGE)
    if _waiting >= WAITING:
        raise Refused("unavailable")
    _waiting += 1
    try:
        async with _lock:
            return await _print(source)
    finally:
        _waiting -= 1


def environment() -> dict[str, str]:
    """Variables of the child: those that fonts and libraries are found by. Settings, which hold secrets, are not among them."""
    return {name: os.environ[name] for name in KEPT if name in os.environ}


def command() -> list[str]:
    """Arguments of the child: HTML on its standard input becomes a PDF on its standard output."""
    return [sys.executable, "-I", pdf_process.__file__, str(MEMORY), str(WITHIN_S + 1)]


async def _print(source: bytes) -> bytes:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command(), stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=environment()
    )
    try:
        async with asyncio.timeout(WITHIN_S):
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
    if process.returncode or not made.startswith(b"%PDF"):
        raise Refused("unavailable")
    return made
