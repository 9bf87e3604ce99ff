"""PDF from HTML, by weasyprint (the extra `paper`), in a process of its own: what takes seconds of a core holds up no board,
and what goes wrong there ends there."""

import asyncio
import contextlib
import sys
from importlib.util import find_spec

from board.errors import Refused
from board.paper import print_html
from board.words import N_

WITHIN_S = 60  # a paper of a thousand events takes a sixth of this
WAITING = 8  # papers that are asked for at once; the next one is told to come back
MISSING = N_(
    "This server can't make a PDF: its extra “paper” is not installed. Its administrator has to run: "
    "python3 -m board install paper. Print the page, or take the Markdown."
)
_one = asyncio.Semaphore(1)
_asked = 0


async def pdf(html: str) -> bytes:
    """Raises Refused `unavailable`: with MISSING where it can't be made here, without where it can't be made now."""
    global _asked  # noqa: PLW0603
    if find_spec("weasyprint") is None:
        raise Refused("unavailable", MISSING)
    if _asked >= WAITING:
        raise Refused("unavailable")
    _asked += 1
    try:
        async with _one:
            return await _print(html)
    finally:
        _asked -= 1


async def _print(html: str) -> bytes:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", print_html.__file__, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(WITHIN_S):
            made, _ = await process.communicate(html.encode())
    except TimeoutError:
        raise Refused("unavailable") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    if process.returncode == print_html.NOT_THERE:
        raise Refused("unavailable", MISSING)
    if process.returncode or not made.startswith(b"%PDF"):
        raise Refused("unavailable")
    return made
