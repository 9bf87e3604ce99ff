"""Media types of files, found by their first bytes. What a name says is not believed."""

import re
from typing import NamedTuple

import puremagic

HEAD_BYTES = 8_192  # of a file that are looked at
UNKNOWN, TEXT, PDF, SVG = "application/octet-stream", "text/plain", "application/pdf", "image/svg+xml"
SURE = 0.5  # confidence of puremagic: more than two or three bytes are those of a type

# Pictures that are turned into others before anybody gets them; all their first bytes, as no other file is taken for one.
_PICTURES = (
    ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/gif", re.compile(rb"GIF8[79]a")),
    ("image/webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    ("image/bmp", re.compile(rb"BM.{8}", re.DOTALL)),
    ("image/tiff", re.compile(rb"II\*\0|MM\0\*|II\+\0|MM\0\+")),
    ("image/avif", re.compile(rb"....ftyp(avif|avis)", re.DOTALL)),
    ("image/heic", re.compile(rb"....ftyp(heic|heix|hevc|hevx|heim|heis|hevm|hevs)", re.DOTALL)),
    ("image/heif", re.compile(rb"....ftyp(mif1|msf1|mif2|miaf)", re.DOTALL)),
)
_BMP_HEADER = range(12, 125)  # sizes of the header that follows, by which a text that begins with BM is none

_MARKUP = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(!doctype\s+)?(html|svg|head|body|script)\b", re.I | re.S
)
_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,80}")


class MediaType(NamedTuple):
    """Media type of a file, and whether it is a picture: then others are made of it, or it is refused."""

    name: str
    is_picture: bool


def of(head: bytes, name: str) -> MediaType:
    """Return the media type of a file that begins with these bytes. Its name only decides between types of one content."""
    for type, begins in _PICTURES:
        if begins.match(head) and (type != "image/bmp" or int.from_bytes(head[14:18], "little") in _BMP_HEADER):
            return MediaType(type, True)
    if head.startswith(b"%PDF-"):
        return MediaType(PDF, False)
    if markup := _MARKUP.match(head):
        return MediaType(SVG if markup[2].lower() == b"svg" else "text/html", False)
    type = _other(head, name)
    return MediaType(type, is_sealed(type))


def _other(head: bytes, name: str) -> str:
    try:
        found = puremagic.magic_string(head[:HEAD_BYTES])
    except (puremagic.PureError, ValueError):
        return TEXT if _is_text(head) else UNKNOWN
    ending = f".{name.rpartition('.')[2].lower()}"
    best = max(each.confidence for each in found)
    likely = [each for each in found if each.confidence == best and _TYPE.fullmatch(each.mime_type)]
    named = next((each.mime_type for each in likely if each.extension == ending), None)
    if named is None and head.startswith(b"PK"):
        named = "application/zip"  # of the many kinds of zip files, none is more likely
    type = named or (likely[0].mime_type if likely else UNKNOWN)
    if is_sealed(type) and _is_text(head):
        return TEXT  # such as one that begins with BM
    return UNKNOWN if is_sealed(type) and best < SURE else type


def is_sealed(type: str) -> bool:
    """Return whether files of this type are pictures that have metadata, so that nobody gets them as they came."""
    return type.startswith("image/") and type != SVG


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else a character that is cut in two
            return False
        text = head[: error.start].decode()
    return bool(text) and not any(each < " " and each not in "\t\r\n\f" for each in text)
