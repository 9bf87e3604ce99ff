"""Allowed addresses of webhooks: no private network and not this machine, so that a receiver's name can't be used to reach hosts
that only this machine reaches (server-side request forgery)."""

import errno
import ipaddress
import socket

from board.notifications import resolver

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


class AddressRefused(Exception):
    """The host has a forbidden address."""


async def checked_addresses(host: str, port: int, allow_private: bool) -> list[str]:
    """Return the addresses of a host. Connect to these: a second look-up could return others.

    Raises AddressRefused if one of them is forbidden, OSError if there are none.
    """
    addresses = await resolver.addresses_of(host, port)
    if not allow_private and not all(map(is_public, addresses)):
        raise AddressRefused
    return addresses


def is_public(address: str) -> bool:
    """Return whether an address is on the public internet, and not an address of this machine."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:  # with a scope, like link-local addresses
        return False
    return all(map(_is_global, _meant_by(ip))) and not _is_own(ip)


def _is_global(ip: IP) -> bool:
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def _meant_by(ip: IP) -> list[IP]:
    """Return the possible destinations of packets to an address: tunnels and NATs extract IPv4 addresses from IPv6 ones."""
    if isinstance(ip, ipaddress.IPv4Address):
        return [ip]
    last = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if any(ip in network for network in NAT64):
        return [last]
    compatible = last if int(ip) >> 32 == 0 else None  # long deprecated
    return [ip, *(inner for inner in (ip.ipv4_mapped, ip.sixtofour, compatible, *(ip.teredo or ())) if inner is not None)]


def _is_own(ip: IP) -> bool:
    """Return whether this machine has the address: only then can a socket be bound to it."""
    family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(ip), 0))
    except OSError as error:
        return error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
    return True
