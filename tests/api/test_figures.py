"""Figures about searches: exact and as of any time for coordinators, masked for investigators, and for nobody else."""

import asyncio
import contextlib
import csv
import io
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import Session, col, select

from board.client import Refusal
from board.engine import erasure
from board.engine.identity import Caller
from board.figures import past_searches
from board.figures.masking import masked
from board.figures.periods import month_of, period_of
from board.figures.weights import weight, weighted
from models.accounts import Account
from models.board import Board
from models.search import KINDS
from models.search_fact import SearchFact
from models.times import DESK_TIME_ZONE, format_utc, from_ms, now, parse_utc, to_ms
from tests.support import recounted_figures, seed_files
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


def boards(desk: Team) -> set[int]:
    """Return the numbers of the boards that have facts."""
    return desk.server.service.database.read_now(lambda session: set(session.exec(select(SearchFact.board)).all()))


def counted(desk: Team, year: int, kind: str) -> int:
    """Return how many searches of a year readers below coordinator count."""
    period, as_of = period_of(year, 0), month_of(to_ms(format_utc(now()))) - 1
    read = partial(past_searches.read, start=period.start, end=period.end, as_of=as_of)
    searches = desk.server.service.database.read_now(read)
    return sum(search.kind == kind for search in weighted(searches, desk.server.service.settings.secret()))


async def find(person: Person, search: str, **outcome: Any) -> None:
    data = {"status": "found", "reason": "at home", "outcome": FOUND | {"found_at": format_utc(now())} | outcome}
    await person.command(search, "search.set_status", data)


async def test_figures_count_each_fact_of_a_search(desk: Team) -> None:
    search = await desk.alice.open_search(kind="runaway", person={"first_name": "Noor", "age": 14})
    await desk.alice.command(search, "search.set_worrying", {"worrying": True, "basis": "as the criteria say"})
    await desk.alice.command(search, "search.set_appeal", {"level": "discreet"})
    report = await figures(desk.alice)
    runaway = line(report, "kinds", "runaway")
    assert {name: runaway[name] for name in ("searches", "year_before", "worrying", "worrying_percent", "open", "found")} == {
        "searches": 1, "year_before": 0, "worrying": 1, "worrying_percent": 100, "open": 1, "found": 0,
    }  # fmt: skip
    assert (runaway["discreet"], runaway["public"]) == (1, 0)
    assert line(report, "ages", "13-15")["searches"] == report["all"]["searches"] == 1
    await find(desk.alice, search)
    report = await figures(desk.alice)
    assert line(report, "outcomes", "well")["searches"] == report["all"]["found"] == 1
    assert line(report, "outcomes", "open")["searches"] == report["all"]["open"] == 0
    assert report["all"]["discreet"] == 1, "a campaign that has ended counts"


async def test_past_figures_are_those_of_then(desk: Team, wall_clock: WallClock) -> None:
    search = await desk.alice.open_search(kind="runaway")
    then = format_utc(now())
    wall_clock.set(DAY)
    await desk.alice.command(search, "search.update", {"kind": "undefined"})
    await desk.alice.open_search(kind="undefined")
    kinds = (await figures(desk.alice, at=then))["kinds"]
    assert {each["name"]: each["searches"] for each in kinds if each["searches"]} == {"runaway": 1}
    assert line(await figures(desk.alice), "kinds", "undefined")["searches"] == 2


async def test_figures_before_the_first_search_are_zero(desk: Team) -> None:
    await desk.alice.open_search()
    report = await figures(desk.alice, at="2001-01-01T00:00:00Z")
    assert (report["year"], report["all"]["searches"], report["all"]["found_after"]) == (2001, 0, None)
    assert report["first_year"] is None


async def test_csv_has_the_same_figures(desk: Team) -> None:
    await desk.alice.open_search(kind="runaway")
    answer = await desk.alice.http.get("/api/v1/figures.csv")
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    found = {(row["Table"], row["Code"]): row["Searches"] for row in rows}
    assert (found["all", "all"], found["kind", "runaway"], found["kind", "undefined"]) == ("1", "1", "0")


# -- readers ----------------------------------------------------------------------------------------------------------------


async def test_investigators_see_masked_figures_of_ended_months(desk: Team, wall_clock: WallClock) -> None:
    for _ in range(4):
        await desk.alice.open_search(kind="runaway")
    await desk.alice.open_search(kind="undefined")
    wall_clock.set(timedelta(days=40))
    await desk.alice.open_search(kind="runaway")
    opened = {"year": (now() - timedelta(days=40)).astimezone(DESK_TIME_ZONE).year}
    report, exact = await figures(desk.bob, **opened), await figures(desk.alice, **opened)
    assert (report["masked"], exact["masked"]) == (True, False)
    assert line(report, "kinds", "runaway")["searches"] == masked(counted(desk, opened["year"], "runaway"))
    assert line(report, "kinds", "undefined")["searches"] == "under_3"
    assert parse_utc(report["as_of"]) < now().astimezone(DESK_TIME_ZONE).replace(day=1, hour=0, minute=0, second=0)
    assert line(exact, "kinds", "undefined")["searches"] == 1
    file = await desk.bob.http.get("/api/v1/figures.csv", params=opened)
    assert "kind,undefined,under 3," in file.text


