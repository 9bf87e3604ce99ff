"""Exactly one person holds the shift at any moment, and everybody sees who. It goes from one to the next by an accepted handover,
or by being taken, whatever is done in between, by whom, and on which process."""

import asyncio
import contextlib
import itertools
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from board.accounts import live_changes
from board.client import Refusal
from board.commands.command import Ack
from board.commands.registry import Command
from board.dev import Postgres, Redis
from board.engine import journal
from board.errors import Refused
from board.service import BoardService
from models.board import OPERATIONS
from tests.support import handover_steps
from tests.support.backends import POSTGRESQL, SQLITE, Backend
from tests.support.people import PASSWORD, Person, connect_person, create_token, new_id, running_server, settings_for

NAMES = ("Alice", "Ada", "Dora")  # coordinators
SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}


def told(person: Person) -> dict[str, Any]:
    """Return the shift that a person's socket was last told of."""
    return next(frame for frame in reversed(person.frames) if frame["type"] == "shift")


# -- visibility -----------------------------------------------------------------------------------------------------------


@pytest.mark.both_backends
async def test_every_socket_gets_the_holder_of_the_shift(add_person: Callable[..., Awaitable[Person]]) -> None:
    alice, ada, victor = (
        await add_person("Alice", "coordinator"),
        await add_person("Ada", "admin"),
        await add_person("Victor", "viewer"),
    )
    await victor.wait_until(lambda: told(victor))
    assert told(victor) == {"type": "shift", "shift": None, "handover": None, "duties": [], "absent": [], "next": []}
    await alice.command(OPERATIONS, "shift.take", {"reason": "nobody was here"})
    await victor.wait_until(lambda: told(victor)["shift"])
    shift = await handover_steps.state(alice, "shift")
    assert told(victor)["shift"] == shift | {"name": "Alice"}
    assert (shift["holder"], shift["before"], shift["reason"]) == (alice.account["id"], None, "nobody was here")
    number = await handover_steps.hand_to_sign(alice, incoming=ada.account["id"])
    await victor.wait_until(lambda: (told(victor)["handover"] or {}).get("status") == "signed")
    handover = await handover_steps.state(alice, "handover")
    assert told(victor)["handover"] == {
        name: handover[name] for name in ("number", "status", "outgoing", "incoming", "signed_at")
    }
    await ada.command(OPERATIONS, "handover.accept", {"handover": number, "restatement": "nothing is open"})
    await victor.wait_until(lambda: told(victor)["shift"]["name"] == "Ada")
    late = await add_person("Walter", "viewer")
    await late.wait_until(lambda: len(late.frames) > 1)
    assert [frame["type"] for frame in late.frames[:2]] == ["hello", "shift"]
    assert late.frames[1] == told(victor)


async def test_sockets_of_another_process_get_it_too(tmp_path: Path, postgres: Postgres, redis: Redis) -> None:
    with Backend(POSTGRESQL, postgres, redis).settled(tmp_path) as given:
        async with running_server(tmp_path, **given) as one, running_server(tmp_path, **given) as two:
            alice = await connect_person(one, await create_token(one.service, "Alice", "coordinator"))
            victor = await connect_person(two, await create_token(two.service, "Victor", "viewer"))
            await alice.command(OPERATIONS, "shift.take", {"reason": "nobody was here"})
            await victor.wait_until(lambda: (told(victor)["shift"] or {}).get("name") == "Alice")
            await alice.close()
            await victor.close()


@pytest.mark.both_backends
async def test_one_of_two_simultaneous_accepts_succeeds(add_person: Callable[..., Awaitable[Person]]) -> None:
    alice, ada, dora = [await add_person(name, "coordinator") for name in NAMES]
    for _ in range(3):
        number = await handover_steps.hand_to_sign(alice)
        data = {"handover": number, "restatement": "I have it", "reason": "at once"}
        answers = await asyncio.gather(
            *(
                who.start_command(
                    {"type": "command", "id": new_id(), "board": OPERATIONS, "name": "handover.accept", "data": data}
                )
                for who in (ada, dora)
            )
        )
        assert sorted(answer["type"] for answer in answers) == ["ack", "refused"]
        assert next(answer["code"] for answer in answers if answer["type"] == "refused") == "conflict"
        holder = (ada, dora)[[answer["type"] for answer in answers].index("ack")]
        assert (await handover_steps.state(alice, "shift"))["holder"] == holder.account["id"]


