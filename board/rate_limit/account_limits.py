"""Rate limits of one account, for sockets and HTTP together. Limits of sign-in and of pairing displays are in their own modules.

A busy person stays far below: moving cards as fast as possible takes five commands a second, and a browser that reconnects twenty
tabs at once sends about a hundred messages within three seconds.
"""

from math import ceil

from board.config.settings import Settings
from board.errors import Refused
from board.i18n import N_, Message, message
from board.rate_limit import Limiter, LimitResult, Rule
from board.rate_limit.fields import seconds

WINDOW_S = 10
FULL_RATES = 2  # full rates that an account gets over all its sockets and HTTP calls
BATCHES_PER_WINDOW = 40  # batches per window in which a process reports its counts to the others
MINUTE_S, HOUR_S = 60, 3_600
MAX_ACCOUNT_CHANGES_PER_HOUR = 120


class Limits:
    """Rate limits of accounts.

    `calls`: HTTP calls that change something, at the rate of one socket. `account`: all messages and calls. `intake`: reported
    sightings, so that a program out of control adds no more than a desk can look at. `uploads`: files that are begun. `accounts`:
    accounts that a program adds or changes, so that people notice before a stolen token has disabled everybody. `documents`:
    papers, their previews, and exports.
    """

    def __init__(self, settings: Settings, limiter: Limiter) -> None:
        per_second, total = settings.max_messages_per_second, settings.max_messages_per_second * FULL_RATES * WINDOW_S
        self.calls = Rule("calls", per_second, 1, batch=0)  # batch 0: all processes together are limited by `account`
        self.account = Rule("account", total, WINDOW_S, batch=max(2, total // BATCHES_PER_WINDOW))
        self.intake = Rule("intake", settings.max_intake_per_minute, MINUTE_S)
        self.uploads = Rule("uploads", settings.max_uploads_per_minute, MINUTE_S)
        self.accounts = Rule("accounts", MAX_ACCOUNT_CHANGES_PER_HOUR, HOUR_S)
        self.documents = Rule("documents", settings.max_documents_per_minute, MINUTE_S)
        self._limiter = limiter

    def count_message(self, account: str) -> LimitResult:
        """Count a message of a socket."""
        return self._limiter.take_now(self.account, account)

    def count_call(self, account: str, changes: bool) -> list[LimitResult]:
        """Count an HTTP call against its limits; the last result may be a refusal."""
        first = [self._limiter.take_now(self.calls, account)] if changes else []
        return first if first and not first[0].allowed else [*first, self._limiter.take_now(self.account, account)]


def too_many(wait_s: float, sentence: str = N_("Too many requests. Try again in {time}."), field: str | None = None) -> Refused:
    """Return a refusal that says how long to wait, optionally in a field of a form."""
    text = message(sentence, time=duration_text(wait_s))
    return Refused("rate_limited", text, {field: text} if field else None, retry_after_s=seconds(wait_s))


def duration_text(wait_s: float) -> Message:
    """Return a wait in words: seconds below two minutes, otherwise minutes, rounded up."""
    if seconds(wait_s) == 1:
        return message(N_("1 second"))
    if seconds(wait_s) < 2 * MINUTE_S:
        return message(N_("{count} seconds"), count=seconds(wait_s))
    return message(N_("{count} minutes"), count=ceil(seconds(wait_s) / MINUTE_S))
