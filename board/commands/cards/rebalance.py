"""Short ranks for rows whose ranks grew long or collided, and for their neighbours."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from board.commands.cards import ranks
from board.engine.event_writer import EventWriter

MAX_RANK_LENGTH = 48  # characters; a rank grows by one for about five drops at one spot
NEIGHBOURS = 20  # rows on each side that get new ranks
MAX_BYTES = 800_000  # of states: all events of a command travel in one message of at most 1 MiB


def rebalance(writer: EventWriter, ids: Sequence[str], at: int, find: Callable[[str], Any], type: str) -> None:
    """Give the row at an index of a sorted list of ids, and its nearest neighbours, short ranks by events of this type."""
    window: dict[int, Any] = {}
    size = 0
    for place in sorted(range(len(ids)), key=lambda place: abs(place - at))[: 2 * NEIGHBOURS + 1]:
        row = find(ids[place])
        size += len(orjson.dumps(row.state()))
        if size > MAX_BYTES and len(window) > 2:
            break
        window[place] = row
    first, last = min(window), max(window)
    low = find(ids[first - 1]).rank if first > 0 else None
    high = find(ids[last + 1]).rank if last + 1 < len(ids) else None
    for place, rank in zip(sorted(window), ranks.several_between(low, high, len(window)), strict=True):
        writer.update(window[place], type, {"rank": rank}, conflicts=False)
