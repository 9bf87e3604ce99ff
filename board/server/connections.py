"""Connections from one address: so many in this process, as each costs a file and some memory. A proxy that is trusted has as
many as it likes, and so has a program on this machine: behind either stand all."""

import ipaddress
import resource
import sys
from collections import Counter
from collections.abc import Callable

import structlog
from uvicorn.middleware.proxy_headers import _TrustedHosts  # what it believes, we count

from board.rate_limit.addresses import network_of
from board.telemetry import metrics

log = structlog.get_logger()

SPARE_FILES = 128  # for the database, Redis, and what else this process opens
Leave = Callable[[], None]


class Connections:
    """Counts connections by address, of IPv6 by the line (/64)."""

    def __init__(self, most: int, stands_for_many: Callable[[str], bool], in_all: int | None = None) -> None:
        """So many of each address, 0: no limit, but of those that stand for many; and so many in all."""
        self._most, self._stands_for_many = most, stands_for_many
        self._in_all = _files() if in_all is None else in_all
        self._by_address: Counter[str] = Counter()
        self._count = 0
        self._told = False

    def __len__(self) -> int:
        return self._count

    def enter(self, address: str | None) -> Leave | None:
        """Count one more; gives what is to be called at its end, or None where there are too many."""
        key = None if not self._most or address is None or self._stands_for_many(address) else network_of(address)
        if self._count >= self._in_all or (key is not None and self._by_address[key] >= self._most):
            self._tell()
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

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            log.warning("too many connections: more are refused (MAX_CONNECTIONS_PER_ADDRESS)", open=self._count)
        metrics.refused.labels("connections").inc()


def _files() -> int:
    """As many as this process may open, but for some."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if most == resource.RLIM_INFINITY else max(most - SPARE_FILES, most // 2)


def stands_for_many(trusted: str) -> Callable[[str], bool]:
    """Whether all may stand behind an address: that of a proxy that is trusted, or of this machine."""
    proxies = _TrustedHosts(trusted)

    def stands(address: str) -> bool:
        if address in proxies:
            return True
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return True  # a Unix socket's peer
        return (getattr(found, "ipv4_mapped", None) or found).is_loopback

    return stands
