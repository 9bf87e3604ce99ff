"""Contradiction in the summary of a search: two sightings that cannot both be true. A higher layer finds it (`board/reach`)."""

from collections.abc import Callable, Mapping

from sqlmodel import Session
from typing_extensions import TypedDict

from realtime.wire.wire_types import Count

Contradicted = TypedDict("Contradicted", {
    "number": Count, "other": Count, "doubtful": bool, "km": float, "minutes": Count, "pairs": Count,
})  # fmt: skip
ReadContradictions = Callable[[Session, Mapping[str, int]], Mapping[str, Contradicted]]  # arguments: session, seq of each search


def none_read(_session: Session, _heads: Mapping[str, int]) -> Mapping[str, Contradicted]:
    """Return no contradictions, for a process that has no pages."""
    return {}
