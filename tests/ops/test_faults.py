"""The checker of the fault harness flags what breaks a promise, and nothing else; the line fails as it is told to."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

import pytest

from tests.tools.faults import journal
from tests.tools.faults.alarms import LAST_STEP, AlarmRecord, faults_of, outages_of
from tests.tools.faults.checker import CHECKS, Verdict, check
from tests.tools.faults.command import format_report
from tests.tools.faults.faulty_proxy import FaultyProxy
from tests.tools.faults.mutants import MUTANTS, Mutant, Patch, PatchDoesNotApply, patched_files, patched_tree
from tests.tools.faults.recordings import (
    CAUGHT_UP,
    DROPPED,
    GONE,
    HIDDEN,
    LIVE,
    RESET,
    SNAPSHOT,
    CommandLog,
    InjectedFault,
    ReceivedStream,
    Revocation,
    RunRecord,
    digest,
)
from tests.tools.faults.run import Outcome, Plan, run
from tests.tools.faults.schedule import KINDS, Storm, storms
from tests.tools.faults.statistics import compute_statistics, merge_overlapping

HEAD = 6
EPOCH = 1


def event(seq: int, command: str | None = None, **state: object) -> dict[str, object]:
    return {
        "seq": seq, "at": f"2026-11-24T22:00:{seq:02}.000Z", "type": "note.added", "kind": "note", "id": f"n{seq}",
        "actor": None, "command": command, "state": {"text": f"said {seq}", **state}, "changes": ["text"],
    }  # fmt: skip


def written(*commands: str) -> journal.Journal:
    """A journal of six events, the first ones by Bob's commands."""
    ids = [*commands, *[None] * (HEAD - len(commands))]
    return journal.build("b", "e", [("bob", event(seq, id)) for seq, id in enumerate(ids, 1)])


class Story:
    """Events of a run as a test describes them; Alice reads board b, Bob writes on it."""

    def __init__(self, *commands: str) -> None:
        self.journal = written(*commands)
        self.alice = ReceivedStream("alice", "b")
        self.bob = CommandLog("bob", "bob")
        self.revocations: list[Revocation] = []
        self.struck: list[InjectedFault] = []
        self.at = 0.0

    def snapshot(self, seq: int, kind: int = SNAPSHOT, fold: int | None = None) -> "Story":
        given = self.journal.folds[seq - 1] if fold is None else fold
        self.alice.note(kind, EPOCH, seq, given, self.at)
        return self

    def gets(self, *seqs: int, kind: int = LIVE, epoch: int = EPOCH, **other: object) -> "Story":
        for seq in seqs:
            self.at += 1
            self.alice.note(kind, epoch, seq, digest(event(seq, self._command(seq), **other)), self.at)
        return self

    def _command(self, seq: int) -> str | None:
        return next((id for (_, id), seqs in self.journal.commands.items() if seq in seqs), None)

    def ends(self, fold: int | None = None) -> "Story":
        self.alice.fold = self.journal.folds[-1] if fold is None else fold
        return self

    def told(self) -> Verdict:
        return check(self.run, {"b": self.journal})

    @property
    def run(self) -> RunRecord:
        return RunRecord(["b"], [self.alice], [self.bob], self.revocations, self.struck, {"e": EPOCH, "other": 2})


def flagged(verdict: Verdict) -> dict[str, int]:
    return {name: count for name, count in verdict.counts.items() if count}


def good() -> Story:
    return Story().snapshot(2).gets(3, 4, 5, 6)


def test_a_reader_who_got_each_event_once_in_order_is_well_served() -> None:
    assert flagged(good().ends().told()) == {}
    assert flagged(Story().snapshot(2).gets(3, 4, kind=CAUGHT_UP).snapshot(4).gets(5, 6).ends().told()) == {}


def test_an_event_that_never_came_is_lost() -> None:
    assert flagged(Story().snapshot(2).gets(3, 4).ends().told())["lost"] == 2
    assert flagged(Story().snapshot(2).gets(3, 4).told()) == {}, "who may not see the board in the end has lost nothing"


