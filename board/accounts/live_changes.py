"""Changes of accounts on a running server, which every process applies at once."""

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


async def apply_change(desk: "BoardService", fn: Callable[[Session], T]) -> T:
    """Run a change of accounts in a transaction, then apply it to open sockets in all processes. Return its result."""
    result = await desk.database.write(fn)
    await desk.rights_changed()
    return result


async def add_account(desk: "BoardService", email: str, name: str, role: str, password: str) -> str:
    """Add an account on a running server, and return its id. Raise OperationError."""
    return await apply_change(
        desk, await asyncio.to_thread(prepare_account, email, name, role, password, format_utc(desk.clock()))
    )


async def caller_for(desk: "BoardService", account_id: str) -> Caller:
    """Return a caller without a session, for simulated users and tests. Raise Refused `not_found`."""
    account = await desk.database.read(lambda session: session.get(Account, account_id))
    if account is None:
        raise Refused("not_found")
    return Caller(account)
