"""Retention: closed searches whose time is over are listed, with the reason and what is stored. Nothing is erased."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, update

from board.config.retention import Retention, Rule, load_retention, years_after
from board.retention.due_searches import RetainedSearch, due_searches
from board.retention.inventory import rows_about
from models.db.errors import ConfigurationError
from models.search import Search
from models.times import format_utc, now
from tests.ops.test_command_line import Shell
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

RULES = load_retention()


async def close(team: Team, kind: str, years_ago: int) -> str:
    """Close a search, that many years ago and a day."""
    search = await team.alice.open_search(kind=kind)
    await team.alice.command(search, "sighting.add", {"description": "a girl"})
    at = format_utc(years_after(now() - timedelta(days=1), -years_ago))
    change = update(Search).where(col(Search.id) == search).values(status="closed", status_at=at)
    await team.server.service.database.write(lambda session: session.connection().execute(change).rowcount)
    return search


async def due(team: Team, rules: Retention = RULES) -> dict[str, RetainedSearch]:
    database = team.server.service.database
    return {each.id: each for each in await database.read(lambda session: list(due_searches(session, rules, now())))}


async def test_closed_search_is_due_after_its_years(team: Team) -> None:
    old, recent = await close(team, "runaway", 10), await close(team, "runaway", 9)
    found = await due(team)
    assert old in found
    assert recent not in found
    assert found[old].years == 10
    rows = await team.server.service.database.read(lambda session: rows_about(session, old))
    assert rows["sighting"] == 1
    assert rows["event"] > 5


async def test_unaccompanied_minor_has_no_clock(team: Team) -> None:
    assert await close(team, "unaccompanied_minor", 50) not in await due(team)


async def test_open_search_is_never_due(team: Team) -> None:
    assert await team.alice.open_search() not in await due(team, Retention(rule=[Rule(years=1)]))


async def test_listing_changes_nothing(team: Team) -> None:
    search = await close(team, "runaway", 20)
    before = (await team.alice.http.get(f"/api/v1/boards/{search}")).text
    first, second = await due(team), await due(team)
    assert first == second
    assert (await team.alice.http.get(f"/api/v1/boards/{search}")).text == before


def test_first_rule_that_fits_applies() -> None:
    rules = Retention(rule=[Rule(kinds=["runaway"], conditions=["deceased"], years=30), Rule(kinds=["runaway"], years=5)])
    assert [rules.rule_of("runaway", condition) for condition in ("deceased", "well", None)] == [
        rules.rule[0],
        *rules.rule[1:] * 2,
    ]
    assert rules.rule_of("undefined", "well") is None


def test_leap_day_ends_on_the_first_of_march() -> None:
    assert years_after(datetime(2016, 2, 29, tzinfo=UTC), 10) == datetime(2026, 3, 1, tzinfo=UTC)
    assert years_after(datetime(2016, 2, 29, tzinfo=UTC), 4) == datetime(2020, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[[rule]]\nkinds = ["unheard_of"]\nyears = 1', "unheard_of"), ('[[rule]]\nconditions = ["fine"]', "fine"),
        ("[[rule]]\nyears = 0", "years"), ("[[rule]]\nmonths = 1", "months"), ("rule = 1", "rule"), ("", "rule"), ("[[", "read"),
    ],
)  # fmt: skip
def test_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    (tmp_path / "retention.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=place):
        load_retention(str(tmp_path))


async def test_due_search_has_a_line_and_json(team: Team) -> None:
    search = await close(team, "runaway", 12)
    found, rows = (await due(team))[search], {"sighting": 1}
    assert f"{found.reference} · runaway, no outcome · closed " in found.line(rows)
    assert found.line(rows).endswith("· sighting 1")
    assert json.loads(json.dumps(found.to_json(rows)))["rows"] == rows


async def test_command_lists_what_is_due_and_erases_nothing(team: Team) -> None:
    search = await close(team, "runaway", 15)
    shell = Shell({"DATABASE_URL": team.server.service.settings.database_url})
    listed = json.loads(await shell.works("erase", "--dry-run", "--json"))
    assert search in {each["id"] for each in listed}
    assert "kept 10 years" in await shell.works("erase", "--dry-run")
    assert "dry-run" in await shell.refuses("erase")
