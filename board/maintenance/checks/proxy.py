"""Check of the public address: whether pages and sockets reach the server through it, and whether the server accepts its
origin."""

import http.client
import re
import ssl
from contextlib import closing
from urllib.parse import urlsplit

from board.config.settings import Settings
from board.maintenance.checks.finding import State

TIMEOUT_S = 5.0
MAX_PAGE_BYTES = 1_000_000  # bytes read of a page
LOCAL = ("127.0.0.1", "::1", "localhost")
LOOPBACK_OF = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - looked for, not listened on
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "Ym9hcmQgY2hlY2sgMTIzNA==",
}
UNSET = "PUBLIC_URL is not set"


def check(settings: Settings) -> tuple[State, str]:
    host = LOOPBACK_OF.get(settings.host, settings.host)
    own = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    serves = _status(own, "/healthz") == 200
    if settings.origin is None:
        return _unset(own, host, serves)
    return _set(settings.origin, own, serves)


def _unset(own: str, host: str, serves: bool) -> tuple[State, str]:
    if serves and _refused(own):
        return State.WRONG, (
            f"{UNSET}, so the server expects pages at {own}, and browsers come by https: set it to the address they use, "
            "or pages get no live updates. The log names it, as `origin refused`."
        )
    if host not in LOCAL:
        return State.WARNING, f"{UNSET}: browsers connect to {own} directly. Behind an https proxy, pages get no live updates."
    return State.OK, f"{UNSET}: only browsers on this machine connect, to {own}, without an https proxy."


def _set(origin: str, own: str, serves: bool) -> tuple[State, str]:
    try:
        healthy, _, elsewhere = _ask(origin, "/healthz", max_bytes=0)
    except ssl.SSLCertVerificationError as error:
        return State.WRONG, f"The certificate of {origin} is refused: {error.verify_message}."
    except (OSError, http.client.HTTPException) as error:
        why = f"{origin} can't be reached from here: {getattr(error, 'strerror', None) or type(error).__name__}"
        return (State.WRONG, f"{why}.") if serves else (State.SKIPPED, f"{why}, and no server listens at {own}.")
    if elsewhere and elsewhere != origin:
        return (
            State.WRONG,
            f"PUBLIC_URL is {origin}, which redirects to {elsewhere}: set PUBLIC_URL to the address that people use.",
        )
    if healthy != 200:
        return (State.WRONG if serves else State.SKIPPED), f"{origin} answers {healthy}: does the proxy know where the server is?"
    stated = _stated_origin(origin)
    if stated != origin:
        return (
            State.WRONG,
            f"PUBLIC_URL is {origin}, and the server there takes {stated or 'another address'} for its own, so it refuses "
            f"sockets: set PUBLIC_URL of that server, and restart it.",
        )
    status = _status(origin, "/ws", UPGRADE | {"Origin": origin})
    if status == 401:  # 401: the request reached the server as a socket, without a session
        return State.OK, f"Pages and sockets work through {origin}."
    return (
        State.WRONG,
        f"{origin} answers, but lets no socket through ({status or 'no answer'}): the proxy has to forward Upgrade headers.",
    )


def _status(origin: str, path: str, headers: dict[str, str] | None = None) -> int:
    """Return the status of a response; 0 if there is none."""
    try:
        return _ask(origin, path, headers, max_bytes=0)[0]
    except (OSError, http.client.HTTPException):
        return 0


def _ask(origin: str, path: str, headers: dict[str, str] | None = None, max_bytes: int = MAX_PAGE_BYTES) -> tuple[int, str, str]:
    """Return the status of a response, its page if that is good, and the origin that it redirects to. With `max_bytes` 0 the body
    is not waited for."""
    to = urlsplit(origin)
    kind = http.client.HTTPSConnection if to.scheme == "https" else http.client.HTTPConnection
    with closing(kind(to.hostname or "", to.port, timeout=TIMEOUT_S)) as connection:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        page = answer.read(max_bytes).decode(errors="replace") if max_bytes and answer.status == 200 else ""
        redirect = re.match(r"https?://[^/?#]+", answer.getheader("Location") or "")
        return answer.status, page, redirect[0].lower() if redirect else ""


def _read(origin: str, path: str) -> str:
    """Return a page; empty if there is none."""
    try:
        return _ask(origin, path)[1]
    except (OSError, http.client.HTTPException):
        return ""


def _stated_origin(origin: str) -> str:
    """Return the server's own address as the sign-in page states it."""
    found = re.search(r'data-origin="([^"]*)"', _read(origin, "/login"))
    return found[1] if found else ""


def _refused(own: str) -> bool:
    """Return whether the server has refused its own pages since it was started, because they came by https."""
    return bool(re.search(r'^board_refused_total\{[^}]*"public_url"[^}]*\} (?!0)', _read(own, "/metrics"), re.M))
