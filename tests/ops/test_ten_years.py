"""All searches after ten years: tips are answered, notes are written, and old ones leave, so that its snapshot stays small."""

import logging
import time
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlmodel import Session, select

from board.commands.cards import room_sweep
from board.commands.execute import execute
from board.commands.searches import archiving
from board.engine import board_limits, journal, snapshot
from board.engine.identity import Caller
from board.service import BoardService
from models.accounts import Account
from models.board import OPERATIONS, Board
from models.times import format_utc
from realtime.wire.protocol import Command
from tests.support.people import create_token, settings_for
from tests.support.server_clock import WallClock

pytestmark = pytest.mark.slow
log = logging.getLogger(__name__)

DAYS, PER_DAY = 10 * 365, 28  # entities a day: over 100,000 in all, half of them tips
MAX_BYTES = 5_000_000  # of the snapshot
MAX_SNAPSHOT_S, MAX_PAST_S = 2.0, 30.0  # CPU time, far above what a busy machine needs


class Desk(NamedTuple):
    """Three people who write to All searches."""

    service: BoardService
    callers: list[Caller]

    def do(self, session: Session, caller: Caller, id: str, name: str, data: dict[str, str]) -> str:
        """Give a command; return the id of its entity."""
        at = format_utc(self.service.clock())
        return execute(session, caller, Command(id, OPERATIONS, name, data), at, shares=self.service.shares).events[0].entity

    def work_a_day(self, session: Session, day: int) -> None:
        for number in range(PER_DAY):
            caller, id = self.callers[number // 2 % len(self.callers)], f"{day}-{number}"
            if number % 2:
                tip = self.do(session, caller, f"t{id}", "tip.add", {"description": f"tip {id}"})
                self.do(session, caller, f"d{id}", "tip.dismiss", {"tip": tip, "reason": "nothing in it"})
            else:
                self.do(session, caller, f"n{id}", "note.add", {"text": f"note {id}"})

    def sweep(self, session: Session) -> int:
        """Archive as the maintenance does; return the number of entities on the board."""
        clock, shares = self.service.clock, self.service.shares
        if due := archiving.due_tips(session, clock()):
            archiving.archive_tips(session, due, clock)
        for sweep in room_sweep.due(session, shares):
            while room_sweep.make_room(session, sweep, shares, clock, 200).events:
                pass
        return session.get_one(Board, OPERATIONS).entities


def cpu_s(session: Session, past: bool) -> tuple[float, int, int]:
    """Return the CPU time of a snapshot, its entities, and its bytes; of the middle of the journal, or as it is now."""
    board, began = session.get_one(Board, OPERATIONS), time.process_time()
    if past:
        past_entities = sum(1 for _ in journal.as_of(session, OPERATIONS, board.seq // 2))
        return time.process_time() - began, past_entities, 0
    shown = snapshot.all_entities(session, board)
    return time.process_time() - began, len(shown), sum(len(each) for _, each in shown)


async def test_all_searches_works_after_ten_years(tmp_path: Path, wall_clock: WallClock) -> None:
    service = await BoardService.open(settings_for(tmp_path))
    for name in ("Alice", "Bob", "Charlie"):
        await create_token(service, name, "investigator")
    desk = Desk(
        service, [Caller(each) for each in await service.database.read(lambda session: session.exec(select(Account)).all())]
    )
    most = 0
    for day in range(DAYS):
        wall_clock.set(timedelta(days=day))
        await service.database.write(lambda session, day=day: desk.work_a_day(session, day))
        most = max(most, await service.database.write(desk.sweep))
    snapshot_s, entities, size = await service.database.read(lambda session: cpu_s(session, past=False))
    past_s, past, _ = await service.database.read(lambda session: cpu_s(session, past=True))
    seq = await service.database.read(lambda session: session.get_one(Board, OPERATIONS).seq)
    log.info("%d added, %d events; at most %d on the board, now %d", DAYS * PER_DAY, seq, most, entities)
    log.info("snapshot of %d bytes in %.2f s, %d entities of the middle in %.2f s", size, snapshot_s, past, past_s)
    assert most < board_limits.MAX_ENTITIES * board_limits.NEARLY_FULL, "nobody was ever warned"
    assert entities <= most
    assert size < MAX_BYTES
    assert snapshot_s < MAX_SNAPSHOT_S
    assert past > 0
    assert past_s < MAX_PAST_S
    assert await service.database.write(lambda session: desk.do(session, desk.callers[0], "last", "note.add", {"text": "x"}))
    await service.close()
