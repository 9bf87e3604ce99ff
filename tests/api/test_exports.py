"""A board's cards and journal as files: whole, harmless to a spreadsheet, and only for who may see the board now."""

import csv
import io
import itertools
import re
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from board.engine import journal
from board.engine.event import JournalEvent
from board.exports import exports
from models.ids import new_id
from models.search import Search
from models.text_lines import multi_line
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PATIENCE_S, Person, create_token
from tests.support.team import Team
from tests.support.wakes import add_tip, add_wake

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

FILES = ("cards.csv", "cards.json", "journal.csv", "journal.json")
FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a;=1+1", "a\n=1+1", "＝1",
    "a;\"=1+cmd|' /C calc'!A0;b", 'a;" "" =1', 'a\t"=1',
)  # fmt: skip
SEPARATORS = (",", ";", "\t")  # separators of spreadsheet programs, by language or by the user's choice


async def file_of(person: Person, board: str, name: str) -> httpx.Response:
    return await person.http.get(f"/api/v1/boards/{board}/{name}")


async def table_of(person: Person, board: str, name: str) -> list[dict[str, str]]:
    response = await file_of(person, board, name)
    assert response.status_code == 200, response.text
    assert response.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), strict=True))
    assert {len(line) for line in lines} == {len(lines[0])}
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


async def scene(team: Team, **data: Any) -> tuple[str, str, str]:
    """A search with a sighting and a task; their ids."""
    search = await team.alice.open_search(**data)
    await team.bob.command(
        search, "sighting.add", {"description": "a girl", "place": {"text": "Gent", "lat": 51.05, "lon": -3.7}}
    )
    sighting = (await last(team.alice, search))["id"]
    checklist = {"k1": {"text": "ring", "done": True}, "k2": {"text": "ask"}}
    await team.bob.command(search, "task.add", {"title": "call", "checklist": checklist, "sighting": sighting})
    return search, sighting, (await last(team.alice, search))["id"]


async def last(person: Person, board: str) -> dict[str, Any]:
    seq = (await person.snapshot(board))["seq"]
    response = await person.http.get(f"/api/v1/boards/{board}/events", params={"after": seq - 1})
    return dict(response.json()["events"][0])


@pytest.mark.parametrize("at_once", [1, 3, 200])
async def test_the_json_files_are_the_snapshot_and_the_journal(team: Team, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "BATCH_SIZE", at_once)
    search, sighting, task = await scene(team)
    await team.bob.command(search, "card.assign", {"card": sighting, "assignee": team.bob.account["id"]})
    for board in (search, "operations"):
        now = await team.alice.snapshot(board)
        cards = (await file_of(team.victor, board, "cards.json")).json()
        assert (cards["board"], cards["epoch"], cards["seq"]) == (board, now["epoch"], now["seq"])
        kinds = ("sighting", "task") if board == search else ("search",)
        desk_only = {key for key in now["entities"] if key[0] in kinds and now["entities"][key].get("access") != "members"}
        assert {(each["kind"], each["id"]): each["state"] for each in cards["cards"]} == {
            key: now["entities"][key] for key in desk_only
        }
        told = (await file_of(team.alice, board, "journal.json")).json()
        events = await team.alice.http.get(f"/api/v1/boards/{board}/events", params={"limit": 1_000})
        assert told == events.json()
    numbers = [each["state"]["number"] for each in (await file_of(team.bob, search, "cards.json")).json()["cards"]]
    assert numbers == sorted(numbers)
    assert task in (await file_of(team.bob, search, "cards.json")).text


async def test_the_cards_for_a_spreadsheet_have_words_for_ids(team: Team) -> None:
    search, sighting, _ = await scene(team)
    await team.bob.command(search, "card.assign", {"card": sighting, "assignee": team.bob.account["id"]})
    *_, seen, task = await table_of(team.alice, search, "cards.csv")
    assert (seen["Type"], seen["Column"], seen["Description"], seen["Assigned to"]) == ("sighting", "New", "a girl", "Bob")
    assert (seen["Place"], seen["Latitude"], seen["Longitude"]) == ("Gent", "51.05", "-3.7")
    assert (seen["Withdrawn"], seen["Id"]) == ("No", sighting)
    assert seen["Received at"].endswith("Z")
    assert (seen["Channel"], seen["Channel (in words)"]) == ("unknown", "not known")
    assert (seen["Type (in words)"], seen["Assessment (in words)"], task["Type (in words)"]) == (
        "Sighting",
        "not assessed",
        "Task",
    )
    assert (task["Title"], task["Column"], task["Checklist"]) == ("call", "To do", "[x] ring; [ ] ask")
    assert task["Sighting"] == seen["Number"]


