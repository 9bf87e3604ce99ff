"""Client address of a request, for limits per address."""

import structlog
from starlette.requests import HTTPConnection

log = structlog.get_logger()

_warned_of_proxy = False


def of(connection: HTTPConnection) -> str:
    """Return the client's address. Logs once if it looks like a proxy that is not trusted."""
    global _warned_of_proxy  # noqa: PLW0603  (once for a process)
    address = connection.client.host if connection.client else ""
    through = [each.strip() for each in connection.headers.get("x-forwarded-for", "").split(",")]
    if through != [""] and address not in through and not _warned_of_proxy:
        _warned_of_proxy = True
        log.warning("proxy not trusted", setting="FORWARDED_ALLOW_IPS")
    return address
