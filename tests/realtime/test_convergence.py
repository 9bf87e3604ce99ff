"""Old view plus events equals fresh view: for every command, and for readers that join, leave and return at any moment."""

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from board.commands.registry import TABLE
from models.times import format_utc, now
from tests.support import handover_steps, random_commands, uploads
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.people import BoardReplica, Person, connect_person, create_token, new_id, running_server
from tests.support.wakes import add_wake

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


async def _equal(reader: Person, board: str) -> None:
    """The reader's screen is what a fresh snapshot says."""
    fresh = await reader.snapshot(board)
    screen = await reader.wait_for_seq(board, fresh["seq"])
    if screen.seq > fresh["seq"]:  # the board changed during the request
        return await _equal(reader, board)
    assert screen.entities == fresh["entities"]
    return None


async def test_every_command_converges(alice: Person, bob: Person, add_person: Callable[..., Awaitable[Person]]) -> None:
    """Each command of the table, on two boards, seen by somebody who follows both from the start."""
    random = Random(10)
    operations, seen = await bob.subscribe("operations"), set()
    search = await alice.open_search()
    seen.add("search.open")
    await handover_steps.prepare_handover(alice)
    screen, accounts = await bob.subscribe(search), [alice.account["id"], bob.account["id"]]
    for _ in range(600):
        name, data = random_commands.random_command(random, screen, accounts)
        answer = await alice.start_command({"type": "command", "id": new_id(), "board": search, "name": name, "data": data})
        assert answer.get("code", "ack") in ("ack", "invalid", "not_found", "closed", "conflict")
        if answer.get("code") == "closed":
            await alice.command(search, "search.set_status", {"status": "open", "reason": "more came in"})
        elif answer.get("seqs"):
            seen.add(name)
            await bob.wait_for_seq(search, answer["seqs"][-1])
    await alice.command(search, "search.set_status", {"status": "open", "reason": "whatever it was"})
    (added,) = (await alice.command(search, "sighting.add", {"description": "a girl"}))["seqs"]
    await bob.wait_for_seq(search, added)
    (added,) = (await alice.command(search, "column.add", {"title": None, "role": "todo"}))["seqs"]
    await bob.wait_for_seq(search, added)
    newest = max(screen.of_kind("column"))  # ids are in the order of their time
    await alice.command(search, "column.remove", {"column": newest})
    seen |= {"column.add", "column.remove"}
    looked_at = max(screen.of_kind("sighting").items(), key=lambda item: item[1]["number"])[0]
    await bob.command(search, "sighting.looked_at", {"sighting": looked_at})  # Alice took all of them in
    await bob.command(search, "sighting.assess", {"sighting": looked_at, "assessment": "credible"})
    await bob.command(search, "sighting.pass_on", {"sighting": looked_at, "to": "the local police"})
    seen |= {"sighting.looked_at", "sighting.pass_on"}
    seen |= await _attach_and_withdraw_files(alice, search)
    ada = await add_person("Ada", "coordinator")
    await _hand_over_and_back(alice, ada, search)
    seen |= await _remove_a_file_and_make_room(alice, ada, search)
    seen |= set(handover_steps.COMMANDS)
    seen |= await _give_out_and_take_back(alice, bob, search)
    seen |= await _place_a_tip_and_take_its_alarm(alice, bob, search)
    seen |= await _plan_begin_and_end_a_duty(alice)
    seen |= await _report_and_link(alice, bob, search)
    seen |= await _call_a_contact(alice, search)
    await alice.command(search, "search.set_access", {"access": "members", "members": accounts})
    seen.add("search.set_access")
    await _equal(bob, search)
    await _equal(bob, "operations")
    assert operations.of_kind("search")
    assert seen == set(TABLE)


async def _plan_begin_and_end_a_duty(alice: Person) -> set[str]:
    """Plan a duty of tomorrow; begin, extend and end one of today. Return the commands."""
    account, times = alice.account["id"], [format_utc(now() + timedelta(hours=hours)) for hours in (8, 9, 24, 32)]
    commands: dict[str, dict[str, Any]] = {
        "duty.plan": {"entries": [{"account": account, "starts_at": times[2], "ends_at": times[3]}]},
        "duty.begin": {"until": times[0]}, "duty.extend": {"until": times[1]}, "duty.end": {},
    }  # fmt: skip
    for name, data in commands.items():
        await alice.command("operations", name, data)
    return set(commands)


