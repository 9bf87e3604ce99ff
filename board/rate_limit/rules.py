"""Rules of rate limits, and the arithmetic of a sliding window.

Two counters stand for a window: those of the present period, which begins with its first try, and of the period before it,
which counts for less the longer it is over (the strategy "sliding window counter" of the library `limits`).
"""

from dataclasses import dataclass
from functools import cached_property
from math import floor, inf
from typing import NamedTuple

from limits import RateLimitItem, RateLimitItemPerSecond


@dataclass(frozen=True)
class Rule:
    """At most `limit` for each key in any `window_s` seconds; a limit of 0 means none.

    `batch` says how the processes of one installation count together, where they have a Redis: 1 asks it each time, which
    takes a round trip; more tells it afterwards, so many at a time, which takes none and lets each process go that far
    beyond; 0 leaves each process to itself.
    """

    name: str
    limit: int
    window_s: int
    batch: int = 1

    @cached_property
    def item(self) -> RateLimitItem:
        """The rule as `limits` has it."""
        return RateLimitItemPerSecond(self.limit, self.window_s, self.name)


class Counts(NamedTuple):
    """Counts of the period before and of the present one, and for how many seconds each still counts: the present one for a
    whole window after its end."""

    before: int
    before_s: float
    now: int
    now_s: float

    def used(self, window_s: int) -> int:
        """Count of the window that ends now."""
        return floor(self.before * self.before_s / window_s) + self.now

    def wait_s(self, limit: int, window_s: int) -> float:
        """Seconds until one more fits; 0 where it does now."""
        if self.used(window_s) < limit:
            return 0.0
        if self.now < limit:  # so many of the period before must have lost their weight
            return max(0.0, self.before_s - (limit - self.now) * window_s / self.before)
        ends_s = max(0.0, self.now_s - window_s)
        return ends_s + window_s * (1 - limit / self.now)


@dataclass(frozen=True, slots=True)
class Taken:
    """Outcome of a try: whether it is allowed, how many are left, and in how many seconds another one is (0: at once)."""

    rule: Rule
    allowed: bool
    remaining: float = inf  # where the rule has no limit
    retry_after_s: float = 0.0

    @classmethod
    def of(cls, rule: Rule, allowed: bool, counts: Counts) -> "Taken":
        if allowed:
            return cls(rule, True, max(0, rule.limit - counts.used(rule.window_s)))
        return cls(rule, False, 0, counts.wait_s(rule.limit, rule.window_s) + _JUST_AFTER_S)


_JUST_AFTER_S = 0.001  # at the very moment it does not fit yet
