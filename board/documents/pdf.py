"""PDF from HTML, with weasyprint (the extra `paper`). It runs in a separate process, because it takes seconds of CPU time and may
fail."""

from importlib.util import find_spec

import structlog

from board.child_process import parent
from board.documents import fonts, pdf_process
from board.errors import Refused
from board.i18n import N_

log = structlog.get_logger()

TIMEOUT_S = 60  # a document with a thousand events takes about 10 s
MAX_HTML = 4_000_000  # bytes; a million bytes take 20 s and 200 MB
MAX_MEMORY = 1024 * 1024 * 1024  # bytes of address space; the libraries use a third of it
MAX_PDF = 64 * 1024 * 1024  # bytes; a thousand times the size of a report
NOT_INSTALLED = N_(
    "This server cannot create PDFs: its extra “paper” is not installed. Its administrator has to run: python3 -m "
    "board install paper. Print the page, or use the Markdown."
)
TOO_LARGE = N_("This takes too long as a PDF. Use the Markdown, or print the page.")


async def pdf(html: str, picture_width: int = 0) -> bytes:
    """Return a PDF of HTML or, with a width in pixels, a PNG of its first page.

    Raises Refused `too_large` if it needs more than MAX_HTML bytes, TIMEOUT_S seconds or MAX_MEMORY bytes. Raises Refused
    `unavailable` if no PDF can be made: with the message NOT_INSTALLED if the machine lacks the packages, and as NoMemory if it
    lacks memory.
    """
    if find_spec("weasyprint") is None:
        raise Refused("unavailable", NOT_INSTALLED)
    source = html.encode()
    if len(source) > MAX_HTML:
        raise Refused("too_large", TOO_LARGE)
    return await _print(source, picture_width, await fonts.environment(html))


def limits() -> parent.Limits:
    """Return the limits of the child process."""
    return parent.Limits(seconds=TIMEOUT_S, memory=MAX_MEMORY, output=MAX_PDF)


async def _print(source: bytes, picture_width: int, variables: dict[str, str]) -> bytes:
    try:
        status, output = await parent.run(pdf_process.__file__, source, limits(), [str(picture_width)], variables)
    except (parent.TimeLimitExceeded, parent.OutputLimitExceeded):
        raise Refused("too_large", TOO_LARGE) from None
    if status == pdf_process.NOT_THERE:
        raise Refused("unavailable", NOT_INSTALLED)
    if status == pdf_process.NO_MEMORY:
        raise Refused("too_large", TOO_LARGE)
    if status or not output.startswith(b"\x89PNG" if picture_width else b"%PDF"):
        log.error("PDF rendering failed", status=status)
        raise Refused("unavailable")
    return output
