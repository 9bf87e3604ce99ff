"""Screen from which a request comes, for the read log: a name in the table of pages."""

from functools import cache
from urllib.parse import parse_qs, urlsplit

from starlette.requests import HTTPConnection

from board.config import page_table

API = "api"  # a program with a token
REPLAY = "replay"  # page that shows the past
SCREEN = "screen"  # query parameter of a socket
MAX_REFERER = 2_000  # characters
SEARCHES = "searches"  # first part of the addresses of a search
OF_SEARCH = {"timeline": "timeline", "history": "history", "reads": "reads"}  # pages of a search, by the last part
OTHERS = {"handovers": "handover", "help": "plain", "accounts": "accounts"}  # other pages, by the first part


def screen_of(connection: HTTPConnection, is_program: bool) -> str:
    """Return the name of the page that sent this request or opened this socket; empty if it is not known."""
    if is_program:
        return API
    if connection.scope["type"] == "websocket":
        name = connection.query_params.get(SCREEN, "")
        return name if name in _names() else ""
    if not connection.url.path.startswith("/api/"):
        return _page_at(connection.url.path)
    try:
        page = urlsplit(connection.headers.get("referer", "")[:MAX_REFERER])
    except ValueError:
        return ""
    return REPLAY if "at" in parse_qs(page.query) else _page_at(page.path)


def _page_at(path: str) -> str:
    """Return the name of the page at a path."""
    if (name := _by_path().get(path)) is not None:
        return name
    parts = path.strip("/").split("/")
    if parts[0] == SEARCHES and len(parts) > 1:
        return OF_SEARCH.get(parts[2], "search") if len(parts) == 3 else "search"
    return "reads" if path == "/account/reads" else OTHERS.get(parts[0], "")


@cache
def _names() -> frozenset[str]:
    return frozenset(page.name for page in page_table.PAGES)


@cache
def _by_path() -> dict[str, str]:
    return {page.path: page.name for page in page_table.PAGES if page.path}
