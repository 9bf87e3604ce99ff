"""What this process counted, in plain numbers that whoever measures may read. `hub.tally` is the only one of a process."""

from collections.abc import Callable
from dataclasses import dataclass


def _ignore(seconds: float) -> None:
    """Nobody measures."""


@dataclass
class Counters:
    subscribes_resumed: int = 0  # subscriptions that went on from their position
    subscribes_reset: int = 0  # those that told a position and were answered with a snapshot
    subscribes_fresh: int = 0  # those that told none
    sequence_gaps: int = 0  # messages that came with a hole before them
    gaps_found_by_poll: int = 0  # channels that the sweep found behind the database: their message was late or lost
    slow_clients_closed: int = 0  # readers that were let go because they did not drain
    rate_limit_closed: int = 0  # and those that said far too much
    subscribes_failed: int = 0  # subscriptions that ended by a fault of ours
    sockets_failed: int = 0  # sockets that ended by one
    observe_delay: Callable[[float], None] = (
        _ignore  # told the seconds from an event's publishing to its being owed to readers here
    )
