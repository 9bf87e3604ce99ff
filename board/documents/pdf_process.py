"""Converter from HTML on standard input to PDF on standard output. It runs as an isolated script: it needs weasyprint and nothing
from the board.

Argument: width in pixels of a picture of the first page, which is written instead of the PDF; 0 for the PDF. Exit code 3:
weasyprint or another library is missing. Exit code 4: out of memory.
"""

import ctypes.util
import io
import os
import re
import sys
from collections.abc import Callable
from typing import Any

NOT_THERE, NO_MEMORY = 3, 4
STEPS = re.compile(r'class="step-0" data-steps="(\d+)"(?: data-pages="(\w+)")?')
FILLED = 0.3  # part of a page's height: a last page with less text is nearly empty


def fitted(html: str, render: Callable[[str], Any]) -> Any:
    """Return the document, at the first step that fits if it declares steps (`class="step-0" data-steps="24"`).

    Each step has less or smaller text. A document fits if it has one page or, with `data-pages="fewest"`, as few pages as its
    last step. With `data-pages="filled"`, it fits unless its last page is nearly empty and a step has fewer pages.
    """
    declared = STEPS.search(html)
    too_long = render(html)
    if declared is None or len(too_long.pages) == 1:
        return too_long
    if declared[2] == "filled":
        return _filled(html, int(declared[1]), too_long, render)
    low, high, best, pages = 1, int(declared[1]), None, 1
    if declared[2] == "fewest":
        best = render(_at_step(html, high))
        high, pages = high - 1, len(best.pages)
        if len(too_long.pages) <= pages:
            return too_long
    while low <= high:
        step = (low + high) // 2
        document = render(_at_step(html, step))
        if len(document.pages) <= pages:
            high, best = step - 1, document
        else:
            low, too_long = step + 1, document
    return best or too_long  # several pages, even at the last step


def _filled(html: str, steps: int, document: Any, render: Callable[[str], Any]) -> Any:
    """Return a document at the first step that removes a nearly empty last page; unchanged if there is no such page or step."""
    if _filled_part(document.pages[-1]) >= FILLED:
        return document
    tighter = (render(_at_step(html, step)) for step in range(1, steps + 1))
    return next((other for other in tighter if len(other.pages) < len(document.pages)), document)


def _filled_part(page: Any) -> float:
    """Return the part of a page's height that its text fills."""
    box = page._page_box  # weasyprint has no public attribute
    ends = [child.position_y + child.height - box.content_box_y() for child in box.children[:1]]
    return float(max(ends, default=0.0)) / float(box.height)


def _at_step(html: str, step: int) -> str:
    return html.replace('class="step-0"', f'class="step-{step}"', 1)


def without_producer(document: Any, pdf: Any) -> None:
    """Remove the name and version of weasyprint from a PDF, so that paper discloses nothing about the server."""
    pdf.info.pop("Producer", None)


def picture(pdf: bytes, width: int) -> bytes:
    """Return the first page of a PDF as a PNG of this width in pixels."""
    import pypdfium2

    page = pypdfium2.PdfDocument(pdf)[0]
    output = io.BytesIO()
    page.render(scale=width / page.get_width()).to_pil().save(output, "PNG")
    return output.getvalue()


def search_no_libraries() -> None:
    """Load libraries only by name on Linux. A search for them would start ldconfig and a compiler, which is not allowed here."""
    if sys.platform == "linux":
        ctypes.util.find_library = lambda name: None


def main() -> int:
    """Write the PDF. Fetches no URL in the document; its pictures are embedded as data."""
    width = int(sys.argv[1])
    search_no_libraries()
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):
        return NOT_THERE
    try:
        fetcher = URLFetcher(allowed_protocols=("data",))
        html = sys.stdin.buffer.read().decode()
        document = fitted(html, lambda text: HTML(string=text, url_fetcher=fetcher).render(pdf_tags=True))
        pdf = document.write_pdf(pdf_tags=True, finisher=without_producer)
        sys.stdout.buffer.write(picture(pdf, width) if width else pdf)
    except ImportError:
        return NOT_THERE
    except MemoryError:
        return NO_MEMORY
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.buffer.flush()
    os._exit(status)  # a normal exit unloads Pango while its thread may run, and crashes after the PDF was written
