"""Known devices: browsers in which somebody has signed in to an account before. Their wrong tries are counted apart from those of
strangers, so that no stranger can keep the account's own people out (OWASP, "Slow Down Online Guessing Attacks with Device
Cookies").

The cookie is a random name of the browser and a signature for each account, by a key that only the account's row has: the hash
of its password. So the server keeps nothing, and a new password forgets all devices.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode

from starlette.requests import HTTPConnection
from starlette.responses import Response

from board.web import cookies
from models.accounts import Account

COOKIE = "board_device"
LASTS_S = 400 * 24 * 3_600  # the longest that browsers keep one (RFC 6265bis, 5.5)
MOST = 10  # accounts that are known to one browser: of a machine that a shift shares; the one of longest ago is forgotten
_VALUE = re.compile(rf"[\w-]{{22}}(\.[\w-]{{22}}){{1,{MOST}}}", re.ASCII)


def known(cookie: str, account: Account | None) -> str | None:
    """The name of the browser, if somebody has signed in to this account there."""
    name, *signatures = _parts(cookie)
    if account is None or not signatures:
        return None
    own = _signature(name, account)
    return name if any(hmac.compare_digest(own, each) for each in signatures) else None


def signed(cookie: str, account: Account) -> str:
    """The cookie, with this account among those that are known."""
    name, *signatures = _parts(cookie)
    name = name or secrets.token_urlsafe(16)
    own = _signature(name, account)
    return ".".join([name, *[each for each in signatures if each != own][1 - MOST :], own])


def cookie_of(connection: HTTPConnection) -> str:
    return cookies.value(connection, _name(connection))


def give(connection: HTTPConnection, response: Response, account: Account) -> None:
    """Make the browser that asks one that is known to this account."""
    secure = connection.app.state.desk.settings.secure
    value = signed(cookie_of(connection), account)
    response.set_cookie(
        _name(connection), value, max_age=LASTS_S, httponly=True, secure=secure, samesite="strict", path="/"
    )  # fmt: skip


def _name(connection: HTTPConnection) -> str:
    return f"__Host-{COOKIE}" if connection.app.state.desk.settings.secure else COOKIE


def _parts(cookie: str) -> list[str]:
    """Name and signatures; an empty name where the cookie is none of ours."""
    return cookie.split(".") if _VALUE.fullmatch(cookie) else [""]


def _signature(name: str, account: Account) -> str:
    made = hmac.digest(account.password.encode(), b"device " + name.encode(), hashlib.sha256)
    return urlsafe_b64encode(made[:16]).decode().rstrip("=")
