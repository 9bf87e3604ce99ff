"""Pruning: deletes expired rows once a day, in small transactions, while commands are written.

`rules` lists the rows and their age. The journal, handovers and revoked displays are never pruned.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, NoReturn

import structlog
from sqlalchemy import ColumnElement, Integer, String, and_, bindparam, cast, delete, func, or_, select
from sqlmodel import Session, SQLModel

from board.accounts import earlier_networks
from board.commands.alarms.alerts import RETENTION
from board.config.settings import Settings
from board.telemetry.periodic import run_on_database
from models.accounts import LinkPermission, LoginNetwork, LoginSession, PasswordLink, Token, UsedAssertion
from models.alert import Alert, AlertRead, SecurityAlert
from models.db.database import Database
from models.db.tables import columns_of, table_of
from models.disclosure import Disclosure
from models.display import Pairing
from models.event import ProcessedCommand
from models.notification import Notification
from models.retention_hold import RetentionHold
from models.times import format_utc, now
from models.upkeep import PRUNING, MaintenanceRun, claim_run

log = structlog.get_logger()

INTERVAL = timedelta(days=1)
POLL_S = 600.0  # between two checks whether a run is due: all processes share one run a day
PAGE_SIZE = 5_000  # keys read at once, outside of the writer
BATCH_SIZE = 250  # rows deleted in one transaction: milliseconds
PAUSE_S = 0.02  # between two transactions, so that commands are written
DAY = timedelta(days=1)
NOTIFICATIONS_KEPT = timedelta(days=30)  # for questions about what was sent

_BEFORE = bindparam("before", type_=String())


class Rule(NamedTuple):
    """Rule for deleting rows of a table. `condition`: compares a time with the parameter `before`, which is now minus `age`."""

    model: type[SQLModel]
    condition: ColumnElement[bool]
    age: timedelta

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)

    @property
    def keys(self) -> list[Any]:
        """Columns of the primary key."""
        return list(table_of(self.model).primary_key)


def rules(settings: Settings) -> list[Rule]:
    """Return the rules of pruning under these settings."""
    ids, tokens = timedelta(days=settings.keep_command_ids_days), timedelta(days=settings.keep_ended_tokens_days)
    day = cast(func.replace(func.substr(_BEFORE, 1, 10), "-", ""), Integer)
    security, newer, token = columns_of(SecurityAlert), table_of(SecurityAlert).alias().c, columns_of(Token)
    notification = columns_of(Notification)
    # The newest alert of an account stays, because the next number is counted from it
    newest = select(func.max(newer.number)).where(newer.account == security.account).scalar_subquery()
    return [
        Rule(ProcessedCommand, columns_of(ProcessedCommand).day < day, ids),
        Rule(Alert, columns_of(Alert).at <= _BEFORE, RETENTION),
        Rule(AlertRead, columns_of(AlertRead).at <= _BEFORE, RETENTION),
        Rule(SecurityAlert, and_(security.at <= _BEFORE, security.number < newest), RETENTION),
        Rule(LoginSession, columns_of(LoginSession).ends_at <= _BEFORE, DAY),
        Rule(LoginNetwork, columns_of(LoginNetwork).used_at <= _BEFORE, earlier_networks.KEPT),
        Rule(PasswordLink, columns_of(PasswordLink).ends_at <= _BEFORE, DAY),
        Rule(LinkPermission, columns_of(LinkPermission).ends_at <= _BEFORE, DAY),
        Rule(UsedAssertion, columns_of(UsedAssertion).ends_at <= _BEFORE, DAY),
        Rule(Disclosure, columns_of(Disclosure).at <= _BEFORE, DAY),  # a removed one counts for a day
        Rule(Pairing, columns_of(Pairing).made_at <= _BEFORE, DAY),
        Rule(Notification, and_(notification.created_at <= _BEFORE, notification.next_try_at.is_(None)), NOTIFICATIONS_KEPT),
        Rule(RetentionHold, columns_of(RetentionHold).until <= _BEFORE, DAY),
        Rule(Token, or_(token.revoked_at <= _BEFORE, token.expires_at <= _BEFORE), tokens),
    ]


class Pruning:
    """Pruning of one installation, by one of its processes, a day after the previous run."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], datetime] = now) -> None:
        self._database, self._settings, self._clock = database, settings, clock

    async def run(self) -> NoReturn:
        """Prune when it is due, until cancelled."""
        await run_on_database(self.prune_if_due, POLL_S, "pruning failed")

    async def prune_if_due(self) -> None:
        """Prune if no process did within INTERVAL. Raises DatabaseUnavailable; the next day's run does the rest."""
        at = self._clock()
        before = format_utc(at - INTERVAL)
        last = await self._database.read(lambda session: session.get(MaintenanceRun, PRUNING))
        if last is not None and last.at > before:
            return
        if await self._database.write(lambda session: claim_run(session, PRUNING, format_utc(at), before)):
            await self.prune()

    async def prune(self) -> dict[str, int]:
        """Delete all due rows; return their number by table. Raises DatabaseUnavailable."""
        at, pruned = self._clock(), {}
        for rule in rules(self._settings):
            if count := await self._apply(rule, format_utc(at - rule.age)):
                pruned[rule.table] = count
                log.info("pruned", table=rule.table, count=count)
        return pruned

    async def _apply(self, rule: Rule, before: str) -> int:
        """Delete the rows of one rule in batches. Reading finds the keys, so that no scan blocks the writer."""
        deleted = 0
        while True:
            keys = await self._database.read_heavy(partial(_find, rule, before))
            for start in range(0, len(keys), BATCH_SIZE):
                deleted += await self._database.write(partial(_delete, rule, keys[start : start + BATCH_SIZE]))
                await asyncio.sleep(PAUSE_S)
            if len(keys) < PAGE_SIZE:
                return deleted


def _find(rule: Rule, before: str, session: Session) -> list[dict[str, Any]]:
    """Return the keys of rows to delete, ordered so that two processes never deadlock."""
    rows = session.connection().execute(select(*rule.keys).where(rule.condition).limit(PAGE_SIZE), {"before": before})
    return [dict(zip((key.name for key in rule.keys), row, strict=True)) | {"before": before} for row in sorted(map(tuple, rows))]


def _delete(rule: Rule, keys: list[dict[str, Any]], session: Session) -> int:
    """Delete these rows, unless they have changed in the meantime."""
    query = delete(rule.model).where(*(key == bindparam(key.name) for key in rule.keys), rule.condition)
    return sum(session.connection().execute(query, key_values).rowcount for key_values in keys)
