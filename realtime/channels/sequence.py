"""Position of a channel, and the decision on arriving events. Pure: no network, no clock.

Late, lost, duplicated and reordered messages are handled alike: compare seq, and read again from a position.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Verdict(Enum):
    """Decision on consecutive events."""

    NEXT = auto()  # follows the position (skip the part that was delivered)
    DUPLICATE = auto()  # nothing new
    GAP = auto()  # events before it are missing: read them from the journal
    OTHER_EPOCH = auto()  # another epoch: send new snapshots
    NOT_STARTED = auto()  # no position yet: the head is noted


@dataclass(slots=True)
class Sequence:
    """Position up to which all events were delivered; unknown until the first answer from the journal."""

    epoch: str | None = None
    seq: int = 0
    noted_head: int = 0  # highest seq that arrived while the position was unknown

    def start(self, epoch: str, seq: int) -> bool:
        """Set the position after a snapshot or catch-up; return whether later events are known to exist."""
        self.epoch, self.seq = epoch, seq
        return self.noted_head > seq

    def note_head(self, last: int) -> None:
        """Record that events up to `last` exist, while the position is unknown."""
        self.noted_head = max(self.noted_head, last)

    def classify(self, epoch: str, first: int, last: int) -> Verdict:
        """Decide on consecutive events `first` to `last`."""
        if self.epoch is None:
            self.note_head(last)
            return Verdict.NOT_STARTED
        if epoch != self.epoch:
            return Verdict.OTHER_EPOCH
        if last <= self.seq:
            return Verdict.DUPLICATE
        return Verdict.NEXT if first <= self.seq + 1 else Verdict.GAP
