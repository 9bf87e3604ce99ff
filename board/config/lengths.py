"""Lengths of time as shared sentences, exact to the second below an hour."""

from typing import Any

from board.config import sentences


def exact_length(seconds: int) -> tuple[str, dict[str, Any]]:
    """Return the sentence of a length with its values: "0 min", "12 s", "3 min 12 s", "4 min", "1 h 52 min"."""
    minutes, rest = divmod(seconds, 60)
    if minutes >= 60:
        return sentences.HOURS_MINUTES, {"hours": minutes // 60, "minutes": f"{minutes % 60:02}"}
    if rest == 0:
        return sentences.MINUTES, {"minutes": minutes}
    if minutes == 0:
        return sentences.SECONDS, {"seconds": rest}
    return sentences.MINUTES_SECONDS, {"minutes": minutes, "seconds": rest}