def test_a_snapshot_instead_of_what_could_be_caught_up_loses_events() -> None:
    story = Story().snapshot(1).gets(2).snapshot(5, RESET).gets(6)
    assert flagged(story.ends().told()) == {"lost": 3}
    story.revocations.append(Revocation("alice", "b", 99, 0.0, 0.0))
    assert flagged(story.told()) == {}, "where rights have changed it is the answer"


def test_a_hole_is_a_gap_and_a_loss() -> None:
    assert flagged(Story().snapshot(2).gets(3, 5, 6).ends().told()) == {"gaps": 1, "lost": 1}


def test_event_after_its_followers_is_reordered() -> None:
    assert flagged(Story().snapshot(2).gets(3, 5, 4, 6).ends().told()) == {"gaps": 1, "reordered": 1}


def test_repeated_event_is_duplicated() -> None:
    assert flagged(Story().snapshot(2).gets(3, 4, 4, 5, 6).ends().told()) == {"duplicated": 1}
    assert flagged(Story().snapshot(2).gets(3, 4).snapshot(4).gets(5, 6).ends().told()) == {}


def test_a_snapshot_of_the_past_is_reordered() -> None:
    assert flagged(good().snapshot(4).gets(5, 6).ends().told()) == {"reordered": 1}


def test_an_event_that_is_not_in_the_journal_is_a_phantom() -> None:
    assert flagged(Story().snapshot(2).gets(3, 4).gets(5, lie=1).gets(6).ends().told()) == {"phantoms": 1}
    assert flagged(good().gets(7).ends().told()) == {"phantoms": 1}
    assert flagged(Story().snapshot(5).gets(6, epoch=2).ends().told()) == {"phantoms": 1}


def test_an_event_is_hidden_only_where_it_may_be() -> None:
    story = Story().snapshot(5)
    story.alice.note(LIVE, EPOCH, 6, HIDDEN, 1.0)
    assert flagged(story.ends().told()) == {"phantoms": 1}
    story.journal.hidden[6] = "secret"
    assert flagged(story.told()) == {}


def test_a_screen_that_is_not_what_the_journal_says_is_found() -> None:
    assert flagged(good().ends(fold=4).told()) == {"screens unequal": 1}
    assert flagged(Story().snapshot(2, fold=4).told()) == {"screens unequal": 1}


def test_an_ack_whose_event_is_not_there_is_not_durable() -> None:
    story = Story("bob-0")
    story.bob.invoke("note.add", 0, 0.0)
    story.bob.ok(0, [1], 1.0)
    assert flagged(story.told()) == {}
    story.bob.invoke("note.add", 0, 0.0)
    story.bob.ok(1, [5, 6], 1.0)
    assert flagged(story.told()) == {"acknowledged but not durable": 2}


def test_a_command_whose_events_are_there_twice_was_applied_twice() -> None:
    story = Story("bob-0", "bob-0")
    story.bob.invoke("note.add", 0, 0.0)
    story.bob.ok(0, [1, 2], 1.0)
    assert flagged(story.told()) == {}
    story.bob.first[0], story.bob.count[0] = 1, 1
    assert flagged(story.told()) == {"applied twice": 1}


def test_a_refused_command_has_done_nothing() -> None:
    story = Story("bob-0")
    story.bob.invoke("note.add", 0, 0.0)
    story.bob.refuse(0, 1.0)
    assert flagged(story.told()) == {"refused but applied": 1}
    story.journal.commands.clear()
    assert flagged(story.told()) == {}


def test_a_command_is_answered_in_the_end() -> None:
    story = Story()
    story.bob.invoke("note.add", 0, 0.0)
    assert flagged(story.told()) == {"unknown never resolved": 1}
    story.bob.refuse(0, 1.0)
    assert flagged(story.told()) == {}


def test_an_event_by_a_command_that_nobody_gave_is_a_phantom() -> None:
    assert flagged(Story("bob-7").told()) == {"phantoms": 1}


