"""A closed search leaves All searches thirty days later, by an event of the server, and stays on its own board: whoever may see
it still opens it, finds it, and brings it back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from pydantic import ValidationError
from sqlmodel import Session

from board.commands.searches import archiving
from board.config.settings import Settings
from board.engine import board_limits
from board.live import unread_counts
from board.maintenance import archiving as maintenance
from board.maintenance.archiving import Archiving
from models.board import OPERATIONS
from models.search import Search
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.people import Person
from tests.support.server_clock import WallClock
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

CLOSE = {"status": "closed", "reason": "at home", "acknowledge": "as it is"}
DAY = timedelta(days=1)


@pytest.fixture
async def desk(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Team]:
    """Team of its own, as its clock is moved."""
    async with running_team(tmp_path, **installation) as team:
        yield team


async def closed(desk: Team, **data: Any) -> str:
    search = await desk.alice.open_search(**data)
    await desk.alice.command(search, "search.set_status", CLOSE)
    return search


async def archive(desk: Team) -> int:
    return await Archiving(desk.server.service).archive()


async def events(person: Person, board: str = OPERATIONS) -> list[dict[str, Any]]:
    response = await person.http.get(f"/api/v1/boards/{board}/events", params={"limit": 1000})
    return list(response.json()["events"])


async def archived(person: Person) -> list[dict[str, Any]]:
    return [event for event in await events(person) if event.get("type") == "search.archived"]


async def entities(person: Person, board: str = OPERATIONS, **at: Any) -> dict[tuple[str, str], Any]:
    """Return the states of a snapshot, now or at a moment."""
    body = (await person.http.get(f"/api/v1/boards/{board}", params=at)).json()
    return {(each["kind"], each["id"]): each["state"] for each in body["entities"]}


async def folded(person: Person, upto: int | None = None) -> dict[tuple[str, str], Any]:
    """Return the states that the events of `operations` add up to."""
    found: dict[tuple[str, str], Any] = {}
    for event in await events(person):
        if "state" in event and (upto is None or event["seq"] <= upto):
            found[event["kind"], event["id"]] = event["state"]
    return {key: state for key, state in found.items() if state is not None}


# -- when ---------------------------------------------------------------------------------------------------------------------


async def test_a_closed_search_leaves_after_thirty_days(desk: Team, wall_clock: WallClock) -> None:
    search, other = await closed(desk), await desk.alice.open_search()
    screen = await desk.bob.subscribe(OPERATIONS)
    wall_clock.set(29 * DAY)
    assert await archive(desk) == 0
    assert ("search", search) in screen.entities
    wall_clock.set(30 * DAY)
    assert await archive(desk) == 1
    (event,) = await archived(desk.bob)
    await desk.bob.wait_for_seq(OPERATIONS, event["seq"])
    assert (event["kind"], event["id"], event["actor"], event["state"], event["changes"]) == ("search", search, None, None, [])
    assert event["after_days"] == 30
    assert ("search", search) not in screen.entities
    assert ("search", other) in screen.entities, "it is open"
    assert await archive(desk) == 0, "once"


async def test_only_closed_searches_leave(desk: Team, wall_clock: WallClock) -> None:
    await desk.alice.open_search()
    found = await desk.alice.open_search()
    outcome = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
    await desk.alice.command(found, "search.set_status", {"status": "found", "reason": "seen", "outcome": outcome})
    wall_clock.set(400 * DAY)
    assert await archive(desk) == 0


async def test_the_setting_says_after_how_many_days(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> None:
    async with running_team(tmp_path, **installation, archive_closed_days=2) as desk:
        await closed(desk)
        wall_clock.set(1.9 * DAY)
        assert await archive(desk) == 0
        wall_clock.set(2 * DAY)
        assert await archive(desk) == 1
        assert (await archived(desk.bob))[0]["after_days"] == 2
    with pytest.raises(ValidationError):
        Settings(_env_file=None, archive_closed_days=0)


async def test_a_server_that_was_down_archives_late(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> None:
    async with running_team(tmp_path, **installation) as desk:
        await closed(desk)
    wall_clock.set(300 * DAY)
    async with running_team(tmp_path, **installation) as desk:
        assert await archive(desk) == 1


async def test_a_change_of_a_closed_search_counts_anew(desk: Team, wall_clock: WallClock) -> None:
    search = await closed(desk)
    wall_clock.set(20 * DAY)
    await desk.alice.command(search, "search.set_status", CLOSE | {"reason": "at home with her mother"})
    await desk.bob.command(search, "note.add", {"text": "a note is no change of the search"})
    wall_clock.set(49 * DAY)
    assert await archive(desk) == 0
    wall_clock.set(50 * DAY)
    assert await archive(desk) == 1


async def test_a_search_of_the_present_shift_stays_until_the_next(desk: Team, wall_clock: WallClock) -> None:
    await desk.alice.command(OPERATIONS, "shift.take", {"reason": "nobody is here"})
    search = await closed(desk)
    wall_clock.set(40 * DAY)
    assert await archive(desk) == 0
    await desk.ada.command(OPERATIONS, "shift.take", {"reason": "Alice is on leave"})
    assert await archive(desk) == 1
    assert ("search", search) not in await entities(desk.alice)


async def test_the_position_of_the_last_handover_leaves_with_the_search(desk: Team, wall_clock: WallClock) -> None:
    alice, ada = desk.alice, desk.ada
    await alice.command(OPERATIONS, "shift.take", {"reason": "nobody is here"})
    search = await closed(desk)
    seq = (await alice.snapshot(search))["seq"]
    await alice.command(OPERATIONS, "handover.prepare", {"incoming": ada.account["id"]})
    await alice.command(OPERATIONS, "handover.sign", {"handover": 1, "positions": {search: seq}})
    await ada.command(search, "handover.read", {"handover": 1, "seq": seq})
    await ada.command(OPERATIONS, "handover.accept", {"handover": 1, "restatement": "nothing is open"})
    assert ("handed", search) in await entities(alice)
    wall_clock.set(30 * DAY)
    assert await archive(desk) == 1
    last, handed = (await events(alice))[-2:]
    assert (last["type"], handed["type"], handed["id"], handed["state"]) == ("search.archived", "handed.archived", search, None)
    assert ("handed", search) not in await entities(alice)
    assert await entities(alice) == await folded(alice)
    report = (await alice.http.get("/api/v1/handovers/1")).json()
    assert [section["board"] for section in report["searches"]] == [search], "what was signed is there for good"


# -- once ---------------------------------------------------------------------------------------------------------------------


async def test_two_at_once_archive_once(desk: Team, wall_clock: WallClock) -> None:
    searches = [await closed(desk) for _ in range(3)]
    wall_clock.set(30 * DAY)
    counts = await asyncio.gather(*(archive(desk) for _ in range(4)))
    assert sum(counts) == 3
    assert [event["id"] for event in await archived(desk.alice)] == searches, "closed first, archived first"


async def test_a_search_that_is_reopened_meanwhile_stays(desk: Team, wall_clock: WallClock) -> None:
    search = await closed(desk)
    wall_clock.set(30 * DAY)
    service = desk.server.service
    found = await service.database.read(lambda session: archiving.due(session, service.clock(), 30))
    assert found == [search]
    await desk.alice.command(search, "search.set_status", {"status": "open", "reason": "missing again"})
    written = await service.write(lambda session: archiving.archive(session, found, service.clock, 30))
    assert written.events == ()
    assert ("search", search) in await entities(desk.alice)


# -- the same for everybody ---------------------------------------------------------------------------------------------------


async def test_fold_replay_and_catch_up_equal_the_snapshot(desk: Team, wall_clock: WallClock) -> None:
    search, other = await closed(desk), await desk.alice.open_search()
    before = await entities(desk.alice)
    screen, late = await desk.bob.subscribe(OPERATIONS), await desk.charlie.subscribe(OPERATIONS)
    await desk.charlie.request({"type": "unsubscribe", "board": OPERATIONS}, type="unsubscribed")
    late.entities = dict(before)  # as a client that lost its connection keeps them
    wall_clock.set(30 * DAY)
    await archive(desk)
    (event,) = await archived(desk.alice)
    await desk.bob.wait_for_seq(OPERATIONS, event["seq"])
    now = await entities(desk.alice)
    assert ("search", search) not in now
    assert screen.entities == now == await folded(desk.alice) == await entities(desk.alice, at=event["seq"])
    assert await entities(desk.alice, at=event["seq"] - 1) == before == await folded(desk.alice, event["seq"] - 1)
    assert (late.epoch, late.seq) == (screen.epoch, event["seq"] - 1)
    caught_up = await desk.charlie.subscribe(OPERATIONS, late.epoch, late.seq)
    assert [each["type"] for each in caught_up.events] == ["search.archived"]
    assert caught_up.entities == now
    since = (await desk.charlie.http.get("/api/v1/since", params={"board": OPERATIONS})).json()["boards"][0]
    assert {change["id"] for change in since["net"]} == {other}, "of an archived search nothing is left"
    boards = {each["board"] for each in (await desk.charlie.http.get("/api/v1/since")).json()["boards"]}
    assert (search in boards, other in boards) == (False, True)


async def test_reopening_brings_the_search_back_with_its_whole_state(desk: Team, wall_clock: WallClock) -> None:
    search = await closed(desk, person={"first_name": "Noor", "age": 11})
    wall_clock.set(30 * DAY)
    await archive(desk)
    screen = await desk.bob.subscribe(OPERATIONS)
    own = await desk.bob.subscribe(search)
    assert own.entities["search", search]["status"] == "closed", "it opens as ever"
    await desk.alice.command(search, "search.set_status", {"status": "open", "reason": "missing again"})
    event = (await events(desk.bob))[-1]
    await desk.bob.wait_for_seq(OPERATIONS, event["seq"])
    state = screen.entities["search", search]
    assert (state["status"], state["person"]["first_name"], state["person"]["age"]) == ("open", "Noor", 11)
    assert state == own.entities["search", search]
    assert screen.entities == await entities(desk.bob) == await folded(desk.bob)
    await desk.alice.command(search, "search.set_status", CLOSE)
    wall_clock.set(60 * DAY)
    assert await archive(desk) == 1
    assert len(await archived(desk.bob)) == 2


async def test_a_corrected_outcome_brings_a_search_back_for_thirty_days(desk: Team, wall_clock: WallClock) -> None:
    search = await desk.alice.open_search()
    outcome = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
    await desk.alice.command(search, "search.set_status", {"status": "found", "reason": "seen", "outcome": outcome})
    await desk.alice.command(search, "search.set_status", CLOSE)
    wall_clock.set(30 * DAY)
    assert await archive(desk) == 1
    ack = await desk.alice.command(search, "search.set_outcome", {"outcome": {"condition": "injured"}})
    assert (await entities(desk.bob))["search", search]["outcome"]["condition"] == "injured"
    assert await entities(desk.bob) == await folded(desk.bob)
    wall_clock.set(60 * DAY)
    assert await archive(desk) == 1
    await desk.alice.command(search, "undo", {"seq": ack["seqs"][0]})
    assert (await entities(desk.bob))["search", search]["outcome"]["condition"] == "well"


async def test_an_archived_search_is_listed_found_exported_and_verified(desk: Team, wall_clock: WallClock) -> None:
    search = await closed(desk, reference="NOOR-1", person={"first_name": "Noor"})
    wall_clock.set(30 * DAY)
    await archive(desk)
    http = desk.bob.http
    boards = (await http.get("/api/v1/boards", params={"reference": "NOOR-1"})).json()["boards"]
    assert [(each["board"], each["status"]) for each in boards] == [(search, "closed")]
    for board in ({}, {"board": OPERATIONS}):
        hits = (await http.get("/api/v1/find", params={"q": "noor"} | board)).json()["hits"]
        assert [hit["id"] for hit in hits] == [search]
    cards = (await http.get("/api/v1/boards/operations/cards.json")).json()["cards"]
    assert [(each["id"], each["state"]["status"]) for each in cards] == [(search, "closed")]
    assert "NOOR-1" in (await http.get("/api/v1/boards/operations/cards.csv")).text
    assert "search.archived" in (await http.get("/api/v1/boards/operations/journal.csv")).text
    assert (await http.get("/api/v1/boards/operations/chain")).json()["holds"]
    assert (await http.get(f"/searches/{search}", headers={"accept": "text/html"})).status_code in (200, 303)
    await desk.bob.command(search, "note.add", {"text": "her mother called"})


# -- rights -------------------------------------------------------------------------------------------------------------------


async def test_outsiders_see_nothing_of_an_archived_search(desk: Team, wall_clock: WallClock) -> None:
    secret = await desk.secret_search(desk.bob)
    await desk.alice.command(secret, "search.set_status", CLOSE)
    screen = await desk.charlie.subscribe(OPERATIONS)
    wall_clock.set(30 * DAY)
    assert await archive(desk) == 1
    (event,) = await archived(desk.bob)
    await desk.charlie.wait_for_seq(OPERATIONS, event["seq"])
    assert await archived(desk.charlie) == []
    assert (await events(desk.charlie))[-1] == {"seq": event["seq"], "hidden": True}
    assert secret not in str(desk.charlie.frames)
    assert await entities(desk.charlie) == screen.entities == await folded(desk.charlie)
    await desk.alice.command(secret, "search.set_status", {"status": "open", "reason": "missing again"})
    assert ("search", secret) in await entities(desk.bob)
    assert secret not in str(await entities(desk.charlie))


async def test_displays_drop_an_archived_search(desk: Team, wall_clock: WallClock) -> None:
    browser = DisplayBrowser(desk.server)
    await pair_browser(desk.alice, browser, [OPERATIONS])
    search = await closed(desk)
    display = await browser.connect()
    screen = await display.subscribe(OPERATIONS)
    assert screen.entities["search", search]["status"] == "closed"
    wall_clock.set(30 * DAY)
    await archive(desk)
    (event,) = await archived(desk.alice)
    await display.wait_for_seq(OPERATIONS, event["seq"])
    assert ("search", search) not in screen.entities
    seen = next(each for each in screen.events if each["seq"] == event["seq"])
    assert seen == {name: event[name] for name in ("seq", "at", "type", "kind", "id", "state", "changes")}
    await browser.close()


# -- years --------------------------------------------------------------------------------------------------------------------


async def test_the_board_has_room_for_more_searches_than_entities(
    installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", 20)
    monkeypatch.setattr(board_limits, "RESERVED_ENTITIES", 100)
    monkeypatch.setattr(maintenance, "BATCH_SIZE", 3)
    async with running_team(tmp_path, **installation, archive_closed_days=1) as desk:
        screen, searches = await desk.bob.subscribe(OPERATIONS), []
        for turn in range(1, 7):
            searches += [await closed(desk) for _ in range(4)]
            wall_clock.set(turn * DAY * 1.1)
            assert await archive(desk) == 4
            last = (await archived(desk.bob))[-1]
            await desk.bob.wait_for_seq(OPERATIONS, last["seq"])
            assert screen.of_kind("search") == {}, "as many as are open, however many there were"
        assert await folded(desk.bob) == await entities(desk.bob) == screen.entities
        assert [event["id"] for event in await archived(desk.bob)] == searches
        assert len(searches) > board_limits.MAX_ENTITIES
        note = await desk.bob.command(OPERATIONS, "note.add", {"text": "there is room for notes"})
        assert note["seqs"]


# -- the list -----------------------------------------------------------------------------------------------------------------


async def set_closed_at(desk: Team, search: str, at: str) -> None:
    def write(session: Session) -> None:
        session.get_one(Search, search).status_at = at

    await desk.server.service.database.write(write)


async def listed(person: Person, **query: Any) -> list[str]:
    response = await person.http.get("/api/v1/closed", params=query)
    assert response.status_code == 200, response.text
    return [each["reference"] for each in response.json()["searches"]]


async def test_closed_searches_are_listed_newest_first_page_by_page(desk: Team, wall_clock: WallClock) -> None:
    for number in range(5):
        await closed(desk, reference=f"R{number}")
    await desk.alice.open_search(reference="OPEN")
    assert await listed(desk.bob) == ["R4", "R3", "R2", "R1", "R0"]
    wall_clock.set(30 * DAY)
    await archive(desk)
    pages, query = [], {"limit": 2}
    while query:
        body = (await desk.bob.http.get("/api/v1/closed", params=query)).json()
        pages.append([each["reference"] for each in body["searches"]])
        assert all(each["archived_at"] for each in body["searches"])
        query = {"limit": 2, "before": body["next"]} if body["next"] else {}
    assert pages == [["R4", "R3"], ["R2", "R1"], ["R0"]]


async def test_closed_searches_are_narrowed_by_words_year_kind_and_outcome(desk: Team) -> None:
    outcome = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
    found = await desk.alice.open_search(reference="R1", kind="undefined", person={"first_name": "Élise", "hair": "red curls"})
    await desk.alice.command(found, "search.set_status", {"status": "found", "reason": "seen", "outcome": outcome})
    await desk.alice.command(found, "search.set_status", CLOSE)
    await set_closed_at(desk, found, "2019-03-01T12:00:00.000Z")
    await closed(desk, reference="R2", kind="runaway")
    assert await listed(desk.bob, q="elise CURL") == ["R1"]
    assert await listed(desk.bob, kind="runaway") == ["R2"]
    assert await listed(desk.bob, outcome="well") == ["R1"]
    assert await listed(desk.bob, outcome="none") == ["R2"]
    assert await listed(desk.bob, outcome="injured") == []
    body = (await desk.bob.http.get("/api/v1/closed")).json()
    years = body["years"]
    assert years == list(range(years[0], 2018, -1))
    assert await listed(desk.bob, year=years[0], q="", kind="") == ["R2"]
    assert (await listed(desk.bob, year=2019), await listed(desk.bob, year=2020)) == (["R1"], [])
    first = body["searches"][1]
    assert first["outcome"] == {"found_at": "2026-11-24T23:00:00.000Z", "condition": "well", "how": "police"}
    assert (first["person"]["first_name"], first["kind"], first["archived_at"]) == ("Élise", "undefined", None)
    wrong: dict[str, Any] = {"kind": "x", "outcome": "x", "year": "soon", "before": "x", "limit": 201, "q": "x" * 201}
    for name, value in wrong.items():
        response = await desk.bob.http.get("/api/v1/closed", params={name: value})
        assert (response.status_code, list(response.json()["fields"])) == (422, [name])


async def test_the_year_of_a_closed_search_is_that_of_brussels(desk: Team) -> None:
    search = await closed(desk, reference="R1")
    await set_closed_at(desk, search, "2025-12-31T23:30:00.000Z")
    assert (await listed(desk.bob, year=2026), await listed(desk.bob, year=2025)) == (["R1"], [])
    assert (await desk.bob.http.get("/api/v1/closed")).json()["years"] == [2026]


async def test_members_only_searches_are_listed_for_their_members_alone(desk: Team) -> None:
    secret = await desk.secret_search(desk.bob, reference="SECRET")
    await desk.alice.command(secret, "search.set_status", CLOSE)
    assert await listed(desk.bob) == await listed(desk.alice) == ["SECRET"]
    for outsider in (desk.charlie, desk.ada):
        body = (await outsider.http.get("/api/v1/closed", params={"q": "secret"})).json()
        assert body == {"searches": [], "next": None, "years": []}
    async with httpx.AsyncClient(base_url=desk.server.url) as nobody:
        assert (await nobody.get("/api/v1/closed")).status_code == 401
        assert (await nobody.get("/closed")).status_code == 303


async def test_mention_on_an_archived_search_is_counted(
    desk: Team, wall_clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Boards of archived searches are looked at rarely, and not never."""
    monkeypatch.setattr(unread_counts, "ALL_HEADS_S", 0.5)
    search = await closed(desk)
    wall_clock.set(31 * DAY)
    assert await archive(desk) == 1
    bob = await desk.open_socket(desk.bob)
    before = (await bob.request({"type": "alerts"}, type="alerts"))["unread"]
    await desk.alice.command(search, "note.add", {"text": "@Bob look at this"})
    await bob.wait_until(lambda: [each for each in bob.frames if each["type"] == "alerts" and each["unread"] == before + 1])