async def _report_and_link(alice: Person, bob: Person, search: str) -> set[str]:
    """Report disappearances, decide on each report, and link a search. Return the commands."""
    reports = []
    for name in ("Lina", "Amir", "Nour"):
        (seq,) = (await bob.command("operations", "report.add", {"person": {"first_name": name}, "siblings": ["Sara, 4"]}))[
            "seqs"
        ]
        events = (await bob.http.get("/api/v1/boards/operations/events", params={"after": seq - 1, "limit": 1})).json()["events"]
        reports.append({"report": events[0]["id"]})
    first, second, third = reports
    commands: list[tuple[str, dict[str, Any]]] = [
        ("report.update", first | {"source_contact": "+33 6 12 34 56 78"}), ("report.ask", first | {"text": "Which coat?"}),
        ("report.end_call", first), ("report.open", first), ("report.join", second | {"search": search}),
        ("report.close", third | {"why": "came_home"}), ("report.reopen", third),
    ]  # fmt: skip
    for name, data in commands:
        await alice.command("operations", name, data)
    decided = (await alice.snapshot("operations"))["entities"]["report", first["report"]]["decision"]
    sibling = decided["search"]
    await alice.command(search, "search.link", {"search": sibling, "how": "together"})
    sightings = (await alice.command(search, "sighting.add", {"description": "two girls"}))["seqs"]
    events = (await bob.http.get(f"/api/v1/boards/{search}/events", params={"after": sightings[0] - 1, "limit": 1})).json()[
        "events"
    ]
    await bob.command(search, "sighting.set_of_both", {"sighting": events[0]["id"], "search": sibling})
    await alice.command(
        sibling, "search.set_status", {"status": "found", "reason": "at home", "outcome": random_commands.OUTCOME}
    )
    await bob.command(sibling, "search.set_talk", {"why": "a quarrel"})
    return {"report.add", "search.link", "sighting.set_of_both", "search.set_talk", *(name for name, _ in commands)}


async def _call_a_contact(alice: Person, search: str) -> set[str]:
    """Give each command of contacts; return them."""
    await alice.command(search, "contact.add", {"name": "An Voorbeeld"})
    contact = {"contact": next(id for kind, id in (await alice.snapshot(search))["entities"] if kind == "contact")}
    commands: dict[str, dict[str, Any]] = {
        "contact.update": {"relation": "aunt"}, "contact.log": {"result": "reached", "text": "She has heard nothing."},
        "contact.withdraw": {}, "contact.restore": {},
    }  # fmt: skip
    for name, data in commands.items():
        await alice.command(search, name, contact | data)
    return {"contact.add", *commands}


async def _hand_over_and_back(alice: Person, ada: Person, search: str) -> None:
    """Hand over and take back by each command that exists for it; one handover was prepared."""
    await ada.command("operations", "handover.withdraw", {"handover": 1})
    for name, reason in (("refuse", {"reason": "too much is open"}), ("accept", {"restatement": "one search"})):
        number = await handover_steps.hand_to_sign(alice)
        seq = (await ada.snapshot(search))["seq"]
        await ada.command(search, "handover.read", {"handover": number, "seq": seq})
        await ada.command(search, "handover.restate", {"handover": number, "text": "one search"})
        await ada.command("operations", f"handover.{name}", {"handover": number} | reason)


async def _give_out_and_take_back(alice: Person, bob: Person, search: str) -> set[str]:
    """Give each command of materials and of those who got them; return their names."""
    seen: set[str] = set()

    async def give(who: Person, name: str, data: dict[str, Any]) -> None:
        await who.command(search, name, data)
        seen.add(name)

    async def only(kind: str) -> str:
        return next(id for each, id in (await alice.snapshot(search))["entities"] if each == kind)

    if (await alice.snapshot(search))["entities"]["search", search]["status"] != "open":
        await alice.command(search, "search.set_status", {"status": "open", "reason": "more came in"})
    brief = {"what": "brief", "languages": ["fr"], "shows": ["age"], "until": "2099-01-01T00:00:00Z", "decided_by": "police"}
    await give(alice, "material.approve", brief)
    material = await only("material")
    await give(bob, "distribution.add", {"material": material, "recipients": ["A", "B"], "way": "press", "language": "fr"})
    distribution = await only("distribution")
    await give(bob, "distribution.update", {"distribution": distribution, "copies": 3})
    await give(alice, "material.withdraw", {"material": material, "reason": "a wrong name"})
    await give(bob, "distribution.take_down", {"distributions": [distribution], "note": "by phone"})
    await give(bob, "distribution.withdraw", {"distribution": distribution})
    return seen


