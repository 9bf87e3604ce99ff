"""Short ranks for rows whose ranks have grown long or collide, and for their neighbours."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from board.commands.cards import ranks
from board.engine.event_writer import EventWriter

MAX_RANK_LENGTH = 48  # characters; about five drops at the same position add one
NEIGHBOURS = 20  # rows on each side that get new ranks
MAX_BYTES = 800_000  # size of the states: all events of a command are sent in one message of at most 1 MiB


def rebalance(writer: EventWriter, ids: Sequence[str], center: int, find: Callable[[str], Any], type: str) -> None:
    """Give a row and its nearest neighbours short ranks, by events of this type. `ids`: sorted ids of the rows. `center`: index
    of the row."""
    window: dict[int, Any] = {}
    size = 0
    for index in sorted(range(len(ids)), key=lambda index: abs(index - center))[: 2 * NEIGHBOURS + 1]:
        row = find(ids[index])
        size += len(orjson.dumps(row.state()))
        if size > MAX_BYTES and len(window) > 2:
            break
        window[index] = row
    first, last = min(window), max(window)
    low = find(ids[first - 1]).rank if first > 0 else None
    high = find(ids[last + 1]).rank if last + 1 < len(ids) else None
    for index, rank in zip(sorted(window), ranks.several_between(low, high, len(window)), strict=True):
        writer.update(window[index], type, {"rank": rank}, conflicts=False)
