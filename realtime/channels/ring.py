"""Rings: the last events of each channel, for clients that are behind, within a common bound of the process.

A ring keeps all events of the last KEPT_S to 2 * KEPT_S seconds, because a client without progress is disconnected after 30
seconds. Above the bound, the largest ring drops its oldest events first.
"""

from realtime.source import EventRecord

MAX_KEPT_BYTES = 64 * 1_048_576  # of all rings together
KEPT_S = 30.0
EVENT_BYTES = 500  # memory of an event without its encoding: the record, its subject and its group
MIN_RELEASED_BYTES = 16 * 1_024  # dropped at a time, so that the search for the largest ring is rare


class RingBudget:
    """Bytes of all rings of a process, and their bound."""

    def __init__(self) -> None:
        self.held_bytes = 0
        self._rings: dict[Ring, None] = {}  # rings with events

    def change(self, ring: "Ring", by: int) -> None:
        """Record that a ring grew or shrank by bytes."""
        self.held_bytes += by
        if ring.held_bytes:
            self._rings[ring] = None
        else:
            self._rings.pop(ring, None)

    def enforce(self) -> None:
        """Drop the oldest events of the largest rings until all together have at most MAX_KEPT_BYTES."""
        while self.held_bytes > MAX_KEPT_BYTES:
            largest = max(self._rings, key=lambda ring: ring.held_bytes)
            largest.give_back(max(MIN_RELEASED_BYTES, largest.held_bytes // 32))

    def age(self) -> None:
        """Drop the events that were already in the rings at the last call. Called every KEPT_S seconds."""
        for ring in list(self._rings):
            ring.age()


class Ring:
    """Last events of a channel, without a gap."""

    __slots__ = ("_budget", "_newest_at_ageing", "_records", "held_bytes")

    def __init__(self, budget: RingBudget) -> None:
        self.held_bytes = 0
        self._budget = budget
        self._records: list[EventRecord] = []
        self._newest_at_ageing = 0

    def extend(self, records: list[EventRecord]) -> None:
        """Append the events after the last one. Does not enforce the bound."""
        self._records += records
        self._change(sum(len(record.wire) + EVENT_BYTES for record in records))

    def clear(self) -> None:
        self._drop(len(self._records))
        self._newest_at_ageing = 0  # another epoch may count from the beginning

    def drop_until(self, seq: int) -> None:
        """Drop the events up to a seq."""
        if self._records:
            self._drop(max(0, seq + 1 - self._records[0].seq))

    def give_back(self, size: int) -> None:
        """Drop the oldest events, at least `size` bytes."""
        count = 0
        while size > 0 and count < len(self._records):
            size -= len(self._records[count].wire) + EVENT_BYTES
            count += 1
        self._drop(count)

    def age(self) -> None:
        """Drop the events that were in the ring at the last call."""
        self.drop_until(self._newest_at_ageing)
        if self._records:
            self._newest_at_ageing = self._records[-1].seq

    def _drop(self, count: int) -> None:
        records = self._records[:count]
        del self._records[:count]
        self._change(-sum(len(record.wire) + EVENT_BYTES for record in records))

    def _change(self, by: int) -> None:
        self.held_bytes += by
        self._budget.change(self, by)

    # -- reading -----------------------------------------------------------------------------------------------------

    def after(self, seq: int, last: int) -> list[EventRecord] | None:
        """Return the events after `seq`, up to `last`; None if the ring no longer has all of them."""
        start = self._index(seq)
        return None if start is None else self._records[start : max(start, last + 1 - self._records[0].seq)]

    def first_after(self, seq: int, last: int, limit: int, aligned: bool = False) -> list[EventRecord] | None:
        """Return the first events after `seq`, up to `last`; None if the ring no longer has them.

        `limit`: bytes, unless one command made more. `aligned`: end where readers with other positions end too, so that they
        share the next frames.
        """
        start = self._index(seq)
        if start is None:
            return None
        records = self._records
        end = min(len(records), last + 1 - records[0].seq)
        step = self._step(limit) if aligned else 0
        size = 0
        for index in range(start, end):
            size += len(records[index].wire)
            full = size > limit or (step and not records[index - 1].seq % step and size > limit // 4)
            if full and index > start and not _same_command(records[index - 1], records[index]):
                return records[start:index]
        return records[start:end]

    def _index(self, seq: int) -> int | None:
        """Return the index of the event after `seq`, which may not exist yet; None if it was dropped."""
        records = self._records
        if not records or not records[0].seq <= seq + 1 <= records[-1].seq + 1:
            return None
        return seq + 1 - records[0].seq

    def _step(self, limit: int) -> int:
        """Return a power of two: the number of events in about `limit` bytes, or half of that."""
        mean = max(1, self.held_bytes // len(self._records) - EVENT_BYTES)
        return 1 << (max(1, limit // mean).bit_length() - 1)


def _same_command(first: EventRecord, second: EventRecord) -> bool:
    return first.group is not None and first.group == second.group
