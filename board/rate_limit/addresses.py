"""Networks of client addresses, as rate limits count them."""

import functools
import ipaddress

# IPv6 prefix lengths (RIPE-690): of one subscriber line, of a home, and of a company; anyone can rent a /48.
LINE, SITE, BLOCK = 64, 56, 48
IPV4_BLOCK = 24  # the smallest IPv4 network that is routed on its own


@functools.lru_cache(4_096)
def network_of(address: str, prefix: int = LINE, ipv4_prefix: int = 32) -> str:
    """Return the network that an address is counted under: with one of these prefix lengths.

    Anything else (the peer of a Unix socket) is returned unchanged.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, prefix), strict=False))
    return str(found) if ipv4_prefix == 32 else str(ipaddress.ip_network((found, ipv4_prefix), strict=False))


def block_of(address: str) -> str:
    """Return the largest network that one stranger is likely to have, in which they take turns as one."""
    return network_of(address, BLOCK, IPV4_BLOCK)
