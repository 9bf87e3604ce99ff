"""HTML on standard input becomes PDF on standard output. Run by its path, isolated: it needs weasyprint and nothing of the board.
Exit 3: weasyprint, or a library of the system that it needs, is not there."""

import sys

NOT_THERE = 3


def main() -> int:
    """A paper needs nothing from anywhere: an address in it, whoever typed it, is not gone to."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):
        return NOT_THERE
    html = HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=URLFetcher(allowed_protocols=()))
    sys.stdout.buffer.write(html.write_pdf(pdf_tags=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
