"""Database of a million events, while a stolen viewer, coordinator and administrator ask for all that is largest, at once.

`LARGE_EVENTS=1000000` sets the size, and `LARGE_DATABASE` a folder in which the database is kept for the next runs, as making it
takes minutes. Without them the size is small.
"""

import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from sqlmodel import select

from board.service import BoardService
from models.board import AUDIT, OPERATIONS, Board
from tests.support.crowd import NO_SENTENCE, Ask, Guest, run_until
from tests.support.people import create_token
from tests.support.worker_processes import is_running
from tests.tools.bench._large_database import count_events, make_large_database
from tests.tools.bench._server import LIMITS_OFF, open_service, serving

pytestmark = pytest.mark.slow

EVENTS = int(os.environ.get("LARGE_EVENTS", "20000"))
KEPT = os.environ.get("LARGE_DATABASE")
SECONDS, WITHIN_S = 30.0, 600.0
AT_ONCE = 3  # of each kind, for each attacker
REFUSED = {413, 429, 503}  # what an attacker may be answered, with a sentence
ROLES = {"Alice": "coordinator", "Bob": "investigator", "Victor": "viewer", "Mallory": "coordinator", "Adam": "admin"}
SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}


@dataclass
class Desk:
    """Served database: its boards by length, the longest first, its number of events, and the people."""

    pid: int
    events: int
    boards: list[str]
    lengths: list[int]
    people: dict[str, Guest]

    def __getitem__(self, name: str) -> Guest:
        return self.people[name]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    folder = Path(KEPT) if KEPT else tmp_path
    settings = {"DATABASE_URL": f"sqlite:///{folder}/board.db", "PORT": "0"}
    service = await open_service(settings | LIMITS_OFF)
    if not await _longest(service):
        await service.close()
        await make_large_database(settings | LIMITS_OFF, EVENTS)
        service = await open_service(settings | LIMITS_OFF)
    tokens = {name: await create_token(service, f"{name}-{os.urandom(3).hex()}", role) for name, role in ROLES.items()}
    boards = await _longest(service)
    events = await count_events(service)
    await service.close()
    with serving(settings) as (process, port):
        people = {name: Guest.of(name, f"http://127.0.0.1:{port}", token) for name, token in tokens.items()}
        yield Desk(process.pid, events, [id for id, _ in boards], [length for _, length in boards], people)
        for each in people.values():
            await each.http.aclose()


async def _longest(service: BoardService) -> list[tuple[str, int]]:
    searches = select(Board.id, Board.seq).where(Board.kind == "search").order_by(Board.seq.desc())  # type: ignore[attr-defined]
    return await service.database.read(lambda session: [(id, seq) for id, seq in session.exec(searches).all()])


def attacks(desk: Desk, name: str) -> dict[str, Ask]:
    """Return what one attacker asks for: of the longest search, and of all others in turn."""
    guest, random, api = desk[name], Random(name), "/api/v1"

    def turn(number: int) -> int:
        return 0 if number % 2 else number % len(desk.boards)

    def board(number: int) -> str:
        return desk.boards[turn(number)]

    def get(what: str, path: str, **params: str) -> Ask:
        return lambda number: guest.ask(what, "GET", path.replace("{board}", board(number)), params=params)

    def past(number: int) -> str:
        return str(random.randint(1, desk.lengths[turn(number)]))

    return {
        "journal.csv": get("journal.csv", f"{api}/boards/{{board}}/journal.csv"),
        "journal.json": get("journal.json", f"{api}/boards/{{board}}/journal.json"),
        "all searches": get("all searches", f"{api}/boards/{OPERATIONS}/journal.json"),
        "history.pdf": get("history.pdf", "/searches/{board}/history.pdf"),
        "past": lambda number: guest.ask("past", "GET", f"{api}/boards/{board(number)}", params={"at": past(number)}),
        "find": get("find", f"{api}/find", q="a child with a yellow bag"),
        "closed": get("closed", f"{api}/closed", q="noor anorak"),
        "unanswered": get("unanswered", f"{api}/unanswered"),
        "since": get("since", f"{api}/since"),
        "chain": get("chain", f"{api}/boards/{{board}}/chain"),
        "handover.pdf": get("handover.pdf", "/handover.pdf"),
    } | ({"audit.csv": get("audit.csv", f"{api}/audit.csv"), "audit chain": get("audit chain", f"{api}/boards/{AUDIT}/chain")}
         if name == "Adam" else {})  # fmt: skip


