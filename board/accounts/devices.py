"""Browsers (known devices) in which somebody has signed in to an account before.

Wrong attempts in them are counted separately from those of strangers, so that no stranger can lock the owner out (OWASP, "Slow
Down Online Guessing Attacks with Device Cookies").

The cookie is a random name of the browser and a signature for each account, keyed by the account's password hash. The server
stores nothing, and a new password invalidates all devices.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from typing import NamedTuple

from starlette.requests import HTTPConnection
from starlette.responses import Response

from board.accounts.device_names import device_of
from board.engine.identity import digest
from board.web.auth import SESSION
from board.web.cookies import LONGEST, Cookie
from models.accounts import Account

COOKIE = Cookie("board_device", LONGEST)
MAX_ACCOUNTS = 10  # per browser, for a machine that a shift shares; the oldest is dropped
_VALUE = re.compile(rf"[\w-]{{22}}(\.[\w-]{{22}}){{1,{MAX_ACCOUNTS}}}", re.ASCII)


class SignInBrowser(NamedTuple):
    """Browser in which somebody signs in.

    `device`: its stored description. `is_known`: whether it is a known device of the account. `session`: digest of the browser's
    current session, which the sign-in ends; empty if it has none.
    """

    device: str = ""
    is_known: bool = True
    session: str = ""


NO_BROWSER = SignInBrowser()


def browser_of(connection: HTTPConnection, account: Account) -> SignInBrowser:
    """Return the browser of a sign-in to this account."""
    cookie = SESSION.value(connection)
    is_known = known_device(COOKIE.value(connection), account) is not None
    return SignInBrowser(device_of(connection), is_known, digest(cookie) if cookie else "")


def known_device(cookie: str, account: Account | None) -> str | None:
    """Return the random name of the browser if it is a known device of this account, otherwise None."""
    name, *signatures = _parts(cookie)
    if account is None or not signatures:
        return None
    signature = _signature(name, account)
    return name if any(hmac.compare_digest(signature, cookie_signature) for cookie_signature in signatures) else None


def with_account(cookie: str, account: Account) -> str:
    """Return the cookie with this account added."""
    name, *signatures = _parts(cookie)
    name = name or secrets.token_urlsafe(16)
    signature = _signature(name, account)
    return ".".join([name, *[earlier for earlier in signatures if earlier != signature][1 - MAX_ACCOUNTS :], signature])


def remember(connection: HTTPConnection, response: Response, account: Account) -> None:
    """Mark the browser of a request as known to this account, by a cookie."""
    COOKIE.set(connection, response, with_account(COOKIE.value(connection), account))


def _parts(cookie: str) -> list[str]:
    """Return name and signatures; an empty name if the cookie is malformed."""
    return cookie.split(".") if _VALUE.fullmatch(cookie) else [""]


def _signature(name: str, account: Account) -> str:
    mac = hmac.digest(account.password.encode(), b"device " + name.encode(), hashlib.sha256)
    return urlsafe_b64encode(mac[:16]).decode().rstrip("=")
