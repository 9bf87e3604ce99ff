"""Lines between two points of a drawn map, with a text in their middle: for sightings that cannot both be true."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from math import dist
from typing import NamedTuple

from board.maps.label_places import LETTER, Box
from board.maps.palette import Palette
from board.maps.shapes import shape
from board.maps.view import Position, View

MAX_LINKS = 30  # in a drawing, as on the page (static/js/core/map/links_layer.js)


class Link(NamedTuple):
    """Line between the points `first` and `second`, by id."""

    first: str
    second: str
    text: str


class PlacedLink(NamedTuple):
    """Line with the box of its text."""

    start: Position
    end: Position
    box: Box
    text: str


def place(links: Iterable[Link], at: Mapping[str, Position], view: View, size: float) -> list[PlacedLink]:
    """Return the first MAX_LINKS links between drawn points. `size`: of letters."""
    drawn = [link for link in links if link.first in at and link.second in at][:MAX_LINKS]
    return [_placed(at[link.first], at[link.second], link.text, view, size) for link in drawn]


def _placed(start: Position, end: Position, text: str, view: View, size: float) -> PlacedLink:
    """Return a line with its text in the middle, or above the line if that is too short."""
    half = ((len(text) + 1) * LETTER + 2) * size / 2
    above = 0 if dist(start, end) > 4 * half else 2.2 * size
    x = min(max((start.x + end.x) / 2, half), view.width - half)
    y = max((start.y + end.y) / 2 if not above else min(start.y, end.y) - above, size)
    return PlacedLink(start, end, Box(x - half, y - 0.9 * size, x + half, y + 0.9 * size), text)


def lines(links: Sequence[PlacedLink], palette: Palette, size: float) -> Iterator[str]:
    """Yield the dotted lines."""
    dots = f'stroke-width="{size / 6:.1f}" stroke-linecap="round" stroke-dasharray="0.1 {size / 2.5:.1f}"'
    for start, end, _, _ in links:
        yield f'<path d="M{start.x:.1f} {start.y:.1f}L{end.x:.1f} {end.y:.1f}" fill="none" stroke="{palette.text}" {dots}/>'


def texts(links: Sequence[PlacedLink], palette: Palette, size: float) -> Iterator[str]:
    """Yield the texts, each after the sign ≠ in a frame."""
    for _, _, box, text in links:
        width, height = box.right - box.left, box.bottom - box.top
        frame = f'rx="{size / 3:.1f}" fill="{palette.surface}" stroke="{palette.text}" stroke-width="{size / 9:.1f}"'
        yield f'<rect x="{box.left:.1f}" y="{box.top:.1f}" width="{width:.1f}" height="{height:.1f}" {frame}/>'
        sign = shape("not-both", palette.text, palette)
        corner = f"{box.left + size / 2:.1f} {box.top + 0.4 * size:.1f}"
        yield f'<g transform="translate({corner}) scale({size / 16:.3f})">{sign}</g>'
        at = f'x="{box.left + 1.8 * size:.1f}" y="{box.bottom - 0.55 * size:.1f}" font-size="{size:.1f}"'
        yield f'<text {at} font-weight="700" fill="{palette.text}">{escape(text)}</text>'
