"""Accounts on duty at each time, for the watch. Times are in milliseconds since 1970."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

LATE_MS = 10_000  # after a due time; servers write time-based events within seconds


class DutyEvent(NamedTuple):
    """Change of an account's duty. `until`: the new end of the duty; None if it has ended."""

    at: int
    account: str
    until: int | None


class Audience(NamedTuple):
    """Accounts that can see a search from a time on. `members`: None for all accounts."""

    at: int
    members: frozenset[str] | None


class Duties:
    """Accounts on duty at each time."""

    def __init__(self, events: Iterable[DutyEvent]) -> None:
        by_account: dict[str, list[DutyEvent]] = defaultdict(list)
        for event in events:
            by_account[event.account].append(event)
        duties, present = Counter[str](), set[str]()
        self._times: list[int] = []
        self._present: list[frozenset[str]] = []
        for at, difference, account in sorted(change for own in by_account.values() for change in _changes(own)):
            duties[account] += difference
            (present.add if duties[account] > 0 else present.discard)(account)
            self._times.append(at)
            self._present.append(frozenset(present))

    def among(self, audiences: Sequence[Audience]) -> "Duties":
        """Return the duties of the accounts that could see a search. `audiences`: its audiences over time, in order."""
        limited = Duties(())
        for at in sorted({*self._times, *(audience.at for audience in audiences)}):
            members = next((audience.members for audience in reversed(audiences) if audience.at <= at), None)
            present = self._present_at(at)
            limited._times.append(at)
            limited._present.append(present if members is None else present & members)
        return limited

    def steps(self, start: int, end: int) -> Iterator[tuple[int, int, frozenset[str]]]:
        """Yield parts of a period with the accounts that are on duty in each."""
        index = bisect_right(self._times, start)
        while start < end:
            stop = min(end, self._times[index]) if index < len(self._times) else end
            yield start, stop, self._present[index - 1] if index else frozenset()
            start, index = stop, index + 1

    def digest(self, start: int, end: int) -> int:
        """Return a digest of the accounts on duty in a period and of the times at which they changed. Valid in this process
        only."""
        first, last = bisect_right(self._times, start), bisect_right(self._times, end)
        return hash((self._present_at(start), *self._times[first:last], *self._present[first:last]))

    def _present_at(self, at: int) -> frozenset[str]:
        index = bisect_right(self._times, at)
        return self._present[index - 1] if index else frozenset()


def _changes(events: Sequence[DutyEvent]) -> Iterator[tuple[int, int, str]]:
    """Yield when an account comes on duty (1) and goes off duty (-1)."""
    for event, following in zip_longest(events, events[1:]):
        if event.until is not None:
            end = max(event.at, event.until + LATE_MS)  # if a clock was set back, a duty can end before it begins
            yield event.at, 1, event.account
            yield min(end, following.at) if following is not None else end, -1, event.account
