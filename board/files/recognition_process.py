"""Recogniser of files: reads the first bytes of a file on standard input, and writes its media type. Run in an isolated child
process with puremagic; opens no file after importing it. Argument: the ending of the file's name, such as `.docx`.

Every step takes time in proportion to the bytes. Exit 3: puremagic is missing.
"""

import sys

MISSING = 3
HEAD_BYTES = 8_192  # bytes read from a file
UNKNOWN, TEXT, HTML, SVG = "application/octet-stream", "text/plain", "text/html", "image/svg+xml"
SURE = 0.5  # least confidence of puremagic: more than two or three bytes must match

_MARKUP = {b"svg": SVG} | dict.fromkeys((b"html", b"head", b"body", b"script"), HTML)
_SPACE = b" \t\n\r\f\v"
_SUBTYPE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.+-")


def main() -> int:
    head = sys.stdin.buffer.read(HEAD_BYTES)
    try:
        import puremagic  # noqa: F401 - by recognise
    except (ImportError, OSError):
        return MISSING
    from board.child_process import isolation

    isolation.refuse_files()
    sys.stdout.write(recognise(head, sys.argv[1]))
    return 0


def recognise(head: bytes, ending: str) -> str:
    """Return the media type of a file that begins with these bytes. `ending` only decides between types with the same content.

    Raises ImportError if puremagic is missing.
    """
    return _markup(head) or _by_magic(head, ending)


def is_sealed(type: str) -> bool:
    """Return whether files of this type are pictures with metadata, whose originals are restricted."""
    return type.startswith("image/") and type != SVG


def is_media_type(text: str) -> bool:
    """Return whether this has the form of a media type, such as image/png."""
    kind, slash, name = text.partition("/")
    return (
        bool(slash) and kind.isascii() and kind.islower() and kind.isalpha() and 0 < len(name) <= 81 and _SUBTYPE.issuperset(name)
    )


def _markup(head: bytes) -> str | None:
    """Return the type of a document in HTML or SVG, by its first element after comments and declarations."""
    text = head.removeprefix(b"\xef\xbb\xbf").lower()
    at = _after_space(text, 0)
    if text.startswith(b"<?xml", at):
        at = _after(text, b">", at)
    while at >= 0 and text.startswith(b"<!--", at):
        at = _after(text, b"-->", at + 4)
    if at < 0 or not text.startswith(b"<", at):
        return None
    at += 1
    if text.startswith(b"!doctype", at):
        at += 8
        if text[at : at + 1] not in _SPACE or (at := _after_space(text, at)) == len(text):
            return None
    name = next((name for name in _MARKUP if text.startswith(name, at)), None)
    return None if name is None or _continues(text, at + len(name)) else _MARKUP[name]


def _continues(text: bytes, at: int) -> bool:
    """Return whether a word continues at this position."""
    return text[at : at + 1].isalnum() or text.startswith(b"_", at)


def _after(text: bytes, end: bytes, at: int) -> int:
    """Return the position after `end` and white space; -1 if `end` does not occur."""
    position = text.find(end, at)
    return position if position < 0 else _after_space(text, position + len(end))


def _after_space(text: bytes, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _by_magic(head: bytes, ending: str) -> str:
    import puremagic

    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return TEXT if _is_text(head) else UNKNOWN
    best = max(match.confidence for match in matches)
    likely = [match for match in matches if match.confidence == best and is_media_type(match.mime_type)]
    type_of_name = next((match.mime_type for match in likely if match.extension == ending), None)
    if type_of_name is None and head.startswith(b"PK"):
        type_of_name = "application/zip"  # of the many kinds of zip files, none is more likely
    type: str = type_of_name or (likely[0].mime_type if likely else UNKNOWN)
    if is_sealed(type) and _is_text(head):
        return TEXT  # for example a text that begins with BM
    return UNKNOWN if is_sealed(type) and best < SURE else type


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # otherwise a character is cut in two
            return False
        text = head[: error.start].decode()
    return bool(text) and not any(char < " " and char not in "\t\r\n\f" for char in text)


if __name__ == "__main__":
    sys.exit(main())
