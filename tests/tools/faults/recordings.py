"""Recordings of readers and writers, compact because a long run has millions of deliveries.

Times are seconds of the monotonic clock. A digest has 64 bits, for an event or a state with sorted keys; small digests stand for
events without content.
"""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

LIVE, CAUGHT_UP, SNAPSHOT, RESET, GONE = range(5)  # kinds of entries of a reader's log
HIDDEN, DROPPED = 1, 2  # digests of an event that the reader may not see, and of the event that ends its access
OPEN, OK, REFUSED = range(3)  # outcomes of a command


def digest(value: Any) -> int:
    """Return the digest of a JSON value, independent of the order of its keys."""
    packed = hashlib.blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=8).digest()
    return int.from_bytes(packed, "big") | 16


def entity_digest(kind: str, id: str, state: Any) -> int:
    """Return the digest of an entity in a state, never 0. A board's `fold` is the XOR over all its entities."""
    return 0 if state is None else digest([kind, id, state])


class ReceivedEvent(NamedTuple):
    """Event that a reader received."""

    seq: int
    digest: int
    id: str | None
    entity: int  # digest of the entity's state after it
    kind: str = ""


def received_event(event: dict[str, Any]) -> ReceivedEvent:
    if event.get("hidden"):
        return ReceivedEvent(event["seq"], DROPPED if "kind" in event else HIDDEN, event.get("id"), 0)
    entity = entity_digest(event["kind"], event["id"], event.get("state"))
    return ReceivedEvent(event["seq"], digest(event), event["id"], entity, event["kind"])


@dataclass(slots=True)
class ReceivedStream:
    """Events and snapshots that one reader received for one board, in order.

    A SNAPSHOT was requested; a RESET is a snapshot that replaced a catch-up. For both, `digest` is the fold. For GONE, which is
    the end of access, everything except the time is 0.
    """

    reader: str
    board: str
    kind: array[int] = field(default_factory=lambda: array("B"))
    epoch: array[int] = field(default_factory=lambda: array("H"))
    seq: array[int] = field(default_factory=lambda: array("q"))
    digest: array[int] = field(default_factory=lambda: array("Q"))
    at: array[float] = field(default_factory=lambda: array("d"))
    fold: int | None = None  # fold of the reader's replica at the end; None if it has no access then

    def note(self, kind: int, epoch: int, seq: int, digest: int, at: float) -> None:
        self.kind.append(kind)
        self.epoch.append(epoch)
        self.seq.append(seq)
        self.digest.append(digest)
        self.at.append(at)


@dataclass(slots=True)
class CommandLog:
    """Commands of one account. Command number n has the id `{writer}-{n}`."""

    writer: str
    account: str
    is_person: bool = False  # whether the answer times of this account count
    name: list[str] = field(default_factory=list)
    board: array[int] = field(default_factory=lambda: array("H"))  # index in the list of boards
    state: array[int] = field(default_factory=lambda: array("B"))
    first: array[int] = field(default_factory=lambda: array("q"))  # first seq in the ack; 0 if the ack has none
    count: array[int] = field(default_factory=lambda: array("H"))
    sent: array[int] = field(default_factory=lambda: array("H"))  # number of times that each command was sent
    invoked: array[float] = field(default_factory=lambda: array("d"))
    answered: array[float] = field(default_factory=lambda: array("d"))
    faults: list[str] = field(default_factory=list)  # invalid answers, in words
    turned_away: array[float] = field(default_factory=lambda: array("d"))  # times of the answers `unavailable` and `failed`
    duties: dict[int, tuple[str, str | None]] = field(default_factory=dict)  # commands on duties: name, and the end that they set

    def invoke(self, name: str, board: int, at: float) -> str:
        """Record a new command and return its id."""
        self.name.append(name)
        self.board.append(board)
        self.state.append(OPEN)
        self.first.append(0)
        self.count.append(0)
        self.sent.append(0)
        self.invoked.append(at)
        self.answered.append(0)
        return f"{self.writer}-{len(self.board) - 1}"

    def ok(self, number: int, seqs: list[int], at: float) -> None:
        first, count = (seqs[0], len(seqs)) if seqs else (0, 0)
        if seqs != list(range(first, first + count)):
            self.faults.append(f"{self.writer}-{number}: seqs not in a row: {seqs}")
        if self.state[number] != OPEN and (self.state[number], self.first[number], self.count[number]) != (OK, first, count):
            self.faults.append(f"{self.writer}-{number}: a second answer, other than the first: {seqs}")
            return
        self.first[number], self.count[number] = first, count
        self._settle(number, OK, at)

    def refuse(self, number: int, at: float) -> None:
        if self.state[number] == OK:
            self.faults.append(f"{self.writer}-{number}: refused after it was acknowledged")
            return
        self._settle(number, REFUSED, at)

    def _settle(self, number: int, state: int, at: float) -> None:
        if self.state[number] == OPEN:
            self.state[number], self.answered[number] = state, at


@dataclass(frozen=True, slots=True)
class Revocation:
    """Right that a reader lost for a while. From `since` to `until`, no event after `after` may reach the reader.

    `board`: affected board; None for all boards.
    `began`: time at which the revocation was requested.
    `command`: account and id of the command that revoked the right.
    """

    reader: str
    board: str | None
    after: int
    since: float
    until: float
    began: float = 0.0
    command: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """Fault that was injected, with the times at which it began and healed."""

    kind: str
    began: float
    healed: float


@dataclass(slots=True)
class RunRecord:
    """All recordings of a run, except the journals."""

    boards: list[str]
    followings: list[ReceivedStream]
    commands: list[CommandLog]
    revocations: list[Revocation]
    struck: list[InjectedFault]
    epochs: dict[str, int]  # number of each epoch in the recordings
    ended: float = 0.0
    wall: float = 0.0  # offset from monotonic time to the journals' time
