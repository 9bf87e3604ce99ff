"""Alarms: raised with their cause, once; escalated step by step until somebody takes them or the cause is gone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from board.accounts import live_changes
from board.alarms import escalation
from board.alarms.escalation import Escalation
from board.client import Refusal
from board.commands import execute
from board.commands.alarms import alarm_list, alarm_steps
from board.commands.registry import Command
from board.engine import occasions
from board.errors import Refused
from board.service import BoardService
from models.accounts import Account
from models.board import OPERATIONS
from models.ids import new_id
from models.notification import Notification
from models.times import format_utc, parse_utc
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PATIENCE_S, Person
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.server_clock import WallClock
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

MINUTE = timedelta(minutes=1)
URGENT = {"description": "a girl at the station", "priority": "urgent"}


@pytest.fixture
async def desk(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Team]:
    """Team of its own, as its clock is moved."""
    async with running_team(tmp_path, **installation) as team:
        yield team


class Alarms:
    """Alarms of a search, and the process that escalates them."""

    def __init__(self, desk: Team, search: str, clock: WallClock) -> None:
        self.desk, self.search, self.clock = desk, search, clock
        self.escalation = Escalation(desk.server.service)

    async def after(self, minutes: float) -> int:
        """Set the clock to so many minutes after the beginning, and take the steps that are due; return the number of events."""
        self.clock.set(minutes * MINUTE)
        return await self.escalation.escalate()

    async def states(self, board: str = "") -> dict[str, dict[str, Any]]:
        entities = (await self.desk.alice.snapshot(board or self.search))["entities"]
        return {id: state for (kind, id), state in entities.items() if kind == "alarm"}

    async def only(self) -> tuple[str, dict[str, Any]]:
        ((id, state),) = (await self.states()).items()
        return id, state

    async def events(self, board: str = "") -> list[dict[str, Any]]:
        response = await self.desk.alice.http.get(f"/api/v1/boards/{board or self.search}/events", params={"limit": 1000})
        return [event for event in response.json()["events"] if event["kind"] == "alarm"]

    async def types(self) -> list[str]:
        return [event["type"] for event in await self.events()]

    async def refused(self, who: Person, name: str, data: dict[str, Any]) -> Refusal:
        with pytest.raises(Refusal) as refused:
            await who.command(self.search, name, data)
        return refused.value


@pytest.fixture
async def alarms(desk: Team, wall_clock: WallClock) -> Alarms:
    """A search that Alice leads, without alarms; the shift is held by Ada."""
    search = await desk.alice.open_search(lead=desk.alice.account["id"])
    await desk.ada.command(OPERATIONS, "shift.take", {"reason": "night"})
    return Alarms(desk, search, wall_clock)


def id_of(person: Person) -> str:
    return str(person.account["id"])


async def test_an_urgent_sighting_raises_an_alarm_with_it(alarms: Alarms) -> None:
    ack = await alarms.desk.bob.command(alarms.search, "sighting.add", URGENT)
    (event,) = await alarms.events()
    assert ack["seqs"] == [event["seq"] - 1], "the alarm is no event of the command"
    assert (event["type"], event["actor"], event["command"]) == ("alarm.raised", None, None)
    _, state = await alarms.only()
    assert (state["rule"], state["step"], state["everybody"], state["asked"]) == ("urgent_sighting", 0, True, [])
    assert state["about"]["seq"] == ack["seqs"][0]


async def test_the_metrics_tell_open_alarms_and_steps_that_no_server_takes(alarms: Alarms) -> None:
    service = alarms.desk.server.service

    async def told() -> tuple[int, int]:
        return await service.database.read(lambda session: alarm_list.count(session, service.clock()))

    await urgent(alarms)
    assert await told() == (1, 0)
    alarms.clock.set(2.1 * MINUTE)
    assert await told() == (1, 0)
    alarms.clock.set(2.5 * MINUTE)
    assert await told() == (1, 1), "nobody takes its second step"
    await alarms.escalation.escalate()
    assert await told() == (1, 0)
    id, _ = await alarms.only()
    await alarms.desk.ada.command(alarms.search, "alarm.take", {"alarm": id})
    assert await told() == (0, 0)


async def test_an_alarm_goes_on_step_by_step(alarms: Alarms) -> None:
    await alarms.desk.bob.command(alarms.search, "sighting.add", URGENT)
    alice, ada = id_of(alarms.desk.alice), id_of(alarms.desk.ada)
    assert await alarms.after(1.9) == 0
    assert await alarms.after(2.1) == 1
    assert (await alarms.only())[1]["asked"] == [alice]
    assert await alarms.after(2.2) == 0
    assert await alarms.after(5.1) == 1
    assert (await alarms.only())[1]["asked"] == [alice, ada]
    assert await alarms.after(10.1) == 1
    _, state = await alarms.only()
    assert (state["step"], state["round"]) == (3, 0)
    assert state["next_at"] == format_utc(parse_utc(state["raised_at"]) + 20 * MINUTE), "the last step is repeated"
    assert await alarms.after(19.9) == 0
    assert await alarms.types() == ["alarm.raised"] + ["alarm.escalated"] * 3


async def test_slow_board_delays_the_steps_of_no_other(alarms: Alarms, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, service, unlocked = alarms.desk, alarms.desk.server.service, asyncio.Event()
    slow = Alarms(desk, await desk.alice.open_search(lead=id_of(desk.alice)), alarms.clock)
    await urgent(alarms)
    await urgent(slow)
    write = service.write

    async def wait_and_write(fn: Any, boards: Any) -> Any:
        if slow.search in boards:
            await unlocked.wait()
        return await write(fn, boards=boards)

    monkeypatch.setattr(service, "write", wait_and_write)
    running = asyncio.create_task(alarms.escalation.run())
    async with asyncio.timeout(PATIENCE_S):
        for minutes, step in ((2.1, 1), (5.1, 2)):
            alarms.clock.set(minutes * MINUTE)
            while (await alarms.only())[1]["step"] < step:
                await asyncio.sleep(0.02)
        assert await slow.types() == ["alarm.raised"]
        unlocked.set()
        while (await slow.only())[1]["step"] < 2:
            await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await slow.types() == ["alarm.raised", "alarm.escalated", "alarm.escalated"]


async def test_an_alarm_that_is_taken_goes_no_further(alarms: Alarms) -> None:
    await alarms.desk.bob.command(alarms.search, "sighting.add", URGENT)
    id, _ = await alarms.only()
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    assert await alarms.after(9.9) == 0
    _, state = await alarms.only()
    assert (state["taken_by"], state["next_at"]) == (id_of(alarms.desk.charlie), None)
    assert state["taken_at"] >= state["raised_at"]


async def test_an_urgent_tip_raises_an_alarm_until_it_is_placed(alarms: Alarms) -> None:
    desk = alarms.desk
    ack = await desk.bob.command(OPERATIONS, "tip.add", URGENT | {"place": {"text": "Drongen"}})
    (alarm,) = (await desk.charlie.http.get("/api/v1/alarms")).json()["alarms"]
    assert (alarm["board"], alarm["about"]["kind"], alarm["child"], alarm["place"]) == (OPERATIONS, "tip", None, "Drongen")
    assert alarm["title"] == URGENT["description"]
    assert await alarms.after(5.1) == 1, "nobody is in charge of a search: the next step asks who holds the shift"
    (alarm,) = (await desk.ada.http.get("/api/v1/alarms")).json()["alarms"]
    assert alarm["asked_me"]
    tip = alarm["about"]["id"]
    await desk.bob.command(OPERATIONS, "tip.place", {"tip": tip, "search": alarms.search})
    listed = (await desk.charlie.http.get("/api/v1/alarms")).json()["alarms"]
    assert [(each["board"], each["about"]["kind"]) for each in listed] == [(alarms.search, "sighting")]
    assert len(ack["seqs"]) == 1


async def test_an_urgent_tip_that_is_dismissed_settles_its_alarm(alarms: Alarms) -> None:
    await alarms.desk.bob.command(OPERATIONS, "tip.add", URGENT)
    (alarm,) = (await alarms.desk.charlie.http.get("/api/v1/alarms")).json()["alarms"]
    dismissal = {"tip": alarm["about"]["id"], "reason": "the caller found the girl"}
    await alarms.desk.bob.command(OPERATIONS, "tip.dismiss", dismissal)
    assert (await alarms.desk.charlie.http.get("/api/v1/alarms")).json()["alarms"] == []


async def test_people_who_are_asked_are_told(alarms: Alarms) -> None:
    await alarms.desk.bob.command(alarms.search, "sighting.add", URGENT | {"place": {"text": "Drongen"}})
    frame = await alarms.desk.charlie.request({"type": "alarms"}, type="alarms")
    (alarm,) = frame["alarms"]
    assert (alarm["place"], alarm["asked_me"], alarm["about"]["kind"]) == ("Drongen", True, "sighting")
    told = (await alarms.desk.bob.request({"type": "alarms"}, type="alarms"))["alarms"]
    assert [each["asked_me"] for each in told] == [False], "who caused it is told, and not asked"
    listed = (await alarms.desk.bob.http.get("/api/v1/alarms")).json()["alarms"]
    assert [each["id"] for each in listed] == [alarm["id"]]
    assert [(step["ask"], step["name"], step["done"]) for step in alarm["steps"]] == [
        ("desk", None, True), ("lead", "Alice", False), ("holder", "Ada", False), ("coordinators_all", None, False),
    ]  # fmt: skip


# -- taken and handed on ------------------------------------------------------------------------------------------------------


async def urgent(alarms: Alarms) -> str:
    """Raise an alarm by an urgent sighting of Bob's; return its id."""
    await alarms.desk.bob.command(alarms.search, "sighting.add", URGENT)
    return (await alarms.only())[0]


