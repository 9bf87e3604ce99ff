"""Parsers for the notification settings: mail server, sender of e-mails, webhooks, and signing keys.

Errors never quote a value, because it may contain a password.
"""

import base64
import binascii
import hashlib
import ipaddress
import re
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

MAX_WEBHOOKS = 10
KEY_BYTES = range(24, 65)  # length of a signing key, by the specification of Standard Webhooks
PREFIX = "whsec_"
# Default port by scheme: without TLS, with TLS from the start, and with TLS after STARTTLS
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Mail server for outgoing e-mails. `scheme`: one of PORTS."""

    scheme: str
    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


class Webhook(NamedTuple):
    """Receiver of webhooks. `key`: its name in the database, a digest of the URL that does not disclose it."""

    key: str
    url: str


def mail_server(url: str) -> MailServer:
    """Return the mail server of a URL such as `smtps://user:password@mail.example.org`. Raises ValueError with a sentence."""
    parts = _split(url)
    if parts is None or parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            "must be an address such as smtp+starttls://user:password@mail.example.org:587, or begin with smtps:// or smtp://"
        )
    user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    if (user is None) != (password is None):
        raise ValueError("must have both a user and a password, or neither")
    if user and parts.scheme == "smtp" and not is_loopback(parts.hostname):
        raise ValueError("must not send a password without TLS: use smtp+starttls:// or smtps://")
    return MailServer(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme], user, password)


def sender(text: str) -> Address:
    """Return the sender of e-mails, such as `Searchboard <board@example.org>`. Raises ValueError with a sentence."""
    name, address = parseaddr(text)
    parsed = mail_address(address, name)
    if parsed is None or not text.isprintable() or not text.strip().removesuffix(">").endswith(address):
        raise ValueError("must be an e-mail address, such as Searchboard <board@example.org>")
    return parsed


def mail_address(text: str, name: str = "") -> Address | None:
    """Return an e-mail address for a header, or None if it is invalid. An internationalised domain is encoded in ASCII."""
    if not text.isprintable() or not name.isprintable():
        return None
    local, _, domain = text.rpartition("@")
    try:
        address = Address(name, addr_spec=f"{local}@{domain.encode('idna').decode('ascii')}")
    except (ValueError, MessageError, IndexError):  # the standard library's parser raises all of these
        return None
    return address if address.username and re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f.:]+\]", address.domain) else None


def webhooks(text: str, allow_private: bool) -> tuple[Webhook, ...]:
    """Return the receivers of URLs separated by spaces. Raises ValueError with a sentence."""
    urls = list(dict.fromkeys(text.split()))
    if len(urls) > MAX_WEBHOOKS:
        raise ValueError(f"must have at most {MAX_WEBHOOKS} addresses")
    for url in urls:
        parts = _split(url)
        if parts is None or parts.scheme not in ("https", "http") or not parts.hostname or parts.fragment or not url.isascii():
            raise ValueError("must have addresses such as https://pager.example.org/hook, separated by spaces")
        if parts.scheme == "http" and not allow_private:
            raise ValueError("must not have an http:// address: use https://, or set WEBHOOK_ALLOW_PRIVATE=true")
    return tuple(Webhook(hashlib.sha256(url.encode()).hexdigest()[:12], url) for url in urls)


def signing_keys(text: str) -> tuple[bytes, ...]:
    """Return the keys in one or two secrets `whsec_…`, separated by a space. Messages are signed with both, while receivers
    switch to the new one. Raises ValueError with a sentence."""
    keys = tuple(map(_signing_key, text.split()))
    if not keys or len(keys) > 2:
        raise ValueError("must be one secret, or a new and an old secret separated by a space")
    return keys


def _signing_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True) if text.startswith(PREFIX) else b""
    except (binascii.Error, ValueError):
        key = b""
    if len(key) not in KEY_BYTES:
        raise ValueError(f"must be {PREFIX} and 24 to 64 random bytes in base64")
    return key


def is_loopback(host: str) -> bool:
    """Return whether a host name or address means this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _split(url: str) -> SplitResult | None:
    """Return the parts of a URL; None if it is invalid."""
    if any(character.isspace() or not character.isprintable() for character in url):
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None
    except ValueError:
        return None
