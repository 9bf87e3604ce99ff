"""Publisher of the shift's holder, the status of its handover, and who is on duty, to every socket, because all pages show them.

Changes by this process are published immediately. Polling the database finds changes by other processes.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from board.commands.duty import duty_status
from board.commands.duty.duty_status import OnDuty
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
HANDOVER_FIELDS = ("number", "status", "outgoing", "incoming", "signed_at")  # fields of a handover, without its texts

_NAME = select(columns_of(Account).name).where(columns_of(Account).id == bindparam("id"))


class ShiftStatusPublisher:
    """Publisher of the shift's status. Set `changed` to publish a change immediately."""

    def __init__(self, database: Database, hub: Hub[Caller], clock: Callable[[], datetime]) -> None:
        self._database, self._hub, self._clock = database, hub, clock
        self.changed = asyncio.Event()

    async def run(self) -> None:
        """Publish at a fixed interval, and when `changed` is set."""
        await run_on_database(self.refresh, INTERVAL_S, "shift status refresh failed", wake=self.changed)

    async def refresh(self) -> None:
        """Publish the status if it changed; displays get only names. Raises DatabaseUnavailable if the database can't be read."""
        shift, handover, duties = await self._database.read(partial(_read, now=self._clock()))
        first_names = display_filter.filter_duties(duties["duties"], shift["holder"] if shift is not None else None)
        for_displays = protocol.shift(display_filter.filter_shift(shift), None, first_names)
        self._hub.broadcast(
            "shift", protocol.shift(shift, handover, duties["duties"], duties["absent"], duties["next"]), for_displays
        )


def _read(session: Session, now: datetime) -> tuple[dict[str, Any] | None, dict[str, Any] | None, OnDuty]:
    shift, handover = session.get(Shift, OPERATIONS), session.get(Handover, OPERATIONS)
    progress = (
        {name: value for name, value in handover.state().items() if name in HANDOVER_FIELDS} if handover is not None else None
    )
    duties = duty_status.read(session, now)
    if shift is None:
        return None, progress, duties
    return shift.state() | {"name": session.connection().execute(_NAME, {"id": shift.holder}).scalar()}, progress, duties
