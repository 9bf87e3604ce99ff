"""Look-up of the hosts in the settings: in parallel, with a time limit, which the system's resolver lacks."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import make_url

from board.config.settings import Settings
from board.notifications.ways import webhooks_of

LIMIT_S = 3.0  # for all look-ups together
NAME = re.compile(r"\w[\w.:-]*")  # of a host, or its address
Resolve = Callable[[str], object]


class Host(NamedTuple):
    """Host that a setting names, and the check that needs it."""

    check: str
    setting: str
    name: str


def named(settings: Settings) -> Iterator[Host]:
    """Yield the host names in the settings. Skip other text: sockets, or part of a mistyped password."""
    return (host for host in _hosts(settings) if NAME.fullmatch(host.name))


def _hosts(settings: Settings) -> Iterator[Host]:
    if not settings.on_sqlite:
        with suppress(Exception):  # the check of the database reports errors in its URL
            url = make_url(settings.database_url)
            yield Host("database", "DATABASE_URL", url.host or str(url.query.get("host", "")))
    urls = [
        ("redis", "REDIS_URL", settings.redis_url), ("address", "PUBLIC_URL", settings.public_url),
        ("email", "SMTP_URL", settings.smtp_url), ("files", "AWS_ENDPOINT_URL", settings.aws_endpoint_url),
        *(("webhook", "WEBHOOK_URL", webhook.url) for webhook in webhooks_of(settings)),
    ]  # fmt: skip
    for check, setting, address in urls:
        if address is not None and not address.startswith("unix:"):
            yield Host(check, setting, urlsplit(address).hostname or "")


def problems(settings: Settings, resolve: Resolve = lambda host: socket.getaddrinfo(host, None)) -> dict[str, str]:
    """Return a sentence for each check whose host can't be looked up. Takes at most LIMIT_S."""
    hosts = list(named(settings))
    answers = _look_up({host.name for host in hosts}, resolve)
    return {host.check: _sentence(host, answers) for host in hosts if answers.get(host.name) is not True}


def _sentence(host: Host, answers: Mapping[str, bool]) -> str:
    why = "can't be looked up" if host.name in answers else f"was not looked up within {LIMIT_S:.0f} s"
    return f"The host {host.name} of {host.setting} {why}. Check the name, and the DNS servers of this machine."


def _look_up(names: set[str], resolve: Resolve) -> dict[str, bool]:
    """Return whether each name resolves. A name without an answer in time is absent, and its thread continues."""
    answers: dict[str, bool] = {}

    def look_up(name: str) -> None:
        try:
            resolve(name)
        except (OSError, UnicodeError):
            answers[name] = False
        else:
            answers[name] = True

    threads = [threading.Thread(target=look_up, args=(name,), daemon=True) for name in names]
    deadline = time.monotonic() + LIMIT_S
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return dict(answers)
