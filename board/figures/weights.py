"""Weights of searches, for the figures of readers below coordinator.

One search in eight is left out of all their figures, and one in eight counts twice. A secret decides which; they are always the
same. So no figure, and no comparison of any number of figures, reveals a count: there can be one search more, or one fewer.
Coordinators' figures count every search once.
"""

import hmac
from collections.abc import Iterable, Iterator

from board.figures.past_searches import PastSearch

ONE_OF = 8  # one search in this many is left out, and one counts twice


def weighted(searches: Iterable[PastSearch], secret: bytes) -> Iterator[PastSearch]:
    """Yield each search as often as readers below coordinator count it."""
    for search in searches:
        for _ in range(weight(search.board, secret)):
            yield search


def weight(board: int, secret: bytes) -> int:
    """Return how often a search counts: 0, 1 or 2. `board`: its number."""
    drawn = hmac.digest(secret, b"figures:%d" % board, "sha256")[0] % ONE_OF
    return {0: 0, 1: 2}.get(drawn, 1)
