"""Random histories: each alarm is raised once for its cause, each step is taken once and in order, whichever process looks, and
nobody is asked further about an alarm that somebody has, until the promise lapses."""

import asyncio
import contextlib
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from board.alarms.escalation import Deadlines, Escalation
from board.client import Refusal
from board.commands.alarms import alarm_steps
from board.dev import Postgres, Redis
from models.alarm import Alarm
from tests.support.backends import POSTGRESQL, SLOW_ON_POSTGRESQL, Backend
from tests.support.people import Person, running_server
from tests.support.server_clock import WallClock
from tests.support.team import Team, running_team

URGENT = {"description": "a girl at the station", "priority": "urgent"}
STEPS = 4  # of the rule for urgent sightings
RESTARTS = ("alarm.lapsed", "alarm.given_back")  # events after which a ladder restarts

Event = dict[str, Any]


async def events_of(reader: Person, search: str) -> list[Event]:
    response = await reader.http.get(f"/api/v1/boards/{search}/events", params={"limit": 1000})
    return list(response.json()["events"])


def alarms_of(events: list[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        if event["kind"] == "alarm" and event["state"]["rule"] == "urgent_sighting":
            found.setdefault(event["id"], []).append(event)
    return found


def faults_of(events: list[Event]) -> list[str]:
    """Return what is wrong with the alarms of a search, by its events."""
    return [fault for history in alarms_of(events).values() for fault in _faults_of_alarm(history)]


def _faults_of_alarm(history: list[Event]) -> list[str]:
    faults = [] if history[0]["type"] == "alarm.raised" else ["it was never raised"]
    for before, after in pairwise(history):
        old, new, type = before["state"], after["state"], after["type"]
        if old["ended_at"]:
            faults.append(f"{type} after it had ended")
        if type == "alarm.raised":
            faults.append("it was raised twice")
        if type == "alarm.escalated" and old["taken_by"]:
            faults.append("a step after it was taken")
        is_repeat = new["step"] == old["step"] == STEPS - 1 and new["round"] == old["round"] + 1
        if type == "alarm.escalated" and not (old["next_at"] and (is_repeat or new["step"] > old["step"])):
            faults.append(f"step {new['step']} after step {old['step']}, due at {old['next_at']}")
        is_restart = new["taken_by"] is None and new["round"] == old["round"] + 1
        if type in RESTARTS and (not is_restart or (new["step"] < 0) != (type == "alarm.lapsed")):
            faults.append(f"{type} did not restart the ladder")
        if type not in ("alarm.escalated", *RESTARTS) and new["step"] != old["step"]:
            faults.append(f"{type} changed the step")
        if type == "alarm.taken" and old["taken_by"]:
            faults.append("it was taken twice")
        if type not in RESTARTS and set(old["asked"]) - set(new["asked"]):
            faults.append("somebody is no longer asked")
        if (new["taken_by"] or new["ended_at"]) and new["next_at"]:
            faults.append("it goes on, though somebody has it or it has ended")
    return faults


@pytest.mark.sample(every=6)
@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
@pytest.mark.parametrize("seed", range(6))
async def test_each_step_is_taken_once_in_any_history(
    installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock, seed: int
) -> None:
    random, minute = Random(seed), 0.0
    async with running_team(tmp_path, **installation) as desk:
        search = await desk.alice.open_search(lead=desk.alice.account["id"])
        await desk.ada.command("operations", "shift.take", {"reason": "night"})
        processes = [Escalation(desk.server.service) for _ in range(3)]
        for _ in range(60):
            await _act(desk, search, random)
            minute += random.choice([0, 0, 0.5, 1, 2, 5, -3])
            wall_clock.set(timedelta(minutes=minute))
            if random.random() < 0.1:
                processes[0] = Escalation(desk.server.service)  # it was restarted
            await asyncio.gather(*(each.escalate() for each in random.sample(processes, 2)))
        events = await events_of(desk.alice, search)
        assert faults_of(events) == []
        snapshot = (await desk.alice.snapshot(search))["entities"]
        folded = {id: history[-1]["state"] for id, history in alarms_of(events).items()}
        assert folded == {id: snapshot["alarm", id] for id in folded}
        assert len(folded) > 3
        _check_causes(snapshot, folded)


async def _act(desk: Team, search: str, random: Random) -> None:
    who = random.choice([desk.alice, desk.bob, desk.charlie, desk.ada])
    entities = (await desk.alice.snapshot(search))["entities"]
    alarms = [id for (kind, id), state in entities.items() if kind == "alarm" and state["rule"] == "urgent_sighting"]
    sightings = [id for kind, id in entities if kind == "sighting"]
    chance = random.random()
    with contextlib.suppress(Refusal):
        if chance < 0.25 or not sightings:
            await who.command(search, "sighting.add", URGENT)
        elif chance < 0.45 and alarms:
            await who.command(search, "alarm.take", {"alarm": random.choice(alarms)})
        elif chance < 0.48 and alarms:
            await who.command(search, "alarm.give_back", {"alarm": random.choice(alarms)})
        elif chance < 0.60 and alarms:
            to = random.choice([desk.bob, desk.charlie, desk.ada]).account["id"]
            await who.command(search, "alarm.hand_on", {"alarm": random.choice(alarms), "to": to})
        elif chance < 0.75:
            assessment = random.choice(["unassessed", "credible", "not_the_child"])
            await who.command(search, "sighting.assess", {"sighting": random.choice(sightings), "assessment": assessment})
        elif chance < 0.9:
            priority = random.choice(["urgent", "normal"])
            await who.command(search, "sighting.update", {"sighting": random.choice(sightings), "priority": priority})
        else:
            await who.command(search, random.choice(["card.withdraw", "card.restore"]), {"card": random.choice(sightings)})


def _check_causes(entities: dict[tuple[str, str], Any], alarms: dict[str, Any]) -> None:
    """Check that there is at most one alarm for each sighting that has not ended, and none where its cause is gone."""
    standing = [state["about"]["id"] for state in alarms.values() if not state["ended_at"]]
    assert len(standing) == len(set(standing))
    for id in standing:
        state = entities["sighting", id]
        assert (state["priority"], state["assessment"], state["withdrawn"]) == ("urgent", "unassessed", False)


async def test_two_processes_take_each_step_once(postgres: Postgres, redis: Redis, tmp_path: Path, wall_clock: WallClock) -> None:
    with Backend(POSTGRESQL, postgres, redis).settled(tmp_path) as settings:
        async with running_team(tmp_path, **settings) as desk, running_server(tmp_path, **settings) as other:
            searches = [await desk.alice.open_search(lead=desk.alice.account["id"]) for _ in range(4)]
            await desk.ada.command("operations", "shift.take", {"reason": "night"})
            await asyncio.gather(*(desk.bob.command(search, "sighting.add", URGENT) for search in searches * 4))
            processes = [Escalation(desk.server.service), Escalation(other.service)]
            for minute in (2.1, 5.1, 10.1):
                wall_clock.set(timedelta(minutes=minute))
                counts = await asyncio.gather(*(each.escalate() for each in processes))
                assert sum(counts) == 16
            for search in searches:
                events = await events_of(desk.alice, search)
                assert faults_of(events) == []
                assert [len(history) for history in alarms_of(events).values()] == [STEPS] * 4


async def test_an_alarm_is_raised_once_for_its_cause_by_the_database_itself(installation: dict[str, Any], tmp_path: Path) -> None:
    async with running_team(tmp_path, **installation) as desk:
        search = await desk.alice.open_search()
        await desk.bob.command(search, "sighting.add", URGENT)

        def doubled(session: Session) -> None:
            alarm = session.exec(select(Alarm).where(Alarm.board == search)).one()
            session.add(Alarm.model_validate(alarm.model_dump() | {"id": "another"}))
            session.flush()

        with pytest.raises(Exception) as refused:  # noqa: PT011
            await desk.server.service.database.write(doubled)
        assert isinstance(refused.value, IntegrityError) or isinstance(refused.value.__cause__, IntegrityError)


# -- broken on purpose --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mutant", ["no judgement under the lock", "the deadline is in memory alone"])
async def test_a_mutant_is_found(
    installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock, monkeypatch: pytest.MonkeyPatch, mutant: str
) -> None:
    async with running_team(tmp_path, **installation) as desk:
        search = await desk.alice.open_search(lead=desk.alice.account["id"])
        await desk.bob.command(search, "sighting.add", URGENT)
        first, second = Escalation(desk.server.service), Escalation(desk.server.service)
        if mutant == "no judgement under the lock":
            process_board = alarm_steps.process_board

            def careless(session: Session, board_id: str, work: Any, **more: Any) -> Any:
                for id in work.due:
                    row = session.get(Alarm, id)
                    assert row is not None
                    work.due[id] = row.step, row.next_at
                return process_board(session, board_id, work, **more)

            monkeypatch.setattr(alarm_steps, "process_board", careless)
        else:
            monkeypatch.setattr(Deadlines, "due", lambda self, pending, now: [*filter(self._at.__contains__, pending)])
        wall_clock.set(timedelta(minutes=2.1))
        await asyncio.gather(first.escalate(), second.escalate())
        events = next(iter(alarms_of(await events_of(desk.alice, search)).values()))
        late = [event for event in events[1:] if event["at"] < _due(events, event)]
        assert late or len(events) == 1, "a step came early, or never"


def _due(events: list[Event], event: Event) -> str:
    before = events[events.index(event) - 1]["state"]["next_at"]
    return str(before)
