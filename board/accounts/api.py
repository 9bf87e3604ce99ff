"""HTTP API for a program, such as the directory of an organisation, that provisions accounts.

Only a token of scope `accounts` may call it, and that token may do nothing else. It belongs to an administrator, but can't
change or create administrators, so that an administrator can still revoke a stolen one. No password goes through the API: the
owner of a new account sets it with a one-time link.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from pydantic import StringConstraints
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.accounts import accounts, live_changes, password_links
from board.audit import actor
from board.engine.identity import Caller, require_active
from board.engine.rights_version import lock_rights_version
from board.errors import OperationError, Refused, validated
from board.i18n import N_
from board.web.endpoint import EVERYWHERE, Call
from board.web.http import Reply, check_allowed, json_response, read_json_object, require_caller, service_of
from board.web.same_origin import own_origin
from models.accounts import Account
from models.fields import Data, Title
from models.times import format_utc
from realtime.wire.wire_types import Id, Shape, Time

T = TypeVar("T")
GRANTED = ("viewer", "investigator", "coordinator")  # roles that a program can assign

REFUSALS = (*EVERYWHERE, "not_found", "invalid")
Email = Annotated[str, StringConstraints(max_length=200, pattern=r"^[!-?A-~]+@[!-?A-~]+$")]  # printable ASCII around one @
GrantedRole = Literal["viewer", "investigator", "coordinator"]


class NewAccount(Data):
    """Account to add."""

    email: Email
    name: Title
    role: GrantedRole


class ChangedAccount(Data):
    """Changes to an account. Absent fields keep their values."""

    role: GrantedRole | None = None
    enabled: bool | None = None


Invitation = TypedDict("Invitation", {"id": Id, "link": str, "ends_at": Time})
ProvisionedAccount = TypedDict("ProvisionedAccount", {
    "id": Id, "name": str, "role": Annotated[str, Shape(enum=list(GRANTED))], "enabled": bool,
})  # fmt: skip


@Call(
    "POST", "/accounts", N_("Adds an account, and gives a one-time link by which its owner sets the password."),
    (*REFUSALS, "conflict", "too_large"), body=NewAccount, status=201,
)  # fmt: skip
async def add(request: Request) -> Reply[Invitation]:
    """Add an account. If one has this address, refuse with `conflict`, and name it.

    See *Provisioning*.

    `link`: one-time link with which the owner sets the password, until `ends_at`.
    """
    caller = await _require_program(request)
    new = validated(NewAccount, await read_json_object(request))
    service = service_of(request)
    at = service.clock()

    def make(session: Session) -> tuple[str, str]:
        if (existing := accounts.by_email(session, new.email)) is not None:
            current = dict(_entry(existing)) if existing.role in GRANTED else None
            raise Refused("conflict", N_("An account with this address already exists."), current=current)
        if accounts.count(session) >= accounts.MAX_ACCOUNTS:
            raise Refused("too_large", N_("There are too many accounts. Disabled ones count."))
        account = accounts.add_invited(session, new.email, new.name, new.role, format_utc(at))
        return account.id, password_links.create(session, account, at, first=True)

    id, secret = await _change(request, caller, make)
    link = f"{own_origin(request)}{password_links.PATH}#{secret}"
    ends_at = format_utc(at + password_links.LINK_TTL)
    return json_response({"id": id, "link": link, "ends_at": ends_at}, 201)


@Call(
    "PATCH", "/accounts/{account}", N_("Sets the role of an account, disables or enables it."),
    (*REFUSALS, "too_large"), body=ChangedAccount,
)  # fmt: skip
async def change(request: Request) -> Reply[ProvisionedAccount]:
    """Change an account that is not an administrator's. Disabling ends its sessions and its one-time link.

    See *Provisioning*.
    """
    caller = await _require_program(request)
    changes = validated(ChangedAccount, await read_json_object(request))

    def make(session: Session) -> ProvisionedAccount:
        account = session.get(Account, request.path_params["account"])
        if account is None or account.role not in GRANTED:
            raise Refused("not_found")
        if changes.role is not None:
            accounts.set_role(session, account.email, changes.role)
        if changes.enabled is not None:
            accounts.set_enabled(session, account.email, changes.enabled)
        return _entry(account)

    return json_response(await _change(request, caller, make))


def _entry(account: Account) -> ProvisionedAccount:
    return {"id": account.id, "name": account.name, "role": account.role, "enabled": account.enabled}


async def _require_program(request: Request) -> Caller:
    """Return the caller. Raises Refused `not_found` if it is not an administrator, `forbidden` without the scope."""
    caller = await require_caller(request, accounts=True)
    if caller.account.role != "admin":
        raise Refused("not_found")
    if caller.scope != "accounts":
        raise Refused("forbidden", N_("This needs a token that manages accounts."))
    service = service_of(request)
    check_allowed(request, await service.limiter.take(service.limits.accounts, caller.account.id))
    return caller


async def _change(request: Request, caller: Caller, fn: Callable[[Session], T]) -> T:
    """Run a change, after checking the token and its owner's role in the same transaction, and apply it to open sockets.

    Raises Refused.
    """

    def do(session: Session) -> Any:
        lock_rights_version(session)
        account = require_active(session, caller)
        if account.role != "admin":
            raise Refused("not_found")
        actor.set_current(session, actor.account(account, caller.token))
        try:
            return fn(session)
        except OperationError as error:
            raise Refused("invalid", str(error)) from error

    result: T = await live_changes.apply_change(service_of(request), do)
    return result


CALLS = (add, change)
