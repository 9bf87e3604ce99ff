"""Pruning: deletes expired rows once a day, in small transactions, while commands are written.

`rules` lists the rows and their age. The journal, handovers and revoked displays are never pruned.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, NoReturn

import structlog
from sqlalchemy import text
from sqlmodel import Session

from board.accounts import earlier_networks
from board.commands.alarms.alerts import RETENTION
from board.config.settings import Settings
from board.telemetry.periodic import run_on_database
from models.db.database import Database
from models.times import format_utc, now
from models.upkeep import PRUNING

log = structlog.get_logger()

INTERVAL = timedelta(days=1)
POLL_S = 600.0  # between two checks whether a run is due: all processes share one run a day
PAGE_SIZE = 5_000  # keys read at once, outside of the writer
BATCH_SIZE = 250  # rows deleted in one transaction: milliseconds
PAUSE_S = 0.02  # between two transactions, so that commands are written
DAY = timedelta(days=1)
NOTIFICATIONS_KEPT = timedelta(days=30)  # for questions about what was sent

_DUE = text("SELECT count(*) FROM upkeep WHERE name = :name AND at > :before")
_CLAIM = text(
    "INSERT INTO upkeep (name, at) VALUES (:name, :at) "
    "ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE upkeep.at <= :before"
)


class Rule(NamedTuple):
    """Rule for deleting rows of a table. `condition`: SQL that compares a time with `:before`, which is now minus `age`."""

    table: str
    keys: tuple[str, ...]
    condition: str
    age: timedelta


def rules(settings: Settings) -> list[Rule]:
    """Return the rules of pruning under these settings."""
    ids, tokens = timedelta(days=settings.keep_command_ids_days), timedelta(days=settings.keep_ended_tokens_days)
    return [
        Rule("done", ("digest",), "day < CAST(replace(substr(:before, 1, 10), '-', '') AS INTEGER)", ids),
        Rule("alert", ("board", "seq", "kind", "account"), "at <= :before", RETENTION),
        Rule("alert_read", ("account", "board", "seq"), "at <= :before", RETENTION),
        # The newest alert of an account stays, because the next number is counted from it
        Rule(
            "security_alert", ("account", "number"),
            "at <= :before AND number < (SELECT max(number) FROM security_alert s WHERE s.account = security_alert.account)",
            RETENTION,
        ),
        Rule("session", ("digest",), "ends_at <= :before", DAY),
        Rule("login_networks", ("account", "network"), "used_at <= :before", earlier_networks.KEPT),
        Rule("link", ("account",), "ends_at <= :before", DAY),
        Rule("pairing", ("code",), "made_at <= :before", DAY),
        Rule("notification", ("id",), "created_at <= :before AND next_try_at IS NULL", NOTIFICATIONS_KEPT),
        Rule("token", ("id",), "(revoked_at <= :before OR expires_at <= :before)", tokens),
    ]  # fmt: skip


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
        params = {"name": PRUNING, "at": format_utc(at), "before": format_utc(at - INTERVAL)}
        if await self._database.read(lambda session: session.connection().execute(_DUE, params).scalar_one()):
            return
        if await self._database.write(lambda session: session.connection().execute(_CLAIM, params).rowcount):
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
    query = f"SELECT {', '.join(rule.keys)} FROM {rule.table} WHERE {rule.condition} LIMIT {PAGE_SIZE}"  # noqa: S608
    rows = session.connection().execute(text(query), {"before": before})
    return [dict(zip(rule.keys, row, strict=True)) | {"before": before} for row in sorted(map(tuple, rows))]


def _delete(rule: Rule, keys: list[dict[str, Any]], session: Session) -> int:
    """Delete these rows, unless they have changed in the meantime."""
    key_condition = " AND ".join(f"{key} = :{key}" for key in rule.keys)
    query = text(f"DELETE FROM {rule.table} WHERE {key_condition} AND {rule.condition}")  # noqa: S608
    return sum(session.connection().execute(query, key_values).rowcount for key_values in keys)
