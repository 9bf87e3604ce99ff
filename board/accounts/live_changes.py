"""Changes to accounts on a running server, which every process applies immediately."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlmodel import Session

from board.accounts.accounts import prepare_account
from board.engine.identity import Caller
from board.errors import Refused
from models.accounts import Account
from models.times import format_utc

if TYPE_CHECKING:
    from board.service import BoardService

T = TypeVar("T")


async def apply_change(service: "BoardService", fn: Callable[[Session], T]) -> T:
    """Run a change to accounts in a transaction, then apply it to open sockets in all processes; return its result."""
    result = await service.database.write(fn)
    await service.rights_changed()
    return result


async def add_account(service: "BoardService", email: str, name: str, role: str, password: str) -> str:
    """Add an account on a running server, and return its id. Raises OperationError."""
    return await apply_change(
        service, await asyncio.to_thread(prepare_account, email, name, role, password, format_utc(service.clock()))
    )


async def caller_for(service: "BoardService", account_id: str) -> Caller:
    """Return a caller without a session, for simulated users and tests. Raises Refused `not_found`."""
    account = await service.database.read(lambda session: session.get(Account, account_id))
    if account is None:
        raise Refused("not_found")
    return Caller(account)
