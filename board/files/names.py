"""Names of files, as they are shown and sent: what people or their phones called them, without what could deceive or harm."""

import re
import unicodedata
from urllib.parse import quote

MAX_NAME = 200  # characters
NAMELESS = "file"
_DROPPED = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # control characters, those that turn text around, and unassigned ones
_PATH = re.compile(r"[/\\]")
_ENDING = re.compile(r"\.[^.\s]{1,10}\Z")


def clean(name: str) -> str:
    """Return a name without folders, and without characters that nobody sees; at most MAX_NAME characters, with its ending."""
    last = _PATH.split(name)[-1]
    shown = "".join(each for each in unicodedata.normalize("NFC", last) if unicodedata.category(each) not in _DROPPED)
    shown = " ".join(shown.split()).strip(". ")
    ending = match.group() if (match := _ENDING.search(shown)) else ""
    return shown[: MAX_NAME - len(ending)] + ending if len(shown) > MAX_NAME else shown or NAMELESS


def disposition(name: str, inline: bool = False) -> str:
    """Return the header `Content-Disposition` for a file of this name (RFC 6266)."""
    how = "inline" if inline else "attachment"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
