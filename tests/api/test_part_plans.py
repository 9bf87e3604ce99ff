"""Query plans of the erasure of a part: each statement finds its rows by an index, so that old installations stay quick."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from tests.api.test_part_references import SEEDED
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.referenced_part import ReferencedPart
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

SMALL = {"clockfault", "rights"}  # tables with few rows
SCANS = re.compile(r"(?:SCAN|Seq Scan on) (\w+)\b(?! ROW)")  # of tables, on SQLite also by an index that names no value


@contextmanager
def statements(*engines: Engine) -> Iterator[dict[str, Any]]:
    """Collect the statements that an erasure runs on the engines, with the parameters of one call each."""
    collected: dict[str, Any] = {}

    def collect(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if is_of_erasure(sys._getframe()):  # tasks of the server run at the same time
            collected.setdefault(statement, parameters[0] if many else parameters)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", collect)
    yield collected
    for engine in engines:
        event.remove(engine, "before_cursor_execute", collect)


def is_of_erasure(frame: FrameType | None) -> bool:
    while frame is not None and "/board/retention/" not in frame.f_code.co_filename:
        frame = frame.f_back
    return frame is not None


@pytest.mark.parametrize("name", SEEDED)
async def test_each_statement_of_an_erasure_uses_an_index(team: Team, name: str) -> None:
    scene = await ReferencedPart(team).prepare()
    part, backend = await scene.refer(name), scene.database.backend
    with statements(backend.write_engine, backend.read_engine) as collected:
        await scene.erase(part)
    assert [statement for statement in collected if " IN (" in statement], "there are statements"
    with backend.read_engine.connect() as connection:
        plans = {statement: plan_of(connection, statement, values) for statement, values in collected.items()}
    scanned = {statement: set(SCANS.findall(plan)) - SMALL for statement, plan in plans.items()}
    assert {statement: tables for statement, tables in scanned.items() if tables and not is_of_tips(plans[statement])} == {}


def plan_of(connection: Connection, statement: str, values: Any) -> str:
    """Return the plan of a statement on a large table; an empty one for a statement that has none, such as COMMIT."""
    if statement.split()[0] not in ("SELECT", "UPDATE", "DELETE", "WITH"):
        return ""
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # its tables are small in a test
        explain = "EXPLAIN"
    return " | ".join(row[-1] for row in connection.exec_driver_sql(f"{explain} {statement}", values))


def is_of_tips(plan: str) -> bool:
    """Return whether a plan reads only the sightings that were tips."""
    return "sighting_of_tip" in plan
