"""Watch of accounts that nobody uses: reports them to the administrators once a week, and later locks them.

Locking has the same effect as an administrator who disables the account: its sessions, sockets and tokens end.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import NoReturn

import structlog
from sqlmodel import Session

from board.accounts import account_uses, accounts
from board.accounts.account_uses import UnusedAccount
from board.accounts.administrators import administrators
from board.audit import writer
from board.audit.entries import AccountsUnused
from board.service import BoardService
from board.telemetry.periodic import run_on_database
from models.times import format_utc
from models.upkeep import UNUSED_LOCK, UNUSED_REPORT, claim_run

log = structlog.get_logger()

POLL_S = 3_600.0
REPORT_INTERVAL, LOCK_INTERVAL = timedelta(days=7), timedelta(days=1)
MAX_LISTED = 100  # accounts of one report
BATCH_SIZE = 50  # accounts locked in one transaction


class UnusedAccounts:
    """Watch of one installation. Only one of its processes reports."""

    def __init__(self, service: BoardService) -> None:
        self._service, self._settings = service, service.settings
        self._exempt = service.sign_in.password.break_glass

    async def run(self) -> NoReturn:
        """Check every POLL_S, until cancelled."""
        await run_on_database(self._run_once, POLL_S, "check of unused accounts failed")

    async def _run_once(self) -> None:
        await self.report()
        await self.lock()

    async def report(self) -> int:
        """Report the accounts that are due, once a week; return their number. Raises DatabaseUnavailable."""
        rows = await self._find(self._settings.unused_report_days)
        return await self._service.database.write(partial(self._write_report, rows)) if rows else 0

    async def lock(self) -> int:
        """Lock the accounts that are due, once a day; return their number. Raises DatabaseUnavailable."""
        rows, count = await self._find(self._settings.unused_lock_days), 0
        if not rows or not await self._service.database.write(self._claim_lock):
            return 0
        for start in range(0, len(rows), BATCH_SIZE):
            batch = [row.id for row in rows[start : start + BATCH_SIZE]]
            count += await self._service.database.write(partial(self._lock, batch))
        await self._service.rights_changed()
        if count:
            log.info("accounts locked", count=count)
        return count

    async def _find(self, days: int) -> list[UnusedAccount]:
        if not days:
            return []
        find = partial(account_uses.unused, before=self._before(days), exempt_email=self._exempt)
        return await self._service.database.read_heavy(find)

    def _before(self, days: int) -> str:
        return format_utc(self._service.clock() - timedelta(days=days))

    def _write_report(self, rows: list[UnusedAccount], session: Session) -> int:
        at: datetime = self._service.clock()
        if not claim_run(session, UNUSED_REPORT, format_utc(at), before=format_utc(at - REPORT_INTERVAL)):
            return 0
        listed = [{"id": row.id, "name": row.name} for row in rows[:MAX_LISTED]]
        entry = AccountsUnused(id="server", count=len(rows), days=self._settings.unused_report_days, accounts=listed)
        writer.write(session, entry, also_alerts=administrators(session))
        return len(rows)

    def _claim_lock(self, session: Session) -> bool:
        at = self._service.clock()
        return claim_run(session, UNUSED_LOCK, format_utc(at), before=format_utc(at - LOCK_INTERVAL))

    def _lock(self, ids: list[str], session: Session) -> int:
        """Lock these accounts, unless they were used in the meantime. The last administrator stays."""
        count, remaining = 0, set(administrators(session))
        for row in account_uses.unused(session, self._before(self._settings.unused_lock_days), self._exempt, ids):
            if remaining == {row.id}:
                continue
            remaining.discard(row.id)
            accounts.set_enabled(session, row.email, False, unused_since=row.used_at)
            count += 1
        return count
