"""Small counts, which are hidden from everyone below coordinator.

A count below MIN_COUNT is masked. That alone is not enough: the total minus the other counts would tell it, and so would the
figures of the day before. So readers below coordinator get all other counts rounded to the nearest multiple of STEP, lengths of
waits only of MIN_WAITS searches or more, and figures only as of the end of a month. A total that would still tell a masked count
is hidden. Comparisons of several answers
tell nothing because of the weights of the searches: see `weights.py`.
"""

from collections.abc import Sequence
from typing import Literal

MIN_COUNT = 3
STEP = 5
MIN_WAITS = 60  # searches whose waits are shown; of fewer, the longest ones could be those of one or two children
PERCENT_STEP = 10  # of a percentage of waits; an exact one would tell how many took longer

Masked = Literal["under_3", "hidden"]
Figure = int | Masked


def masked(count: int) -> Figure:
    """Return a count as readers below coordinator see it."""
    return "under_3" if count < MIN_COUNT else max(MIN_COUNT, (count + STEP // 2) // STEP * STEP)


def possible(figure: Figure) -> tuple[int, int]:
    """Return the lowest and the highest count that a figure can stand for."""
    if figure == "under_3":
        return 0, MIN_COUNT - 1
    assert isinstance(figure, int)
    half = STEP // 2
    return (MIN_COUNT, STEP + half) if figure == STEP else (figure - half, figure + half)


def masked_total(total: int, *tables: Sequence[int]) -> Figure:
    """Return a total as readers below coordinator see it; `hidden` if it and its parts in a table would tell a masked one."""
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
