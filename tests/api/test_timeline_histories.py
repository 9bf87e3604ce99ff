"""Timelines of random histories: at each moment they have what the snapshot of that moment has."""

from random import Random
from typing import Any

import pytest

from tests.support.people import Person
from tests.support.random_histories import Board, History, HistoryGenerator

MOMENTS, COMMANDS = 20, 60
HISTORIES = [3, pytest.param(50, marks=pytest.mark.slow)]
LANE_OF_NOTE = {"contact": "contacts", "phone": "phone_bank", "bank": "phone_bank", "decision": "decisions"}
DECISIONS = ("search.opened", "search.status_set", "search.worrying_set", "search.goal_set", "search.appeal_set")

Timelines = dict[str, dict[str, Any]]  # by the seq that was asked for


class TimelineGenerator(HistoryGenerator):
    """Random histories, with the timelines of each search at the moments whose snapshots are kept."""

    def __init__(self, commands: int, moments: int) -> None:
        super().__init__(commands, moments)
        self.timelines: list[tuple[History, Timelines]] = []

    async def _keep(self, history: History, reader: Person, board: str, random: Random) -> None:
        await super()._keep(history, reader, board, random)
        if board == "operations":
            return
        timelines = {at: await _read(reader, board, at) for at in history.stored if at.isdecimal()}
        timelines["now"] = await _read(reader, board, None)
        self.timelines.append((history, timelines))


async def _read(reader: Person, board: str, at: str | None) -> dict[str, Any]:
    answer = await reader.http.get(f"/api/v1/boards/{board}/timeline", params={} if at is None else {"at": at})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.fixture(scope="module", params=HISTORIES)
def generator(request: pytest.FixtureRequest) -> TimelineGenerator:
    generator = TimelineGenerator(COMMANDS, MOMENTS)
    generator.play(request.param)
    return generator


def expected(snapshot: Board, events: list[dict[str, Any]], seq: int) -> set[tuple[Any, ...]]:
    """Return (id, lane, from, until) of each item, from the snapshot and the events that readers have."""
    items: set[tuple[Any, ...]] = set()
    for (kind, id), (_, state) in snapshot.items():
        if kind == "search":
            items.add(("last_seen", "sightings", state["missing_since"], None))
            if state["status"] == "found" and state["outcome"]:
                items.add(("found", "sightings", state["outcome"]["found_at"], None))
        elif kind == "sighting" and not state["withdrawn"]:
            items.add((id, "sightings", state["seen_at"], None))
        elif kind == "note" and state["category"] in LANE_OF_NOTE:
            items.add((id, LANE_OF_NOTE[state["category"]], state["happened_at"], None))
        elif kind == "place" and not state["withdrawn"]:
            times = sorted(filter(None, (state["searched_from"], state["searched_until"])))
            items.add((id, "places", times[0] if times else None, times[1] if len(set(times)) == 2 else None))
    for event in events[:seq]:
        if event.get("type") in DECISIONS and event["type"] != "search.appeal_set":
            items.add((f"event-{event['seq']}", "decisions", event["at"], None))
    return items


def test_items_equal_the_facts_of_the_snapshot(generator: TimelineGenerator) -> None:
    compared = 0
    for history, timelines in generator.timelines:
        for at, body in timelines.items():
            if at == "now":
                continue
            items = {
                (item["id"], item["lane"], item["from"], item["until"])
                for item in body["items"] if item["lane"] not in ("appeals", "handovers")
            }  # fmt: skip
            assert items == expected(history.stored[at], history.events, int(at)), at
            compared += len(items)
    assert compared > 80 * len(generator.histories)


def test_appeals_equal_those_of_the_journal(generator: TimelineGenerator) -> None:
    for history, timelines in generator.timelines:
        for at, body in timelines.items():
            seq = history.head if at == "now" else int(at)
            seqs = [event["seq"] for event in history.events[:seq] if event.get("type") == "search.appeal_set"]
            assert sorted(item["seq"] for item in body["items"] if item["lane"] == "appeals") == seqs


def test_head_of_the_journal_is_the_present(generator: TimelineGenerator) -> None:
    for history, timelines in generator.timelines:
        head = timelines.get(str(history.head))
        assert head is None or head == timelines["now"]


def test_items_are_in_order_and_known_after_they_happened(generator: TimelineGenerator) -> None:
    for history, timelines in generator.timelines:
        times = {event["seq"]: event["at"] for event in history.events if "at" in event}
        for body in timelines.values():
            starts = [item["from"] for item in body["items"] if item["from"]]
            assert starts == sorted(starts)
            assert all(item["known_at"] for item in body["items"])
            assert body["as_of"] == times[body["seq"]]
