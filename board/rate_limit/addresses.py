"""Addresses of clients, as rate limits count them."""

import ipaddress


def network_of(address: str) -> str:
    """The network that stands for an address: of IPv6 its /64, which one line has to itself; an IPv4 address stands alone.
    What is no address (a Unix socket's peer) stands for itself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
