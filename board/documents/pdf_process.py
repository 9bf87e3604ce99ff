"""Converter from HTML on standard input to PDF on standard output. Run by its path, isolated: it needs weasyprint and nothing
of the board. Arguments: the limits of memory (bytes) and processor time (seconds). Exit 3: weasyprint, or a system library
that it needs, is missing. Exit 4: out of memory."""

import contextlib
import os
import sys

NOT_THERE, NO_MEMORY = 3, 4


def limit(memory: int, seconds: int) -> None:
    """Limit the resources of this process, and lower its priority. Windows and macOS do not have all of these limits."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        os.nice(10)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def main() -> int:
    """Write the PDF. No URL in the document is fetched, whoever typed it."""
    limit(int(sys.argv[1]), int(sys.argv[2]))
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):
        return NOT_THERE
    try:
        html = HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=URLFetcher(allowed_protocols=()))
        sys.stdout.buffer.write(html.write_pdf(pdf_tags=True))
    except MemoryError:
        return NO_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main())