async def test_holder_who_takes_the_shift_again_changes_nothing(
    alice: Person, add_person: Callable[..., Awaitable[Person]]
) -> None:
    with pytest.raises(Refusal, match="Take the shift first") as refused:
        await alice.command(OPERATIONS, "handover.prepare")
    assert (refused.value.code, [*refused.value.fields]) == ("conflict", ["shift"])
    assert (await alice.command(OPERATIONS, "shift.take", {"reason": "the first"}))["seqs"]
    assert (await alice.command(OPERATIONS, "shift.take", {"reason": "again"}))["seqs"] == []
    with pytest.raises(Refusal, match="invalid"):
        await alice.command(OPERATIONS, "shift.take", {"reason": " "})
    ada = await add_person("Ada", "coordinator")
    await handover_steps.hand_to_sign(alice)
    seqs = (await ada.command(OPERATIONS, "shift.take", {"reason": "she is not here"}))["seqs"]
    events = (await ada.http.get("/api/v1/boards/operations/events", params={"after": seqs[0] - 1})).json()["events"]
    assert [(event["type"], event["reason"]) for event in events] == [
        ("handover.withdrawn", "she is not here"), ("shift.taken", "she is not here"),
    ]  # fmt: skip
    assert (await handover_steps.state(ada, "shift"))["before"] == alice.account["id"]


# -- random commands ------------------------------------------------------------------------------------------------------


