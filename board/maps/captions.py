"""Captions of marks on a drawn map: beside the mark, or at the end of a line to it. None covers a mark or another caption."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from math import cos, hypot, radians, sin
from typing import NamedTuple

from board.maps.label_places import LETTER, Box, fitting
from board.maps.points import MapPoint
from board.maps.view import Position, View

MATTERS = frozenset({"seen-last", "found", "content-1", "content-2"})  # always captioned; the last two are confirmed, credible
MAX_LED = 24  # captions that may have a line
_REACHES = (2.2, 3.6, 5.5, 8.0, 12.0, 17.0, 23.0)  # of lines, in sizes of the text
_ANGLES = tuple(range(15, 375, 15))
_STEPS = 12  # places of a line that are compared with captions


class Mark(NamedTuple):
    """Point with the texts next to its mark: a bold one, and one below it."""

    point: MapPoint
    title: str
    note: str


class Caption(NamedTuple):
    """Texts of a mark in a box. `start`: of a line from the mark, None if the box is beside it."""

    box: Box
    mark: Mark
    at: Position
    start: Position | None = None

    @property
    def is_left(self) -> bool:
        """Return whether the box is on the left of its mark."""
        return self.box.left + self.box.right < 2 * self.at.x

    def boxes(self) -> Iterator[Box]:
        """Yield the box, and small ones along the line."""
        yield self.box
        if self.start is not None:
            yield from (Box(x - 1, y - 1, x + 1, y + 1) for x, y in _steps(self.start, self.end))

    @property
    def end(self) -> Position:
        """Return where the line ends: at the side of the box towards the mark."""
        return Position(self.box.right if self.is_left else self.box.left, (self.box.top + self.box.bottom) / 2)


Places = Sequence[tuple[Mark, Position]]


class Captions:
    """Placement of captions. `covered`: boxes of marks and of everything else that captions must not cover. `links`: lines that
    captions cover only if there is no other place."""

    def __init__(
        self, view: View, text: float, size: float, covered: Iterable[Box], links: Iterable[tuple[Position, Position]] = ()
    ) -> None:
        self._view, self._text, self._size = view, text, size
        self._covered = [*dict.fromkeys(covered)]
        self._marks = len(self._covered)  # the boxes of captions follow
        self._lines: list[tuple[Position, Position]] = []
        self._links = [*links]

    def place(self, places: Places, ends: AbstractSet[str]) -> list[Caption]:
        """Return the captions, first those of points that matter or are at the ends of links. Some points get none."""
        first = [place for place in places if _matters(place[0], ends)]
        shown = [caption for mark, at in first[:MAX_LED] if (caption := self._placed(mark, at))]
        others = [*(place for place in places if not _matters(place[0], ends)), *first[MAX_LED:]]
        beside = ((box, mark, at) for mark, at in others for box in self._beside(mark, at) if self._is_clear_of_all_lines(box))
        return [*shown, *(Caption(*each) for each in fitting(beside, len(others), self._covered))]

    def _placed(self, mark: Mark, at: Position) -> Caption | None:
        beside = (Caption(box, mark, at) for box in self._beside(mark, at))
        free = (caption for caption in chain(beside, self._led(mark, at)) if self._is_free(caption))
        first = next(free, None)
        caption = next((each for each in chain([first] if first else (), free) if self._is_clear(each)), first)
        if caption is not None:
            self._covered.append(caption.box)
            self._lines += [(caption.start, caption.end)] if caption.start else []
        return caption

    def _beside(self, mark: Mark, at: Position) -> Iterator[Box]:
        """Yield the boxes on both sides of a mark that are inside the map."""
        for box in Box.beside(at, _longest(mark), self._text, self._size):
            if box.left >= 0 and box.right <= self._view.width:
                yield box

    def _led(self, mark: Mark, at: Position) -> Iterator[Caption]:
        """Yield captions around a mark, the nearest first."""
        width, height = len(_longest(mark)) * self._text * LETTER, 2.3 * self._text
        for reach in _REACHES:
            for angle in _ANGLES:
                x, y = cos(radians(angle)), sin(radians(angle))
                end = Position(at.x + x * reach * self._text, at.y + y * reach * self._text)
                left = end.x if x > 0 else end.x - width
                box = Box(left, end.y - height / 2, left + width, end.y + height / 2)
                if box.is_inside(self._view.width, self._view.height):
                    yield Caption(box, mark, at, Position(at.x + x * self._size * 0.7, at.y + y * self._size * 0.7))

    def _is_free(self, caption: Caption) -> bool:
        """Return whether a caption covers nothing, seems to belong to no other mark, and has no line under another caption."""
        if any(caption.box.overlaps(other) for other in self._covered) or not self._is_clear_of_lines(caption.box):
            return False
        if caption.start is not None:
            (x, y), near = caption.end, self._text
            end = Box(x - near, y - near, x + near, y + near)
            if any(end.overlaps(other) for other in self._covered[: self._marks]):
                return False
        return not _passes(caption, self._covered[self._marks :])

    def _is_clear(self, caption: Caption) -> bool:
        """Return whether the line passes under no mark, and the box covers no link."""
        marks = [box for box in self._covered[: self._marks] if not box.has(caption.at)]
        return not _passes(caption, marks) and not any(caption.box.is_crossed(*link) for link in self._links)

    def _is_clear_of_lines(self, box: Box) -> bool:
        return not any(box.is_crossed(*line) for line in self._lines)

    def _is_clear_of_all_lines(self, box: Box) -> bool:
        return self._is_clear_of_lines(box) and not any(box.is_crossed(*link) for link in self._links)


def _matters(mark: Mark, ends: AbstractSet[str]) -> bool:
    return mark.point.id in ends or (mark.point.shape in MATTERS and not mark.point.is_ruled_out)


def _passes(caption: Caption, boxes: Sequence[Box]) -> bool:
    return caption.start is not None and any(box.is_crossed(caption.start, caption.end) for box in boxes)


def _longest(mark: Mark) -> str:
    return max(mark.title, mark.note, key=len)


def _steps(start: Position, end: Position) -> Iterator[Position]:
    """Yield places of a line, at most the size of a letter apart on short ones."""
    count = max(2, min(_STEPS, round(hypot(end.x - start.x, end.y - start.y) / 4)))
    for step in range(count + 1):
        yield Position(start.x + (end.x - start.x) * step / count, start.y + (end.y - start.y) * step / count)
