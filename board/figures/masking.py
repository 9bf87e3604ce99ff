"""Masking of small counts, for everyone below coordinator.

A count below MIN_COUNT is masked. That alone is not enough: the total minus the other counts would reveal it, and so would the
figures of the day before. So readers below coordinator get all other counts rounded to the nearest multiple of STEP, lengths of
waits only of MIN_WAITS searches or more, and figures only as of the end of a month. A total that would still reveal a masked
count is hidden. Comparisons of several answers reveal nothing, because of the weights of the searches: see `weights.py`.
"""

from collections.abc import Sequence
from typing import Literal

MIN_COUNT = 3
STEP = 5
MIN_WAITS = 60  # fewest searches whose waits are shown; with fewer, the longest waits could be those of one or two children
PERCENT_STEP = 10  # rounding of a percentage of waits; an exact one would reveal how many took longer

Masked = Literal["under_3", "hidden"]
Figure = int | Masked


def masked(count: int) -> Figure:
    """Return a count as readers below coordinator see it."""
    return "under_3" if count < MIN_COUNT else max(MIN_COUNT, (count + STEP // 2) // STEP * STEP)


def possible(figure: Figure) -> tuple[int, int]:
    """Return the lowest and the highest count that a figure can mean."""
    if figure == "under_3":
        return 0, MIN_COUNT - 1
    assert isinstance(figure, int)
    half = STEP // 2
    return (MIN_COUNT, STEP + half) if figure == STEP else (figure - half, figure + half)


def masked_total(total: int, *tables: Sequence[int]) -> Figure:
    """Return a total as readers below coordinator see it; `hidden` if it would reveal a masked part in a table."""
    shown = masked(total)
    return "hidden" if any(tells(shown, [masked(part) for part in parts]) for parts in tables) else shown


def tells(total: Figure, parts: Sequence[Figure]) -> bool:
    """Return whether a total leaves only one possible count for a masked part."""
    low, high = possible(total)
    ranges = [possible(part) for part in parts]
    least, most = sum(range[0] for range in ranges), sum(range[1] for range in ranges)
    for part, (lowest, highest) in zip(parts, ranges, strict=True):
        if part == "under_3" and max(lowest, low - (most - highest)) == min(highest, high - (least - lowest)):
            return True
    return False