def reads(guest: Guest, board: str) -> dict[str, Ask]:
    """Return what somebody who works reads in a shift."""
    return {
        "page of the search": lambda _: guest.ask("page of the search", "GET", f"/searches/{board}"),
        "search": lambda _: guest.ask("search", "GET", f"/api/v1/boards/{board}"),
        "all searches": lambda _: guest.ask("all searches", "GET", f"/api/v1/boards/{OPERATIONS}"),
        "find": lambda _: guest.ask("find", "GET", "/api/v1/find", params={"q": "yellow bag"}),
        "paper": lambda _: guest.ask("paper", "GET", f"/searches/{board}/history.pdf"),
        "export": lambda _: guest.ask("export", "GET", f"/api/v1/boards/{board}/journal.csv"),
    }


@pytest.mark.alone
async def test_the_largest_reads_at_once_stop_nobody(desk: Desk) -> None:
    alice, bob = desk["Alice"], desk["Bob"]
    own = (await alice.command(OPERATIONS, "search.open", SEARCH)).json()["opened"]
    alice.acked.clear()
    alice_reads = reads(alice, own)
    attackers = [desk[name].repeat(ask) for name in ("Victor", "Mallory", "Adam") for ask in attacks(desk, name).values()
                 for _ in range(AT_ONCE)]  # fmt: skip
    work = [alice.work(own), bob.work(own), *(alice.repeat(ask, pause_s=1.0) for ask in alice_reads.values())]

    def has_shown_all() -> bool:
        """Return whether everything that Alice reads was answered, and an attacker got what is largest."""
        return all(alice.seconds[what] for what in alice_reads) and bool(desk["Victor"].seconds["journal.json"])

    await run_until(has_shown_all, [*attackers, *work], SECONDS, WITHIN_S)
    report = [f"{desk.events:,} events, {len(desk.boards)} searches, the longest of {desk.lengths[0]:,} events"]
    sys.stdout.write("\n".join([*report, *(row for each in desk.people.values() for row in each.rows())]) + "\n")

    assert has_shown_all()
    assert is_running(desk.pid)
    for name in ("Victor", "Mallory", "Adam"):
        assert desk[name].statuses <= REFUSED | {200}, desk[name].rows()
        assert any(status in REFUSED for status in desk[name].statuses), "nothing was too much"
    for each in desk.people.values():
        assert all(sentence != NO_SENTENCE for counts in each.answers.values() for _, sentence in counts), each.rows()
    await check_that_work_went_on(desk, own)


async def check_that_work_went_on(desk: Desk, board: str) -> None:
    """No command was refused, each acknowledged note is in the journal, and all journals that were asked for hold."""
    journal = (await desk["Alice"].http.get(f"/api/v1/boards/{board}/journal.json")).json()["events"]
    noted = {event["seq"] for event in journal if event["type"] == "note.added"}
    for name in ("Alice", "Bob"):
        assert {status for status, _ in desk[name].answers["command"]} == {200}, desk[name].rows()
    acked = [seq for name in ("Alice", "Bob") for seqs in desk[name].acked.values() for seq in seqs]
    assert len(acked) == len(set(acked))
    assert set(acked) <= noted
    for each in (desk.boards[0], board):
        for _ in range(20):  # a long chain takes several calls
            answer = await desk["Alice"].ask("chain afterwards", "GET", f"/api/v1/boards/{each}/chain")
            if answer.status_code == 200:
                break
        assert answer.json()["holds"], answer.text
