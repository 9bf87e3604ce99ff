"""Integrity: a journal that was truncated or rewritten by anybody with access to the database is detected by the positions of
signed handovers, and by heads kept elsewhere."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session

from board.engine import event, hash_chain, integrity, journal, many_boards, verified_chains
from board.engine.event import JournalEvent, stored_event
from board.engine.verified_chains import VerifiedChains
from board.errors import OperationError
from models.board import OPERATIONS, Board
from models.db.database import DatabaseUnavailable, ReadTimeout
from models.times import now
from models.verified import VerifiedPosition
from tests.api.test_journal import Record, opened
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.journal_sql import BOARD
from tests.support.people import create_token
from tests.support.team import Team
from tests.support.worker_processes import wait_until

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

HEAD = "a" * 64


class Evidence(Record):
    """A desk whose shift was handed over, with its clerk, who keeps heads; and somebody who can write to the database."""

    async def sign(self) -> int:
        """A handover, prepared and signed at the heads of now; its number."""
        ack = await self.command(OPERATIONS, "handover.prepare", {})
        number = (await self.said(OPERATIONS, ack.seqs[-1])).payload()["state"]["number"]
        positions = {self.search: (await self.board(self.search)).seq}
        await self.command(OPERATIONS, "handover.sign", {"handover": number, "positions": positions})
        return int(number)

    async def said(self, board: str, seq: int) -> JournalEvent:
        said = await self.service.database.read(lambda session: journal.event_at(session, board, seq))
        assert said is not None
        return said

    async def board(self, id: str) -> Board:
        board = await self.service.database.read(lambda session: session.get(Board, id))
        assert board is not None
        return board

    async def hash_of(self, seq: int) -> bytes:
        """Return the hash of an event of the search."""
        return (await self.service.database.read(lambda session: many_boards.hashes_at(session, {self.search: seq})))[self.search]

    async def verified(self, heads: Path | None = None, board: str | None = None) -> list[str]:
        """Return the output of `verify`. Raises OperationError."""
        return await self.service.database.read(lambda session: integrity.verify(session, board, heads))

    async def cut(self, board: str, seq: int) -> None:
        """Truncate a board's journal after a seq; its chain still verifies."""

        def run(session: Session) -> None:
            _do(session, f"DELETE FROM event WHERE board = {BOARD} AND seq > :seq", board=board, seq=seq)
            head = f"(SELECT hash FROM event WHERE board = {BOARD} AND seq = :seq)"
            _do(session, f"UPDATE board SET seq = :seq, head = {head} WHERE id = :board", board=board, seq=seq)

        await self.service.database.write(run)

    async def rewrite(self, board: str, seq: int, body: bytes) -> None:
        """Change an event and rebuild the chain after it, with the board's row; the chain still verifies."""

        def run(session: Session) -> None:
            where = {"board": board, "seq": seq}
            _do(session, f"UPDATE event SET body = :body WHERE board = {BOARD} AND seq = :seq", body=body, **where)
            head = b""
            for row in session.connection().execute(hash_chain._CHAIN, {"board": board, "after": 0, "limit": 1_000}).all():
                said = stored_event(board, row[:8])
                assert said.body is not None
                committed = hash_chain.commitment(row.key, said.body)
                head = hash_chain.chain_hash(head, said, committed)
                values = {"committed": committed, "hash": head, "board": board, "seq": row.seq}
                _do(
                    session,
                    f"UPDATE event SET commitment = :committed, hash = :hash WHERE board = {BOARD} AND seq = :seq",
                    **values,
                )
            _do(session, "UPDATE board SET head = :head WHERE id = :board", head=head, board=board)

        await self.service.database.write(run)


def _do(session: Session, statement: str, **values: Any) -> None:
    assert session.connection().execute(text(statement), values).rowcount, statement


@pytest.fixture
async def desk(tmp_path: Path, installation: dict[str, Any]) -> AsyncIterator[Evidence]:
    record = await opened(tmp_path, **installation)
    made = Evidence(record.service, record.caller)
    made.search = record.search
    await made.command(OPERATIONS, "shift.take", {"reason": "the first one"})
    yield made
    await made.service.close()


