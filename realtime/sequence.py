"""Where a channel stands, and what to do with the events that arrive. Pure: no network, no clock.

Late, lost, doubled and out of order all have the same answer: compare seq, ask again from a position.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Verdict(Enum):
    NEXT = auto()  # follows on what we have (drop the part that was seen)
    DUPLICATE = auto()  # nothing new in it
    GAP = auto()  # something before it is missing: read it from the journal
    OTHER_EPOCH = auto()  # another life of the board: begin again
    NOT_STARTED = auto()  # nothing was passed on yet: it is noted


@dataclass(slots=True)
class Sequence:
    """The position up to which everything was passed on, unknown until the first answer from the journal."""

    epoch: str | None = None
    seq: int = 0
    noted_head: int = 0  # the highest seq that was offered while the position was unknown

    def start(self, epoch: str, seq: int) -> bool:
        """Everything up to `seq` is told by a snapshot or a catch-up. True when more is known to exist already."""
        self.epoch, self.seq = epoch, seq
        return self.noted_head > seq

    def note_head(self, last: int) -> None:
        """There are events up to `last`, while the position is unknown."""
        self.noted_head = max(self.noted_head, last)

    def classify(self, epoch: str, first: int, last: int) -> Verdict:
        """What to do with events `first` to `last`, numbered in a row."""
        if self.epoch is None:
            self.note_head(last)
            return Verdict.NOT_STARTED
        if epoch != self.epoch:
            return Verdict.OTHER_EPOCH
        if last <= self.seq:
            return Verdict.DUPLICATE
        return Verdict.NEXT if first <= self.seq + 1 else Verdict.GAP
