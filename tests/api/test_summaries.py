"""Summaries of searches: the cards that need somebody first, and who is on the board."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from board.engine import significant_events
from models.board import Board
from models.display import PROFILES
from models.times import format_utc, now
from realtime.wire import protocol
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.team import Team

pytestmark = [pytest.mark.both_backends(SLOW_ON_POSTGRESQL), pytest.mark.usefixtures("quick_polls")]


def latest(reader: Any, search: str) -> dict[str, Any]:
    frames = [each["searches"] for each in reader.frames if each["type"] == "summary"]
    return next((each[search] for each in reversed(frames) if search in each), {})


async def test_summary_names_the_cards_that_need_somebody_first(team: Team) -> None:
    alice = team.alice
    search = await alice.open_search()
    reader = await team.open_socket(team.bob)
    await reader.subscribe("operations")
    await reader.wait_until(lambda: latest(reader, search))
    told = latest(reader, search)
    assert told["next_task"]["title"]  # a predefined task
    assert [told[name] for name in ("overdue_task", "unassessed_sighting", "credible_sighting")] == [None] * 3
    for title, due in (("late", "2026-01-02T10:00:00Z"), ("latest of all", "2026-01-01T10:00:00Z"), ("no time", None)):
        await alice.command(search, "task.add", {"title": title, "due": due})
    soon = format_utc(now() + timedelta(minutes=5))  # before the predefined tasks
    for title, due in (("far", "2099-01-02T10:00:00Z"), ("next", soon)):
        await alice.command(search, "task.add", {"title": title, "due": due})
    for received, place in (("2026-01-02T10:00:00Z", "Gent"), ("2026-01-01T10:00:00Z", "Aalst")):
        await alice.command(search, "sighting.add", {"description": "x", "received_at": received, "place": {"text": place}})
    await reader.wait_until(lambda: latest(reader, search)["unassessed_sightings"] == 2)
    told = latest(reader, search)
    assert (told["overdue_task"]["title"], told["overdue_task"]["due"]) == ("latest of all", "2026-01-01T10:00:00.000Z")
    assert told["next_task"]["title"] == "next"
    assert told["unassessed_sighting"]["place"] == "Aalst"
    assert told["credible_sighting"] is None
    first = told["unassessed_sighting"]["id"]
    await alice.command(search, "sighting.assess", {"sighting": first, "assessment": "credible"})
    await reader.wait_until(lambda: latest(reader, search)["credible_sighting"])
    assert latest(reader, search)["credible_sighting"]["id"] == first
    assert latest(reader, search)["unassessed_sighting"]["place"] == "Gent"


async def test_urgent_sighting_goes_before_one_that_waits_longer(team: Team) -> None:
    search = await team.alice.open_search()
    reader = await team.open_socket(team.bob)
    await reader.subscribe("operations")
    for received, priority in (("2026-01-01T10:00:00Z", "normal"), ("2026-01-02T10:00:00Z", "urgent")):
        data = {"description": "x", "received_at": received, "priority": priority}
        await team.alice.command(search, "sighting.add", data)
    await reader.wait_until(lambda: latest(reader, search).get("unassessed_sightings") == 2)
    assert latest(reader, search)["unassessed_sighting"]["priority"] == "urgent"


async def test_summary_says_what_an_alarm_is_about_and_who_has_it(team: Team) -> None:
    search = await team.alice.open_search(lead=team.alice.account["id"])
    reader = await team.open_socket(team.alice)
    await reader.subscribe("operations")
    await team.bob.command(search, "sighting.add", {"description": "x", "priority": "urgent"})
    await reader.wait_until(lambda: latest(reader, search).get("alarm"))
    told = latest(reader, search)
    (listed,) = [each for each in (await team.alice.http.get("/api/v1/alarms")).json()["alarms"] if each["board"] == search]
    assert {name: told["alarm"][name] for name in ("id", "occasion", "number", "assignee")} == {
        "id": listed["id"], "occasion": "sighting_urgent", "number": told["unassessed_sighting"]["number"], "assignee": None,
    }  # fmt: skip
    await team.charlie.command(search, "alarm.take", {"alarm": listed["id"]})
    await reader.wait_until(lambda: latest(reader, search)["alarm"] is None)
    taker, victor = team.charlie.account["id"], team.victor.account["id"]
    await reader.wait_until(lambda: latest(reader, search)["unassessed_sighting"]["assignee"] == taker)
    await team.bob.command(search, "card.assign", {"card": told["unassessed_sighting"]["id"], "assignee": victor})
    await reader.wait_until(lambda: latest(reader, search)["unassessed_sighting"]["assignee"] == victor)
    assert latest(reader, search)["unassessed_sighting"]["taken_by"] == taker, "a viewer cannot take it over"


async def test_summary_names_each_person_on_the_board_once(team: Team) -> None:
    search = await team.alice.open_search()
    reader = await team.open_socket(team.bob)
    await reader.subscribe("operations")
    for _ in range(2):
        charlie = await team.open_socket(team.charlie)
        await charlie.subscribe(search)
        await charlie.send({"type": "presence", "board": search, "card": None, "editing": False})
    await reader.wait_until(lambda: latest(reader, search).get("people") == 2)
    assert latest(reader, search)["present"] == [{"account": team.charlie.account["id"], "name": "Charlie"}]


async def test_outsider_is_told_nothing_of_a_members_only_search(team: Team) -> None:
    secret, other = await team.secret_search(), await team.alice.open_search()
    await team.alice.command(secret, "task.add", {"title": "aunt", "due": "2026-01-01T10:00:00Z"})
    outsider, member = await team.open_socket(team.charlie), await team.open_socket(team.alice)
    for each in (outsider, member):
        await each.subscribe("operations")
    await member.wait_until(lambda: (latest(member, secret).get("overdue_task") or {}).get("title") == "aunt")
    await outsider.wait_until(lambda: latest(outsider, other))
    assert not latest(outsider, secret)


@pytest.mark.parametrize("profile", PROFILES)
async def test_displays_in_inner_rooms_are_told_where_the_child_was_seen(team: Team, profile: str) -> None:
    """Room displays get no place, and none of them a point, a number, or a sighting that is not credible."""
    alice, search = team.alice, await team.alice.open_search()
    places = [{"text": "Veldstraat", "lat": 51.05, "lon": 3.72}, {"text": "Korenmarkt"}]
    for number, place in enumerate(places):
        data = {"description": "x", "seen_at": f"2026-11-24T0{5 + number}:00:00Z", "place": place}
        await alice.command(search, "sighting.add", data)
    entities = (await alice.snapshot(search))["entities"]
    ids = {state["place"]["text"]: id for (kind, id), state in entities.items() if kind == "sighting"}
    first, second = ids["Veldstraat"], ids["Korenmarkt"]
    browser = DisplayBrowser(team.server)
    await pair_browser(alice, browser, ["operations", search], profile)
    display = await browser.connect()
    try:
        await display.subscribe("operations")
        await display.wait_until(lambda: latest(display, search).get("unassessed_sightings") == 2)
        nowhere = {"credible_sighting": None} if profile == "inner" else {}
        assert {name: told for name, told in latest(display, search).items() if name == "credible_sighting"} == nowhere
        await alice.command(search, "sighting.assess", {"sighting": first, "assessment": "credible"})
        await display.wait_until(lambda: latest(display, search)["unassessed_sightings"] == 1)
        seen = {"assessment": "credible", "seen_at": "2026-11-24T05:00:00.000Z", "place": "Veldstraat"}
        assert latest(display, search).get("credible_sighting") == (seen if profile == "inner" else None)
        await alice.command(search, "sighting.assess", {"sighting": second, "assessment": "not_the_child"})
        await display.wait_until(lambda: latest(display, search)["unassessed_sightings"] == 0)
        assert latest(display, search).get("credible_sighting") == (seen if profile == "inner" else None)
        await alice.command(search, "card.withdraw", {"card": first})
        await alice.command(search, "task.add", {"title": "x"})
        await display.wait_until(lambda: not latest(display, search).get("credible_sighting"))
        told = b"".join(browser.received).decode() + str(display.frames)
        assert "51.05" not in told
        assert "Korenmarkt" not in told
        assert ("Veldstraat" in told) == (profile == "inner")
    finally:
        await display.close()
        await browser.close()


async def test_viewers_who_see_the_same_share_frames_of_what_changed(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search, other = await team.alice.open_search(), await team.alice.open_search()
    readers = [await team.open_socket(each) for each in (team.alice, team.bob, team.charlie, team.victor)]
    for reader in readers:
        await reader.subscribe("operations")
    for reader in readers:
        await reader.wait_until(lambda reader=reader: latest(reader, search) and latest(reader, other))
    encoded, encode = [], protocol.summary

    def summary(board: str, searches: Any) -> bytes:
        encoded.append({*searches})
        return encode(board, searches)

    monkeypatch.setattr(protocol, "summary", summary)
    at = [len(reader.frames) for reader in readers]
    count = latest(readers[0], search)["open_tasks"]
    await team.alice.command(search, "task.add", {"title": "ask"})
    for reader in readers:
        await reader.wait_until(lambda reader=reader: latest(reader, search)["open_tasks"] == count + 1)
    service = team.server.service
    viewers = [each.connection.viewer for each in service.hub.channels["operations"].subscriptions.values()]
    views = {service.source.hidden_searches(each) for each in viewers}  # searches of earlier tests are not for everyone
    assert len(views) < len(viewers)
    assert [each for each in encoded if search in each] == [{search}] * len(views)
    for reader, start in zip(readers, at, strict=True):
        summaries = [{*each["searches"]} for each in reader.frames[start:] if each["type"] == "summary"]
        assert [each for each in summaries if search in each] == [{search}]


async def added_sighting(team: Team, search: str, **more: Any) -> str:
    seqs = (await team.alice.command(search, "sighting.add", {"description": "x"} | more))["seqs"]
    params = {"after": seqs[0] - 1, "limit": 1}
    return str((await team.alice.http.get(f"/api/v1/boards/{search}/events", params=params)).json()["events"][0]["id"])


@pytest.mark.parametrize("profile", PROFILES)
async def test_displays_are_told_only_a_last_event_that_still_holds(team: Team, profile: str) -> None:
    """Live, and to a display that connects later: what was ruled out, taken back, withdrawn or settled is not the last event."""
    alice, search = team.alice, await team.alice.open_search()
    first, second = await added_sighting(team, search), await added_sighting(team, search)

    async def act(name: str, **data: Any) -> int:
        return int((await alice.command(search, name, data))["seqs"][0])

    def assess(sighting: str, assessment: str) -> Any:
        return act("sighting.assess", sighting=sighting, assessment=assessment, reason="so")

    decided = await act("note.add", text="x", category="decision")
    browser = DisplayBrowser(team.server)
    await pair_browser(alice, browser, ["operations"], profile)
    display = await browser.connect()
    await display.subscribe("operations")

    async def told(seq: int, assessment: str | None = None) -> None:
        await display.wait_until(lambda: (latest(display, search).get("last") or {}).get("seq") == seq)
        assert latest(display, search)["last"]["assessment"] == assessment

    try:
        await told(decided)
        sure = await assess(first, "credible")
        await told(sure, "credible")
        surer = await assess(second, "confirmed")
        await told(surer, "confirmed")
        out = await assess(second, "not_the_child")
        await told(sure, "credible")  # the latest that holds
        await assess(first, "unassessed")
        await told(decided)  # else the latest other one
        back = (await alice.command(search, "undo", {"seq": out}))["seqs"][0]
        await told(back, "confirmed")
        await act("card.withdraw", card=second)
        await told(decided)
        await act("card.restore", card=second)
        await told(back, "confirmed")
        await assess(second, "unverifiable")
        await told(decided)
        urgent = await added_sighting(team, search, priority="urgent")
        added = (await alice.snapshot(search))["seq"]
        await display.wait_until(lambda: latest(display, search)["last"]["type"] == "sighting.added")
        assert decided < latest(display, search)["last"]["seq"] <= added
        await act("sighting.update", sighting=urgent, priority="normal")
        await told(decided)
        await act("sighting.update", sighting=urgent, priority="urgent")
        await display.wait_until(lambda: latest(display, search)["last"]["type"] == "sighting.added")
        await assess(urgent, "not_the_child")
        await told(decided)
    finally:
        await display.close()
        await browser.close()


@pytest.mark.parametrize("window", [1, 50])
async def test_last_significant_event_is_found_from_the_head_back(
    team: Team, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    monkeypatch.setattr(significant_events, "FIRST_WINDOW", window)
    alice, searches = team.alice, [await team.alice.open_search() for _ in range(3)]
    ruled_out: set[int] = set()
    for search in searches[:2]:
        sure, other = await added_sighting(team, search), await added_sighting(team, search)
        for sighting, assessment in ((sure, "credible"), (other, "confirmed"), (other, "unverifiable")):
            data = {"sighting": sighting, "assessment": assessment, "reason": "so"}
            seq = (await alice.command(search, "sighting.assess", data))["seqs"][0]
            ruled_out |= {seq} if assessment == "confirmed" else set()
        for number in range(6):
            await alice.command(search, "note.add", {"text": f"note {number}"})
    await alice.command(searches[0], "search.set_goal", {"text": "Ask at the school"})

    def read(session: Session) -> tuple[dict[str, int], dict[str, int]]:
        heads = {search: session.get_one(Board, search).seq for search in searches}
        every = significant_events.significant_events_after(session, dict.fromkeys(searches, 0))
        last = significant_events.last_significant_events(session, heads, except_type="search.goal_set")
        whole = {board: [event for event in events if event.type != "search.goal_set"] for board, events in every.items()}
        holding = {
            board: [event.seq for event in events if event.payload()["state"].get("assessment") != "confirmed"]
            for board, events in whole.items()
        }
        assert {events[-1].seq for events in whole.values()} >= ruled_out  # what a list of events alone would say
        return {event.board: event.seq for event in last}, {board: seqs[-1] for board, seqs in holding.items() if seqs}

    found, expected = await team.server.service.database.read(read)
    assert found == expected
    assert ruled_out.isdisjoint(found[search] for search in searches[:2])
    assert expected.keys() >= {*searches[:2]}
