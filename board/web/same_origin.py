"""Same-origin check: a page of another site may have sent a request with our cookie."""

import re
from typing import TYPE_CHECKING

import structlog
from starlette.requests import HTTPConnection

from board.errors import Refused
from board.i18n import N_, message
from board.telemetry import metrics

if TYPE_CHECKING:
    from board.engine.identity import Caller
    from board.service import BoardService

log = structlog.get_logger()

NOT_OWN_PAGE = N_("This request was not sent from a Searchboard page.")
NOT_OWN_SOCKET = N_("This connection was not opened from a Searchboard page.")
OTHER_ADDRESS = N_(
    "This came from a page at {here}, but the address of this Searchboard is {own}. Open {own}. If that is the wrong address, "
    "ask an administrator to correct PUBLIC_URL."
)
ORIGIN = re.compile(r"https?://[a-z0-9.:\[\]-]{1,200}")  # origin that is safe to show: a client may send any text


def own_origin(connection: HTTPConnection) -> str:
    """Return the origin of our pages: that of PUBLIC_URL, otherwise http and the Host header."""
    service: BoardService = connection.app.state.service
    if service.settings.origin:
        return service.settings.origin
    return f"http://{connection.headers.get('host', '')}".lower()


def is_same_origin(connection: HTTPConnection) -> bool:
    """Return whether a request has our Origin header or (HTTP only) `Sec-Fetch-Site: same-origin`. Pages can't forge either."""
    if connection.headers.get("origin", "").lower() == own_origin(connection):
        return True
    if connection.scope["type"] == "http" and connection.headers.get("sec-fetch-site") == "same-origin":
        return True
    _note_https(connection)
    return False


def _note_https(connection: HTTPConnection) -> None:
    """Count pages that arrived by https while PUBLIC_URL is not set: it explains why no page is live."""
    service: BoardService = connection.app.state.service
    if service.settings.origin is None and stated_origin(connection) == f"https{own_origin(connection)[4:]}":
        metrics.refused.labels("public_url").inc()


def stated_origin(connection: HTTPConnection) -> str:
    """Return the origin that a client states; empty if it is not safe to show."""
    origin = connection.headers.get("origin", "").lower()
    return origin if ORIGIN.fullmatch(origin) else ""


def check_own_page(connection: HTTPConnection) -> None:
    """Raise Refused `forbidden` for requests from other origins, and record them in the audit journal."""
    if is_same_origin(connection):
        return
    service: BoardService = connection.app.state.service
    caller: Caller | None = getattr(connection.state, "caller", None)
    service.refusals.origin(connection, caller.account if caller is not None and caller.display is None else None)
    connection.state.refusal_is_recorded = True
    page_origin, server_origin = stated_origin(connection), own_origin(connection)
    _log_refusal(connection, page_origin, server_origin)
    explanation = (
        message(OTHER_ADDRESS, here=page_origin, own=server_origin) if page_origin and ORIGIN.fullmatch(server_origin) else None
    )
    refused = Refused("forbidden", explanation or (NOT_OWN_PAGE if connection.scope["type"] == "http" else NOT_OWN_SOCKET))
    refused.is_recorded = True
    raise refused


def _log_refusal(connection: HTTPConnection, page_origin: str, server_origin: str) -> None:
    """Log both addresses if this server served the page; otherwise the text of the header is untrusted."""
    service: BoardService = connection.app.state.service
    public = service.settings.origin
    is_ours = bool(page_origin) and page_origin.partition("://")[2] == connection.headers.get("host", "").lower()
    reason = "PUBLIC_URL is not set" if public is None else "PUBLIC_URL differs"
    log.warning(
        "origin refused", reason=reason, origin=page_origin if is_ours else None, own=server_origin if is_ours else public
    )
