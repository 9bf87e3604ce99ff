"""Limit of connections from one address in this process, because each costs a file descriptor and memory.

Trusted proxies and programs on this machine are not limited, because many people may be behind them.
"""

import ipaddress
import resource
import sys
from collections import Counter
from collections.abc import Callable

import structlog
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from board.rate_limit.addresses import network_of
from board.telemetry import metrics

log = structlog.get_logger()

SPARE_FILES = 128  # for the database, Redis, and other files of this process
Leave = Callable[[], None]


class Connections:
    """Counter of connections by address, for IPv6 by network (/64)."""

    def __init__(self, limit: int, stands_for_many: Callable[[str], bool], total: int | None = None) -> None:
        """Set the limits. `limit`: per address that does not stand for many (0: no limit). `total`: of the process."""
        self._limit, self._stands_for_many = limit, stands_for_many
        self._total = _max_files() if total is None else total
        self._by_address: Counter[str] = Counter()
        self._count = 0
        self._logged = False

    def __len__(self) -> int:
        return self._count

    def enter(self, address: str | None) -> Leave | None:
        """Count a connection; return the function to call at its end, or None if there are too many."""
        key = None if not self._limit or address is None or self._stands_for_many(address) else network_of(address)
        if self._count >= self._total or (key is not None and self._by_address[key] >= self._limit):
            self._on_refusal()
            return None
        self._count += 1
        if key is not None:
            self._by_address[key] += 1
        return lambda: self._leave(key)

    def _leave(self, key: str | None) -> None:
        self._count -= 1
        if key is not None:
            self._by_address[key] -= 1
            if not self._by_address[key]:
                del self._by_address[key]

    def _on_refusal(self) -> None:
        if not self._logged:
            self._logged = True
            log.warning("connection limit reached", open=self._count, setting="MAX_CONNECTIONS_PER_ADDRESS")
        metrics.refused.labels("connections").inc()


def _max_files() -> int:
    """Return the number of files that this process may open, minus a reserve."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if limit == resource.RLIM_INFINITY else max(limit - SPARE_FILES, limit // 2)


async def _nobody(*_: object) -> None:
    """Application that is never called."""


def stands_for_many(trusted: str) -> Callable[[str], bool]:
    """Return a predicate for addresses with possibly many people behind them: trusted proxies, and this machine."""
    proxies = ProxyHeadersMiddleware(_nobody, trusted).trusted_hosts  # parsed by uvicorn, so that both trust the same proxies

    def is_shared(address: str) -> bool:
        if address in proxies:
            return True
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return True  # the peer of a Unix socket
        return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback

    return is_shared
