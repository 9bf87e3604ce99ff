"""Cookies of this server, read in linear time.

Python's reader of cookies, which Starlette asks, takes the square of the length for one full of backslashes (CVE-2024-7592,
in Python before 3.12.6). Our values are never quoted, so nothing has to be unquoted.
"""

from starlette.requests import HTTPConnection


def value(connection: HTTPConnection, name: str) -> str:
    """Return the value of a cookie of ours; empty where it was not sent. Of several by one name, the last one counts."""
    found = ""
    for header in connection.headers.getlist("cookie"):
        for pair in header.split(";"):
            key, equals, content = pair.partition("=")
            if equals and key.strip() == name:
                found = content.strip()
    return found
