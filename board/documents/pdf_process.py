"""HTML on standard input becomes PDF on standard output. Run by its path, isolated: it needs weasyprint and nothing of the board.
Arguments: the bytes of memory and the seconds of a processor that it may take.
Exit 3: weasyprint, or a library of the system that it needs, is not there. Exit 4: the memory was not enough."""

import contextlib
import os
import sys

NOT_THERE, NO_MEMORY = 3, 4


def limit(memory: int, seconds: int) -> None:
    """Bound what this process may take, and let others go first. Windows and macOS do not know all of these limits."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        os.nice(10)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def main() -> int:
    """Write the PDF. A paper needs nothing from anywhere: an address in it, whoever typed it, is not gone to."""
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
