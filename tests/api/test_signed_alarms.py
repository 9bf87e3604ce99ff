"""Alarms in signed handovers: each moment of a grave alarm is in the line of one handover, and each alarm that is open at a
signature is in its report, whatever happens between seeing, signing and accepting."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from board.commands.handover import watch_line
from board.config.alarm_rules import GRAVE
from models.board import OPERATIONS
from models.entity import State
from tests.api.test_duty import Duties
from tests.support import handover_steps
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.handover_steps import current_positions, read_report
from tests.support.people import Person
from tests.support.server_clock import WallClock
from tests.support.team import running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

SLACK_S = 5  # of the machine
CLOSED = {"status": "closed", "reason": "came home", "acknowledge": "as it is"}
OUTCOME = {"found_at": "2026-11-24T15:10:00Z", "condition": "well", "how": "police", "family_told": None, "police_told": True}
FOUND = {"status": "found", "reason": "at the station", "outcome": OUTCOME}


class Shifts(Duties):
    """Handovers between Ada, who has the shift, and Alice. Nobody is on duty, so time in which nobody has an alarm is
    unwatched."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.holder, self.other = self.desk.ada, self.desk.alice
        self.seen: dict[str, int] = {}
        self.number = 0

    async def prepare(self) -> None:
        """Prepare a handover, and see all searches."""
        await self.holder.command(OPERATIONS, "handover.prepare")
        self.number = (await handover_steps.state(self.holder, "handover"))["number"]
        self.seen = await current_positions(self.holder)

    async def sign(self) -> State:
        """Sign at the positions that were seen; return the line of the watch."""
        await self.holder.command(OPERATIONS, "handover.sign", {"handover": self.number, "positions": self.seen})
        return dict((await handover_steps.state(self.holder, "handover"))["watch"])

    async def accept(self) -> None:
        data = {"handover": self.number, "restatement": "all", "reason": "we talked"}
        await self.other.command(OPERATIONS, "handover.accept", data)
        self.holder, self.other = self.other, self.holder

    async def sighting(self) -> str:
        """Add a sighting that is not urgent."""
        ack = await self.desk.bob.command(self.search, "sighting.add", {"description": "a girl"})
        events = await self.desk.bob.http.get(f"/api/v1/boards/{self.search}/events", params={"after": ack["seqs"][0] - 1})
        return str(events.json()["events"][0]["id"])

    async def alert(self, sighting: str) -> None:
        """Raise the alarm of a sighting, by an event that is not significant, so that it does not prevent the signature."""
        await self.desk.bob.command(self.search, "sighting.update", {"sighting": sighting, "priority": "urgent"})

    async def settle(self, sighting: str) -> None:
        data = {"sighting": sighting, "assessment": "not_the_child"}
        await self.desk.bob.command(self.search, "sighting.assess", data)

    async def listed(self, who: Person | None = None, number: int | None = None) -> list[str | None]:
        """Return the subjects of the grave alarms of the search in a signed report."""
        sections = (await read_report(who or self.holder, f"handovers/{number or self.number}"))["searches"]
        (alarms,) = [section["alarms"] for section in sections if section["board"] == self.search]
        return [alarm["about"]["id"] for alarm in alarms["listed"] if alarm["occasion"] in GRAVE]

    async def verify(self) -> None:
        await self.service.database.read(watch_line.verify)


@pytest.fixture
async def shifts(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Shifts]:
    async with running_team(tmp_path, **installation) as desk:
        await desk.ada.command(OPERATIONS, "shift.take", {"reason": "night"})
        shifts = Shifts(desk, await desk.alice.open_search(lead=desk.alice.account["id"]), wall_clock)
        yield shifts
        await shifts.verify()


def near(seconds: int, minutes: float) -> bool:
    return minutes * 60 <= seconds <= minutes * 60 + SLACK_S


# -- between seeing and signing -------------------------------------------------------------------------------------------


async def test_an_alarm_that_the_signer_has_not_seen_is_listed(shifts: Shifts) -> None:
    sighting = await shifts.sighting()
    await shifts.prepare()
    await shifts.alert(sighting)
    await shifts.after(7)
    line = await shifts.sign()
    assert near(line["unwatched_s"], 7)
    assert await shifts.listed() == [sighting]
    section = (await read_report(shifts.other))["searches"][0]
    assert section["seq"] == shifts.seen[shifts.search], "the rest of the report is at the position that was seen"
    await shifts.settle(sighting)
    await shifts.accept()
    assert await shifts.listed() == [sighting], "it stays as it was signed"


async def test_signed_report_names_the_alarms_that_were_unwatched(shifts: Shifts) -> None:
    sighting = await shifts.sighting()
    await shifts.prepare()
    assert (await read_report(shifts.other))["watch"] is None, "before the signature"
    await shifts.alert(sighting)
    await shifts.after(7)
    line = await shifts.sign()
    report = await read_report(shifts.other)
    (wait,) = report["watch"]["longest"]
    assert (wait["board"], wait["about"]["id"], wait["occasion"]) == (shifts.search, sighting, "sighting_urgent")
    assert (wait["unwatched_s"], report["watch"]["others_s"]) == (line["unwatched_s"], 0)
    paper = (await shifts.other.http.get("/handover.md")).text.replace("\xa0", " ").replace("\\", "")
    length, number = r"7 min(?: \d s)?", wait["about"]["number"]
    assert re.search(rf"grave alarms, added up: {length} \([^()]+ · Urgent sighting {number}: {length}\)\.", paper)
    assert report["watch"]["longest_taken"] == {key: wait[key] for key in ("board", "about", "rule", "occasion")}
    assert re.search(rf"Longest wait: {length} \([^()]+ · Urgent sighting {number}\)\.", paper)
    members = {"access": "members", "members": [shifts.desk.alice.account["id"]]}
    await shifts.desk.alice.command(shifts.search, "search.set_access", members)
    hidden = (await read_report(shifts.desk.bob))["watch"]
    assert (hidden["longest"], hidden["others_s"], hidden["longest_taken"]) == ([], line["unwatched_s"], None), (
        "of a search that the reader may not see"
    )


