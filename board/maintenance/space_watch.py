"""Watch of disk space: warns in the log and alerts the administrators before uploads are refused, once a day for each cause.

Disks are those of this machine. A warning is due below twice the reserve, or from `warn_percent` of the quota of all files.
"""

import socket
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import NoReturn

import structlog
from sqlmodel import Session

from board.accounts.administrators import administrators
from board.audit import writer
from board.audit.entries import SpaceLow
from board.config.file_shares import MB
from board.files import usage
from board.files.disk import DiskSpace
from board.files.unavailable import FilesUnavailable
from board.service import BoardService
from board.telemetry.periodic import run_on_database
from models.times import format_utc
from models.upkeep import SPACE_WARNING, claim_run

log = structlog.get_logger()

POLL_S = 60.0
REPEAT = timedelta(days=1)  # between two alerts of one cause
INSTALLATION = "installation"


class SpaceWatch:
    """Watch of one installation. Only one of its processes warns."""

    def __init__(self, service: BoardService) -> None:
        self._service = service

    async def run(self) -> NoReturn:
        """Check every POLL_S, until cancelled."""
        await run_on_database(self._run_once, POLL_S, "space check failed")

    async def _run_once(self) -> None:
        await self.look()

    async def look(self) -> int:
        """Warn of each cause without a warning within REPEAT; return their number. Raises DatabaseUnavailable."""
        service, count = self._service, 0
        try:
            spaces = await service.disk.spaces()
        except FilesUnavailable:
            spaces = []
        used_bytes = await service.database.read(usage.read)
        for entry in self._causes(spaces, used_bytes):
            count += await service.database.write(partial(self._warn, entry=entry))
        return count

    def _causes(self, spaces: list[DiskSpace], used_bytes: int) -> Iterator[SpaceLow]:
        for space in spaces:
            if space.is_low:
                free, reserve = max(0, space.free) // MB, space.reserve // MB
                yield SpaceLow(id="server", of=space.name, machine=socket.gethostname(), free_mb=free, reserve_mb=reserve)
        shares = self._service.file_shares
        if used_bytes * 100 >= shares.installation_mb * MB * shares.warn_percent:
            free = max(0, shares.installation_mb - used_bytes // MB)
            yield SpaceLow(id="server", of=INSTALLATION, machine=None, free_mb=free, reserve_mb=0)

    def _warn(self, session: Session, entry: SpaceLow) -> int:
        """Write the entry and alert all administrators. Return 1, or 0 if another process did it first."""
        now = self._service.clock()
        name = f"{SPACE_WARNING}{entry.of} {entry.machine or ''}".rstrip()
        if not claim_run(session, name, format_utc(now), before=format_utc(now - REPEAT)):
            return 0
        writer.write(session, entry, also_alerts=administrators(session))
        return 1
