"""Files that harm a program that trusts them: scanners, decoders, and readers of names."""

import struct
import zlib
from collections.abc import Iterator

COMMENTS = b"<!-- -->" * 40 + b"<"  # exponential for `(?:<!--.*?-->\s*)*` before 0.5
BOMB_SIDE = 30_000  # pixels


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(side: int = BOMB_SIDE) -> bytes:
    """Return a small PNG that claims to be `side` pixels wide and high."""
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def gif_bomb() -> bytes:
    """Return a GIF of 34 bytes that claims to be 65,535 pixels wide and high."""
    return b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0"


def all_files() -> Iterator[tuple[str, bytes]]:
    """Yield names and contents."""
    yield "comments.html", COMMENTS
    yield "comments.svg", b"<?xml " + COMMENTS * 20
    yield "bomb.png", png_bomb()
    yield "bomb.gif", gif_bomb()
    yield "cut.jpg", b"\xff\xd8\xff\xe1\xff\xff" + b"Exif\0\0" + b"\0" * 60_000
    yield "spaces.txt", b" " * 8_000 + b"<"
    yield "page.pdf", b"%PDF-1.7\n" + b"[" * 100_000
    yield "zip.docx", b"PK\x03\x04" + b"\xff" * 10_000
    yield "../../../etc/cron.d/x", b"* * * * * root true"
    yield "gif.exe", b"MZ" + b"\0" * 500
