"""Checks of typed codes and passkeys, with limits. An attempt counts before it is checked; a right one is uncounted."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request

from board.accounts import throttle
from board.rate_limit import client_address
from board.rate_limit.account_limits import too_many
from board.rate_limit.limiter import RuleKey
from board.web.http import service_of
from models.accounts import Account


async def limited(request: Request, account: Account, limits: Sequence[RuleKey], check: Callable[[], Awaitable[bool]]) -> bool:
    """Run a check within the limits, and return its result. Records a wrong code. Raises Refused `rate_limited`."""
    service, address = service_of(request), client_address.of(request)
    allowed = await service.limiter.take_all(limits)
    if not allowed.allowed:
        service.refusals.throttled(account, address)
        raise too_many(allowed.retry_after_s, throttle.TOO_MANY)
    is_right = await check()
    if is_right:
        await service.limiter.give_back(limits)
    else:
        service.refusals.sign_in(account, "second_factor", address)
    return is_right