async def _place_a_tip_and_take_its_alarm(alice: Person, bob: Person, search: str) -> set[str]:
    """Give each command of tips, wakes and alarms; return their names."""
    seen: set[str] = set()

    async def give(who: Person, board: str, name: str, data: dict[str, Any]) -> None:
        await who.command(board, name, data)
        seen.add(name)

    own = bob.account["id"]
    await give(alice, "operations", "tip.add", {"description": "a girl", "priority": "urgent"})
    tip = next(id for kind, id in (await alice.snapshot("operations"))["entities"] if kind == "tip")
    await give(alice, "operations", "tip.update", {"tip": tip, "clothing": "red"})
    await give(alice, "operations", "tip.assign", {"tip": tip, "assignee": own})
    await give(alice, "operations", "tip.dismiss", {"tip": tip, "reason": "another girl"})
    await give(alice, "operations", "tip.restore", {"tip": tip})
    wake = await add_wake(alice.server.service, search, tip)
    await give(bob, search, "wake.answer", {"wake": wake, "answer": "not_same", "reason": "another girl"})
    await give(alice, "operations", "tip.place", {"tip": tip, "search": search})
    placed = (await alice.snapshot("operations"))["entities"]["tip", tip]["placed"]["sighting"]
    entities = (await alice.snapshot(search))["entities"]
    alarm = next(id for (kind, id), state in entities.items() if kind == "alarm" and state["about"]["id"] == placed)  # Bob's
    await give(bob, search, "alarm.hand_on", {"alarm": alarm, "to": alice.account["id"]})
    await give(alice, search, "alarm.take", {"alarm": alarm})
    await give(alice, search, "alarm.extend", {"alarm": alarm, "until": format_utc(now() + timedelta(hours=1))})
    await give(alice, search, "alarm.give_back", {"alarm": alarm})
    return seen


class Storm(RuleBasedStateMachine):
    """Alice and Bob work, Charlie is let in and out, and readers come and go; nobody ever stands on a wrong screen."""

    backend: Backend

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.leaving = contextlib.ExitStack()
        self.people: dict[str, Person] = {}
        self.left: dict[tuple[str, str], BoardReplica] = {}
        self.run(self._begin())

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    async def _begin(self) -> None:
        settings = self.leaving.enter_context(self.backend.settled(Path(self.folder.name)))
        self.serving = running_server(Path(self.folder.name), **settings)
        self.server = await self.serving.__aenter__()
        for name, role in (("Alice", "coordinator"), ("Bob", "investigator"), ("Charlie", "investigator")):
            self.people[name] = await connect_person(self.server, await create_token(self.server.service, name, role))
        self.alice = self.people["Alice"]
        self.search = await self.alice.open_search()
        await handover_steps.prepare_handover(self.alice)
        await self.alice.subscribe(self.search)
        self.accounts = [person.account["id"] for person in self.people.values()]
        self.secret = False

    def teardown(self) -> None:
        self.run(self._end())
        self.leaving.close()
        self.loop.close()
        self.folder.cleanup()

    async def _end(self) -> None:
        for person in self.people.values():
            await person.close()
        await self.serving.__aexit__(None, None, None)

    @rule(who=st.sampled_from(["Alice", "Bob"]), random=st.randoms(use_true_random=False), count=st.integers(1, 12))
    def work(self, who: str, random: Random, count: int) -> None:
        """A burst, all on the wire before the first answer."""

        async def burst() -> None:
            board = self.alice.boards[self.search]
            given = [random_commands.random_command(random, board, self.accounts) for _ in range(count)]
            answers = await asyncio.gather(*(self._try(who, name, data, random) for name, data in given))
            assert all(answer in ("ack", "invalid", "not_found", "closed", "conflict") for answer in answers), answers

        self.run(burst())

    async def _try(self, who: str, name: str, data: dict[str, Any], random: Random) -> str:
        if name == "undo" or not TABLE[name].allows("investigator"):
            who = "Alice"
        frame: dict[str, Any] = {"type": "command", "id": new_id(), "board": self.search, "name": name, "data": data}
        if random.random() < 0.5:
            frame["base"] = random.randrange(self.alice.boards[self.search].seq + 1)
        return str((await self._answer(who, frame)).get("code", "ack"))

    async def _answer(self, who: str, frame: dict[str, Any]) -> dict[str, Any]:
        return await self.people[who].start_command(frame)

    @rule(who=st.sampled_from(["Bob", "Charlie"]), board=st.sampled_from(["search", "operations"]))
    def join(self, who: str, board: str) -> None:
        person, id = self.people[who], self._board(board)
        if board == "operations" or who == "Bob" or not self.secret:
            self.run(person.subscribe(id))
        else:
            answer = self.run(person.request({"type": "subscribe", "board": id}, type="error"))
            assert answer["code"] == "not_found"

    @rule(who=st.sampled_from(["Bob", "Charlie"]), board=st.sampled_from(["search", "operations"]))
    def close(self, who: str, board: str) -> None:
        person, id = self.people[who], self._board(board)
        screen = person.boards.get(id)
        if screen is not None and screen.live:
            self.left[who, id] = BoardReplica(id, screen.epoch, screen.seq, dict(screen.entities))
            self.run(person.request({"type": "unsubscribe", "board": id}, type="unsubscribed"))

    @rule(who=st.sampled_from(["Bob", "Charlie"]), board=st.sampled_from(["search", "operations"]))
    def come_back(self, who: str, board: str) -> None:
        """Resume from the position at which this reader left, with what was on the screen then."""
        person, id = self.people[who], self._board(board)
        screen = self.left.pop((who, id), None)
        if screen is not None and (board == "operations" or who == "Bob" or not self.secret):
            person.boards[id] = screen
            self.run(person.subscribe(id, screen.epoch, screen.seq))

    @rule(random=st.randoms(use_true_random=False))
    def work_while_they_join(self, random: Random) -> None:
        """The subscribe race: commands are committed while the snapshot is read."""

        async def race() -> None:
            board = self.alice.boards[self.search]
            given = [random_commands.random_command(random, board, self.accounts) for _ in range(8)]
            await asyncio.gather(
                self.people["Bob"].subscribe(self.search), *(self._try("Alice", *each, random) for each in given)
            )

        self.run(race())

    @rule()
    @precondition(lambda self: not self.secret)
    def shut(self) -> None:
        members = self.accounts[:2]
        if self._set_access({"access": "members", "members": members}):
            self.secret = True

    @rule()
    @precondition(lambda self: self.secret)
    def let_in(self) -> None:
        if self._set_access({"access": "desk", "members": []}):
            self.secret = False

    def _set_access(self, data: dict[str, Any]) -> bool:
        frame = {"type": "command", "id": new_id(), "board": self.search, "name": "search.set_access", "data": data}
        answer = self.run(self._answer("Alice", frame))
        assert answer.get("code") in (None, "closed")
        charlie = self.people["Charlie"]
        screen = charlie.boards.get(self.search)
        if answer["type"] == "ack" and data["access"] == "members" and screen is not None and screen.live:
            self.run(charlie.wait_until(lambda: screen.unsubscribed == "forbidden"))
        return bool(answer["type"] == "ack")

    def _board(self, board: str) -> str:
        return self.search if board == "search" else "operations"

    @invariant()
    def every_live_screen_is_true(self) -> None:
        for person in self.people.values():
            for board, screen in person.boards.items():
                if screen.live:
                    self.run(_equal(person, board))


