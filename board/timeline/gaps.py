"""Gaps of a timeline: periods in which it is not known where the child was."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from board.timeline.items import LAST_SEEN, Item
from models.sighting import ASSURED, SETTLED, Sighting
from models.times import to_ms

MIN_GAP_MS = 30 * 60_000  # the distance between marks already shows shorter periods


class Gap(NamedTuple):
    """Period between two moments at which the child's place is known. `end`: None if the period lasts until now. `is_empty`:
    whether nothing is known about it; otherwise it has sightings that nobody has confirmed or ruled out."""

    start: str
    end: str | None
    is_empty: bool


def gaps(items: Iterable[Item], ends_at: str | None, now: str) -> list[Gap]:
    """Return the gaps since the disappearance. `ends_at`: time at which the search ended; None if it lasts until `now`."""
    sightings = [item for item in items if item.when.start is not None and item.kind in (Sighting.KIND, LAST_SEEN)]
    missing_since = next(item.when.start or "" for item in sightings if item.kind == LAST_SEEN)
    end = ends_at or now
    sure_times = {at for item in sightings if _is_sure(item) for at in (item.when.start, item.when.end) if at}
    known = sorted({missing_since, *(at for at in sure_times if missing_since < at <= end)})
    open_times = sorted(item.when.start or "" for item in sightings if _is_open(item))
    periods = [*pairwise(known), (known[-1], end)]
    closed = [Gap(*period, not _any_between(open_times, *period)) for period in periods if _is_long(*period)]
    if ends_at is not None:
        return closed
    ended = [gap for gap in closed if gap.start != known[-1]]
    return [*ended, Gap(known[-1], None, not _any_between(open_times, known[-1], "9"))]


def _is_long(start: str, end: str) -> bool:
    return to_ms(end) - to_ms(start) >= MIN_GAP_MS


def _is_sure(item: Item) -> bool:
    return item.kind == LAST_SEEN or item.state["assessment"] in ASSURED


def _is_open(item: Item) -> bool:
    """Return whether a sighting is neither sure nor ruled out."""
    return item.kind == Sighting.KIND and item.state["assessment"] not in (*ASSURED, *SETTLED)


def _any_between(times: Sequence[str], start: str, end: str) -> bool:
    return bisect_right(times, start) < bisect_left(times, end)
