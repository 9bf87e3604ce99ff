"""Checks of the transports of alarms: the mail server and the webhooks can be reached, and the outbox empties.

They send nothing: `board notifications test` does.
"""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from functools import partial
from typing import Any

from board.config.notification_settings import mail_server
from board.config.settings import Settings
from board.maintenance.checks.finding import State
from board.maintenance.database import read
from board.notifications import pending, ways
from board.notifications.delivery_error import DeliveryError
from models.times import format_utc, now

TIMEOUT_S = 15.0
SHOWN = timedelta(days=7)  # age up to which cancelled notifications are reported
LATE = timedelta(minutes=5)

SENTENCES = {
    "address": "is not told, as the address of the receiver can not be used",
    "timeout": "does not answer in time",
    "connect": "can't be reached",
    "resolve": "has a name that can't be looked up",
    "tls": "has a certificate that is refused, or speaks no TLS",
    "auth": "refuses the user or the password",
    "unsupported": "lacks what is needed, such as STARTTLS",
    "private_address": "is on this machine or in a private network: set WEBHOOK_ALLOW_PRIVATE=true if that is meant",
}


def check_email(settings: Settings) -> tuple[State, str]:
    if settings.smtp_url is None:
        return State.SKIPPED, "SMTP_URL is not set: alarms send no e-mails."
    mail = ways.make(settings).mail
    assert mail is not None
    if (code := attempt(mail.check())) is not None:
        return State.WRONG, f"The mail server of SMTP_URL {sentence(code)}."
    user = mail_server(settings.smtp_url).user
    return State.OK, f"The mail server answers{' and accepts the password' if user else ''}."


def check_webhook(settings: Settings) -> tuple[State, str]:
    if settings.webhook_url is None:
        return State.SKIPPED, "WEBHOOK_URL is not set: alarms send no webhooks."
    codes = [attempt(webhook.check()) for webhook in ways.make(settings).webhooks.values()]
    for number, code in enumerate(codes, 1):
        if code is not None:
            subject = "The address of WEBHOOK_URL" if len(codes) == 1 else f"Address {number} of WEBHOOK_URL"
            return State.WRONG, f"{subject} {sentence(code)}."
    return State.OK, "The webhook can be reached." if len(codes) == 1 else f"All {len(codes)} webhooks can be reached."


def check_outbox(settings: Settings) -> tuple[State, str]:
    at = now()
    set_ways = ways.configured(settings)
    state = read(partial(pending.state, late=format_utc(at - LATE), since=format_utc(at - SHOWN), ways=set_ways))
    warnings = []
    if state.given_up:
        codes = ", ".join(sorted(state.given_up))
        summary = _count(sum(state.given_up.values()), "was given up", "were given up")
        warnings.append(f"{summary} in the last {SHOWN.days} days ({codes}).")
    if state.late:
        warnings.append(f"{_count(state.late, 'has waited', 'have waited')} for over {LATE.seconds // 60} minutes.")
    if warnings:
        return State.WARNING, " ".join(warnings)
    if not set_ways:
        return State.SKIPPED, "Alarms are shown on screens only."
    return State.OK, "No notification waits, and none was given up."


def _count(count: int, singular: str, plural: str) -> str:
    return f"1 notification {singular}" if count == 1 else f"{count} notifications {plural}"


def sentence(code: str) -> str:
    """Return the problem of a receiver, as the end of a sentence."""
    kind, _, number = code.partition("_")
    if kind in ("smtp", "http") and number.isdigit():
        return f"answers {number}"
    return SENTENCES.get(code, "does not answer as it should")


def attempt(act: Coroutine[Any, Any, None]) -> str | None:
    """Try to reach a receiver once; return the code of the failure, or None."""

    async def limited() -> None:
        async with asyncio.timeout(TIMEOUT_S):
            await act

    try:
        asyncio.run(limited())
    except DeliveryError as failure:
        return failure.code
    except TimeoutError:
        return "timeout"
    return None
