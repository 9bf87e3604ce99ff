"""Reconnect storm: after a restart all clients resume at once from their positions. Nothing is lost or repeated, and the journal
is read a few times for all of them, a few at a time."""

import asyncio
import itertools
from pathlib import Path
from typing import Any

import pytest

from models.board import OPERATIONS
from realtime.channels.channel_reader import MAX_CATCH_UPS, MAX_READS, MAX_READS_PER_ACCOUNT, ChannelReader, collect_yielding
from realtime.source import ChannelView, EventRecord, Position, Subject, TemporarilyUnavailable
from tests.support.people import PATIENCE_S, Server, connect_person, create_token, running_server
from tests.tools.bench._clients import Client

CLIENTS, SEARCHES, MISSED = 100, 5, 20


async def all_in(server: Server, crowd: list[Client]) -> None:
    loop, port = asyncio.get_running_loop(), int(server.url.rpartition(":")[2])

    async def add_person(client: Client) -> None:
        await loop.create_connection(lambda: client, "127.0.0.1", port)
        await client.ready.wait()

    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*map(add_person, crowd))


async def write(server: Server, token: str, boards: list[str]) -> None:
    person = await connect_person(server, token)
    for board in boards:
        await asyncio.gather(*(person.command(board, "note.add", {"text": f"note {number}"}) for number in range(MISSED)))
    await person.close()


async def test_a_hundred_come_back_at_once_from_their_positions(tmp_path: Path) -> None:
    settings = {"max_sockets_per_account": 0}
    async with running_server(tmp_path, **settings) as server:
        alice = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
        boards = [await alice.open_search() for _ in range(SEARCHES)]
        await alice.close()
        tokens = [await create_token(server.service, f"Helper{number}", "viewer") for number in range(4)]
        ways = zip(itertools.cycle(tokens), itertools.cycle(boards), range(CLIENTS), strict=False)
        crowd = [Client(token, {OPERATIONS: None, board: None}) for token, board, _ in ways]
        await all_in(server, crowd)
        assert server.service.hub.channel_reader.requests >= 2 * CLIENTS
        for client in crowd:
            client.transport.close()
    async with running_server(tmp_path, **settings) as server:
        await write(server, alice.token, [*boards, OPERATIONS])
    async with running_server(tmp_path, **settings) as server:
        source, reading, most = server.service.source, 0, 0
        really = source.read_channel

        async def counted(channel: str, asked: Any) -> Any:
            nonlocal reading, most
            reading += 1
            most = max(most, reading)
            try:
                return await really(channel, asked)
            finally:
                reading -= 1

        source.read_channel = counted  # type: ignore[method-assign]
        again = [Client(client.token, dict(client.positions)) for client in crowd]
        writing = asyncio.create_task(write(server, alice.token, boards))  # and work continues
        await all_in(server, again)
        await writing
        heads = {board: server.service.hub.channels[board].sequence.seq for board in (*boards, OPERATIONS)}
        async with asyncio.timeout(PATIENCE_S):
            while not all(position and position[1] == heads[board] for c in again for board, position in c.positions.items()):
                await asyncio.sleep(0.02)
        hub = server.service.hub
        assert not any(client.snapshots for client in again), "all of them could go on"
        for client, before in zip(again, crowd, strict=True):
            for board, position in client.positions.items():
                seqs = [seq for of, seq, _ in client.came if of == board]
                was, now = before.positions[board], position
                assert was is not None
                assert now is not None
                assert seqs == list(range(was[1] + 1, now[1] + 1)), "each event once, in order"
        assert hub.channel_reader.requests == 2 * CLIENTS
        assert hub.channel_reader.reads < hub.channel_reader.requests / 2, (
            "most of them were answered by a reading that they shared"
        )
        assert most <= MAX_READS
        for client in again:
            client.transport.close()


