"""Addresses of clients, as rate limits count them."""

import ipaddress

LINE, SITE = 64, 56  # of IPv6: what one line has to itself, and what one house is given at most (RIPE-690: a /56, seldom more)


def network_of(address: str, prefix: int = LINE) -> str:
    """The network that stands for an address: of IPv6 that of this prefix; an IPv4 address stands alone. What is no address (a
    Unix socket's peer) stands for itself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, prefix), strict=False))
    return str(found)
