"""Rings: the last events of each channel, for clients that are behind, within one bound for all channels of the process.

A ring keeps what arrived in the last KEPT_S to 2 * KEPT_S seconds, however much that is: a client without progress is
disconnected after 30 seconds. Above the bound, the largest ring gives back its oldest events first.
"""

from realtime.source import EventRecord

MAX_KEPT_BYTES = 64 * 1_048_576  # of all rings together
KEPT_S = 30.0
EVENT_BYTES = 500  # memory of an event beside its encoding: the record, its subject and its group
LEAST_GIVEN_BACK = 16 * 1_024  # bytes at once, so that the largest ring is looked for rarely


class RingBudget:
    """Bytes that all rings of a process hold, and the bound on them."""

    def __init__(self) -> None:
        self.held_bytes = 0
        self._rings: dict[Ring, None] = {}  # those that hold something

    def change(self, ring: "Ring", by: int) -> None:
        """Note that a ring grew or shrank."""
        self.held_bytes += by
        if ring.held_bytes:
            self._rings[ring] = None
        else:
            self._rings.pop(ring, None)

    def enforce(self) -> None:
        """Let the largest rings give back their oldest events until all hold no more than MAX_KEPT_BYTES."""
        while self.held_bytes > MAX_KEPT_BYTES:
            largest = max(self._rings, key=lambda ring: ring.held_bytes)
            largest.give_back(max(LEAST_GIVEN_BACK, largest.held_bytes // 32))

    def age(self) -> None:
        """Drop what was kept at the last call already. Called every KEPT_S seconds."""
        for ring in list(self._rings):
            ring.age()


class Ring:
    """The last events of a channel without a gap."""

    __slots__ = ("_budget", "_newest_at_ageing", "_records", "held_bytes")

    def __init__(self, budget: RingBudget) -> None:
        self.held_bytes = 0
        self._budget = budget
        self._records: list[EventRecord] = []
        self._newest_at_ageing = 0

    def extend(self, records: list[EventRecord]) -> None:
        """Append the events that follow the last one. The bound is not enforced here."""
        self._records += records
        self._change(sum(len(record.wire) + EVENT_BYTES for record in records))

    def clear(self) -> None:
        self._drop(len(self._records))
        self._newest_at_ageing = 0  # another epoch may count from the beginning

    def give_back(self, size: int) -> None:
        """Drop the oldest events, at least so many bytes of them."""
        count = 0
        while size > 0 and count < len(self._records):
            size -= len(self._records[count].wire) + EVENT_BYTES
            count += 1
        self._drop(count)

    def age(self) -> None:
        """Drop the events that were here at the last call."""
        if self._records:
            self._drop(max(0, self._newest_at_ageing + 1 - self._records[0].seq))
        if self._records:
            self._newest_at_ageing = self._records[-1].seq

    def _drop(self, count: int) -> None:
        dropped = self._records[:count]
        del self._records[:count]
        self._change(-sum(len(record.wire) + EVENT_BYTES for record in dropped))

    def _change(self, by: int) -> None:
        self.held_bytes += by
        self._budget.change(self, by)

    # -- reading -----------------------------------------------------------------------------------------------------

    def after(self, seq: int, last: int) -> list[EventRecord] | None:
        """Return the events after `seq`, up to `last`; None if some of them are no longer here."""
        start = self._index(seq)
        return None if start is None else self._records[start : max(start, last + 1 - self._records[0].seq)]

    def first_after(self, seq: int, last: int, limit: int, aligned: bool = False) -> list[EventRecord] | None:
        """Return the first of the events after `seq`, up to `last`: at most `limit` bytes, unless one command made more; None if
        they are no longer here.

        `aligned`: end where readers with other positions end too, so that they get the same from there on.
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
        """Return where the event after `seq` is, or will be."""
        records = self._records
        if not records or not records[0].seq <= seq + 1 <= records[-1].seq + 1:
            return None
        return seq + 1 - records[0].seq

    def _step(self, limit: int) -> int:
        """Return a power of two: so many events have about `limit` bytes, or half of that."""
        mean = max(1, self.held_bytes // len(self._records) - EVENT_BYTES)
        return 1 << (max(1, limit // mean).bit_length() - 1)


def _same_command(one: EventRecord, other: EventRecord) -> bool:
    return one.group is not None and one.group == other.group
