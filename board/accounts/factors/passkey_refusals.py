"""Refused passkeys: recorded in the audit journal, and explained to the person."""

from typing import TypeVar

from starlette.requests import Request

from board.accounts.factors.passkeys import PasskeyError, Site
from board.i18n import N_
from board.rate_limit import client_address
from board.web.http import service_of
from board.web.same_origin import own_origin
from models.accounts import Account

T = TypeVar("T")

WRONG = N_("This passkey was not accepted. Try again.")
COPIED = N_(
    "This passkey was refused, because it may have been copied. Remove it on the page of your account, and tell an administrator."
)


def site_of(request: Request, bound_to: str) -> Site:
    """Return the site that asks for a passkey. `bound_to`: browser, sign-in or session to which its challenges are bound."""
    return Site(own_origin(request), service_of(request).settings.secret(), bound_to)


async def record(request: Request, error: PasskeyError) -> str:
    """Record a refused passkey, and return the message for the person."""
    service, address = service_of(request), client_address.of(request)
    account = await service.database.read(lambda session: session.get(Account, error.account)) if error.account else None
    if error.reason == "wrong":
        service.refusals.sign_in(account, "second_factor" if account is not None else "unknown", address)
        return WRONG
    service.refusals.passkey(account, error.title, error.reason, address)
    return COPIED if error.reason == "counter" else WRONG
