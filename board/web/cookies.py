"""Cookies of this server: set with one set of attributes, and parsed in linear time.

Starlette uses Python's parser, which takes quadratic time for a cookie full of backslashes (CVE-2024-7592, in Python before
3.12.6). Our values are never quoted, so nothing has to be unquoted.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from starlette.requests import HTTPConnection
from starlette.responses import Response

LONGEST = timedelta(days=400)  # browsers keep no cookie longer (RFC 6265bis, 5.5)


@dataclass(frozen=True, slots=True)
class Cookie:
    """Cookie that no script can read. Under https its name has a prefix, so that no other host can set it."""

    name: str
    lasts: timedelta
    samesite: Literal["lax", "strict"] = "strict"

    def value(self, connection: HTTPConnection) -> str:
        """Return the value in a request; empty if there is none."""
        return parse(connection, self._name(connection))

    def set(self, connection: HTTPConnection, response: Response, value: str) -> None:
        """Set the cookie with the response to a request."""
        lasts = int(self.lasts.total_seconds())
        response.set_cookie(self._name(connection), value, lasts, **self._attributes(connection))

    def delete(self, connection: HTTPConnection, response: Response) -> None:
        """Delete the cookie with the response to a request."""
        response.delete_cookie(self._name(connection), **self._attributes(connection))

    def _name(self, connection: HTTPConnection) -> str:
        return f"__Host-{self.name}" if _is_secure(connection) else self.name

    def _attributes(self, connection: HTTPConnection) -> dict[str, Any]:
        return {"path": "/", "secure": _is_secure(connection), "httponly": True, "samesite": self.samesite}


def _is_secure(connection: HTTPConnection) -> bool:
    secure: bool = connection.app.state.service.settings.secure
    return secure


def parse(connection: HTTPConnection, name: str) -> str:
    """Return the value of one of our cookies; empty if it was not sent. If several have the same name, the last counts."""
    value = ""
    for header in connection.headers.getlist("cookie"):
        for pair in header.split(";"):
            key, equals, content = pair.partition("=")
            if equals and key.strip() == name:
                value = content.strip()
    return value