async def test_the_searches_for_a_spreadsheet(team: Team) -> None:
    search = await team.alice.open_search(reference="Ref 1", criteria={"under_13": {"answer": "yes", "basis": "mother"}})
    row = next(row for row in await table_of(team.bob, "operations", "cards.csv") if row["Id"] == search)
    assert (row["Reference"], row["First name"], row["Criteria"]) == ("Ref 1", "Noor", "under_13: yes (mother)")
    assert row["Criteria (in words)"] == "Younger than 13: Yes (mother)"
    assert (row["Type"], row["Type (in words)"]) == ("runaway", "Runaway")
    assert (await file_of(team.bob, search, "cards.csv")).headers["content-disposition"].endswith('"Ref-1-cards.csv"')


async def test_the_journal_for_a_spreadsheet_says_who_changed_what_to_what(team: Team) -> None:
    search, sighting, _ = await scene(team)
    await team.bob.command(search, "sighting.grade", {"sighting": sighting, "grade": {"source": "B"}, "reason": "asked again"})
    rows = await table_of(team.alice, search, "journal.csv")
    assert [row["Event number"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    graded = rows[-1]
    assert (graded["Event"], graded["By"], graded["Type"]) == ("sighting.graded", "Bob", "sighting")
    assert (graded["Changes"], graded["Reason"], graded["Id"]) == ("grade.source: B", "asked again", sighting)
    assert graded["Recorded at"].endswith("Z")
    assert (graded["Event (in words)"], graded["Type (in words)"]) == ("Sighting graded", "Sighting")
    assert graded["Changes (in words)"] == "Source grade: Usually reliable"


async def test_reasons_of_wakes_are_text_in_the_journal_for_a_spreadsheet(team: Team) -> None:
    search, *_ = await scene(team)
    await add_wake(team.server.service, search, await add_tip(team.bob))
    added = (await table_of(team.alice, search, "journal.csv"))[-1]
    assert added["Event"] == "wake.added"
    assert "reasons: same_place 1; " in added["Changes"]


@pytest.mark.parametrize("typed", FORMULAS)
async def test_spreadsheet_formulas_become_text(team: Team, typed: str) -> None:
    search, *_ = await scene(team)
    await team.bob.command(search, "sighting.add", {"description": typed})
    typed = multi_line(typed)  # what is stored
    shown = (await table_of(team.alice, search, "cards.csv"))[-1]["Description"]
    assert shown.replace("'", "") == typed.replace("'", "")
    assert not any(part.lstrip(' "').startswith(tuple("=+-@＝")) for part in re.split(r"[;\t\r\n]", shown))
    kept = (await file_of(team.alice, search, "cards.json")).json()["cards"][-1]
    assert kept["state"]["description"] == typed, "for a program it is what it was"


TYPED = st.text(alphabet="ab1|,;\t\r\n\"'=+-@＝＋－＠ ", max_size=12) | st.text(max_size=8)
NUMBERS = st.integers() | st.floats(-180, 180)
SIGNS = tuple("=+-@＝＋－＠")  # start of a formula
RUNS = (*SIGNS, "\t", "\r")  # characters with which a formula begins


def cells_of(file: bytes, separator: str, **more: Any) -> list[str]:
    """Every cell of a file, as a spreadsheet reads it that splits lines at this separator."""
    rows = csv.reader(io.StringIO(file.decode(), newline=""), delimiter=separator, **more)
    return [cell for row in rows for cell in row]


@settings(max_examples=500, deadline=None)
@given(rows=st.lists(st.builds(lambda first, rest: [first, *rest], TYPED, st.lists(TYPED | NUMBERS, max_size=3)), max_size=3))
@example(rows=[["x", "a;\"=1+cmd|' /C calc'!A0;b", "y"]])
def test_no_cell_is_a_formula_wherever_lines_are_split(rows: list[list[Any]]) -> None:
    """The first of a row is never a number below zero: it is a kind, or the number of an event."""
    numbers = {str(value) for row in rows for value in row if not isinstance(value, str)}
    file = exports.csv_lines(rows)
    for separator, trims in itertools.product(SEPARATORS, (False, True)):
        cells = set(cells_of(file, separator, skipinitialspace=trims)) - numbers
        assert [cell for cell in cells if cell.startswith(RUNS) or cell.lstrip(' "\t\r\n').startswith(SIGNS)] == []


@given(rows=st.lists(st.lists(TYPED | NUMBERS, min_size=2, max_size=4), max_size=3))
def test_file_keeps_the_typed_text_at_its_own_separator(rows: list[list[Any]]) -> None:
    cells = cells_of(exports.csv_lines(rows), ",")
    plain = [str(value).replace("'", "") for row in rows for value in row]
    assert [cell.replace("'", "") for cell in cells] == plain


@pytest.mark.parametrize("typed", ["a girl, 11", 'she said "no"', "1 - 1 = 0", "a\r\nb", "é;ü"])
async def test_other_texts_stay_what_they_are(team: Team, typed: str) -> None:
    search, *_ = await scene(team)
    await team.bob.command(search, "sighting.add", {"description": typed})
    assert (await table_of(team.alice, search, "cards.csv"))[-1]["Description"] == multi_line(typed)


@pytest.mark.parametrize("name", FILES)
async def test_outsiders_find_nothing_and_members_do(team: Team, name: str) -> None:
    search = await team.secret_search(team.bob, person={"first_name": "Zoé"})
    nothing = new_id()
    assert (await file_of(team.bob, search, name)).status_code == 200
    for outsider in (team.charlie, team.ada):
        refused, unknown = await file_of(outsider, search, name), await file_of(outsider, nothing, name)
        assert refused.status_code == unknown.status_code == 404
        assert refused.text == unknown.text
        of_all = await file_of(outsider, "operations", name)
        assert of_all.status_code == 200
        assert search not in of_all.text
        assert "Zoé" not in of_all.text
        assert '"hidden"' not in of_all.text
    assert search in (await file_of(team.bob, "operations", name)).text


@pytest.mark.parametrize("name", FILES)
async def test_nobody_who_is_not_signed_in_and_no_token_that_can_only_take_in(team: Team, name: str) -> None:
    intake, read = [await create_token(team.server.service, "Hotline", "viewer", scope) for scope in ("intake", "read")]
    async with httpx.AsyncClient(base_url=team.server.url, timeout=PATIENCE_S) as somebody:
        for token, status in ((intake, 403), (read, 200), ("nonsense", 401)):
            headers = {"Authorization": f"Bearer {token}"}
            assert (await somebody.get(f"/api/v1/boards/operations/{name}", headers=headers)).status_code == status
        assert (await somebody.get(f"/api/v1/boards/operations/{name}")).status_code == 401


@pytest.mark.parametrize("name", FILES)
async def test_a_source_is_in_no_file(team: Team, name: str) -> None:
    search = await team.alice.open_search()
    private = {"source_name": "Griet Peeters", "source_contact": "0470 12 34 56"}
    await team.bob.command(search, "sighting.add", {"description": "seen", "source": {"kind": "named"}} | private)
    told = (await file_of(team.alice, search, name)).text
    assert "seen" in told
    assert "Griet" not in told
    assert "0470 12" not in told  # an id may have the first four digits


@pytest.mark.parametrize("name", FILES)
async def test_a_right_that_ends_on_the_way_breaks_the_file_off(team: Team, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "BATCH_SIZE", 1)
    search = await team.secret_search(team.bob)
    members = [team.alice.account["id"]]
    await team.bob.command(search, "sighting.add", {"description": "seen"})
    pages, seen = itertools.count(), exports._hidden_now

    def until_the_second(*args: Any) -> frozenset[str]:
        if next(pages) == 0:
            team.server.service.database.write_now(lambda session: _take_away(session, search, members))
        return seen(*args)

    monkeypatch.setattr(exports, "_hidden_now", until_the_second)
    with pytest.raises(httpx.RemoteProtocolError):
        await file_of(team.bob, search, name)
    assert next(pages) == 2
    assert (await file_of(team.bob, search, name)).status_code == 404


def _take_away(session: Session, search: str, members: list[str]) -> None:
    row = session.get(Search, search)
    assert row is not None
    row.members = members
    session.add(row)


@pytest.mark.parametrize("name", FILES)
async def test_a_file_is_read_page_by_page(team: Team, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "BATCH_SIZE", 2)
    search, *_ = await scene(team)
    pages, sizes = itertools.count(), []
    seen, read_cards, after = exports._hidden_now, exports._read_cards, journal.events_after

    def sized(page: list[JournalEvent]) -> list[JournalEvent]:
        sizes.append(len(page))
        return page

    monkeypatch.setattr(exports, "_hidden_now", lambda *args: (next(pages), seen(*args))[1])
    monkeypatch.setattr(exports, "_read_cards", lambda *args: sized(read_cards(*args)))
    monkeypatch.setattr(journal, "events_after", lambda *args, **more: sized(after(*args, **more)))
    whole = (await file_of(team.alice, search, name)).text
    assert search in whole or "a girl" in whole
    assert len(sizes) == next(pages) > 2
    assert max(sizes) == 2
