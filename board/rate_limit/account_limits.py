"""What one account may ask of the server, by sockets and HTTP together. What may be tried at the sign-in and at the pairing of
displays stands there.

A busy person stays far below: who moves cards as fast as hands can gives five commands a second, and a browser whose twenty
tabs all come back at once says about a hundred things within three seconds.
"""

from math import ceil

from board.errors import Refused
from board.i18n import N_, Message, say
from board.rate_limit import Limiter, Rule, Taken
from board.rate_limit.fields import seconds
from board.settings import Settings

WINDOW_S = 10
SOCKETS = 2  # so many sockets at their full rate: whoever has more, or calls beside them, gets no more
BATCHES = 40  # in so many the processes tell each other of a full window
MINUTE_S = 60


class Limits:
    """`calls` are HTTP calls that change something: an account has the rate there that each of its sockets has. `account` is
    all that it says and calls. `intake` is what it takes in, over one call: of a program that runs wild, a search gets no more
    than a desk can still look at."""

    def __init__(self, settings: Settings, limiter: Limiter) -> None:
        per_second, whole = settings.max_messages_per_second, settings.max_messages_per_second * SOCKETS * WINDOW_S
        self.calls = Rule("calls", per_second, 1, batch=0)  # what all processes count together is `account`
        self.account = Rule("account", whole, WINDOW_S, batch=max(2, whole // BATCHES))
        self.intake = Rule("intake", settings.max_intake_per_minute, MINUTE_S)
        self._limiter = limiter

    def said(self, account: str) -> Taken:
        """Count a message of a socket."""
        return self._limiter.take_now(self.account, account)

    def called(self, account: str, changes: bool) -> list[Taken]:
        """Count a call; the last one may be refused."""
        first = [self._limiter.take_now(self.calls, account)] if changes else []
        return first if first and not first[0].allowed else [*first, self._limiter.take_now(self.account, account)]

    async def taken_in(self, account: str) -> Taken:
        """Count a sighting that a program or a person takes in."""
        return await self._limiter.take(self.intake, account)


def too_many(wait_s: float, sentence: str = N_("Too many requests. Try again in {time}."), field: str | None = None) -> Refused:
    """Refusal that says how long to wait; of a form, in one field of it."""
    said = say(sentence, time=lasting(wait_s))
    return Refused("rate_limited", said, {field: said} if field else None, retry_after_s=seconds(wait_s))


def lasting(wait_s: float) -> Message:
    """A wait in words: in seconds below two minutes, else in minutes; never less than it is."""
    if seconds(wait_s) == 1:
        return say(N_("1 second"))
    if seconds(wait_s) < 2 * MINUTE_S:
        return say(N_("{count} seconds"), count=seconds(wait_s))
    return say(N_("{count} minutes"), count=ceil(seconds(wait_s) / MINUTE_S))