class Journal:
    """A source that reads when it is told to, and says who asked."""

    def __init__(self) -> None:
        self.asked: list[set[Position | None]] = []
        self.gate = asyncio.Event()
        self.broken = False

    async def read_channel(self, channel: str, asked: set[Position | None]) -> ChannelView | None:
        self.asked.append(set(asked))
        seq = 10 * len(self.asked)
        await self.gate.wait()
        if self.broken:
            raise TemporarilyUnavailable
        return ChannelView("e", seq, "now", 5, [EventRecord(seq, b"", None, Subject("note", "n", "note.added"))], None)

    async def events_after(self, channel: str, position: Position) -> list[EventRecord]:
        self.asked.append({("after", position[1])})
        await self.gate.wait()
        return []


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_request_joins_a_read_that_has_not_begun_but_no_later_one() -> None:
    journal: Any = Journal()
    catchup = ChannelReader(journal)
    first = asyncio.create_task(catchup.read("a", ("e", 5), "Alice"))
    second = asyncio.create_task(catchup.read("a", ("e", 7), "Bob"))
    await settle()
    third = asyncio.create_task(catchup.read("a", None, "Alice"))  # its rights may have changed since the first was begun
    await settle()
    journal.gate.set()
    (one, seen), (other, same), (late, fresh) = await asyncio.gather(first, second, third)
    assert one is other
    assert one is not late
    assert seen is same
    assert seen is not None
    assert fresh is not None
    assert (seen.seq, fresh.seq) == (10, 20)
    assert journal.asked == [{("e", 5), ("e", 7)}, {None}]
    assert (catchup.requests, catchup.reads) == (3, 2)


async def test_a_few_readings_are_under_way_at_a_time() -> None:
    journal: Any = Journal()
    catchup = ChannelReader(journal)
    asking = [asyncio.create_task(catchup.read(f"board {number}", None, f"person {number}")) for number in range(20)]
    await settle()
    assert len(journal.asked) == MAX_READS
    live = [asyncio.create_task(catchup.events_after("a", ("e", number))) for number in range(20)]
    await settle()
    assert len(journal.asked) == MAX_READS + MAX_CATCH_UPS, "who is live does not wait behind who comes"
    journal.gate.set()
    await asyncio.gather(*asking, *live)
    assert len(journal.asked) == 40


async def test_reads_for_others_come_between_one_readers_many_boards() -> None:
    journal: Any = Journal()
    catchup = ChannelReader(journal)
    greedy = [asyncio.create_task(catchup.read(f"board {number}", ("mine", number), "Victor")) for number in range(50)]
    await settle()
    assert len(journal.asked) == MAX_READS_PER_ACCOUNT < MAX_READS
    other = asyncio.create_task(catchup.read("board 49", ("hers", 1), "Alice"))
    await settle()
    assert journal.asked[-1] == {("hers", 1)}
    for each in greedy[10:]:  # their sockets are gone
        each.cancel()
    journal.gate.set()
    await asyncio.gather(other, *greedy[:10])
    assert len(journal.asked) == 11
    assert catchup.account_slots.count("Victor") == 0


async def test_other_tasks_run_while_much_is_collected() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    hearing = asyncio.create_task(others())
    assert await collect_yielding(range(1_000), 10) == list(range(1_000))
    assert turns >= 99
    hearing.cancel()


async def test_one_readers_many_sockets_on_one_board_share_few_readings() -> None:
    journal: Any = Journal()
    journal.gate.set()
    catchup = ChannelReader(journal)
    await asyncio.gather(*(catchup.read("a", None, "Victor") for _ in range(50)))
    assert len(journal.asked) <= 2


async def test_failed_read_is_reported_to_all_waiters_and_then_retried() -> None:
    journal: Any = Journal()
    journal.broken = True
    journal.gate.set()
    catchup = ChannelReader(journal)
    asking = [asyncio.create_task(catchup.read("a", None, "Alice")) for _ in range(3)]
    gone = asyncio.create_task(catchup.read("a", None, "Bob"))
    await settle()
    gone.cancel()
    for each in asking:
        with pytest.raises(TemporarilyUnavailable):
            await each
    journal.broken = False
    assert (await catchup.read("a", None, "Alice"))[1] is not None


@pytest.mark.parametrize(("position", "reached"), [(("e", 4), False), (("e", 5), True), (("e", 10), True),
                                                   (("e", 11), False), (("f", 7), False)])  # fmt: skip
def test_a_position_is_continued_where_all_after_it_was_read(position: Position, reached: bool) -> None:
    assert ChannelView("e", 10, "now", 5, [], None).covers(position) is reached
