"""Figures about files: exact and as of any time for coordinators, masked for investigators, and for nobody else."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.times import format_utc, now
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.server_clock import WallClock
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

DAY = timedelta(days=1)
FOUND = {"condition": "well", "how": "came_back"}


@pytest.fixture
async def desk(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Team]:
    """Team of its own, as its figures are those of all searches."""
    async with running_team(tmp_path, **installation) as team:
        yield team


async def figures(person: Person, **params: Any) -> Any:
    answer = await person.http.get("/api/v1/figures", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def line(report: Any, table: str, name: str) -> dict[str, Any]:
    return next(each for each in report[table] if each["name"] == name)


async def find(person: Person, search: str, **outcome: Any) -> None:
    data = {"status": "found", "reason": "at home", "outcome": FOUND | {"found_at": format_utc(now())} | outcome}
    await person.command(search, "search.set_status", data)


async def test_figures_count_each_fact_of_a_file(desk: Team) -> None:
    search = await desk.alice.open_search(kind="runaway", person={"first_name": "Noor", "age": 14})
    await desk.alice.command(search, "search.set_worrying", {"worrying": True})
    await desk.alice.command(search, "search.set_appeal", {"level": "discreet"})
    report = await figures(desk.alice)
    runaway = line(report, "kinds", "runaway")
    assert {name: runaway[name] for name in ("files", "year_before", "worrying", "worrying_percent", "open", "found")} == {
        "files": 1, "year_before": 0, "worrying": 1, "worrying_percent": 100, "open": 1, "found": 0,
    }  # fmt: skip
    assert (runaway["discreet"], runaway["public"]) == (1, 0)
    assert line(report, "ages", "13-15")["files"] == report["all"]["files"] == 1
    await find(desk.alice, search)
    report = await figures(desk.alice)
    assert line(report, "outcomes", "well")["files"] == report["all"]["found"] == 1
    assert line(report, "outcomes", "open")["files"] == report["all"]["open"] == 0
    assert report["all"]["discreet"] == 1, "a campaign that has ended counts"


async def test_past_figures_are_those_of_then(desk: Team, wall_clock: WallClock) -> None:
    search = await desk.alice.open_search(kind="runaway")
    then = format_utc(now())
    wall_clock.set(DAY)
    await desk.alice.command(search, "search.update", {"kind": "undefined"})
    await desk.alice.open_search(kind="undefined")
    kinds = (await figures(desk.alice, at=then))["kinds"]
    assert {each["name"]: each["files"] for each in kinds if each["files"]} == {"runaway": 1}
    assert line(await figures(desk.alice), "kinds", "undefined")["files"] == 2


async def test_figures_before_the_first_file_are_zero(desk: Team) -> None:
    await desk.alice.open_search()
    report = await figures(desk.alice, at="2001-01-01T00:00:00Z")
    assert (report["year"], report["all"]["files"], report["all"]["found_after"]) == (2001, 0, None)
    assert report["first_year"] > 2001


async def test_file_has_the_same_figures(desk: Team) -> None:
    await desk.alice.open_search(kind="runaway")
    answer = await desk.alice.http.get("/api/v1/figures.csv")
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    found = {(row["Table"], row["Code"]): row["Files"] for row in rows}
    assert (found["all", "all"], found["kind", "runaway"], found["kind", "undefined"]) == ("1", "1", "0")
