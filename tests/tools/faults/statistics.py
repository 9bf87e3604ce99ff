"""Statistics of a run. Pure: recordings and journals in, numbers out."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.tools.faults.journal import Journal
from tests.tools.faults.recordings import (
    CAUGHT_UP,
    GONE,
    LIVE,
    OK,
    REFUSED,
    RESET,
    SNAPSHOT,
    InjectedFault,
    ReceivedStream,
    RunRecord,
)

NEVER = float("inf")
SHOWN = 6  # slowest recoveries that the report lists
_NAMES = {LIVE: "live", CAUGHT_UP: "caught up", SNAPSHOT: "snapshots", RESET: "resets", GONE: "rights ended"}


@dataclass(slots=True)
class Distribution:
    """Distribution of values in seconds."""

    values: array[float] = field(default_factory=lambda: array("d"))

    def at(self, *shares: float) -> list[float]:
        ordered = sorted(self.values)
        return [ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0 for share in shares]

    @property
    def p99(self) -> float:
        return self.at(0.99)[0]

    def __str__(self) -> str:
        p50, p99, most = self.at(0.5, 0.99, 1.0)
        return f"p50 {p50:.3f}, p99 {p99:.3f}, max {most:.3f} s ({len(self.values)})"


@dataclass(slots=True)
class Statistics:
    commands: Counter[str]
    resent: int  # commands that were sent more than once before they had their answer
    faults: Counter[str]
    deliveries: Counter[str]
    heals: Distribution  # from a fault's end until all readers reached the position that the boards had then
    heals_by_kind: dict[str, Distribution]
    slowest: list[str]  # recoveries, with the last reader of each
    delay: Distribution  # from an event's own time, before its commit, until a reader has it live
    calm_delay: Distribution  # deliveries with no fault shortly before or meanwhile
    answers: Distribution  # from a command's first sending to its answer, of the people at work
    answers_by_command: dict[str, Distribution]  # of everybody


def compute_statistics(run: RunRecord, journals: Mapping[str, Journal], wall: float) -> Statistics:
    """Compute the statistics of a run. `wall`: offset from monotonic time to the journal's time."""
    kinds = Counter[str]()
    states = Counter[str]()
    for following in run.followings:
        for number, name in (
            (LIVE, "live"),
            (CAUGHT_UP, "caught up"),
            (SNAPSHOT, "snapshots"),
            (RESET, "resets"),
            (GONE, "gone"),
        ):
            kinds[name] += following.kind.count(number)
    for commands in run.commands:
        states["ok"] += commands.state.count(OK)
        states["refused"] += commands.state.count(REFUSED)
        states["given"] += len(commands.state)
    heals, by_kind, slowest = _recovery_times(run, journals, wall)
    delay, calm = _delivery_delays(run, journals, wall)
    answers, by_command = _answers(run)
    resent = sum(1 for commands in run.commands for sent in commands.sent if sent > 1)
    struck = Counter(each.kind for each in run.struck)
    return Statistics(states, resent, struck, kinds, heals, by_kind, slowest, delay, calm, answers, by_command)


def _answers(run: RunRecord) -> tuple[Distribution, dict[str, Distribution]]:
    """Return the answer times of people, and the answer times of all accounts by command."""
    people, by_command = Distribution(), dict[str, Distribution]()
    for commands in run.commands:
        for name, began, done in zip(commands.name, commands.invoked, commands.answered, strict=True):
            if done:
                by_command.setdefault(name, Distribution()).values.append(done - began)
                people.values.extend([done - began] if commands.is_person else [])
    return people, by_command


def merge_overlapping(struck: Sequence[InjectedFault]) -> list[tuple[float, float]]:
    """Return the intervals in which at least one fault lasted."""
    merged: list[tuple[float, float]] = []
    for each in sorted(struck, key=lambda each: each.began):
        if merged and each.began <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], each.healed))
        else:
            merged.append((each.began, each.healed))
    return merged


def _recovery_times(
    run: RunRecord, journals: Mapping[str, Journal], wall: float
) -> tuple[Distribution, dict[str, Distribution], list[str]]:
    """Return the times that readers needed to catch up after faults: of all faults, by kind, and the slowest in words.

    The time of overlapping faults starts when the last of them has healed. A fault that begins during another fault's recovery
    does not delay that start.
    """
    together = merge_overlapping(run.struck)
    began = [each[0] for each in together]
    steady = [each for each in run.followings if GONE not in each.kind and len(each.seq)]
    found = [_time_to_catch_up(steady, journals, healed, wall) for _, healed in together]
    took = [seconds for seconds, _ in found]
    spread, by_kind = Distribution(), dict[str, Distribution]()
    for each in run.struck:
        seconds = took[bisect_right(began, each.began) - 1]
        spread.values.append(seconds)
        by_kind.setdefault(each.kind, Distribution()).values.append(seconds)
    slowest = sorted(zip(found, together, strict=True), reverse=True)[:SHOWN]
    words = [
        f"{seconds:.2f} s: {who}, after {', '.join(each.kind for each in run.struck if began <= each.began <= healed)}"
        for (seconds, who), (began, healed) in slowest
    ]
    return spread, by_kind, words


def _time_to_catch_up(
    followings: Sequence[ReceivedStream], journals: Mapping[str, Journal], healed: float, wall: float
) -> tuple[float, str]:
    """Return the seconds from `healed` until all readers had reached the boards' positions at that time, and the last reader."""
    slowest, who = 0.0, "nobody"
    for following in followings:
        head = bisect_right(journals[following.board].at, healed + wall)
        place = bisect_left(following.seq, head)
        reached = following.at[place] if place < len(following.seq) else NEVER
        if reached - healed > slowest:
            how = _NAMES[following.kind[place]] if reached < NEVER else "never"
            slowest, who = reached - healed, f"{following.reader} on {following.board} ({how})"
    return slowest, who


def _delivery_delays(run: RunRecord, journals: Mapping[str, Journal], wall: float) -> tuple[Distribution, Distribution]:
    together = merge_overlapping(run.struck)
    begins, ends = [each[0] for each in together], [each[1] for each in together]
    every, calm = Distribution(), Distribution()
    for following in run.followings:
        at_of = journals[following.board].at
        for kind, seq, at in zip(following.kind, following.seq, following.at, strict=True):
            if kind == LIVE and 1 <= seq <= len(at_of):
                made = at_of[seq - 1] - wall
                every.values.append(at - made)
                if _is_calm(begins, ends, made, at):
                    calm.values.append(at - made)
    return every, calm


def _is_calm(begins: list[float], ends: list[float], made: float, at: float, before: float = 1.0) -> bool:
    place = bisect_right(begins, at)
    return place == 0 or ends[place - 1] + before < made
