"""Publisher of the shift's holder and the status of its handover to every socket, because all pages show them.

Changes of this process are published immediately. Polling the database finds those of other processes.
"""

import asyncio
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from board.engine.identity import Caller
from board.live import display_filter
from board.telemetry.periodic import run_on_database
from models.accounts import Account
from models.board import OPERATIONS
from models.db.database import Database
from models.db.tables import columns_of
from models.handover import Handover, Shift
from realtime.hub import Hub
from realtime.wire import protocol

INTERVAL_S = 1.0
HANDOVER_FIELDS = ("number", "status", "outgoing", "incoming", "signed_at")  # of a handover, without its texts

_NAME = select(columns_of(Account).name).where(columns_of(Account).id == bindparam("id"))


class ShiftStatusPublisher:
    """Publisher of the shift's status. Set `changed` to publish a change immediately."""

    def __init__(self, database: Database, hub: Hub[Caller]) -> None:
        self._database, self._hub = database, hub
        self.changed = asyncio.Event()

    async def run(self) -> None:
        """Publish at a fixed interval, and when `changed` is set."""
        await run_on_database(self.refresh, INTERVAL_S, "shift status refresh failed", wake=self.changed)

    async def refresh(self) -> None:
        """Publish the status if it changed; displays get only the holder. Raises DatabaseUnavailable."""
        shift, handover = await self._database.read(_read)
        self._hub.broadcast("shift", protocol.shift(shift, handover), protocol.shift(display_filter.filter_shift(shift), None))


def _read(session: Session) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    shift, handover = session.get(Shift, OPERATIONS), session.get(Handover, OPERATIONS)
    progress = (
        {name: value for name, value in handover.state().items() if name in HANDOVER_FIELDS} if handover is not None else None
    )
    if shift is None:
        return None, progress
    return shift.state() | {"name": session.connection().execute(_NAME, {"id": shift.holder}).scalar()}, progress
