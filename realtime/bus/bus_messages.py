"""Messages between processes about committed events: the position of the journal, and the events, encoded once.

A message is a header line of JSON with the range of events, then one line per event. A message without event lines is a wakeup:
the receiver reads the journal.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from realtime.bus.bus import MAX_MESSAGE_BYTES
from realtime.source import EventRecord

_MAX_HEADER_BYTES = 1_024  # bytes; upper bound of the header line


@dataclass(frozen=True, slots=True)
class EventsMessage:
    """Events `first` to `last` of a board in one epoch. `sent_at`: sender's clock, in seconds since 1970."""

    epoch: str | None
    first: int
    last: int
    sent_at: float
    wires: list[bytes]


class DecodeError(Exception):
    """Undecodable message, perhaps from another version. The events are in the journal."""


def encode(epoch: str, records: Sequence[EventRecord]) -> bytes:
    """Return a message with these consecutive events, or a wakeup if they are too large for the bus."""
    wires = [record.wire for record in records]
    if sum(map(len, wires)) + len(wires) + _MAX_HEADER_BYTES > MAX_MESSAGE_BYTES:
        wires = []
    return b"\n".join([_header(epoch, records[0].seq, records[-1].seq), *wires])


def wakeup(seq: int) -> bytes:
    """Return a message without events, which announces that events up to `seq` exist."""
    return _header(None, seq, seq)


def _header(epoch: str | None, first: int, last: int) -> bytes:
    return orjson.dumps({"epoch": epoch, "first": first, "last": last, "sent": time.time()})


def decode(message: bytes) -> EventsMessage:
    """Decode a message. Raises DecodeError."""
    header, *wires = message.split(b"\n")
    try:
        fields = orjson.loads(header)
        decoded = EventsMessage(fields["epoch"], int(fields["first"]), int(fields["last"]), float(fields["sent"]), wires)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise DecodeError from error
    if wires and len(wires) != decoded.last - decoded.first + 1:
        raise DecodeError
    return decoded