@pytest.mark.parametrize("seqs", [[1], [2, 4]])
def test_the_same_command_has_the_same_answer_twice(seqs: list[int]) -> None:
    story = Story("x")
    story.journal.commands.clear()
    story.bob.invoke("note.add", 0, 0.0)
    story.bob.ok(0, [], 1.0)
    story.bob.ok(0, [], 2.0)
    assert flagged(story.told()) == {}
    story.bob.ok(0, seqs, 3.0)
    assert "wrong answers" in flagged(story.told())


def test_unavailable_is_an_answer_only_where_something_fails() -> None:
    story = Story()
    story.bob.turned_away.append(100.0)
    assert flagged(story.told()) == {"turned away": 1}
    story.struck.append(InjectedFault("postgres.fast", 98.0, 99.0))
    assert flagged(story.told()) == {}


def test_nothing_is_delivered_after_a_right_has_ended() -> None:
    story = Story().snapshot(2).gets(3, 4, 5)
    story.revocations.append(Revocation("alice", "b", 4, 1.5, 9.0))
    assert flagged(story.told()) == {"delivered after revocation": 1}
    story.revocations[:] = [Revocation("alice", "b", 4, 1.5, 2.9)]
    assert flagged(story.told()) == {}, "it was given back before"
    story.revocations[:] = [Revocation("alice", "b", 5, 1.5, 9.0)]
    assert flagged(story.told()) == {}, "it was committed before"
    story.revocations[:] = [Revocation("alice", None, -1, 2.5, 9.0)]
    assert flagged(story.told()) == {"delivered after revocation": 1}


def test_events_that_a_reader_may_not_see_are_hidden_on_operations() -> None:
    operations = journal.build(
        "operations", "e", [("chief", event(seq, f"chief-{seq}") | {"id": "s"}) for seq in (1, 2, 3)], ["s"]
    )
    charlie = ReceivedStream("charlie", "operations")
    charlie.note(SNAPSHOT, EPOCH, 0, 0, 0.0)
    for seq, mark in ((1, operations.digests[0]), (2, DROPPED), (3, HIDDEN)):
        charlie.note(LIVE, EPOCH, seq, mark, float(seq))
    gone = Revocation("charlie", "s", 99, 1.5, 9.0, 1.5, ("chief", "chief-2"))
    run = RunRecord(["operations"], [charlie], [], [gone], [], {"e": EPOCH})
    assert flagged(check(run, {"operations": operations})) == {}
    charlie.digest[-1] = operations.digests[2]
    assert flagged(check(run, {"operations": operations})) == {"delivered after revocation": 1}


def test_snapshot_at_the_seq_of_a_hidden_event_shows_nothing_of_it() -> None:
    operations = journal.build(
        "operations", "e", [("chief", event(seq, f"chief-{seq}") | {"id": "s"}) for seq in (1, 2, 3)], ["s"]
    )
    charlie = ReceivedStream("charlie", "operations")
    charlie.note(SNAPSHOT, EPOCH, 0, 0, 0.0)
    charlie.note(LIVE, EPOCH, 1, operations.digests[0], 1.0)
    charlie.note(RESET, EPOCH, 3, operations.folds[2], 3.0)
    gone = Revocation("charlie", "s", 99, 1.5, 9.0, 1.5, ("chief", "chief-2"))
    run = RunRecord(["operations"], [charlie], [], [gone], [], {"e": EPOCH})
    assert flagged(check(run, {"operations": operations})) == {}


def test_reader_whose_right_came_back_starts_with_a_snapshot() -> None:
    story = Story().snapshot(2).gets(3)
    story.alice.note(GONE, 0, 0, 0, story.at)
    assert flagged(story.snapshot(5).gets(6).ends().told()) == {}
    assert flagged(Story().snapshot(2).gets(3).gets(6).told()) != {}


