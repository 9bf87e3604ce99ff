"""Header fields that tell programs how much they may ask (draft-ietf-httpapi-ratelimit-headers-11), and when to come again."""

from collections.abc import Sequence
from math import ceil

from board.rate_limit.rules import Taken


def fields(taken: Sequence[Taken]) -> dict[str, str]:
    """`RateLimit-Policy`, `RateLimit` and, where a try was refused, `Retry-After`; nothing of rules without a limit."""
    limited = [each for each in taken if each.rule.limit]
    if not limited:
        return {}
    refused = [each for each in limited if not each.allowed]
    told = {
        "RateLimit-Policy": ", ".join(f'"{each.rule.name}";q={each.rule.limit};w={each.rule.window_s}' for each in limited),
        "RateLimit": ", ".join(f'"{each.rule.name}";r={each.remaining:.0f};t={_window_s(each)}' for each in refused or limited),
    }
    return told | ({"Retry-After": str(max(map(_window_s, refused)))} if refused else {})


def _window_s(taken: Taken) -> int:
    """Seconds within which no more than the rest may be used. The draft wants `Retry-After` to be no earlier."""
    return taken.rule.window_s if taken.allowed else seconds(taken.retry_after_s)


def seconds(wait_s: float) -> int:
    """Whole seconds after which to come again: at least one, or nobody would wait at all. A hair over five minutes is five
    minutes: the answer takes longer."""
    return max(1, ceil(wait_s - _HAIR_S))


_HAIR_S = 0.01
