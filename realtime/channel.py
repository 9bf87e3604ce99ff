"""A channel that somebody here follows, and who follows it."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from realtime.presence import Crowd
from realtime.sequence import Sequence

if TYPE_CHECKING:
    from realtime.connection import Connection


@dataclass(eq=False, slots=True)
class Subscription:
    """One connection's reading of one channel. Live: it is passed each event as the channel gets it."""

    connection: "Connection"
    channel: "Channel"
    seq: int = 0
    live: bool = False


@dataclass(eq=False, slots=True)
class Channel:
    name: str
    sequence: Sequence = field(default_factory=Sequence)
    subscriptions: dict["Connection", Subscription] = field(default_factory=dict)
    crowd: Crowd = field(default_factory=Crowd)
    catching_up: asyncio.Task[None] | None = None