def test_an_edit_that_takes_back_another_in_silence_is_found() -> None:
    first = event(1) | {"id": "n", "state": {"text": "a", "place": None}}
    second = event(2) | {"id": "n", "state": {"text": "b", "place": None}, "changes": ["text"]}
    third = event(3) | {"id": "n", "state": {"text": "b", "place": {"lat": 1}}, "changes": ["place.lat"]}
    assert journal.build("b", "e", [("bob", each) for each in (first, second, third)]).faults == []
    stale = third | {"state": {"text": "a", "place": {"lat": 1}}}
    faults = journal.build("b", "e", [("bob", each) for each in (first, second, stale)]).faults
    assert len(faults) == 1
    assert "text" in faults[0]
    assert journal.build("b", "e", [("bob", first), ("bob", third)]).faults[0] == "b: 3 follows 1 in the journal"


def test_fault_of_the_journal_itself_is_reported() -> None:
    story = good().ends()
    story.journal.faults.append("b: 3 follows 1 in the journal")
    assert flagged(story.told()) == {"broken journal": 1}


def alarm(*events: tuple[str, int, int, float | None], cause: int = 1) -> AlarmRecord:
    """Return the record of an alarm: type, second, step, and the second at which the next step is due, or a promise ends."""
    record, round, former = AlarmRecord([cause]), 0, -1
    for type, at, step, due in events:
        is_taken, time = type in ("taken", "extended"), None if due is None else datetime.fromtimestamp(due, UTC).isoformat()
        round += type in ("lapsed", "given_back") or (type == "escalated" and step == former == LAST_STEP)
        state = {
            "about": {"seq": 1}, "step": step, "taken_by": "bob" if is_taken else None, "next_at": None if is_taken else time,
            "until": time if is_taken else None, "round": round, "ended_at": at if type == "ended" else None,
        }  # fmt: skip
        record.note({"kind": "alarm", "id": "a", "type": f"alarm.{type}", "state": state}, at)
        former = step
    return record


def of_alarm(record: AlarmRecord, *struck: InjectedFault) -> list[str]:
    return [check for check, _ in faults_of(record, outages_of(struck, 0.0), 60.0)]


def test_an_alarm_whose_steps_come_in_time_is_right() -> None:
    assert of_alarm(alarm(("raised", 1, 0, 4.0), ("escalated", 5, 1, 7.0), ("escalated", 7, 2, None))) == []
    assert of_alarm(alarm(("raised", 1, 0, 4.0), ("taken", 3, 0, None))) == []


def test_a_step_is_late_by_the_outage_and_two_seconds_at_most() -> None:
    late = alarm(("raised", 1, 0, 4.0), ("escalated", 12, 1, None))
    assert of_alarm(late) == ["alarms late"]
    assert of_alarm(late, InjectedFault("postgres.fast", 5.0, 9.0)) == []
    assert of_alarm(late, InjectedFault("postgres.fast", 5.0, 6.0)) == ["alarms late"]
    assert of_alarm(late, InjectedFault("redis.kill", 3.0, 12.0)) == ["alarms late"], "nobody needs Redis for it"


def test_a_step_that_comes_early_twice_or_never_is_found() -> None:
    assert of_alarm(alarm(("raised", 1, 0, 4.0), ("escalated", 3, 1, None))) == ["alarms late"]
    assert of_alarm(alarm(("raised", 1, 0, 4.0))) == ["alarms lost"]
    twice = alarm(("raised", 1, 0, 4.0), ("escalated", 4, 1, 7.0), ("escalated", 7, 1, None))
    assert of_alarm(twice) == ["alarms doubled"]
    assert of_alarm(alarm(("raised", 1, 0, 4.0), ("escalated", 4, 2, None))) == ["alarms doubled"]
    assert of_alarm(alarm(("raised", 1, 0, 4.0), ("taken", 3, 0, None), ("escalated", 4, 1, None))) == ["alarms doubled"] * 2


def test_a_promise_lapses_on_time_and_its_ladder_restarts() -> None:
    taken = ("raised", 1, 0, 4.0), ("taken", 3, 0, 9.0)
    assert of_alarm(alarm(*taken, ("extended", 5, 0, 20.0), ("lapsed", 21, -1, 30.0), ("escalated", 31, 0, None))) == []
    assert of_alarm(alarm(*taken, ("lapsed", 13, -1, 90.0))) == ["alarms late"]
    assert of_alarm(alarm(*taken, ("lapsed", 6, -1, 90.0))) == ["alarms late"]
    assert of_alarm(alarm(*taken)) == ["promises never lapsed"]
    assert of_alarm(alarm(*taken, ("extended", 15, 0, 90.0))) == ["promises never lapsed"]
    assert of_alarm(alarm(*taken, ("taken", 5, 0, 90.0))) == ["alarms doubled"]
    lapsed = ("lapsed", 9, -1, 20.0)
    assert of_alarm(alarm(*taken, lapsed, ("lapsed", 20, -1, 90.0))) == ["promises lapsed twice"]