class Shifts(RuleBasedStateMachine):
    """Three coordinators, each at one of the desks, and what should come of what they do."""

    backend: Backend
    answered: ClassVar[dict[str, set[str | None]]] = defaultdict(set)  # by command: the codes, None for success

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.leaving = contextlib.ExitStack()
        self.ids = itertools.count()
        self.holder: str | None = None
        self.number, self.status, self.outgoing = 0, "none", ""
        self.open: dict[str, bool] = {}  # by search
        self.searches: dict[str, bool] = {}  # whether it is active
        self.unhanded: set[str] = set()  # changed since the last accepted handover was signed, or before it since the shift began
        self.unsigned: set[str] = set()  # changed since the last signature
        self.has_accepted = False
        self.important: dict[str, int] = {}  # by search: the seq of its last significant event
        self.written: dict[str, dict[str, int]] = {}  # by search: author and time of its briefing
        self.handed: set[str] = set()
        self.marks: dict[tuple[str, str], int] = {}
        self.unread: dict[str, tuple[int, str]] = {}  # by search: handover, and who accepted it unread
        self.run(self._begin())

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    async def _begin(self) -> None:
        folder = Path(self.leaving.enter_context(tempfile.TemporaryDirectory()))
        given = settings_for(folder, **self.leaving.enter_context(self.backend.settled(folder)))
        self.desks = [await BoardService.open(given) for _ in range(1 if self.backend.name == SQLITE else 2)]
        self.callers = {}
        for name in NAMES:
            id = await live_changes.add_account(self.desks[0], f"{name}@desk.example", name, "coordinator", PASSWORD)
            self.callers[name] = await live_changes.caller_for(self.desks[0], id)
        await self._open("Alice")

    def teardown(self) -> None:
        for service in self.desks:
            self.run(service.close())
        self.leaving.close()
        self.loop.close()

    async def _do(self, who: str, board: str, name: str, data: dict[str, Any]) -> Ack | Refused:
        service = self.desks[NAMES.index(who) % len(self.desks)]
        try:
            return await service.execute(self.callers[who], Command(f"c{next(self.ids)}", board, name, data))
        except Refused as refused:
            return refused

    def _does(self, who: str, board: str, name: str, data: dict[str, Any], code: str | None = None) -> Ack | None:
        """Give a command that must be acknowledged, or refused with a code."""
        answer = self.run(self._do(who, board, name, data))
        assert (answer.code if isinstance(answer, Refused) else None) == code, (who, name, data, self.status, answer)
        self.answered[name].add(code)
        return None if isinstance(answer, Refused) else answer

    async def _open(self, who: str) -> None:
        ack = await self._do(who, OPERATIONS, "search.open", SEARCH)
        assert isinstance(ack, Ack)
        assert ack.opened
        self.open[ack.opened] = self.searches[ack.opened] = True
        self.important[ack.opened], self.written[ack.opened] = 1, {}

    def _pick(self, number: int) -> str:
        return sorted(self.searches)[number % len(self.searches)]

    def _head(self, board: str) -> int:
        heads = self.run(self.desks[0].database.read(lambda session: journal.heads(session, [board])))
        return int(heads[board][1])

    # -- the searches

    @rule(who=st.sampled_from(NAMES))
    def open_another(self, who: str) -> None:
        if len(self.searches) < 3:
            self.run(self._open(who))

    @rule(who=st.sampled_from(NAMES), which=st.integers(0, 2), category=st.sampled_from(["comment", "decision"]))
    def note(self, who: str, which: int, category: str) -> None:
        search = self._pick(which)
        ack = self._does(who, search, "note.add", {"text": "the aunt was called", "category": category})
        if category == "decision" and ack is not None:
            self.important[search] = ack.seqs[0]

    @rule(who=st.sampled_from(NAMES), which=st.integers(0, 2), status=st.sampled_from(["open", "closed"]))
    def set_status(self, who: str, which: int, status: str) -> None:
        search = self._pick(which)
        closing = {"acknowledge": "as it is"} if status == "closed" else {}
        ack = self._does(who, search, "search.set_status", {"status": status, "reason": f"told at {next(self.ids)}"} | closing)
        if ack is not None:
            self.open[search] = status == "open"
            self.unhanded |= {search} if self.holder is not None else set()
            self.unsigned.add(search)
            self._follow()
            self.important[search] = ack.seqs[0]

    # -- the shift

    def _follow(self) -> None:
        self.searches = {search: is_open or search in self.unhanded for search, is_open in self.open.items()}

    @rule(who=st.sampled_from(NAMES))
    def take(self, who: str) -> None:
        ack = self._does(who, OPERATIONS, "shift.take", {"reason": "nobody was here"})
        assert ack is not None
        if who == self.holder:
            assert ack.seqs == []
            return
        if self.status in handover_steps.OPEN:
            self.status = "withdrawn"
        self.holder = who
        if not self.has_accepted:
            self.unhanded = set()
        self._follow()

    @rule(who=st.sampled_from(NAMES))
    def prepare(self, who: str) -> None:
        allowed = self.holder is not None and self.status not in handover_steps.OPEN
        if self._does(who, OPERATIONS, "handover.prepare", {}, None if allowed else "conflict"):
            self.number, self.status, self.outgoing = self.number + 1, "prepared", str(self.holder)

    @rule(who=st.sampled_from(NAMES), which=st.integers(0, 2))
    def write(self, who: str, which: int) -> None:
        search = self._pick(which)
        allowed = self.status == "prepared" and self.searches[search]
        data = {"handover": max(1, self.number), "assessment": f"as of {next(self.ids)}"}
        if ack := self._does(who, search, "handover.write", data, None if allowed else "conflict"):
            self.written[search][who] = ack.seqs[0]

    @rule(who=st.sampled_from(NAMES), stale=st.booleans())
    def sign(self, who: str, stale: bool) -> None:
        """Sign at the current positions, or at those before the last important event."""
        active = [search for search, active in self.searches.items() if active]
        positions = {search: self.important[search] - 1 if stale else self._head(search) for search in active}
        others = {each: max([0, *(at for by, at in self.written[each].items() if by != who)]) for each in positions}
        unseen = any(self.important[each] > seq or others[each] > seq for each, seq in positions.items())
        allowed = self.status == "prepared" and not unseen
        code = "forbidden" if who != self.holder else None if allowed else "conflict"
        if self._does(who, OPERATIONS, "handover.sign", {"handover": max(1, self.number), "positions": positions}, code):
            self.status, self.handed, self.unsigned = "signed", set(positions), set()
            self.marks.clear()
            self.unread = {each: whose for each, whose in self.unread.items() if each not in positions}

    @rule(stale=st.booleans())
    def prepare_and_sign(self, stale: bool) -> None:
        self.prepare(self.holder or "Alice")
        self.sign(self.holder or "Alice", stale)

    @rule(who=st.sampled_from(NAMES), which=st.integers(0, 2), behind=st.integers(0, 1))
    def read(self, who: str, which: int, behind: int) -> None:
        search = self._pick(which)
        seq = self._head(search) - behind
        accepted_unread = self.unread.get(search) == (self.number, who)
        allowed = accepted_unread or (self.status == "signed" and search in self.handed)
        if self._does(
            who, search, "handover.read", {"handover": max(1, self.number), "seq": seq}, None if allowed else "conflict"
        ):
            self.marks[who, search] = max(seq, self.marks.get((who, search), 0))
            if accepted_unread:
                del self.unread[search]

    @rule(who=st.sampled_from(NAMES), reason=st.sampled_from([None, "it is on fire"]))
    def accept(self, who: str, reason: str | None) -> None:
        unread = self._unread(who)
        code = None
        if self.status != "signed":
            code = "conflict"
        elif who == self.outgoing:
            code = "forbidden"
        elif unread and reason is None:
            code = "conflict"
        data = {"handover": max(1, self.number), "restatement": "three searches", "reason": reason}
        if self._does(who, OPERATIONS, "handover.accept", data, code):
            self._accepted(who)

    @rule(who=st.sampled_from(NAMES))
    def refuse(self, who: str) -> None:
        code = "conflict" if self.status != "signed" else "forbidden" if who == self.outgoing else None
        if self._does(who, OPERATIONS, "handover.refuse", {"handover": max(1, self.number), "reason": "not like this"}, code):
            self.status = "refused"

    @rule(who=st.sampled_from(NAMES))
    def withdraw(self, who: str) -> None:
        code = None if self.status in handover_steps.OPEN else "conflict"
        if self._does(who, OPERATIONS, "handover.withdraw", {"handover": max(1, self.number)}, code):
            self.status = "withdrawn"

    @rule(who=st.sampled_from(NAMES), reads=st.booleans(), accepts=st.booleans())
    def sign_and_answer(self, who: str, reads: bool, accepts: bool) -> None:
        """A whole handover: chance alone hardly ever comes this far."""
        if self.holder is None:
            self.take(who)
        if self.status in handover_steps.OPEN:
            self.withdraw(who)
        self.prepare_and_sign(stale=False)
        assert self.status == "signed"
        self.accept(self.outgoing, None)
        self.refuse(self.outgoing)
        for which in range(len(self.searches) if reads else 0):
            self.read(who, which, 0)
        if accepts:
            self.accept(who, None)
        else:
            self.refuse(who)

    @rule()
    def all_accept_at_once(self) -> None:
        data = {"handover": max(1, self.number), "restatement": "I have it", "reason": "at once"}

        async def race() -> list[Ack | Refused]:
            return await asyncio.gather(*(self._do(who, OPERATIONS, "handover.accept", data) for who in NAMES))

        answers = dict(zip(NAMES, self.run(race()), strict=True))
        winners = [who for who, answer in answers.items() if isinstance(answer, Ack)]
        assert len(winners) == (self.status == "signed")
        if winners:
            assert winners != [self.outgoing]
            self._accepted(winners[0])

    def _unread(self, who: str) -> set[str]:
        return {each for each in self.handed if self.marks.get((who, each), 0) < self.important[each]}

    def _accepted(self, who: str) -> None:
        self.unread |= dict.fromkeys(self._unread(who), (self.number, who))
        self.status, self.holder, self.has_accepted, self.unhanded = "accepted", who, True, set(self.unsigned)
        self._follow()

    @invariant()
    def one_holds_it_as_the_journal_tells(self) -> None:
        said = self.run(self.desks[0].database.read(lambda session: journal.entity_events(session, OPERATIONS, OPERATIONS)))
        holder, handover = None, {"number": 0, "status": "none"}
        for before, event in itertools.pairwise([None, *said]):
            assert event is not None
            state = event.payload()["state"]
            if event.kind == "handover":
                began = event.type == "handover.prepared"
                assert state["number"] == handover["number"] + began
                assert (handover["status"] in handover_steps.OPEN) != began, "one is open at most"
                handover = state
                continue
            assert state["before"] == holder
            assert state["holder"] == event.account != holder
            if event.type == "shift.handed_over":
                assert before is not None
                assert (before.type, before.account) == ("handover.accepted", event.account)
                assert state["handover"] == handover["number"]
            else:
                assert event.type == "shift.taken"
                assert handover["status"] not in handover_steps.OPEN
            holder = state["holder"]
        assert holder == (self.callers[self.holder].account.id if self.holder else None)
        assert (handover["number"], handover["status"]) == (self.number, self.status)


def _settings(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )


def _try(backend: Backend, examples: int, steps: int) -> None:
    Shifts.backend = backend
    run_state_machine_as_test(Shifts, settings=_settings(examples, steps))


def test_one_holds_the_shift_whatever_is_done() -> None:
    Shifts.answered.clear()
    _try(Backend(SQLITE), 40, 40)
    assert Shifts.answered["handover.accept"] == Shifts.answered["handover.refuse"] == {None, "conflict", "forbidden"}
    assert Shifts.answered["handover.sign"] == {None, "conflict", "forbidden"}
    for name in ("handover.prepare", "handover.write", "handover.read", "handover.withdraw"):
        assert Shifts.answered[name] == {None, "conflict"}, f"{name} was not tried in every way"


def test_one_holds_the_shift_whatever_is_done_on_two_processes(postgres: Postgres, redis: Redis) -> None:
    _try(Backend(POSTGRESQL, postgres, redis), 2, 40)


@pytest.mark.slow
def test_one_holds_the_shift_whatever_is_done_for_long(postgres: Postgres, redis: Redis) -> None:
    _try(Backend(SQLITE), 150, 60)
    _try(Backend(POSTGRESQL, postgres, redis), 30, 60)
