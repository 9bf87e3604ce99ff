"""Faults of an installation whose reads are counted: its database is full or slow, or loses connections or the answer to a
commit; its processes are killed, and Redis is away.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any

import psycopg

from board.dev import Redis
from tests.support.read_storm import ReadStorm
from tests.support.tcp_proxy import TcpProxy
from tests.support.worker_processes import WorkerProcesses, wait_until

TABLE = """
CREATE TABLE read_faults (kind text);
CREATE FUNCTION fail_read() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE fault text;
    BEGIN
        SELECT kind INTO fault FROM read_faults LIMIT 1;
        IF fault = 'full' AND TG_NAME = 'at_write' THEN
            RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
        ELSIF fault = TG_NAME THEN
            PERFORM pg_sleep(0.1);
        END IF;
        RETURN NULL;
    END $$;
CREATE TRIGGER at_write AFTER INSERT OR UPDATE ON reads FOR EACH STATEMENT EXECUTE FUNCTION fail_read();
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT OR UPDATE ON reads DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION fail_read();
"""
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
END_SESSIONS = f"SELECT pg_terminate_backend(pid) {OTHERS}"
COMMITTING = f"SELECT pid {OTHERS} AND state = 'active' AND query ILIKE 'COMMIT%'"


class ReadFaults:
    """Faults of an installation. `url`: of its database, without the proxy in front of it. `pause`: reads between two faults, and
    during one that lasts, served or not."""

    def __init__(self, storm: ReadStorm, url: str, proxy: TcpProxy, redis: Redis, workers: WorkerProcesses, pause: int) -> None:
        self._storm, self._url, self._proxy, self._redis, self._workers = storm, url, proxy, redis, workers
        self._pause, self.struck = pause, list[str]()

    def known(self) -> dict[str, Callable[[], Awaitable[None]]]:
        return {
            "process killed": self._kill_worker, "database full": lambda: self._database("full"),
            "database slow": lambda: self._database("at_write"), "answer to a commit lost": self._lose_answer,
            "sessions ended": self._end_sessions, "Redis away": self._lose_redis,
        }  # fmt: skip

    async def strike(self) -> None:
        """Strike with one fault after the other until the storm is over."""
        while not self._storm.is_over:
            for name, fault in self.known().items():
                await self._storm.more(self._pause)
                if not self._storm.is_over:
                    self.struck.append(name)
                    await fault()
            self._storm.has_struck = True

    async def _database(self, kind: str) -> None:
        await self.sql("INSERT INTO read_faults VALUES (%s)", kind)
        await self._storm.more(self._pause)
        await self.sql("DELETE FROM read_faults")

    async def _lose_answer(self) -> None:
        """Reset the connections of the database after it has done a commit, before its answer arrives."""
        await self.sql("INSERT INTO read_faults VALUES ('at_commit')")
        while not (pids := await self.sql(COMMITTING)) and not self._storm.is_over:
            await asyncio.sleep(0.01)
        self._proxy.hold_answers()
        while set(pids) & set(await self.sql(COMMITTING)):
            await asyncio.sleep(0.01)
        self._proxy.reset()
        self._proxy.release()
        await self.sql("DELETE FROM read_faults")

    async def _end_sessions(self) -> None:
        await self.sql(END_SESSIONS)

    async def _kill_worker(self) -> None:
        pids = await wait_until(lambda: pids if len(pids := self._workers.pids) == self._workers.count else None)
        os.kill(pids[0], signal.SIGKILL)

    async def _lose_redis(self) -> None:
        await asyncio.to_thread(self._redis.kill)
        await self._storm.more(self._pause)
        await asyncio.to_thread(self._redis.start)

    async def sql(self, statement: str, *values: object) -> list[Any]:
        def run() -> list[Any]:
            with closing(psycopg.connect(self._url, autocommit=True)) as connection:
                cursor = connection.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []

        return await asyncio.to_thread(run)
