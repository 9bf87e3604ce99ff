"""Cookies of this server, parsed in linear time.

Starlette uses Python's parser, which takes quadratic time for a cookie full of backslashes (CVE-2024-7592, in Python before
3.12.6). Our values are never quoted, so nothing has to be unquoted.
"""

from starlette.requests import HTTPConnection


def value(connection: HTTPConnection, name: str) -> str:
    """Return the value of one of our cookies; empty if it was not sent. Of several with one name, the last counts."""
    found = ""
    for header in connection.headers.getlist("cookie"):
        for pair in header.split(";"):
            key, equals, content = pair.partition("=")
            if equals and key.strip() == name:
                found = content.strip()
    return found