async def test_a_journal_cut_short_since_a_handover_was_signed_is_named_with_it(desk: Evidence) -> None:
    head = (await desk.board(desk.search)).seq
    await desk.cut(desk.search, head - 1)
    assert len(await desk.verified()) == 3  # nothing contradicts it
    number = await desk.sign()
    await desk.command(desk.search, "note.add", {"text": "after it"})
    await desk.cut(desk.search, head - 1)  # later events are not part of the handover
    assert len(await desk.verified()) == 3
    await desk.cut(desk.search, head - 3)
    assert await desk.fault() is None  # by the chain alone
    said = f"{desk.search}: event {head - 1}, at which handover {number} was signed, is missing"
    for board in (None, desk.search):
        with pytest.raises(OperationError, match=re.escape(said)):
            await desk.verified(board=board)
    assert await desk.verified(board=OPERATIONS)
    for _ in range(4):  # by other events up to there
        await desk.command(desk.search, "note.add", {"text": "as if nothing had been"})
    with pytest.raises(OperationError, match=f"event {head - 1} is not the one at which handover {number} was signed"):
        await desk.verified()


async def test_rewritten_journal_is_detected_by_the_first_handover_that_differs(desk: Evidence) -> None:
    first, position = await desk.sign(), (await desk.board(desk.search)).seq
    await desk.command(OPERATIONS, "handover.withdraw", {"handover": first})
    await desk.command(desk.search, "note.add", {"text": "she was seen in Gent"})
    second = await desk.sign()
    note = await desk.said(desk.search, position + 1)
    assert note.body is not None
    await desk.rewrite(desk.search, note.seq, note.body.replace(b"Gent", b"Genk"))
    assert await desk.fault() is None
    with pytest.raises(OperationError, match=f"event {note.seq} is not the one at which handover {second} was signed"):
        await desk.verified()
    body = (await desk.said(desk.search, position)).body
    await desk.rewrite(desk.search, position, (body or b"").replace(b"note 4", b"note 5"))
    with pytest.raises(OperationError, match=f"event {position} is not the one at which handover {first} was signed"):
        await desk.verified()


async def test_chain_that_a_handover_contradicts_is_reported_with_the_seq(desk: Evidence) -> None:
    number, signed = await desk.sign(), await desk.board(desk.search)
    await desk.command(desk.search, "note.add", {"text": "after it"})
    before = await desk.said(desk.search, signed.seq - 1)
    body = (await desk.said(desk.search, signed.seq)).body or b""
    await desk.rewrite(desk.search, signed.seq, body.replace(b"note 4", b"note 5"))
    board = await desk.board(desk.search)
    held, fault = await desk.service.database.read(lambda session: desk.service.verified_chains.verify(session, board))
    assert fault is not None
    assert (fault.seq, held.seq) == (signed.seq, before.seq), f"handover {number} knows better"
    assert held.head == await desk.hash_of(before.seq)


async def test_the_journal_of_the_desk_is_held_to_its_own_handovers(desk: Evidence) -> None:
    number, state = await desk.sign(), (await desk.said(OPERATIONS, (await desk.board(OPERATIONS)).seq)).payload()["state"]
    signed_at = state["position"]["seq"]
    opening = await desk.said(OPERATIONS, 1)
    await desk.rewrite(OPERATIONS, 1, (opening.body or b"").replace(b"Noor", b"Nora"))
    with pytest.raises(
        OperationError, match=f"^{OPERATIONS}: event {signed_at} is not the one at which handover {number} was signed"
    ):
        await desk.verified()


async def test_handover_of_another_epoch_is_ignored_and_a_missing_board_is_named(desk: Evidence) -> None:
    await desk.sign()
    await desk.sql("UPDATE board SET epoch = 'anew' WHERE id = :board")
    await desk.cut(desk.search, 8)
    assert len(await desk.verified()) == 3
    await desk.sql("DELETE FROM board WHERE id = :board")
    with pytest.raises(OperationError, match=f"{desk.search}: the board and its journal are missing"):
        await desk.verified()


