"""Boxes of texts on a drawn map, and the choice of those that overlap no earlier one."""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from board.maps.view import Position

T = TypeVar("T")
LETTER = 0.6  # width of a letter, as a share of its size


class Box(NamedTuple):
    """Box of a text."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, at: Position, text: str, size: float) -> "Box":
        """Return the box of a text that is centred on a position."""
        half = len(text) * size * LETTER / 2
        return cls(at.x - half, at.y - size * 0.7, at.x + half, at.y + size * 0.7)

    @classmethod
    def beside(cls, at: Position, text: str, size: float, mark: float) -> tuple["Box", "Box"]:
        """Return the boxes of the text on the right and on the left of a mark, with two lines."""
        near, far = mark * 0.7, mark + len(text) * size * LETTER
        top, bottom = at.y - size, at.y + size * 1.3
        return cls(at.x + near, top, at.x + far, bottom), cls(at.x - far, top, at.x - near, bottom)

    @classmethod
    def of_mark(cls, at: Position, size: float) -> "Box":
        """Return the box of a mark."""
        half = size * 0.6
        return cls(at.x - half, at.y - half, at.x + half, at.y + half)

    def has(self, at: Position) -> bool:
        return self.left < at.x < self.right and self.top < at.y < self.bottom

    def is_crossed(self, start: Position, end: Position) -> bool:
        """Return whether a line passes through the box."""
        first, last = 0.0, 1.0
        for low, high, begin, step in (
            (self.left, self.right, start.x, end.x - start.x), (self.top, self.bottom, start.y, end.y - start.y),
        ):  # fmt: skip
            if step:
                enter, leave = sorted(((low - begin) / step, (high - begin) / step))
                first, last = max(first, enter), min(last, leave)
            elif not low < begin < high:
                return False
        return first < last

    def is_inside(self, width: float, height: float) -> bool:
        return self.left >= 0 and self.top >= 0 and self.right <= width and self.bottom <= height

    def overlaps(self, other: "Box") -> bool:
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


def fitting(boxes: Iterable[tuple[Box, T, Position]], limit: int, taken: Iterable[Box] = ()) -> list[tuple[Box, T, Position]]:
    """Return the texts whose box overlaps no earlier box and none that is taken, in order; equal texts once."""
    used = [*taken]
    shown: dict[T, tuple[Box, T, Position]] = {}
    for box, text, at in boxes:
        if len(shown) == limit:
            break
        if text not in shown and not any(box.overlaps(other) for other in used):
            used.append(box)
            shown[text] = box, text, at
    return [*shown.values()]
