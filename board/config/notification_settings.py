"""Settings of notifications, read: the mail server, the sender of e-mails, the webhooks and their signing keys.

Errors quote no value, as each may hold a password.
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
KEY_BYTES = range(24, 65)  # of a signing key, by the specification of standard webhooks
PREFIX = "whsec_"
# Port of each way to reach a mail server: without TLS, with TLS from the start, and with TLS after STARTTLS
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Mail server that takes the e-mails. `scheme` is one of PORTS."""

    scheme: str
    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


class Webhook(NamedTuple):
    """Receiver of webhooks. `key` names it in the database: it stays the same while the URL does, and does not tell it."""

    key: str
    url: str


def mail_server(url: str) -> MailServer:
    """Return the mail server of a URL such as `smtps://user:password@mail.example.org`. Raises ValueError with a sentence."""
    parts = _split(url)
    if parts is None or parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("it is an address such as smtp+starttls://user:password@mail.example.org:587, or smtps:// or smtp://")
    user, password = (unquote(each) if each else None for each in (parts.username, parts.password))
    if (user is None) != (password is None):
        raise ValueError("it has a user without a password, or a password without a user")
    if user and parts.scheme == "smtp" and not is_loopback(parts.hostname):
        raise ValueError("it would send a password without TLS: use smtp+starttls:// or smtps://")
    return MailServer(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme], user, password)


def sender(text: str) -> Address:
    """Return the sender of e-mails, such as `Searchboard <board@example.org>`. Raises ValueError with a sentence."""
    name, address = parseaddr(text)
    found = mail_address(address, name)
    if found is None or not text.isprintable() or not text.strip().removesuffix(">").endswith(address):
        raise ValueError("it is an e-mail address, as in Searchboard <board@example.org>")
    return found


def mail_address(text: str, name: str = "") -> Address | None:
    """Return an e-mail address that can stand in a header, or None. A domain in other scripts is written in ASCII."""
    if not text.isprintable() or not name.isprintable():
        return None
    local, _, domain = text.rpartition("@")
    try:
        found = Address(name, addr_spec=f"{local}@{domain.encode('idna').decode('ascii')}")
    except (ValueError, MessageError, IndexError):  # the parser of the standard library raises all of them
        return None
    return found if found.username and re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f.:]+\]", found.domain) else None


def webhooks(text: str, allow_private: bool) -> tuple[Webhook, ...]:
    """Return the receivers of URLs separated by spaces. Raises ValueError with a sentence."""
    urls = list(dict.fromkeys(text.split()))
    if len(urls) > MAX_WEBHOOKS:
        raise ValueError(f"it has more than {MAX_WEBHOOKS} addresses")
    for url in urls:
        parts = _split(url)
        if parts is None or parts.scheme not in ("https", "http") or not parts.hostname or parts.fragment or not url.isascii():
            raise ValueError("it has addresses such as https://pager.example.org/hook, separated by spaces")
        if parts.scheme == "http" and not allow_private:
            raise ValueError("it has an address that begins with http://: use https://, or set WEBHOOK_ALLOW_PRIVATE=true")
    return tuple(Webhook(hashlib.sha256(url.encode()).hexdigest()[:12], url) for url in urls)


def signing_keys(text: str) -> tuple[bytes, ...]:
    """Return the keys of `whsec_…`, separated by spaces: the second is signed with, too, while receivers change to a new one.
    Raises ValueError with a sentence."""
    keys = tuple(map(_signing_key, text.split()))
    if not keys or len(keys) > 2:
        raise ValueError("it is one secret, or a new and an old one, separated by a space")
    return keys


def _signing_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True) if text.startswith(PREFIX) else b""
    except (binascii.Error, ValueError):
        key = b""
    if len(key) not in KEY_BYTES:
        raise ValueError(f"it is {PREFIX} and 24 to 64 random bytes in base64")
    return key


def is_loopback(host: str) -> bool:
    """Return whether a host is named as this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _split(url: str) -> SplitResult | None:
    """Return the parts of a URL; None for one that can't be."""
    if any(each.isspace() or not each.isprintable() for each in url):
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None
    except ValueError:
        return None