async def test_an_alarm_is_taken_once(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    assert (await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id}))["seqs"]
    assert (await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id}))["seqs"] == [], "again"
    refused = await alarms.refused(desk.alice, "alarm.take", {"alarm": id})
    assert refused.code == "conflict"
    assert refused.fields["taken_by"].startswith("Charlie has had it since")
    assert refused.body["current"]["taken_by"] == id_of(desk.charlie)


async def test_two_who_take_it_at_once_agree_who_has_it(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    people = (desk.alice, desk.charlie, desk.ada)
    takes = [who.command(alarms.search, "alarm.take", {"alarm": id}) for who in people]
    answers = await asyncio.gather(*takes, return_exceptions=True)
    (winner,) = [who for who, answer in zip(people, answers, strict=True) if not isinstance(answer, Refusal)]
    assert {each.code for each in answers if isinstance(each, Refusal)} == {"conflict"}
    _, state = await alarms.only()
    assert state["taken_by"] == id_of(winner)
    assert {each.body["current"]["taken_by"] for each in answers if isinstance(each, Refusal)} == {id_of(winner)}


async def test_viewers_and_people_outside_take_nothing(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    assert (await alarms.refused(desk.victor, "alarm.take", {"alarm": id})).code == "forbidden"
    members = {"access": "members", "members": [id_of(desk.alice), id_of(desk.bob)]}
    await desk.alice.command(alarms.search, "search.set_access", members)
    assert (await alarms.refused(desk.charlie, "alarm.take", {"alarm": id})).code == "not_found", "who lost the right meanwhile"
    assert (await alarms.refused(desk.bob, "alarm.take", {"alarm": UNKNOWN_ID})).fields.keys() == {"alarm"}


async def test_an_alarm_is_handed_on_and_its_ladder_goes_on(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    await desk.charlie.command(alarms.search, "alarm.hand_on", {"alarm": id, "to": id_of(desk.bob), "reason": "I go off duty"})
    _, state = await alarms.only()
    assert (state["taken_by"], state["asked"], state["handed_on"]) == (None, [id_of(desk.bob)], [id_of(desk.charlie)])
    for who, asked in ((desk.charlie, False), (desk.ada, True), (desk.bob, True)):
        (listed,) = (await who.http.get("/api/v1/alarms")).json()["alarms"]
        assert listed["asked_me"] == asked, "nobody is asked who handed it on"
    told = (await desk.charlie.request({"type": "alarms"}, type="alarms"))["alarms"]
    assert [each["asked_me"] for each in told] == [False], "who handed it on is told, and asked no more"
    assert await alarms.after(2.1) == 1, "the first wait of the ladder, from then on"
    assert (await alarms.refused(desk.bob, "alarm.hand_on", {"alarm": id, "to": id_of(desk.charlie)})).fields.keys() == {"to"}
    assert [event["reason"] for event in await alarms.events() if event["type"] == "alarm.handed_on"] == ["I go off duty"]


async def test_handing_on_an_alarm_that_nobody_has_delays_no_step(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    due = (await alarms.only())[1]["next_at"]
    alarms.clock.set(1.9 * MINUTE)
    for _ in range(2):
        await desk.charlie.command(alarms.search, "alarm.hand_on", {"alarm": id, "to": id_of(desk.bob)})
    assert (await alarms.only())[1]["next_at"] == due
    assert await alarms.after(2.1) == 1


@pytest.mark.parametrize("to", ["victor", "bob", "nobody"])
async def test_an_alarm_is_handed_on_only_to_whom_it_can_be(alarms: Alarms, to: str) -> None:
    id, desk = await urgent(alarms), alarms.desk
    account = UNKNOWN_ID if to == "nobody" else id_of(getattr(desk, to))
    refused = await alarms.refused(desk.bob, "alarm.hand_on", {"alarm": id, "to": account})
    assert (refused.code, set(refused.fields)) == ("not_found" if to == "nobody" else "invalid", {"to"})


async def test_the_newest_alarms_are_listed_where_there_are_too_many(
    alarms: Alarms, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    ids = []
    for seconds in range(3):
        alarms.clock.set(timedelta(seconds=seconds))
        await alarms.desk.bob.command(alarms.search, "sighting.add", URGENT)
        ids += [id for id in await alarms.states() if id not in ids]
    monkeypatch.setattr(alarm_list, "MAX_READ", 2)
    listed = (await alarms.desk.charlie.http.get("/api/v1/alarms")).json()["alarms"]
    assert [each["id"] for each in listed] == ids[1:], "the oldest of them first"


async def test_only_who_was_asked_hands_an_alarm_on(alarms: Alarms) -> None:
    desk = alarms.desk
    note = {"text": "@Ada call the school back", "please_answer": True}
    await desk.alice.command(alarms.search, "note.add", note)
    id, state = await alarms.only()
    assert (state["asked"], state["everybody"]) == ([id_of(desk.ada)], False)
    hand_on = {"alarm": id, "to": id_of(desk.charlie)}
    assert (await alarms.refused(desk.bob, "alarm.hand_on", hand_on)).code == "forbidden"
    await desk.ada.command(alarms.search, "alarm.hand_on", hand_on)
    refused = await alarms.refused(desk.bob, "alarm.hand_on", {"alarm": id, "to": id_of(desk.bob)})
    assert refused.code == "invalid"


# -- ended and released -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("sighting.assess", {"assessment": "not_the_child"}),
        ("sighting.update", {"priority": "normal"}),
        ("card.withdraw", {}),
        ("search.set_status", {"status": "closed", "reason": "at home", "acknowledge": "as it is"}),
        (
            "search.set_status",
            {
                "status": "found", "reason": "seen",
                "outcome": {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"},
            },
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("taken", [False, True])
async def test_an_alarm_ends_with_its_cause(alarms: Alarms, name: str, data: dict[str, Any], taken: bool) -> None:
    id, desk = await urgent(alarms), alarms.desk
    about = (await alarms.only())[1]["about"]["id"]
    if taken:
        await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    named = {"card": about} if name.startswith("card") else {"sighting": about} if name.startswith("sighting") else {}
    ack = await desk.alice.command(alarms.search, name, named | data)
    _, state = await alarms.only()
    last = (await alarms.events())[-1]
    assert (state["ended"], state["next_at"], last["type"], last["actor"]) == ("settled", None, "alarm.ended", None)
    assert last["seq"] == max(ack["seqs"]) + 1, "in the same transaction"
    assert await alarms.after(29) == 0
    assert (await desk.bob.http.get("/api/v1/alarms")).json()["alarms"] == []
    refused = await alarms.refused(desk.ada, "alarm.take", {"alarm": id})
    assert refused.code == ("closed" if data.get("status") == "closed" else "conflict")


async def test_a_reopened_search_raises_the_alarms_of_what_waits_on_it(alarms: Alarms) -> None:
    alice, search = alarms.desk.alice, alarms.search
    await alarms.desk.bob.command(search, "sighting.add", URGENT | {"description": "judged"})
    (judged,) = [state["about"]["id"] for state in (await alarms.states()).values()]
    await alice.command(search, "sighting.assess", {"sighting": judged, "assessment": "not_the_child"})
    await alarms.desk.bob.command(search, "sighting.add", URGENT)
    await alice.command(search, "task.add", {"title": "late", "priority": "urgent", "due": "2020-01-01T00:00:00Z"})
    await alice.command(search, "task.add", {"title": "not urgent", "due": "2020-01-01T00:00:00Z"})
    closed = {"status": "closed", "reason": "at home", "acknowledge": "as it is"}
    await alice.command(search, "search.set_status", closed)
    assert all(state["ended"] for state in (await alarms.states()).values())
    ack = await alice.command(search, "search.set_status", {"status": "open", "reason": "it was somebody else"})
    again = [state for state in (await alarms.states()).values() if not state["ended"]]
    assert sorted(state["rule"] for state in again) == ["overdue_task", "urgent_sighting"]
    assert {state["about"]["seq"] for state in again} == {max(ack["seqs"])}
    assert judged not in {state["about"]["id"] for state in again}
    shown = (await alarms.desk.bob.http.get("/api/v1/alarms")).json()["alarms"]
    assert len(shown) == 2
    assert any(each["asked_me"] for each in shown), "nobody is taken for who caused it"


async def in_one_transaction(service: BoardService, who: Person, orders: list[tuple[str, str, dict[str, Any]]]) -> list[str]:
    """Execute commands as a batch does; return the codes of what was refused."""
    refused = list[str]()
    caller = await live_changes.caller_for(service, id_of(who))

    def work(session: Session) -> None:
        for board, name, data in orders:
            try:
                execute.execute(session, caller, Command(new_id(), board, name, data), format_utc(service.clock()))
            except Refused as refusal:
                refused.append(refusal.code)

    await service.database.write(work)
    return refused


async def test_commands_of_a_batch_know_the_alarms_of_those_before_them(alarms: Alarms) -> None:
    bob, search = alarms.desk.bob, alarms.search
    await bob.command(search, "sighting.add", URGENT | {"priority": "normal"})
    sighting = next(id for (kind, id) in (await bob.snapshot(search))["entities"] if kind == "sighting")
    changes = [
        ("update", {"priority": "urgent"}), ("update", {"priority": "normal"}), ("update", {"priority": "urgent"}),
        ("assess", {"assessment": "credible"}), ("assess", {"assessment": "unverifiable"}),
    ]  # fmt: skip
    orders = [(search, f"sighting.{name}", {"sighting": sighting} | data) for name, data in changes]
    assert await in_one_transaction(alarms.desk.server.service, bob, orders) == []
    told = [(event["type"], event["state"]["rule"]) for event in await alarms.events()]
    assert told == [
        ("alarm.raised", "urgent_sighting"), ("alarm.ended", "urgent_sighting"), ("alarm.raised", "urgent_sighting"),
        ("alarm.ended", "urgent_sighting"), ("alarm.raised", "credible_sighting"), ("alarm.ended", "credible_sighting"),
    ]  # fmt: skip


async def test_a_card_named_on_another_board_hides_no_alarm_from_its_own(alarms: Alarms) -> None:
    await urgent(alarms)
    alice, about = alarms.desk.alice, (await alarms.only())[1]["about"]["id"]
    settled = {"sighting": about, "assessment": "not_the_child"}
    orders = [(await alice.open_search(), "sighting.assess", settled), (alarms.search, "sighting.assess", settled)]
    assert await in_one_transaction(alarms.desk.server.service, alice, orders) == ["not_found"]
    assert (await alarms.only())[1]["ended"] == "settled"


async def test_a_cause_that_comes_back_raises_a_new_alarm(alarms: Alarms) -> None:
    await urgent(alarms)
    about = (await alarms.only())[1]["about"]["id"]
    for priority in ("low", "urgent", "normal", "urgent"):
        await alarms.desk.bob.command(alarms.search, "sighting.update", {"sighting": about, "priority": priority})
    assert sorted(str(state["ended"]) for state in (await alarms.states()).values()) == ["None", "settled", "settled"]


async def test_an_undone_assessment_raises_the_alarm_again(alarms: Alarms) -> None:
    await urgent(alarms)
    about = (await alarms.only())[1]["about"]["id"]
    ack = await alarms.desk.bob.command(alarms.search, "sighting.assess", {"sighting": about, "assessment": "not_the_child"})
    await alarms.desk.bob.command(alarms.search, "undo", {"seq": ack["seqs"][0]})
    assert await alarms.types() == ["alarm.raised", "alarm.ended", "alarm.raised"]


@pytest.mark.parametrize("how", ["members", "disabled", "viewer"])
async def test_an_alarm_is_open_again_when_its_taker_loses_the_right(alarms: Alarms, how: str) -> None:
    id, desk = await urgent(alarms), alarms.desk
    await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    if how == "members":
        members = {"access": "members", "members": [id_of(desk.alice), id_of(desk.bob)]}
        await desk.alice.command(alarms.search, "search.set_access", members)
    else:

        def change(session: Session) -> None:
            account = session.get_one(Account, id_of(desk.charlie))
            account.enabled, account.role = how != "disabled", "viewer" if how == "viewer" else account.role

        await desk.server.service.database.write(change)
    assert await alarms.escalation.escalate() == 3, "with the card, which nobody has either"
    assert (await alarms.types())[-2:] == ["alarm.released", "alarm.escalated"]
    _, state = await alarms.only()
    assert (state["taken_by"], state["step"], state["asked"]) == (None, 1, [id_of(desk.alice)])
    assert await alarms.escalation.escalate() == 0


async def test_a_search_that_was_closed_asks_nobody_outside(alarms: Alarms) -> None:
    """Bob leads, so he has the alarm that he causes. Ada, whom it would have asked, no longer sees the search."""
    desk = alarms.desk
    search = await desk.alice.open_search(lead=id_of(desk.bob))
    closed = Alarms(desk, search, alarms.clock)
    await desk.bob.command(search, "sighting.add", {"description": "a girl"})
    (sighting,) = [id for kind, id in (await desk.bob.snapshot(search))["entities"] if kind == "sighting"]
    await desk.bob.command(search, "sighting.assess", {"sighting": sighting, "assessment": "credible"})
    _, state = await closed.only()
    assert state["taken_by"] == id_of(desk.bob)
    assert state["asked"] == [id_of(desk.ada)]
    await desk.alice.command(search, "search.set_access", {"access": "members", "members": [id_of(desk.alice)]})
    await alarms.escalation.escalate()
    _, state = await closed.only()
    assert (state["taken_by"], state["released_because"], state["asked"]) == (None, "access", [id_of(desk.alice)])
    history = (await desk.alice.http.get(f"/searches/{search}/history.md")).text
    (line,) = (line for line in history.splitlines() if "nobody had the alarm" in line)
    assert line.endswith("asked Alice")


# -- who is asked -------------------------------------------------------------------------------------------------------------


async def test_a_responsible_person_who_assesses_a_sighting_promises_it(alarms: Alarms) -> None:
    desk = alarms.desk
    for who, taker in ((desk.ada, None), (desk.alice, id_of(desk.alice))):
        await desk.bob.command(alarms.search, "sighting.add", {"description": f"a girl, to {who.account['name']}"})
        entities = (await desk.bob.snapshot(alarms.search))["entities"]
        (sighting,) = [id for (kind, id), state in entities.items() if kind == "sighting" and state["assessment"] == "unassessed"]
        await who.command(alarms.search, "sighting.assess", {"sighting": sighting, "assessment": "credible"})
        (alarm,) = [state for state in (await alarms.states()).values() if state["about"]["id"] == sighting]
        assert alarm["taken_by"] == taker, "Ada holds the shift, but Alice leads"
    assert alarm["until"] == format_utc(parse_utc(alarm["taken_at"]) + 30 * MINUTE)
    await alarms.after(30.1)
    (alarm,) = [state for state in (await alarms.states()).values() if state["about"]["id"] == sighting]
    assert (alarm["taken_by"], alarm["lapsed_by"]) == (None, id_of(desk.alice)), "it was not passed on"


async def test_no_alarm_where_the_responsible_person_caused_it(alarms: Alarms) -> None:
    await alarms.desk.alice.command(alarms.search, "search.set_worrying", {"worrying": True, "basis": "needs medicine"})
    assert await alarms.states() == {}


async def test_steps_that_ask_nobody_new_are_passed_over(alarms: Alarms) -> None:
    await alarms.desk.alice.command(alarms.search, "search.update", {"lead": None})
    await urgent(alarms)
    assert await alarms.after(2.1) == 1
    _, state = await alarms.only()
    assert (state["step"], state["asked"]) == (2, [id_of(alarms.desk.ada)]), "nobody leads the search: the holder comes at once"


async def test_a_step_that_reaches_somebody_by_another_way_is_taken(alarms: Alarms) -> None:
    desk = alarms.desk
    await desk.bob.command(alarms.search, "sighting.add", {"description": "a girl"})
    sighting = next(id for (kind, id) in (await desk.bob.snapshot(alarms.search))["entities"] if kind == "sighting")
    await desk.bob.command(alarms.search, "sighting.assess", {"sighting": sighting, "assessment": "credible"})
    alice, ada = id_of(desk.alice), id_of(desk.ada)
    assert await alarms.after(14.9) == 1
    assert await notifications(desk) == [(1, "email", ada)], "Alice, who leads, was asked on the screen alone"
    assert await alarms.after(15.1) == 1
    assert (2, "email", alice) in await notifications(desk), "and as a coordinator by e-mail"


async def test_people_who_may_not_see_the_search_are_not_asked(desk: Team, wall_clock: WallClock) -> None:
    await desk.ada.command(OPERATIONS, "shift.take", {"reason": "night"})
    search = await desk.secret_search(desk.bob, lead=id_of(desk.alice))
    alarms = Alarms(desk, search, wall_clock)
    await urgent(alarms)
    await alarms.after(29)
    _, state = await alarms.only()
    assert state["asked"] == [id_of(desk.alice)], "Ada holds the shift, and may not see the search"
    for outsider in (desk.ada, desk.charlie):
        assert (await outsider.http.get("/api/v1/alarms")).json()["alarms"] == []
        assert (await outsider.request({"type": "alarms"}, type="alarms"))["alarms"] == []
    assert search not in str(desk.charlie.frames)


async def test_a_note_asks_those_whom_it_mentions(alarms: Alarms) -> None:
    desk = alarms.desk
    await desk.bob.command(alarms.search, "note.add", {"text": "@Charlie please call"})
    await desk.bob.command(alarms.search, "note.add", {"text": "nobody is named", "please_answer": True})
    await desk.bob.command(alarms.search, "note.add", {"text": "@Bob to myself", "please_answer": True})
    assert await alarms.states() == {}
    await desk.bob.command(alarms.search, "note.add", {"text": "@Charlie please call", "please_answer": True})
    _, state = await alarms.only()
    assert (state["rule"], state["asked"]) == ("please_answer", [id_of(desk.charlie)])


async def test_questions_of_one_person_drown_no_other_alarm(alarms: Alarms, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = alarms.desk
    monkeypatch.setattr("board.live.open_alarms.MAX_SENT", 3)
    monkeypatch.setattr("board.commands.cards.notes.MAX_ASKING", 10)
    note = {"text": "@Charlie please call", "please_answer": True}
    for _ in range(10):
        await desk.bob.command(alarms.search, "note.add", note)
    assert "please_answer" in (await alarms.refused(desk.bob, "note.add", note)).fields
    await desk.bob.command(alarms.search, "note.add", note | {"please_answer": None})
    await desk.alice.command(alarms.search, "sighting.add", URGENT | {"assignee": id_of(desk.bob)})
    frame = await desk.charlie.request({"type": "alarms"}, type="alarms")
    assert [each["rule"] for each in frame["alarms"]] == ["please_answer", "please_answer", "urgent_sighting"]
    assert frame["more"] == 8


async def test_alarms_that_were_just_taken_do_not_displace_open_ones(alarms: Alarms, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = alarms.desk
    monkeypatch.setattr("board.live.open_alarms.MAX_SENT", 2)
    for assignee in (None, id_of(desk.bob), id_of(desk.bob), id_of(desk.bob)):
        await desk.ada.command(alarms.search, "sighting.add", URGENT | {"assignee": assignee})
    frame = await desk.charlie.request({"type": "alarms"}, type="alarms")
    assert [each["taken_by"] is None for each in frame["alarms"]] == [True, False]
    assert frame["more"] == 2
    own = await desk.bob.request({"type": "alarms"}, type="alarms")
    assert [each["taken_by"] is None for each in own["alarms"]] == [True, False, False], "of one's own, as many again"


# -- what raises one ----------------------------------------------------------------------------------------------------------


async def test_a_credible_sighting_raises_one(alarms: Alarms) -> None:
    desk = alarms.desk
    await desk.bob.command(alarms.search, "sighting.add", {"description": "a girl"})
    sighting = next(id for (kind, id) in (await desk.bob.snapshot(alarms.search))["entities"] if kind == "sighting")
    for assessment in ("credible", "confirmed"):
        await desk.bob.command(alarms.search, "sighting.assess", {"sighting": sighting, "assessment": assessment})
    _, state = await alarms.only()
    assert (state["rule"], state["asked"], state["ended"]) == ("credible_sighting", [id_of(desk.alice)], None)
    await desk.bob.command(alarms.search, "sighting.assess", {"sighting": sighting, "assessment": "unverifiable"})
    assert (await alarms.only())[1]["ended"] == "settled"


async def test_a_credible_sighting_that_is_passed_on_raises_none(alarms: Alarms) -> None:
    desk = alarms.desk
    await desk.bob.command(alarms.search, "sighting.add", {"description": "a girl"})
    sighting = next(id for (kind, id) in (await desk.bob.snapshot(alarms.search))["entities"] if kind == "sighting")
    await desk.bob.command(alarms.search, "sighting.assess", {"sighting": sighting, "assessment": "credible"})
    ack = await desk.bob.command(alarms.search, "sighting.pass_on", {"sighting": sighting, "to": "Police of Ghent"})
    assert (await alarms.only())[1]["ended"] == "settled"
    await desk.bob.command(alarms.search, "undo", {"seq": ack["seqs"][0]})
    assert await alarms.types() == ["alarm.raised", "alarm.ended", "alarm.raised"]


async def test_a_worrying_search_raises_one(desk: Team, wall_clock: WallClock) -> None:
    person = {"first_name": "Mila", "age": 6}
    alarms = Alarms(desk, await desk.alice.open_search(person=person, lead=id_of(desk.bob)), wall_clock)
    _, state = await alarms.only()
    assert (state["rule"], state["asked"]) == ("worrying_search", [id_of(desk.bob)])
    await desk.alice.command(alarms.search, "search.set_worrying", {"worrying": True, "basis": "age"})
    assert len(await alarms.states()) == 1, "there is one already"
    await desk.alice.command(alarms.search, "search.set_worrying", {"worrying": False, "basis": "she is at her aunt's"})
    assert (await alarms.only())[1]["ended"] == "settled"
    await desk.alice.command(alarms.search, "search.set_worrying", {"worrying": True, "basis": "she is not"})
    assert await alarms.types() == ["alarm.raised", "alarm.ended", "alarm.raised"]


async def test_a_search_without_a_criterion_any_more_settles_its_alarm(desk: Team, wall_clock: WallClock) -> None:
    person = {"first_name": "Mila", "age": 6}
    alarms = Alarms(desk, await desk.alice.open_search(person=person, lead=id_of(desk.bob)), wall_clock)
    await desk.bob.command(alarms.search, "search.update", {"person": {"hair": "brown"}})
    assert await alarms.types() == ["alarm.raised"]
    await desk.bob.command(alarms.search, "search.update", {"person": {"age": 16}})
    assert await alarms.types() == ["alarm.raised", "alarm.ended"]


async def test_an_overdue_urgent_task_raises_one_once(alarms: Alarms) -> None:
    desk = alarms.desk
    due = format_utc(desk.server.service.clock() + 3 * MINUTE)
    task = {"title": "call the school", "due": due, "assignee": id_of(desk.charlie)}
    await desk.alice.command(alarms.search, "task.add", task)
    await desk.alice.command(alarms.search, "task.add", task | {"priority": "urgent"})
    assert await alarms.after(2.9) == 0
    assert await alarms.after(3.1) == 1
    assert await alarms.after(3.2) == 0
    id, state = await alarms.only()
    assert (state["rule"], state["asked"]) == ("overdue_task", [id_of(desk.charlie), id_of(desk.alice)])
    later = format_utc(desk.server.service.clock() + 3 * MINUTE)
    await desk.alice.command(alarms.search, "task.update", {"task": state["about"]["id"], "due": later})
    assert (await alarms.states())[id]["ended"] == "settled"
    assert await alarms.after(7) == 1, "it is overdue anew"


async def test_tasks_that_became_overdue_while_no_server_ran_raise_all(
    alarms: Alarms, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(occasions, "MAX_FOUND", 2)
    now = alarms.desk.server.service.clock()
    for minutes in (1, 2, 3, 4, 5):
        task = {"title": "call", "due": format_utc(now + minutes * MINUTE), "priority": "urgent"}
        await alarms.desk.bob.command(alarms.search, "task.add", task)
    assert [await alarms.after(28) for _ in range(4)] == [2, 2, 1, 0], "more than are read at once"


async def test_a_board_that_fails_keeps_no_other_from_its_steps(alarms: Alarms, monkeypatch: pytest.MonkeyPatch) -> None:
    other = await alarms.desk.alice.open_search(lead=id_of(alarms.desk.alice))
    for search in (alarms.search, other):
        await alarms.desk.bob.command(search, "sighting.add", URGENT)
    process_board = alarm_steps.process_board

    def fail(session: Session, board_id: str, **work: Any) -> Any:
        if board_id == alarms.search:
            raise ValueError("a fault")
        return process_board(session, board_id, **work)

    monkeypatch.setattr(escalation, "BOARDS_AT_ONCE", 1)
    monkeypatch.setattr(alarm_steps, "process_board", fail)
    with pytest.raises(ValueError, match="a fault"):
        await alarms.after(2.1)
    assert [state["step"] for state in (await alarms.states(other)).values()] == [1]
    assert (await alarms.only())[1]["step"] == 0
    monkeypatch.undo()
    assert await alarms.escalation.escalate() == 1


async def test_a_task_that_is_overdue_when_it_becomes_urgent_raises_one(alarms: Alarms) -> None:
    desk = alarms.desk
    due = format_utc(desk.server.service.clock() - MINUTE)
    await desk.alice.command(alarms.search, "task.add", {"title": "call", "due": due, "assignee": id_of(desk.bob)})
    task = next(
        id for (kind, id), state in (await desk.bob.snapshot(alarms.search))["entities"].items() if state.get("title") == "call"
    )
    await desk.alice.command(alarms.search, "task.update", {"task": task, "priority": "urgent"})
    assert [state["rule"] for state in (await alarms.states()).values()] == ["overdue_task"]
    assert await alarms.after(0.1) == 0, "the clock finds it, too"
    done = next(
        id for (kind, id), state in (await desk.bob.snapshot(alarms.search))["entities"].items() if state.get("role") == "done"
    )
    await desk.bob.command(alarms.search, "card.move", {"card": task, "column": done})
    assert (await alarms.only())[1]["ended"] == "settled"


async def test_a_handover_that_nobody_accepts_raises_one(alarms: Alarms) -> None:
    desk, (search,) = alarms.desk, [alarms.search]
    await desk.ada.command(OPERATIONS, "handover.prepare", {"incoming": id_of(desk.alice)})
    positions = {search: (await desk.ada.snapshot(search))["seq"]}
    await desk.ada.command(OPERATIONS, "handover.sign", {"handover": 1, "positions": positions})
    assert await alarms.after(14.9) == 0
    assert await alarms.after(15.1) == 1
    assert await alarms.after(15.2) == 0
    ((id, state),) = (await alarms.states(OPERATIONS)).items()
    assert (state["rule"], state["asked"], state["about"]["kind"]) == ("handover_waiting", [id_of(desk.alice)], "handover")
    listed = (await desk.alice.http.get("/api/v1/alarms")).json()["alarms"]
    assert [(each["id"], each["child"], each["about"]["number"], each["asked_me"]) for each in listed] == [(id, None, 1, True)]
    await desk.alice.command(OPERATIONS, "handover.refuse", {"handover": 1, "reason": "not read"})
    assert (await alarms.states(OPERATIONS))[id]["ended"] == "settled"


# -- time ---------------------------------------------------------------------------------------------------------------------


async def test_steps_that_are_late_come_in_order(alarms: Alarms) -> None:
    await urgent(alarms)
    assert await alarms.after(19.9) == 3, "nobody looked for twenty minutes"
    steps = [event["state"]["step"] for event in await alarms.events()]
    assert steps == [0, 1, 2, 3]


async def test_steps_are_taken_after_a_restart(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> None:
    async with running_team(tmp_path, **installation) as desk:
        alarms = Alarms(desk, await desk.alice.open_search(lead=id_of(desk.alice)), wall_clock)
        await urgent(alarms)
    async with running_team(tmp_path, **installation) as desk:
        later = Alarms(desk, alarms.search, wall_clock)
        assert await later.after(2.1) == 1
        assert await later.after(2.2) == 0


async def test_a_clock_that_is_set_back_delays_no_step_for_long(alarms: Alarms) -> None:
    await urgent(alarms)
    now = 0.0
    process = Escalation(alarms.desk.server.service, lambda: now)
    assert await process.escalate() == 0
    alarms.clock.set(-60 * MINUTE)
    now = 119.0
    assert await process.escalate() == 0
    now = 121.0
    assert await process.escalate() == 1
    assert await process.escalate() == 0
    alarms.clock.set(timedelta(0))
    assert await process.escalate() == 0, "set right again: no step twice"
    assert await alarms.types() == ["alarm.raised", "alarm.escalated"]


async def test_a_clock_that_is_set_forward_takes_each_step_once(alarms: Alarms) -> None:
    await urgent(alarms)
    assert await alarms.after(29) == 4, "and one round"
    assert await alarms.after(0) == 0
    assert await alarms.after(29) == 0
    assert (await alarms.only())[1]["round"] == 1


async def test_a_rule_that_is_gone_takes_no_more_steps(alarms: Alarms, monkeypatch: pytest.MonkeyPatch) -> None:
    await urgent(alarms)
    service = alarms.desk.server.service
    monkeypatch.setattr(service.alarm_rules, "rules", {})
    assert await alarms.after(3) == 1
    assert (await alarms.only())[1]["next_at"] is None
    now = service.clock()
    (listed,) = await service.database.read(lambda session: alarm_list.open_alarms(session, service.alarm_rules, now))
    assert listed.is_urgent, "by its occasion, as on every page"
    assert (await alarms.desk.charlie.http.get("/api/v1/alarms")).json()["alarms"][0]["steps"] == []


# -- ways ---------------------------------------------------------------------------------------------------------------------


async def notifications(desk: Team) -> list[tuple[int, str, str]]:
    def read(session: Session) -> list[tuple[int, str, str]]:
        return [(row.step, row.way, row.account) for row in session.exec(select(Notification).order_by(Notification.id))]

    return await desk.server.service.database.read(read)


async def test_steps_are_notified_by_their_ways(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    assert await notifications(desk) == [], "the first step asks on screens alone"
    await alarms.after(29)
    alice, ada = id_of(desk.alice), id_of(desk.ada)
    found = await notifications(desk)
    assert set(found) == {(1, "email", alice), (2, "email", ada), (3, "email", alice), (3, "email", ada), (3, "webhook", "")}
    await desk.bob.command(alarms.search, "alarm.hand_on", {"alarm": id, "to": id_of(desk.charlie)})
    assert set(await notifications(desk)) - set(found) == {(3, "email", id_of(desk.charlie))}
