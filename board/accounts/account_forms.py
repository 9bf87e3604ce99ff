"""Reading the forms with which people change their own account, and checking again who sends them."""

from collections.abc import Callable
from typing import TypeVar

from sqlmodel import Session
from starlette.requests import Request

from board.accounts.login import login_of
from board.accounts.provider_session import provider_of
from board.audit import actor
from board.engine.identity import Caller, require_unlocked
from board.engine.rights_version import lock_rights_version
from board.errors import OperationError, Refused
from board.i18n import N_
from board.rate_limit import client_address
from board.web.auth import signed_in
from board.web.http import check_rate, parse_form, read_body
from board.web.same_origin import check_own_page

T = TypeVar("T")

PASSWORD_FIELDS = ("old", "new", "password")  # form fields that are read exactly as typed


async def check_password(request: Request, caller: Caller, password: str) -> None:
    """Check the password that a signed-in person typed again. Raises OperationError if it is wrong, Refused `rate_limited`."""
    address = client_address.of(request)
    if await login_of(request).reauthenticate(caller.account, password, caller.session or "", address) is None:
        raise OperationError(N_("Your current password is wrong."))


async def check_password_for_token(request: Request, caller: Caller, password: str) -> None:
    """Check the password like `check_password`, unless an identity provider signed the person in.

    That person may have no password. Call this only after a check that they proved their identity recently.
    """
    if await provider_of(request, caller) is None:
        await check_password(request, caller, password)


async def form_reader(request: Request) -> Callable[[str], str]:
    """Return a function that reads a field of the posted form by name; empty if absent.

    Removes U+0000, which PostgreSQL rejects, except from passwords, of which only a hash is stored.
    """
    form = parse_form(await read_body(request))

    def read(name: str) -> str:
        text = form.get(name, [""])[0]
        return text if name in PASSWORD_FIELDS else text.replace("\0", "")

    return read


async def require_session(request: Request) -> Caller:
    """Return the caller of a change to their own account. Raises Refused without a session, or from a page of another site."""
    caller = await signed_in(request)
    if caller is None:
        raise Refused("unauthenticated")
    if caller.token is not None:
        raise Refused("forbidden", N_("A token cannot be used to change account settings."))
    check_own_page(request)
    check_rate(request, caller)
    return caller


def recheck(caller: Caller, fn: Callable[[Session], T], role: str | None = None) -> Callable[[Session], T]:
    """Wrap `fn` so that its transaction checks the caller's session and `role` again: either may have changed in the meantime."""

    def do(session: Session) -> T:
        lock_rights_version(session)
        account = require_unlocked(session, caller)
        if role not in (None, account.role):
            raise Refused("not_found")
        actor.set_current(session, actor.account(account))
        return fn(session)

    return do
