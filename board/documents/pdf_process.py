"""Converter from HTML on standard input to PDF on standard output. Run by its path, isolated: it needs weasyprint and nothing
of the board. Argument: the width (pixels) of a picture of the first page, which is then written in place of the PDF; 0: none.
Exit 3: weasyprint, or a library that it or the picture needs, is missing. Exit 4: out of memory."""

import ctypes.util
import io
import os
import re
import sys
from collections.abc import Callable
from typing import Any

NOT_THERE, NO_MEMORY = 3, 4
STEPS = re.compile(r'class="step-0" data-steps="(\d+)"( data-pages="fewest")?')


def fitted(html: str, render: Callable[[str], Any]) -> Any:
    """Return the document. One that names its steps (`class="step-0" data-steps="24"`) is on one page, or on as few pages as its
    last step needs (`data-pages="fewest"`): of its steps, each of which has less text or a smaller one, the first that fits."""
    named = STEPS.search(html)
    made = render(html)
    if named is None or len(made.pages) == 1:
        return made
    low, high, best, pages = 1, int(named[1]), None, 1
    if named[2]:
        best = render(_at_step(html, high))
        high, pages = high - 1, len(best.pages)
        if len(made.pages) <= pages:
            return made
    while low <= high:
        step = (low + high) // 2
        tried = render(_at_step(html, step))
        if len(tried.pages) <= pages:
            high, best = step - 1, tried
        else:
            low, made = step + 1, tried
    return best or made  # on its smallest step, on more than one page


def _at_step(html: str, step: int) -> str:
    return html.replace('class="step-0"', f'class="step-{step}"', 1)


def without_producer(document: Any, pdf: Any) -> None:
    """Take the name and the version of the program that makes it out of a PDF: what is given out says nothing of the server."""
    pdf.info.pop("Producer", None)


def picture(pdf: bytes, width: int) -> bytes:
    """Return the first page of a PDF as a PNG, so many pixels wide."""
    import pypdfium2

    page = pypdfium2.PdfDocument(pdf)[0]
    made = io.BytesIO()
    page.render(scale=width / page.get_width()).to_pil().save(made, "PNG")
    return made.getvalue()


def search_no_libraries() -> None:
    """Let libraries be found by their names alone on Linux: a search would start ldconfig and a compiler, which is refused."""
    if sys.platform == "linux":
        ctypes.util.find_library = lambda name: None


def main() -> int:
    """Write the PDF. No URL in the document is fetched, whoever typed it; its own pictures are in it as data."""
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
    os._exit(status)  # a common exit unloads Pango while a thread of it may run: a segmentation fault, after a PDF was made
