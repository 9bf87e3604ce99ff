"""Whether a request comes from a page of ours: what a browser signs with its cookie may have been sent by a page of anybody."""

from typing import TYPE_CHECKING

import structlog
from starlette.requests import HTTPConnection

from board.errors import Refused
from board.i18n import N_
from board.telemetry import metrics

if TYPE_CHECKING:
    from board.engine.identity import Caller
    from board.service import BoardService

log = structlog.get_logger()

NOT_OWN_PAGE = N_("This request does not come from a page of this server.")
NOT_OWN_SOCKET = N_("This socket was not opened by a page of this server.")


def own_origin(connection: HTTPConnection) -> str:
    """The origin of our own pages: what PUBLIC_URL says, else http and the Host header."""
    service: BoardService = connection.app.state.service
    if service.settings.origin:
        return service.settings.origin
    return f"http://{connection.headers.get('host', '')}".lower()


def is_same_origin(connection: HTTPConnection) -> bool:
    """Whether it says our origin, or (the browser says it, no page can) that it has the same one. A socket must say its own."""
    if connection.headers.get("origin", "").lower() == own_origin(connection):
        return True
    if connection.scope["type"] == "http" and connection.headers.get("sec-fetch-site") == "same-origin":
        return True
    _note_https(connection)
    return False


def _note_https(connection: HTTPConnection) -> None:
    """Count, and log, that our own pages came by https and nobody told us: for whoever wonders why no page is live."""
    service: BoardService = connection.app.state.service
    if service.settings.origin is None and connection.headers.get("origin", "").lower() == f"https{own_origin(connection)[4:]}":
        if not metrics.refused.labels("public_url")._value.get():
            log.warning("PUBLIC_URL is not set, and browsers come by https")
        metrics.refused.labels("public_url").inc()


def check_own_page(connection: HTTPConnection) -> None:
    """Raises Refused `forbidden` for what comes from elsewhere, which is written down."""
    if is_same_origin(connection):
        return
    service: BoardService = connection.app.state.service
    caller: Caller | None = getattr(connection.state, "caller", None)
    service.refusals.origin(connection, caller.account if caller is not None and caller.display is None else None)
    raise Refused("forbidden", NOT_OWN_PAGE if connection.scope["type"] == "http" else NOT_OWN_SOCKET)
