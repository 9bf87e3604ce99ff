"""Places of texts on a drawn map: those that overlap no earlier one."""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from board.maps.view import Position

T = TypeVar("T")
LETTER = 0.6  # width of a letter, of its size


class Box(NamedTuple):
    """Box of a text."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, at: Position, text: str, size: float) -> "Box":
        """Return the box of a text in the middle of a position."""
        half = len(text) * size * LETTER / 2
        return cls(at.x - half, at.y - size * 0.7, at.x + half, at.y + size * 0.7)

    @classmethod
    def beside(cls, at: Position, text: str, size: float, mark: float) -> "Box":
        """Return the box of the text on the right of a mark, with two lines."""
        return cls(at.x + mark * 0.7, at.y - size, at.x + mark + len(text) * size * LETTER, at.y + size * 1.3)

    @classmethod
    def of_mark(cls, at: Position, size: float) -> "Box":
        """Return the box of a mark."""
        half = size * 0.6
        return cls(at.x - half, at.y - half, at.x + half, at.y + half)

    def overlaps(self, other: "Box") -> bool:
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


def fitting(boxes: Iterable[tuple[Box, T, Position]], limit: int, taken: Iterable[Box] = ()) -> list[tuple[Box, T, Position]]:
    """Return the texts, first ones first, whose box overlaps none before it and none that is taken."""
    used = [*taken]
    shown: list[tuple[Box, T, Position]] = []
    for box, text, at in boxes:
        if len(shown) == limit:
            break
        if not any(box.overlaps(other) for other in used):
            used.append(box)
            shown.append((box, text, at))
    return shown
