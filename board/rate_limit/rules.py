"""Rules of rate limits, and the arithmetic of a sliding window.

A window is approximated by two counters: of the current period, which begins with its first try, and of the previous one,
weighted by the part that is still in the window.
"""

from dataclasses import dataclass
from math import floor, inf
from typing import NamedTuple


@dataclass(frozen=True)
class Rule:
    """Limit of `limit` tries for each key in any `window_s` seconds; a limit of 0 means none.

    `batch` says how the processes of an installation count together in Redis. 1: ask for each try, which takes a round trip.
    More: report afterwards in batches, which takes none and lets each process exceed the limit by a batch. 0: each process counts
    for itself.
    """

    name: str
    limit: int
    window_s: int
    batch: int = 1


class Counts(NamedTuple):
    """Counts of the previous and the current period, and the seconds for which each still counts: the current one for a whole
    window after its end."""

    before: int
    before_s: float
    now: int
    now_s: float

    def within(self, rule: Rule) -> "Counts":
        """Return these counts as far as this rule can have made them: those from Redis may be anything."""
        before, now = (min(max(count, 0), rule.limit) for count in (self.before, self.now))
        before_s, now_s = min(max(self.before_s, 0.0), rule.window_s), min(max(self.now_s, 0.0), 2 * rule.window_s)
        return Counts(before, before_s, now, now_s)

    def used(self, window_s: int) -> int:
        """Return the count of the window that ends now."""
        return floor(self.before * self.before_s / window_s) + self.now

    def wait_s(self, limit: int, window_s: int) -> float:
        """Return the seconds until another try fits; 0 if it does now."""
        if self.used(window_s) < limit:
            return 0.0
        if self.now < limit:  # wait until the previous period has lost enough weight
            return max(0.0, self.before_s - (limit - self.now) * window_s / self.before)
        ends_s = max(0.0, self.now_s - window_s)
        return ends_s + window_s * (1 - limit / self.now)


@dataclass(frozen=True, slots=True)
class LimitResult:
    """Result of a try: whether it is allowed, how many are left, and in how many seconds another one is allowed (0: at once)."""

    rule: Rule
    allowed: bool
    remaining: float = inf  # default: the rule has no limit
    retry_after_s: float = 0.0

    @classmethod
    def of(cls, rule: Rule, allowed: bool, counts: Counts) -> "LimitResult":
        if allowed:
            return cls(rule, True, max(0, rule.limit - counts.used(rule.window_s)))
        return cls(rule, False, 0, counts.wait_s(rule.limit, rule.window_s) + _JUST_AFTER_S)


_JUST_AFTER_S = 0.001  # at the exact moment it does not fit yet