@pytest.mark.parametrize("is_alone", [False, True])
async def test_search_of_weight_zero_is_in_no_answer_of_an_investigator(
    desk: Team, wall_clock: WallClock, is_alone: bool
) -> None:
    """Every answer of every month and year is the same with and without it, so no comparison of answers tells a count."""
    while not (left_out := [board for board in boards(desk) if weight(board, desk.server.service.settings.secret()) == 0]):
        await desk.alice.open_search(kind="undefined")
    others = delete(SearchFact).where(col(SearchFact.board) != left_out[0])
    if is_alone:
        await desk.server.service.database.write(lambda session: session.execute(others))
    else:
        await desk.alice.open_search(kind="undefined")
    year = now().astimezone(DESK_TIME_ZONE).year
    wall_clock.set(timedelta(days=40))
    questions: list[dict[str, Any]] = [{"year": each, "month": month} for each in (year, year + 1) for month in range(1, 13)]
    questions += [{"year": year}, {"year": year + 1}, {"year": year, "at": format_utc(now() - timedelta(days=5))}]
    before = [await figures(desk.bob, **question) for question in questions]
    exact = await figures(desk.alice, year=year)
    forgotten = delete(SearchFact).where(col(SearchFact.board) == left_out[0])
    await desk.server.service.database.write(lambda session: session.execute(forgotten))
    assert [await figures(desk.bob, **question) for question in questions] == before
    assert await figures(desk.alice, year=year) != exact


async def test_masked_figures_do_not_follow_the_day(desk: Team) -> None:
    before = await figures(desk.bob)
    await desk.alice.open_search()
    assert await figures(desk.bob) == before
    assert (await figures(desk.bob, at=format_utc(now())))["all"] == before["all"]


async def test_viewers_and_limited_callers_get_no_figures(desk: Team) -> None:
    for address in ("/api/v1/figures", "/api/v1/figures.csv"):
        answer = await desk.victor.http.get(address)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await desk.victor.http.get("/figures")).status_code == 403


async def test_members_only_searches_count_without_a_name(desk: Team) -> None:
    """Two coordinators read the same figures."""
    other = await desk.add_person("Olga", "coordinator")
    await desk.secret_search(person={"first_name": "Hiddenname"}, kind="runaway")
    answer = await other.http.get("/api/v1/figures")
    assert line(answer.json(), "kinds", "runaway")["searches"] == 1
    assert "Hiddenname" not in answer.text


# -- hostile input ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("at", "yesterday"), ("at", "2026-01-01"), ("at", "9999-12-31T23:59:59Z"), ("at", "0001-01-01T00:00:00+14:00"),
        ("at", "2" * 2_000), ("year", "0"), ("year", "99999"), ("year", "-1"), ("year", "2026.0"), ("year", "٢٠٢٦"),
        ("month", "13"), ("month", "0"), ("month", "1' OR 1=1"),
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
async def test_wrong_period_is_refused_with_a_sentence(team: Team, name: str, value: str) -> None:
    for address in ("/api/v1/figures", "/api/v1/figures.csv"):
        answer = await team.alice.http.get(address, params={name: value})
        assert answer.status_code == 422, answer.text
        assert list(answer.json()["fields"]) == [name]


@pytest.mark.parametrize(
    "at", ["0001-01-02T00:00:00Z", "1969-12-31T23:59:59Z", "2024-02-29T12:00:00Z", "2026-03-29T02:30:00+01:00"]
)
async def test_far_past_and_odd_days_have_figures(team: Team, at: str) -> None:
    answer = await team.alice.http.get("/api/v1/figures", params={"at": at, "year": 2024})
    assert answer.status_code == 200, answer.text


