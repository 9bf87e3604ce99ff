"""Legend of a drawn map: all its entries, in as many rows as their words need in the reader's language."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from board.maps.label_places import LETTER, Box

Legend = Sequence[tuple[str, str]]  # shape, meaning
ROW = 1.5  # height, in sizes of the text
_WIDTH = 0.75  # share of the drawing's width; the scale needs the rest


class Entry(NamedTuple):
    """Shape with its meaning, in a box."""

    box: Box
    shape: str
    text: str


def rows(legend: Legend, width: float, text: float) -> list[list[Entry]]:
    """Return the entries by row. The tops of boxes count from the top of the legend."""
    found: list[list[Entry]] = []
    size, left = text * 0.85, text
    for shape, meaning in legend:
        right = left + 1.6 * size + len(meaning) * size * LETTER
        if not found or (right > width * _WIDTH and found[-1]):
            right, left = right - left + text, text
            found.append([])
        top = (len(found) - 1) * ROW * text
        found[-1].append(Entry(Box(left, top, right, top + 1.5 * size), shape, meaning))
        left = right + size
    return found


def placed(legend: Legend, width: float, bottom: float, text: float) -> Iterator[Entry]:
    """Yield the entries above `bottom`."""
    found = rows(legend, width, text)
    top = bottom - len(found) * ROW * text
    for entry in (each for row in found for each in row):
        box = entry.box
        yield entry._replace(box=Box(box.left, box.top + top, box.right, box.bottom + top))
