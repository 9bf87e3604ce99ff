"""Head of a request: recognition of WebSocket handshakes, and refusal of heads that a proxy and h11 may read differently, so that
no request hides in the body of another.

RFC 9112 lets a server accept some of these. No client of ours sends them.
"""

import re

import h11

_BARE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_FOLDED_LINE = re.compile(rb"\r\n[ \t]")  # obs-fold
_LENGTH = re.compile(rb"\r\n(content-length|transfer-encoding)[ \t]*:([^\r\n]*)", re.IGNORECASE)
_HANDSHAKE = (
    re.compile(rb"\AGET [\x21-\x7e]+ HTTP/1\.1\r\n"),
    re.compile(rb"(?i)\r\nhost:"),
    re.compile(rb"(?i)\r\nupgrade: *websocket *(\r\n|\Z)"),
    re.compile(rb"(?i)\r\nconnection:[^\r\n]*\bupgrade\b"),
)


def is_ambiguous(head: bytes) -> bool:
    """Return whether the length or the lines of a request's head, up to its empty line, are ambiguous."""
    if _BARE_LINE_END.search(head) or _FOLDED_LINE.search(head):
        return True
    fields = _LENGTH.findall(head)
    if len(fields) > 1:  # both fields, or one of them twice
        return True
    name, value = fields[0] if fields else (b"", b"")
    is_old = b" HTTP/1.1\r\n" not in head[: head.find(b"\r\n") + 2]  # HTTP/1.0 has no Transfer-Encoding
    return b"," in value or (is_old and name.lower() == b"transfer-encoding")


def is_websocket_handshake(head: bytes) -> bool:
    """Return whether a head, without its empty line, is a WebSocket handshake in the usual form."""
    return all(pattern.search(head) for pattern in _HANDSHAKE)


def encode_head(request: h11.Request) -> bytes:
    """Return the head of a request, for a parser that reads it again."""
    fields = b"".join(b"%b: %b\r\n" % field for field in request.headers)
    return b"%b %b HTTP/1.1\r\n%b\r\n" % (request.method, request.target, fields)