async def test_heads_kept_elsewhere_find_what_no_handover_knows(desk: Evidence, tmp_path: Path) -> None:
    kept = tmp_path / "heads.txt"
    kept.write_text("\n".join(await desk.verified()) + "\n\n")
    await desk.command(desk.search, "note.add", {"text": "it goes on"})
    assert len(await desk.verified(kept)) == 3
    assert len(await desk.verified(kept, desk.search)) == 1
    (others := tmp_path / "others.txt").write_text(f"x holds: 3 events, head {HEAD}\n")
    with pytest.raises(OperationError, match="x: the board and its journal are missing"):
        await desk.verified(others)
    position = (await desk.board(desk.search)).seq - 1
    body = (await desk.said(desk.search, position)).body
    await desk.rewrite(desk.search, position - 1, (await desk.said(desk.search, position - 1)).body or b"")
    assert len(await desk.verified(kept)) == 3  # the same words, the same keys: the same chain
    await desk.rewrite(desk.search, position, (body or b"").replace(b"note 4", b"note 5"))
    assert len(await desk.verified()) == 3
    with pytest.raises(OperationError, match=f"event {position} does not match the checksum kept elsewhere"):
        await desk.verified(kept)
    await desk.cut(desk.search, position - 1)
    with pytest.raises(OperationError, match=f"event {position} is missing: its checksum was kept elsewhere"):
        await desk.verified(kept)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "can't be read"), (b"", "contains no heads"), (b"\xff\xfe", "is not a text file"), (b"all is well\n", "line 1"),
        (f"x holds: 3 events, head {HEAD}\nx holds: 3 events, head {HEAD[1:]}".encode(), "line 2"),
        (b"x holds: 3 events, head none", "line 1"), (f"x holds: 0 events, head {HEAD}".encode(), "line 1"),
    ],
    ids=["missing", "empty", "binary", "words", "short", "none", "nothing"],
)  # fmt: skip
def test_a_file_that_is_no_file_of_heads_is_refused_in_a_sentence(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "heads.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(OperationError, match=said):
        integrity.read_heads(file)


# -- asked by a browser ---------------------------------------------------------------------------------------------------


async def test_chain_status_is_shown_to_readers_of_the_board_and_resumes(team: Team) -> None:
    alice, service = team.alice, team.server.service
    search = await team.secret_search()
    path = f"/api/v1/boards/{search}/chain"
    board = await service.database.read(lambda session: session.get(Board, search))
    assert board is not None
    position = {"board": search, "epoch": board.epoch, "seq": board.seq, "head": board.head.hex()}
    assert (await alice.http.get(path)).json() == position | {"holds": True}
    assert (await team.bob.http.get(path)).status_code == 404
    await alice.command(search, "note.add", {"text": "one more"})
    assert (await alice.http.get(path)).json()["seq"] == board.seq + 1
    assert service.verified_chains.cached[search].chain.seq == board.seq + 1


async def test_tampered_event_is_named_in_the_readers_language(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, service = team.alice, team.server.service
    search = await alice.open_search()
    path = f"/api/v1/boards/{search}/chain"
    assert (await alice.http.get(path)).json()["holds"] is True
    await alice.command(search, "note.add", {"text": "one more"})
    await alice.command(search, "note.add", {"text": "and one"})

    def edit(session: Session) -> None:
        _do(session, f"UPDATE event SET body = '{{}}' WHERE board = {BOARD} AND seq = 3", board=search)

    await service.database.write(edit)
    assert (await alice.http.get(path)).json()["holds"] is True  # for a day, verified events are not verified again
    service.verified_chains.cached.clear()
    assert (await alice.http.get(path)).json()["holds"] is True  # nor after a restart
    monkeypatch.setattr(verified_chains, "WHOLE_INTERVAL", timedelta())
    told = (await alice.http.get(path)).json()
    assert (told["holds"], told["seq"], told["bad_seq"]) == (False, 2, 3)
    assert told["fault"] == "the content of event 3 was changed"
    assert search not in service.verified_chains.cached


async def test_later_fault_names_the_first_bad_event_whatever_was_inserted(team: Team) -> None:
    alice, service = team.alice, team.server.service
    search = await alice.open_search()
    path = f"/api/v1/boards/{search}/chain"
    head = (await alice.http.get(path)).json()["seq"]
    await alice.command(search, "note.add", {"text": "one more"})
    wrong: Any = b"x" if service.database.kind == "sqlite" else "x"  # SQLite stores any type in any column

    def edit(session: Session) -> None:
        _do(session, f"UPDATE event SET commitment = 'x' WHERE board = {BOARD} AND seq = 3", board=search)
        changed = f"UPDATE event SET type = :wrong WHERE board = {BOARD} AND seq = :seq"
        _do(session, changed, wrong=wrong, board=search, seq=head + 1)

    await service.database.write(edit)
    assert (await alice.http.get(path)).json()["bad_seq"] == 3
    assert service.verified_chains.cached.get(search) is None


# -- kept across restarts -------------------------------------------------------------------------------------------------


class Restarts:
    """A verified search, whose server may start again; `walked` are the events that were verified since."""

    def __init__(self, desk: Evidence, walked: list[int]) -> None:
        self.desk, self.walked = desk, walked

    async def start(self, secret: bytes | None = None) -> None:
        """Verify as a server that has just started."""
        service = self.desk.service
        chains = VerifiedChains(service.settings.secret() if secret is None else secret)
        board = await self.desk.board(self.desk.search)
        self.walked.clear()
        self.fault = (await service.database.read(lambda session: chains.verify(session, board)))[1]
        if self.fault is None:
            await chains.store(service.database, board.id)

    async def tamper(self) -> None:
        await self.desk.sql(f"UPDATE event SET body = '{{}}' WHERE board = {BOARD} AND seq = 3")


@pytest.fixture
async def restarts(desk: Evidence, monkeypatch: pytest.MonkeyPatch) -> Restarts:
    walked, look = [], hash_chain._row_problem

    def row_problem(board: str, row: Any, chain: hash_chain.ChainCursor) -> str | None:
        walked.append(row.seq)
        return look(board, row, chain)

    monkeypatch.setattr(hash_chain, "_row_problem", row_problem)
    made = Restarts(desk, walked)
    await made.start()
    assert walked == list(range(1, (await desk.board(desk.search)).seq + 1))
    return made


async def test_verification_goes_on_after_a_restart_where_it_was(restarts: Restarts) -> None:
    await restarts.desk.command(restarts.desk.search, "note.add", {"text": "one more"})
    await restarts.start()
    assert (restarts.fault, restarts.walked) == (None, [(await restarts.desk.board(restarts.desk.search)).seq])


async def test_verify_finds_an_edit_before_the_kept_position(restarts: Restarts) -> None:
    await restarts.tamper()
    await restarts.start()
    assert (restarts.fault, restarts.walked) == (None, [])
    with pytest.raises(OperationError, match="the content of event 3 was changed"):
        await restarts.desk.verified()


async def test_edit_before_the_kept_position_is_found_after_a_day(restarts: Restarts, monkeypatch: pytest.MonkeyPatch) -> None:
    await restarts.tamper()
    at = now()
    monkeypatch.setattr(verified_chains, "now", lambda: at + timedelta(hours=23))
    await restarts.start()
    assert restarts.fault is None
    monkeypatch.setattr(verified_chains, "now", lambda: at + timedelta(days=1, minutes=1))
    await restarts.start()
    assert restarts.fault is not None
    assert restarts.fault.seq == 3


async def test_whole_verification_of_a_day_is_kept_too(restarts: Restarts, monkeypatch: pytest.MonkeyPatch) -> None:
    at, walked = now(), len(restarts.walked)
    for hours, again in ((25, True), (48, False), (50, True)):
        monkeypatch.setattr(verified_chains, "now", lambda hours=hours: at + timedelta(hours=hours))
        await restarts.start()
        assert len(restarts.walked) == (walked if again else 0), hours


async def test_going_on_does_not_put_off_the_next_whole_verification(restarts: Restarts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified_chains, "STORE_EVERY", 1)
    at = now()
    monkeypatch.setattr(verified_chains, "now", lambda: at + timedelta(hours=23))
    await restarts.desk.command(restarts.desk.search, "note.add", {"text": "one more"})
    await restarts.start()
    assert len(restarts.walked) == 1
    await restarts.tamper()
    monkeypatch.setattr(verified_chains, "now", lambda: at + timedelta(hours=25))
    await restarts.start()
    assert restarts.fault is not None


@pytest.mark.parametrize(
    "claim",
    [
        "seq = seq - 1", "whole_at = '2999-01-01T00:00:00.000Z'", "epoch = 'another'", "seal = 'x'",
        "head = (SELECT hash FROM event e JOIN board b ON b.number = e.board WHERE b.id = verified.board AND e.seq = 4), seq = 4",
    ],
)  # fmt: skip
async def test_position_that_the_server_did_not_seal_does_not_count(restarts: Restarts, claim: str) -> None:
    await restarts.tamper()
    await restarts.desk.sql(f"UPDATE verified SET {claim} WHERE board = :board")
    await restarts.start()
    assert restarts.fault is not None
    assert restarts.fault.seq == 3


async def test_position_with_a_seal_for_something_else_does_not_count(restarts: Restarts) -> None:
    await restarts.tamper()
    await restarts.start(b"another secret of an installation")
    assert restarts.fault is not None
    other = await restarts.desk.board(OPERATIONS)
    service = restarts.desk.service
    chains = VerifiedChains(service.settings.secret())
    await restarts.desk.sql("UPDATE verified SET board = 'operations' WHERE board = :board")
    restarts.walked.clear()
    await service.database.read(lambda session: chains.verify(session, other))
    assert restarts.walked == list(range(1, other.seq + 1))


async def test_journal_cut_before_the_kept_position_is_verified_anew(restarts: Restarts) -> None:
    await restarts.desk.cut(restarts.desk.search, 5)
    await restarts.start()
    assert (restarts.fault, restarts.walked) == (None, [1, 2, 3, 4, 5])  # a chain alone does not tell that it was cut


async def test_restored_board_is_verified_from_its_beginning(restarts: Restarts) -> None:
    await restarts.desk.sql("UPDATE board SET epoch = 'anew' WHERE id = :board")
    await restarts.start()
    assert restarts.walked[0] == 1


async def test_position_is_written_again_only_after_many_events(restarts: Restarts, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = restarts.desk

    async def kept() -> int:
        row = await desk.service.database.read(lambda session: session.get(VerifiedPosition, desk.search))
        assert row is not None
        return row.seq

    before = await kept()
    await desk.command(desk.search, "note.add", {"text": "one more"})
    await restarts.start()
    assert await kept() == before
    monkeypatch.setattr(verified_chains, "STORE_EVERY", 1)
    await restarts.start()
    assert await kept() == before + 1


async def test_verification_answers_while_nothing_can_be_written(restarts: Restarts, monkeypatch: pytest.MonkeyPatch) -> None:
    service = restarts.desk.service

    def refuse(*_: Any) -> Any:
        raise DatabaseUnavailable

    await restarts.desk.sql("DELETE FROM verified WHERE board = :board")
    monkeypatch.setattr(service.database, "write", refuse)
    await restarts.start()
    assert restarts.fault is None
    assert await service.database.read(lambda session: session.get(VerifiedPosition, restarts.desk.search)) is None


# -- in several requests --------------------------------------------------------------------------------------------------


async def test_long_chain_is_verified_in_several_requests(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search = await team.alice.open_search()
    path, known = f"/api/v1/boards/{search}/chain", team.server.service.verified_chains.cached
    monkeypatch.setattr(event, "PAGE_SIZE", 2)
    walked, looked = [], hash_chain._row_problem

    def too_long(board: str, row: Any, chain: hash_chain.ChainCursor) -> str | None:
        walked.append(row.seq)
        if len(walked) % 3 == 0:
            raise ReadTimeout
        return looked(board, row, chain)

    monkeypatch.setattr(hash_chain, "_row_problem", too_long)
    answers = [await team.alice.http.get(path)]
    while answers[-1].status_code != 200:
        assert (answers[-1].status_code, answers[-1].json()["code"]) == (503, "unavailable")
        assert answers[-1].headers["Retry-After"]
        assert known[search].chain.seq == walked[-1] - 1
        answers.append(await team.alice.http.get(path))
    assert len(answers) > 2
    assert answers[-1].json()["holds"] is True
    assert sorted({*walked}) == list(range(1, answers[-1].json()["seq"] + 1))
    assert len(walked) == answers[-1].json()["seq"] + len(answers) - 1, "what was gone along is not gone along again"


async def test_one_verification_runs_for_a_board_and_the_next_resumes_it(team: Team) -> None:
    search, other = await team.alice.open_search(), await team.alice.open_search()
    service = team.server.service
    async with service.verified_chains.lock(search):
        waiting = asyncio.create_task(team.alice.http.get(f"/api/v1/boards/{search}/chain"))
        await wait_until(lambda: service.queues.answers.count(team.alice.account["id"]))
        assert (await team.bob.http.get(f"/api/v1/boards/{other}/chain")).json()["holds"] is True
        assert not waiting.done()
    assert (await waiting).json()["holds"] is True


async def test_a_token_that_only_takes_in_asks_no_chain(team: Team) -> None:
    token = await create_token(team.server.service, "Ingrid", "investigator", "intake")
    async with httpx.AsyncClient(base_url=team.server.url, headers={"Authorization": f"Bearer {token}"}) as intake:
        assert (await intake.get(f"/api/v1/boards/{OPERATIONS}/chain")).status_code == 403


async def test_verify_tells_how_far_it_is(desk: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hash_chain, "PAGE_SIZE", 4)
    told: list[tuple[int, int]] = []
    progress = lambda done, whole: told.append((done, whole))  # noqa: E731
    lines = await desk.service.database.read(lambda session: integrity.verify(session, progress=progress))
    events = sum(int(line.split()[2]) for line in lines)
    assert told[-1] == (events, events)
    assert told == sorted(set(told))
    assert len(told) > 3
