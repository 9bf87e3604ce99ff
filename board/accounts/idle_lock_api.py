"""Calls that lock and unlock the session of a person at a screen."""

from typing import Annotated

from pydantic import StringConstraints
from starlette.requests import Request
from typing_extensions import TypedDict

from board.accounts import idle_lock
from board.accounts.login import login_of
from board.accounts.passwords import MAX_LENGTH
from board.engine.identity import Caller
from board.errors import Refused, invalid, validated
from board.i18n import N_
from board.rate_limit import client_address
from board.web.endpoint import EVERYWHERE, Call
from board.web.http import Reply, json_response, read_json_object, require_caller, service_of
from models.fields import Data
from models.times import format_utc
from realtime.wire.wire_types import Time

LockState = TypedDict("LockState", {"locked_at": Time | None})


class Unlock(Data):
    """Password of the person who is signed in."""

    password: Annotated[str, StringConstraints(max_length=MAX_LENGTH)]


@Call("POST", "/me/lock", N_("Locks this session in all its tabs, until someone unlocks it. For sessions only."))
async def lock(request: Request) -> Reply[LockState]:
    """Lock the session. Idempotent: the time of the first lock stays.

    A locked session gets `locked` for each change, and for each call that needs a right; see *Idle lock*.
    """
    caller = await _require_session(request)
    service = service_of(request)
    return json_response({"locked_at": await idle_lock.lock(service, caller, format_utc(service.clock()))})


@Call(
    "POST", "/me/unlock", N_("Unlocks this session with the password of its account. For sessions only."),
    (*EVERYWHERE, "invalid"), body=Unlock,
)  # fmt: skip
async def unlock(request: Request) -> Reply[LockState]:
    """Unlock the session in all its tabs.

    Wrong passwords are counted like those at sign-in. `forbidden` if the account cannot use a password; see *Idle lock*.
    """
    caller = await _require_session(request)
    password = validated(Unlock, await read_json_object(request)).password
    service = service_of(request)
    if not service.sign_in.allows_password(caller.account.email):
        raise Refused("forbidden", N_("Passwords are switched off here. Sign in again instead."))
    address = client_address.of(request)
    if await login_of(request).reauthenticate(caller.account, password, caller.session or "", address) is None:
        raise invalid("password", N_("This password is wrong."))
    await idle_lock.unlock(service, caller)
    return json_response({"locked_at": None})


async def _require_session(request: Request) -> Caller:
    """Return the caller. Raises Refused `forbidden` for a token."""
    caller = await require_caller(request)
    if caller.session is None:
        raise Refused("forbidden", N_("A token has no session."))
    return caller


CALLS = (lock, unlock)