async def test_an_alarm_between_seeing_and_signing_is_counted(shifts: Shifts) -> None:
    sighting = await shifts.sighting()
    await shifts.prepare()
    await shifts.alert(sighting)
    await shifts.after(7)
    await shifts.settle(sighting)
    await shifts.after(10)
    line = await shifts.sign()
    assert near(line["unwatched_s"], 7)
    assert near(line["longest_taken_s"], 7)
    assert await shifts.listed() == []
    await shifts.accept()
    await shifts.prepare()
    assert (await shifts.sign())["longest_taken_s"] is None


async def test_an_alarm_that_ended_after_it_was_seen_counts_until_its_end(shifts: Shifts) -> None:
    sighting = await shifts.sighting()
    await shifts.alert(sighting)
    await shifts.prepare()
    await shifts.after(3)
    await shifts.settle(sighting)
    await shifts.after(60)
    line = await shifts.sign()
    assert near(line["unwatched_s"], 3)
    assert await shifts.listed() == []


async def test_an_alarm_that_was_taken_unseen_has_its_owner(shifts: Shifts) -> None:
    sighting = await shifts.sighting()
    await shifts.alert(sighting)
    await shifts.prepare()
    alarm, _ = await shifts.alarm()
    await shifts.holder.command(shifts.search, "alarm.take", {"alarm": alarm})
    await shifts.sign()
    (row,) = (await read_report(shifts.other))["searches"][0]["alarms"]["listed"]
    assert (row["taken_by"], row["assignee"], row["moves"]) == (shifts.holder.account["id"],) * 2 + (True,)


# -- between signing and accepting ----------------------------------------------------------------------------------------


async def test_a_search_that_closed_before_the_acceptance_is_in_the_next_line(shifts: Shifts) -> None:
    sighting = await shifts.sighting()
    await shifts.prepare()
    assert (await shifts.sign())["unwatched_s"] == 0
    await shifts.alert(sighting)
    await shifts.after(4)
    await shifts.desk.alice.command(shifts.search, "search.set_status", CLOSED)
    await shifts.accept()
    await shifts.prepare()
    assert shifts.search in shifts.seen
    assert near((await shifts.sign())["unwatched_s"], 4)
    await shifts.accept()
    await shifts.prepare()
    assert shifts.search not in shifts.seen, "it is in one report"


@pytest.mark.parametrize("ends", [False, True])
async def test_a_family_that_was_not_told_is_in_the_next_line(shifts: Shifts, ends: bool) -> None:
    await shifts.desk.alice.command(shifts.search, "search.set_status", FOUND)
    await shifts.prepare()
    await shifts.sign()
    await shifts.accept()
    assert shifts.search not in await current_positions(shifts.holder), "it is in the last report"
    await shifts.after(31)
    if ends:
        await shifts.after(36)
        await shifts.desk.alice.command(shifts.search, "search.set_outcome", {"outcome": {"family_told": True}})
        await shifts.after(36.02)
    await shifts.after(41)
    await shifts.prepare()
    assert near((await shifts.sign())["unwatched_s"], 5 if ends else 10)
    assert len(await shifts.listed()) == (not ends)


# -- all together ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
async def test_lines_add_up_to_the_watch(shifts: Shifts, seed: int) -> None:
    random, lines, minute = Random(seed), list[State](), 0.0
    sightings, taken, signed = list[str](), list[str](), False
    since = (await handover_steps.state(shifts.holder, "shift"))["since"]
    while len(lines) < 4:
        minute += random.choice((0.5, 3, 8))
        await shifts.after(minute)
        match random.choice(("add", "alert", "settle", "take", "tip", "hand over", "hand over")):
            case "add":
                sightings.append(await shifts.sighting())
            case "alert" if sightings:
                taken.append(sightings.pop(random.randrange(len(sightings))))
                await shifts.alert(taken[-1])
            case "settle" if taken:
                await shifts.settle(taken.pop(random.randrange(len(taken))))
            case "take":
                await _take_one(shifts, random)
            case "tip":
                await shifts.desk.bob.command(OPERATIONS, "tip.add", {"description": "a boy", "priority": "urgent"})
            case "hand over" if signed:
                await shifts.accept()
                signed = False
                await shifts.prepare()
            case "hand over" if shifts.seen:
                lines.append(await shifts.sign())
                signed = True
            case "hand over":
                await shifts.prepare()
    last = await handover_steps.state(shifts.holder, "handover")
    body = (await shifts.desk.alice.http.get("/api/v1/watch", params={"from": since, "to": last["signed_at"]})).json()
    assert abs(sum(line["unwatched_s"] for line in lines) - body["unwatched_s"]) <= len(lines), "each is rounded up"
    longest = (body["taken"] or {"longest_s": 0})["longest_s"]
    assert max(line["longest_taken_s"] or 0 for line in lines) <= longest, "a wait across a signature is in two lines"


async def _take_one(shifts: Shifts, random: Random) -> None:
    alarms = (await shifts.desk.alice.http.get("/api/v1/alarms")).json()["alarms"]
    if free := [alarm for alarm in alarms if alarm["taken_by"] is None]:
        alarm = random.choice(free)
        await shifts.desk.alice.command(alarm["board"], "alarm.take", {"alarm": alarm["id"]})