def test_last_step_repeats_once_in_each_round() -> None:
    steps = ("raised", 1, 0, 4.0), ("escalated", 4, 1, 7.0), ("escalated", 7, 2, 9.0)
    assert of_alarm(alarm(*steps, ("escalated", 9, 2, 11.0), ("escalated", 11, 2, None))) == []
    assert of_alarm(alarm(*steps, ("escalated", 9, 1, None))) == ["alarms doubled"]
    assert of_alarm(alarm(*steps, ("taken", 12, 2, 90.0))) == ["alarms late"], "the repeat never came"
    assert of_alarm(alarm(*steps, ("ended", 8, 2, None), ("taken", 8, 2, 90.0))) == ["alarms doubled"]


def test_an_alarm_that_was_not_raised_once_is_found() -> None:
    assert of_alarm(alarm(("raised", 1, 0, None), cause=2)) == ["alarms lost"]
    assert of_alarm(alarm(("raised", 1, 0, None), ("raised", 1, 0, None))) == ["alarms doubled"]


def test_catch_up_time_runs_from_the_heal_to_the_last_reader_at_that_head() -> None:
    story = Story().snapshot(1)
    wall = story.journal.at[0]  # event n was made at n - 1 of the test's clock
    for seq, at in ((2, 1.1), (3, 2.1), (4, 6.0), (5, 6.0), (6, 6.1)):
        story.alice.note(LIVE, EPOCH, seq, 0, at)
    story.struck = [InjectedFault("worker.kill", 2.5, 3.5), InjectedFault("redis.kill", 3.4, 4.0)]
    assert merge_overlapping(story.struck) == [(2.5, 4.0)]
    found = compute_statistics(story.run, {"b": story.journal}, wall)
    assert list(found.heals.values) == [pytest.approx(2.0)] * 2
    assert found.delay.at(0.0, 1.0) == [pytest.approx(0.1), pytest.approx(3.0)]
    assert found.calm_delay.at(1.0) == [pytest.approx(0.1)]


# -- the schedule -----------------------------------------------------------------------------------------------------


def first(number: int, seed: int) -> list[Storm]:
    return list(islice(storms(seed, {"worker": 3, "reader": 5, "guest": 2}), number))


def test_the_seed_alone_says_what_fails() -> None:
    assert first(200, seed=7) == first(200, seed=7)
    assert first(200, seed=7) != first(200, seed=8)
    assert {fault.kind for storm in first(400, seed=7) for fault in storm.faults} == set(KINDS)


# -- the line ---------------------------------------------------------------------------------------------------------


