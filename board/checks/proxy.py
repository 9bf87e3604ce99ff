"""The address that browsers use: whether the server is reached by it, sockets too, and is told whose they are."""

import http.client
import re
import ssl
from urllib.parse import urlsplit

from board.checks.finding import State
from board.settings import Settings

WITHIN_S = 5.0
MOST = 1_000_000  # bytes of a page
LOCAL = ("127.0.0.1", "::1", "localhost")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - looked for, not listened on
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "Ym9hcmQgY2hlY2sgMTIzNA==",
}
UNSET = "PUBLIC_URL is not set"


def look(settings: Settings) -> tuple[State, str]:
    host = EVERYWHERE.get(settings.host, settings.host)
    own = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    serves = _status(own, "/healthz") == 200
    if settings.origin is None:
        return _unset(own, host, serves)
    return _set(settings.origin, own, serves)


def _unset(own: str, host: str, serves: bool) -> tuple[State, str]:
    if serves and _refused(own):
        return State.WRONG, f"{UNSET}, and browsers come by https: set it to what they see, or no page is live."
    if host not in LOCAL:
        return State.WARNING, f"{UNSET}: browsers come to {own} themselves. Behind a proxy that speaks https no page is live."
    return State.OK, f"{UNSET}: browsers of this machine come to {own}, and no proxy speaks https."


def _set(origin: str, own: str, serves: bool) -> tuple[State, str]:
    try:
        healthy = _ask(origin, "/healthz", {})
    except ssl.SSLCertVerificationError as error:
        return State.WRONG, f"The certificate of {origin} is refused: {error.verify_message}."
    except (OSError, http.client.HTTPException) as error:
        why = f"{origin} can't be reached from here: {getattr(error, 'strerror', None) or type(error).__name__}"
        return (State.WRONG, f"{why}.") if serves else (State.SKIPPED, f"{why}, and no server listens at {own}.")
    if healthy != 200:
        return (State.WRONG if serves else State.SKIPPED), f"{origin} answers {healthy}: does the proxy know where the server is?"
    told = _told_origin(origin)
    if told != origin:
        return State.WRONG, f"The server behind {origin} takes {told or 'another address'} for its own: it refuses sockets."
    met = _status(origin, "/ws", UPGRADE | {"Origin": origin})
    if met == 401:  # nobody is signed in: so it came to be asked
        return State.OK, f"Pages and sockets come through {origin}."
    return State.WRONG, f"{origin} answers, and lets no socket through ({met or 'no answer'}): the proxy has to pass on Upgrade."


def _status(origin: str, path: str, headers: dict[str, str] | None = None) -> int:
    """Return the status of an answer; 0 where there is none."""
    try:
        return _ask(origin, path, headers or {})
    except (OSError, http.client.HTTPException):
        return 0


def _ask(origin: str, path: str, headers: dict[str, str]) -> int:
    connection = _connection(origin)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _connection(origin: str) -> http.client.HTTPConnection:
    to = urlsplit(origin)
    kind = http.client.HTTPSConnection if to.scheme == "https" else http.client.HTTPConnection
    return kind(to.hostname or "", to.port, timeout=WITHIN_S)


def _read(origin: str, path: str) -> str:
    """Return a page; empty where there is none."""
    connection = _connection(origin)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read(MOST).decode(errors="replace") if answer.status == 200 else ""
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()


def _told_origin(origin: str) -> str:
    """Return what the sign-in page says is the server's own address."""
    found = re.search(r'data-origin="([^"]*)"', _read(origin, "/login"))
    return found[1] if found else ""


def _refused(own: str) -> bool:
    """True if the server has met its own pages by https, since it was started, and did not know."""
    return bool(re.search(r'^board_refused_total\{[^}]*"public_url"[^}]*\} (?!0)', _read(own, "/metrics"), re.M))
