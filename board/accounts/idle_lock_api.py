"""API calls that lock and unlock the caller's session."""

from typing import Annotated

from pydantic import StringConstraints
from starlette.requests import Request
from typing_extensions import TypedDict

from board.accounts import idle_lock, throttle
from board.accounts.factors import code_check, passkey_refusals, passkeys
from board.accounts.factors.passkey_refusals import site_of
from board.accounts.factors.passkeys import PasskeyError
from board.accounts.login import login_of
from board.accounts.passwords import MAX_LENGTH
from board.accounts.session_renewal import renew_session
from board.engine.identity import Caller
from board.errors import Refused, invalid, validated
from board.i18n import N_
from board.rate_limit import client_address
from board.web.endpoint import EVERYWHERE, Call
from board.web.http import Reply, json_response, read_json_object, require_caller, service_of
from models.fields import Data
from models.times import format_utc, now
from realtime.wire.wire_types import Time

MAX_CREDENTIAL = 20_000  # characters; an answer has about 1,000

LockState = TypedDict("LockState", {"locked_at": Time | None})


class Unlock(Data):
    """Proof of identity of the signed-in person: the password, or `credential`, the answer of a passkey to `/step-up/options`."""

    password: Annotated[str, StringConstraints(max_length=MAX_LENGTH)] | None = None
    credential: Annotated[str, StringConstraints(max_length=MAX_CREDENTIAL)] | None = None


@Call("POST", "/me/lock", N_("Locks this session in all its tabs, until someone unlocks it. For sessions only."))
async def lock(request: Request) -> Reply[LockState]:
    """Lock the session. Idempotent: the time of the first lock is kept.

    A locked session gets `locked` for each change, and for each call that needs a right; see *Idle lock*.
    """
    caller = await _require_session(request)
    service = service_of(request)
    return json_response({"locked_at": await idle_lock.lock(service, caller, format_utc(service.clock()))})


@Call(
    "POST", "/me/unlock", N_("Unlocks this session with the password or a passkey of its account. For sessions only."),
    (*EVERYWHERE, "invalid", "too_large"), body=Unlock,
)  # fmt: skip
async def unlock(request: Request) -> Reply[LockState]:
    """Unlock the session in all its tabs. It gets a new cookie.

    Wrong answers are counted like those at sign-in. `forbidden` if the account cannot use a password; see *Idle lock*.
    """
    caller = await _require_session(request)
    proof = validated(Unlock, await read_json_object(request))
    if proof.credential is not None:
        await _check_passkey(request, caller, proof.credential)
    else:
        await _check_password(request, caller, proof.password or "")
    await idle_lock.unlock(service_of(request), caller)
    response: Reply[LockState] = json_response({"locked_at": None})
    await renew_session(request, response, caller)
    return response


async def _check_password(request: Request, caller: Caller, password: str) -> None:
    """Raise Refused `invalid` for a wrong password, `forbidden` if passwords are switched off, `rate_limited` after too many."""
    if not service_of(request).sign_in.allows_password(caller.account.email):
        raise Refused("forbidden", N_("Passwords are switched off here. Sign in again instead."))
    address = client_address.of(request)
    if await login_of(request).reauthenticate(caller.account, password, caller.session or "", address) is None:
        raise invalid("password", N_("This password is wrong."))


async def _check_passkey(request: Request, caller: Caller, credential: str) -> None:
    """Raise Refused `invalid` for a wrong answer of a passkey, `rate_limited` after too many."""
    database, site = service_of(request).database, site_of(request, f"session {caller.session}")

    async def use() -> bool:
        await database.write(lambda session: passkeys.use(session, site, credential, now(), account=caller.account.id))
        return True

    limits = throttle.limits_of_codes_in_session(caller.account, caller.session or "")
    try:
        await code_check.limited(request, caller.account, limits, use)
    except PasskeyError as error:
        raise invalid("credential", await passkey_refusals.record(request, error)) from None


async def _require_session(request: Request) -> Caller:
    """Return the caller. Raises Refused `forbidden` for a token."""
    caller = await require_caller(request)
    if caller.session is None:
        raise Refused("forbidden", N_("A token has no session."))
    return caller


CALLS = (lock, unlock)
