"""What one process tells the others of a commit: where it stands in the journal, and the events themselves, encoded once.

A line of JSON that says which events these are, then a line for each. Without those lines it is a poke: read the journal.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from realtime.bus import MAX_MESSAGE_BYTES
from realtime.source import EventRecord

_MAX_HEADER_BYTES = 1_024  # bytes that the first line takes at most


@dataclass(frozen=True, slots=True)
class EventsMessage:
    """Events `first` to `last` of a board in one of its lives; `sent` is the sender's clock."""

    epoch: str | None
    first: int
    last: int
    sent_at: float
    wires: list[bytes]


class DecodeError(Exception):
    """By another version, perhaps: the journal says what it was about."""


def encode(epoch: str, records: Sequence[EventRecord]) -> bytes:
    """The message of these records, numbered in a row; a poke where they are too large to be passed on."""
    wires = [record.wire for record in records]
    if sum(map(len, wires)) + len(wires) + _MAX_HEADER_BYTES > MAX_MESSAGE_BYTES:
        wires = []
    return b"\n".join([_header(epoch, records[0].seq, records[-1].seq), *wires])


def wakeup(seq: int) -> bytes:
    """Says that there are events up to a seq, which nobody may have passed on."""
    return _header(None, seq, seq)


def _header(epoch: str | None, first: int, last: int) -> bytes:
    return orjson.dumps({"epoch": epoch, "first": first, "last": last, "sent": time.time()})


def decode(message: bytes) -> EventsMessage:
    """Raises Unreadable."""
    head, *wires = message.split(b"\n")
    try:
        said = orjson.loads(head)
        news = EventsMessage(said["epoch"], int(said["first"]), int(said["last"]), float(said["sent"]), wires)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise DecodeError from error
    if wires and len(wires) != news.last - news.first + 1:
        raise DecodeError
    return news
