"""Names of files, as people or their phones give them, without characters that could deceive or harm."""

import re
import unicodedata
from urllib.parse import quote

MAX_NAME = 200  # characters
NAMELESS = "file"
_DROPPED = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # control characters, marks that reverse text, and unassigned ones
_PATH = re.compile(r"[/\\]")
_ENDING = re.compile(r"\.[^.\s]{1,10}\Z")


def clean(name: str) -> str:
    """Return a name without folders and invisible characters; at most MAX_NAME characters, with its ending."""
    last = _PATH.split(name)[-1]
    cleaned = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign) not in _DROPPED)
    cleaned = " ".join(cleaned.split()).strip(". ")
    ending = match.group() if (match := _ENDING.search(cleaned)) else ""
    return cleaned[: MAX_NAME - len(ending)] + ending if len(cleaned) > MAX_NAME else cleaned or NAMELESS


def disposition(name: str, inline: bool = False) -> str:
    """Return the header `Content-Disposition` for a file of this name (RFC 6266)."""
    how = "inline" if inline else "attachment"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
