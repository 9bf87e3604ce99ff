"""Likeness of two statements, in ascending order of how much it matters to a reader."""

from enum import IntEnum


class Likeness(IntEnum):
    """Result of a comparison. `NEAR`: both can be true of one thing. `OPEN`: neither the same nor a contradiction."""

    OPEN = 0
    NEAR = 1
    SAME = 2
    DIFFERS = 3