async def test_figures_take_turns_and_their_files_are_limited(installation: dict[str, Any], tmp_path: Path) -> None:
    async with running_team(tmp_path, **installation | {"max_documents_per_minute": 2}) as desk:
        answers = await asyncio.gather(*(desk.alice.http.get("/api/v1/figures.csv") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200, 429}


# -- as of any time ---------------------------------------------------------------------------------------------------------


async def test_figures_of_random_histories_equal_a_recount(desk: Team, wall_clock: WallClock) -> None:
    """Compare at times between events, and after corrections, reopening and undo."""
    chance, times = random.Random(40), []
    searches = [await desk.alice.open_search(kind=chance.choice([*KINDS])) for _ in range(6)]
    for step in range(60):
        wall_clock.set(timedelta(hours=step))
        times.append(format_utc(now()))
        await change(desk.alice, chance.choice(searches), chance)
    service = desk.server.service
    for at in (*chance.sample(times, 20), format_utc(now())):
        year = parse_utc(at).astimezone(DESK_TIME_ZONE).year
        counted = await service.database.read(partial(recounted_figures.by_kind, year=year, at=at))
        assert recounted_figures.shown((await figures(desk.alice, at=at, year=year))["kinds"]) == counted


async def change(alice: Person, search: str, chance: random.Random) -> None:
    """Send a random command; some are refused."""
    status = chance.choice(["open", "found", "closed"])
    outcome = {"outcome": FOUND | {"found_at": format_utc(now())}} if status == "found" else {}
    commands: list[tuple[str, dict[str, Any]]] = [
        ("search.update", {"kind": chance.choice([*KINDS])}),
        ("search.update", {"person": {"age": chance.randrange(19)}}),
        ("search.set_worrying", {"worrying": chance.choice([True, False, None]), "basis": "news"}),
        ("search.set_appeal", {"level": chance.choice(["none", "discreet", "posters", "public"])}),
        ("search.set_status", {"status": status, "reason": "news", "acknowledge": "all done"} | outcome),
    ]
    name, data = chance.choice(commands)
    with contextlib.suppress(Refusal):
        await alice.command(search, name, data)


async def test_facts_of_an_earlier_version_are_read_from_the_journal(desk: Team) -> None:
    search = await desk.alice.open_search(kind="runaway", person={"first_name": "Noor", "age": 9})
    await desk.alice.command(search, "search.set_appeal", {"level": "discreet"})
    await desk.alice.command(search, "search.set_appeal", {"level": "none"})
    service, before = desk.server.service, await figures(desk.alice)
    rows = await service.database.read(facts)
    await service.database.write(lambda session: session.execute(delete(SearchFact)))
    assert (await figures(desk.alice))["all"]["searches"] == 0
    await desk.alice.command(search, "search.set_worrying", {"worrying": True, "basis": "as the criteria say"})
    await service._add_earlier_facts()
    assert (await service.database.read(facts))[: len(rows)] == rows
    after = await figures(desk.alice)
    assert (after["all"]["discreet"], after["all"]["worrying"]) == (before["all"]["discreet"], 1)


def facts(session: Session) -> list[dict[str, Any]]:
    return [row.model_dump() for row in session.exec(select(SearchFact).order_by(SearchFact.board, SearchFact.seq)).all()]  # type: ignore[arg-type]


async def test_figures_stay_when_payloads_are_erased(desk: Team) -> None:
    search = await desk.alice.open_search(kind="runaway")
    before = await figures(desk.alice)

    def erase(session: Session) -> None:
        board = session.get(Board, search)
        assert board is not None
        for seq in range(1, board.seq + 1):
            erasure.erase(session, search, seq)

    await desk.server.service.database.write(erase)
    assert (await figures(desk.alice))["all"] == before["all"]


# -- the seed's table -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_seeds_year_is_on_the_page_and_at_each_months_end(desk: Team) -> None:
    service, year = desk.server.service, seed_files.YEAR
    alice = await service.database.read(lambda session: session.exec(select(Account).where(Account.name == "Alice")).one())
    for written in seed_files.load(service.database.write, Caller(alice), invented := seed_files.invent()):
        await written
    report = await figures(desk.alice, year=year)
    assert {each["name"]: each["searches"] for each in report["kinds"]} == seed_files.KINDS
    totals = {name: report["all"][name] for name in ("searches", "worrying", "worrying_percent", "public", "discreet")}
    assert totals == {"searches": 1_062, "worrying": 205, "worrying_percent": 19, "public": 57, "discreet": 29}
    text = (await desk.alice.http.get("/api/v1/figures.csv", params={"year": year})).content.decode("utf-8-sig")
    rows = {(row["Table"], row["Code"]): row for row in csv.DictReader(io.StringIO(text))}
    assert {name: int(rows["kind", name]["Searches"]) for name in seed_files.KINDS} == seed_files.KINDS
    for month in range(1, 13):
        at = from_ms(period_of(year, month).end)
        opened = sum(file.opened_at <= parse_utc(at) for file in invented)
        report = await figures(desk.alice, year=year, at=at)
        counted = await service.database.read(partial(recounted_figures.by_kind, year=year, at=at))
        assert (report["all"]["searches"], recounted_figures.shown(report["kinds"])) == (opened, counted)
