"""Header fields that tell clients their rate limits (draft-ietf-httpapi-ratelimit-headers-11), and when to retry."""

from collections.abc import Sequence
from math import ceil

from board.rate_limit.rules import LimitResult


def header_fields(results: Sequence[LimitResult]) -> dict[str, str]:
    """Return `RateLimit-Policy`, `RateLimit` and, after a refusal, `Retry-After`; nothing for rules without a limit."""
    limited = [each for each in results if each.rule.limit]
    if not limited:
        return {}
    refused = [each for each in limited if not each.allowed]
    headers = {
        "RateLimit-Policy": ", ".join(f'"{each.rule.name}";q={each.rule.limit};w={each.rule.window_s}' for each in limited),
        "RateLimit": ", ".join(f'"{each.rule.name}";r={each.remaining:.0f};t={_window_s(each)}' for each in refused or limited),
    }
    return headers | ({"Retry-After": str(max(map(_window_s, refused)))} if refused else {})


def _window_s(results: LimitResult) -> int:
    """Return the seconds within which no more than the rest may be used. The draft requires `Retry-After` to be no earlier."""
    return results.rule.window_s if results.allowed else seconds(results.retry_after_s)


def seconds(wait_s: float) -> int:
    """Return whole seconds to wait: at least 1, as 0 means no wait. A hair over five minutes counts as five: the response takes
    longer."""
    return max(1, ceil(wait_s - _TOLERANCE_S))


_TOLERANCE_S = 0.01
