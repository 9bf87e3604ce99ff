"""Check of the public address: pages and sockets reach the server through it, and the server accepts its origin."""

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
    local_url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    is_serving = _status(local_url, "/healthz") == 200
    if settings.origin is None:
        return _unset(local_url, host, is_serving)
    return _set(settings.origin, local_url, is_serving)


def _unset(local_url: str, host: str, is_serving: bool) -> tuple[State, str]:
    if is_serving and _refused(local_url):
        return State.WRONG, (
            f"{UNSET}, so the server expects pages at {local_url}, and browsers come by https: set it to the address they use, "
            "or pages get no live updates. The log names it, as `origin refused`."
        )
    if host not in LOCAL:
        return (
            State.WARNING,
            f"{UNSET}: browsers connect to {local_url} directly. Behind an https proxy, pages get no live updates.",
        )
    return State.OK, f"{UNSET}: only browsers on this machine connect, to {local_url}, without an https proxy."


def _set(origin: str, local_url: str, is_serving: bool) -> tuple[State, str]:
    try:
        healthy, _, target = _ask(origin, "/healthz", max_bytes=0)
    except ssl.SSLCertVerificationError as error:
        return State.WRONG, f"The certificate of {origin} is refused: {error.verify_message}."
    except (OSError, http.client.HTTPException) as error:
        why = f"{origin} can't be reached from here: {getattr(error, 'strerror', None) or type(error).__name__}"
        return (State.WRONG, f"{why}.") if is_serving else (State.SKIPPED, f"{why}, and no server listens at {local_url}.")
    if target and target != origin:
        return (
            State.WRONG,
            f"PUBLIC_URL is {origin}, which redirects to {target}: set PUBLIC_URL to the address that people use.",
        )
    if healthy != 200:
        return (
            State.WRONG if is_serving else State.SKIPPED
        ), f"{origin} answers {healthy}: does the proxy know where the server is?"
    stated_origin = _stated_origin(origin)
    if stated_origin != origin:
        return (
            State.WRONG,
            f"PUBLIC_URL is {origin}, and the server there takes {stated_origin or 'another address'} for its own, so it refuses "
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
    """Return the status of a response, its page if the status is 200, and the origin that it redirects to.

    With `max_bytes` 0, do not wait for the body.
    """
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
    match = re.search(r'data-origin="([^"]*)"', _read(origin, "/login"))
    return match[1] if match else ""


def _refused(local_url: str) -> bool:
    """Return whether the server has refused its own pages since its start, because they arrived by https."""
    return bool(re.search(r'^board_refused_total\{[^}]*"public_url"[^}]*\} (?!0)', _read(local_url, "/metrics"), re.M))
