"""Text in XML files."""

import re
from html import escape

_INVALID = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # not allowed in XML 1.0, not even escaped


def element(name: str, text: object) -> str:
    """Return an element with a text; empty for None and ""."""
    return f"<{name}>{plain(text)}</{name}>" if text not in (None, "") else ""


def plain(text: object) -> str:
    """Return a text, escaped."""
    return escape(_INVALID.sub("\ufffd", str(text)))


def decimal(number: float) -> str:
    """Return a coordinate without an exponent, which XML decimals do not have."""
    return f"{number:.7f}".rstrip("0").rstrip(".")
