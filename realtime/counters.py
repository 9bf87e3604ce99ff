"""Counters of this process as plain numbers, for the metrics to read. Each hub has one instance, `hub.counters`."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Counters:
    """Numbers since the start of the process."""

    subscribes_resumed: int = 0  # subscriptions that resumed from their position
    subscribes_reset: int = 0  # subscriptions with a position that were answered with a snapshot
    subscribes_fresh: int = 0  # subscriptions without a position
    sequence_gaps: int = 0  # messages that arrived with a gap before them
    gaps_found_by_poll: int = 0  # channels that the poll of the heads found behind the database: a message was late or lost
    slow_clients_closed: int = 0  # connections closed because the client did not read
    rate_limit_closed: int = 0  # connections closed because the client sent far too much
    subscribes_failed: int = 0  # subscriptions ended by an unexpected exception
    sockets_failed: int = 0  # connections ended by an unexpected exception
    # called with the seconds from publishing an event to queueing it for clients here
    observe_delay: Callable[[float], None] = lambda seconds: None
