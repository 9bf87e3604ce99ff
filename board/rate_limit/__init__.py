"""Rate limits: how often one key (an account, an address) may do one thing. `Limiter` counts, a `Rule` sets the limit."""

from board.rate_limit.limiter import Limiter
from board.rate_limit.rules import LimitResult, Rule

__all__ = ["LimitResult", "Limiter", "Rule"]
