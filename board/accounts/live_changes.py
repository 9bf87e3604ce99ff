"""Changes of accounts on a running server, which every process acts on at once."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlmodel import Session as Database

from board.accounts.accounts import prepare_account
from board.engine.identity import Caller
from board.errors import Refused
from models.accounts import Account
from models.times import format_utc

if TYPE_CHECKING:
    from board.service import BoardService

T = TypeVar("T")


async def apply_change(desk: "BoardService", fn: Callable[[Database], T]) -> T:
    """Does one of the above on a running desk."""
    result = await desk.database.write(fn)
    await desk.rights_changed()
    return result


async def add_account(desk: "BoardService", email: str, name: str, role: str, password: str) -> str:
    """A new account on a running desk; its id. Raises OperationError."""
    return await apply_change(
        desk, await asyncio.to_thread(prepare_account, email, name, role, password, format_utc(desk.clock()))
    )


async def caller_for(desk: "BoardService", account_id: str) -> Caller:
    """Somebody who acts without a session: the demo's colleagues, tests. Raises Refused `not_found`."""
    account = await desk.database.read(lambda database: database.get(Account, account_id))
    if account is None:
        raise Refused("not_found")
    return Caller(account)
