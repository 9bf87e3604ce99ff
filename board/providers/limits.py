"""Rate limits of requests that strangers make at the addresses of providers: each may cost requests to the provider."""

from starlette.requests import Request

from board.rate_limit import Rule, client_address
from board.rate_limit.addresses import block_of, network_of
from board.web.http import check_allowed, service_of

WINDOW_S = 300
NETWORK = Rule("provider sign-in by network", 200, WINDOW_S)  # all desks of an office share one address; a sign-in counts twice
BLOCKS = Rule("provider sign-in by block", 600, WINDOW_S)
LOGOUTS = Rule("provider logout", 600, WINDOW_S)  # of one network: a provider sends one for each session


async def check_rate(request: Request) -> None:
    """Count a step of a sign-in. Raises Refused `rate_limited`."""
    address, limiter = client_address.of(request), service_of(request).limiter
    check_allowed(request, await limiter.take_all([(NETWORK, network_of(address)), (BLOCKS, block_of(address))]))


async def check_logout_rate(request: Request) -> None:
    """Count a logout message. Raises Refused `rate_limited`."""
    check_allowed(request, await service_of(request).limiter.take(LOGOUTS, network_of(client_address.of(request))))
