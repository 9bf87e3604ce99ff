"""Networks of client addresses, as rate limits count them."""

import ipaddress

LINE, SITE = 64, 56  # IPv6 prefix lengths: of one subscriber line, and of one site at most (RIPE-690: a /56, seldom more)


def network_of(address: str, prefix: int = LINE) -> str:
    """Return the network that an address is counted under: of IPv6 with this prefix length; an IPv4 address itself.

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
    return str(found)