@pytest.fixture
async def line() -> AsyncIterator[FaultyProxy]:
    """A line to somebody who says everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    opened = await FaultyProxy(server.sockets[0].getsockname()[1]).open()
    yield opened
    for _, writer in CALLS:
        writer.close()
    CALLS.clear()
    await opened.close()
    server.close()
    await server.wait_closed()


CALLS: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []


async def call(line: FaultyProxy) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    CALLS.append(await asyncio.open_connection("127.0.0.1", line.port))
    return CALLS[-1]


async def echoed(line: FaultyProxy, words: bytes) -> bytes:
    reader, writer = await call(line)
    writer.write(words)
    return await asyncio.wait_for(reader.readexactly(len(words)), 10)


async def test_a_good_line_carries_all_of_it(line: FaultyProxy) -> None:
    words = bytes(range(256)) * 20_000
    assert await echoed(line, words) == words


async def test_a_slow_line_carries_all_of_it_later_and_in_order(line: FaultyProxy) -> None:
    line.delay_s, line.slice = 0.1, 3
    began = time.monotonic()
    words = bytes(range(256)) * 100
    assert await echoed(line, words) == words
    assert time.monotonic() - began >= 0.2, "both ways"
    line.heal()
    assert await echoed(line, words) == words


async def test_a_reset_ends_what_is_open_and_nothing_else(line: FaultyProxy) -> None:
    reader, _ = await call(line)
    assert await echoed(line, b"hello") == b"hello"
    line.reset()
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(1), 10)
    assert await echoed(line, b"hello") == b"hello"


async def test_a_cut_line_takes_nobody(line: FaultyProxy) -> None:
    line.refusing = True
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await echoed(line, b"hello")
    line.heal()
    assert await echoed(line, b"hello") == b"hello"


@pytest.mark.parametrize("tell", [True, False])
async def test_a_black_hole_takes_bytes_and_says_nothing(line: FaultyProxy, tell: bool) -> None:
    reader, writer = await call(line)
    writer.write(b"before")
    assert await asyncio.wait_for(reader.readexactly(6), 10) == b"before"
    line.swallow()
    writer.write(b"during")
    late_reader, late_writer = await call(line)
    late_writer.write(b"during")
    await asyncio.sleep(0.1)  # long enough for an echo
    line.heal(tell)
    if tell:
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(1), 10)
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(late_reader.read(1), 10)
    else:
        writer.write(b"after")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.2)
    assert await echoed(line, b"hello") == b"hello"
    line.reset()


@pytest.mark.parametrize("turns", range(4))
async def test_closed_line_leaves_no_connection_open(line: FaultyProxy, turns: int) -> None:
    with contextlib.ExitStack() as ends:
        calls = [ends.enter_context(socket.create_connection(("127.0.0.1", line.port), 10)) for _ in range(10)]
        for _ in range(turns):  # after one, the calls are accepted; later, they are forwarded
            await asyncio.sleep(0)
        await line.close()
        for each in calls:
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.to_thread(each.recv, 1) == b""


# -- whole runs -------------------------------------------------------------------------------------------------------


def assert_good(outcome: Outcome) -> None:
    assert outcome.verdict.good, "\n".join(format_report(outcome))


@pytest.mark.slow
@pytest.mark.alone
async def test_no_promise_is_broken_in_half_a_minute_of_faults() -> None:
    outcome = await run(Plan(25, seed=1, workers=2, writers=6, readers=12, boards=8, rate=100))
    assert_good(outcome)
    assert outcome.figures.commands["ok"] > 250, "else little was tried"
    assert sum(outcome.figures.faults.values()) > 10


@pytest.mark.slow
@pytest.mark.alone
async def test_no_promise_is_broken_in_five_minutes_of_faults() -> None:
    assert_good(await run(Plan(300, seed=2, workers=4)))


@pytest.mark.slow
@pytest.mark.alone
async def test_board_without_redis_goes_on() -> None:
    outcome = await run(Plan(120, seed=3, redis=False))
    assert_good(outcome)
    assert outcome.figures.deliveries["live"] > 10_000, "the poll of the heads found nearly nothing"


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
async def test_a_mutant_is_found(mutant: Mutant) -> None:
    with patched_tree(mutant.weakened + mutant.patches) as copy:
        outcome = await run(replace(mutant.plan, tree=copy))
    assert outcome.verdict.counts[mutant.found_by] > 0, "\n".join(format_report(outcome))


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
async def test_run_without_the_mutant_finds_nothing(mutant: Mutant) -> None:
    with patched_tree(mutant.weakened) as copy:
        assert_good(await run(replace(mutant.plan, tree=copy)))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_every_mutant_still_fits_the_source(mutant: Mutant) -> None:
    assert patched_files(mutant.weakened + mutant.patches)
    assert mutant.found_by in CHECKS


def test_a_mutant_says_so_when_the_source_has_moved_on() -> None:
    with pytest.raises(PatchDoesNotApply, match="0 times"):
        patched_files((Patch("board/engine/unit_of_work.py", "what is not there", ""),))