def _settings(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # shrinking a storm over real sockets takes longer than reading it
    )


def test_no_storm_leaves_a_wrong_screen(backend: Backend) -> None:
    Storm.backend = backend
    run_state_machine_as_test(Storm, settings=_settings(6, 20))


@pytest.mark.slow
def test_no_long_storm_leaves_a_wrong_screen(backend: Backend) -> None:
    Storm.backend = backend
    run_state_machine_as_test(Storm, settings=_settings(150, 50))


async def _remove_a_file_and_make_room(alice: Person, ada: Person, search: str) -> set[str]:
    """Remove a withdrawn file by four eyes; let a withdrawn card leave and come back. Return the commands that were given."""
    file = await uploads.attach_ready(alice, search)
    await alice.command(search, "file.withdraw", {"file": file, "reason": "another child"})
    await alice.command(search, "file.propose_removal", {"file": file, "reason": "another child"})
    await ada.command(search, "file.confirm_removal", {"file": file})
    (added,) = (await alice.command(search, "sighting.add", {"description": "a mistake"}))["seqs"]
    events = (await alice.http.get(f"/api/v1/boards/{search}/events", params={"after": added - 1, "limit": 1})).json()["events"]
    card = events[0]["id"]
    await alice.command(search, "card.withdraw", {"card": card})
    await alice.command(search, "board.make_room", {"groups": ["withdrawn"], "unchanged_days": 0})
    await alice.command(search, "board.bring_back", {"entity": card})
    return {"file.propose_removal", "file.confirm_removal", "board.make_room", "board.bring_back"}


async def _attach_and_withdraw_files(alice: Person, search: str) -> set[str]:
    """Attach files, of which one stays the public photo; return the commands that were given."""
    await alice.command(search, "search.set_appeal", {"level": "public"})
    kept, gone = [await uploads.attach_ready(alice, search) for _ in range(2)]
    await alice.command(search, "file.update", {"file": kept, "caption": "at the bus stop"})
    await alice.command(search, "search.set_photo", {"file": gone})
    await alice.command(search, "file.withdraw", {"file": gone, "reason": "another child"})
    await alice.command(search, "search.set_photo", {"file": kept})
    return {"file.attach", "file.update", "file.withdraw", "search.set_photo"}
