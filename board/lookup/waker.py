"""Waker of reports that were set aside, in each process: compares them with searches that have new facts.

A process claims all due searches and compares them in one pass, with one corpus, in a thread that yields to others. Many
confirmations therefore cost one pass, and each search is compared by one process at a time.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

import structlog
from sqlalchemy import func, select
from sqlmodel import Session

from board.commands.sightings import due_wakes, wake_steps
from board.commands.sightings.due_wakes import MAX_CLAIMED, MAX_TRIES, Claim
from board.commands.sightings.wake_steps import WakeIds
from board.commands.sightings.wakes import MAX_WAITING, WokenReport
from board.lookup.look_again import Corpus, Match
from board.lookup.set_aside_reports import candidates_of, is_tip, profile_of, visible_to_all
from board.service import BoardService
from board.telemetry import processing
from board.telemetry.periodic import run_on_database
from board.vocabulary import Meanings, meanings
from models.board import OPERATIONS
from models.db.tables import columns_of
from models.search import Search
from models.wake import Wake

log = structlog.get_logger()

POLL_S = 1.0  # another process may have written a due search
PAUSE_S = 0.2  # between two passes: confirmations that come together share one
TIMEOUT_S = 15.0  # of one pass

_W = columns_of(Wake)
_KNOWN = select(func.coalesce(_W.tip, _W.sighting))

Compared = dict[str, list[WokenReport]]


class Waker:
    """Waker of one installation."""

    def __init__(self, service: BoardService) -> None:
        self._service = service

    async def run(self) -> NoReturn:
        """Compare what is due, until cancelled."""
        wanted = self._service.wakes_wanted
        await run_on_database(self._run_once, POLL_S, "wakes delayed", wake=wanted, pause_s=PAUSE_S)

    async def _run_once(self) -> None:
        await self.end_awake()
        await self.wake()

    async def wake(self) -> int:
        """Compare the due searches; return the number of added wakes. Raises DatabaseUnavailable; the next pass does the rest."""
        claims = await self._claim()
        if not claims:
            return 0
        for claim in claims:
            await self._end(partial(wake_steps.hidden, board=claim.board))
        compared = await self._service.database.read_heavy(
            partial(_compare, claims, meanings(self._service.settings.files_path)), TIMEOUT_S
        )
        count = 0
        for claim in claims:
            fn = partial(wake_steps.record, claim=claim, reports=compared[claim.board], clock=self._service.clock)
            count += len((await self._service.write(fn, boards=(OPERATIONS, claim.board))).events)
        if count:
            log.info("wakes added", count=count, searches=len(claims))
        if len(claims) == MAX_CLAIMED:  # there may be more
            self._service.wakes_wanted.set()
        return count

    async def end_awake(self) -> int:
        """End the wakes whose report is no longer set aside; return their number. Raises DatabaseUnavailable."""
        return await self._end(wake_steps.awake)

    async def _end(self, find: Callable[[Session], WakeIds]) -> int:
        count, clock = 0, self._service.clock
        for board, ids in (await self._service.database.read(find)).items():
            fn = partial(wake_steps.end, board_id=board, ids=ids, clock=clock)
            count += len((await self._service.write(fn, boards=(board,))).events)
        return count

    async def _claim(self) -> list[Claim]:
        database, clock = self._service.database, self._service.clock
        claims = []
        for board in await database.read(partial(due_wakes.due, clock=clock)):
            claim = await database.write(partial(due_wakes.claim, board=board, clock=clock))
            if claim is None:
                continue
            if claim.tries > MAX_TRIES:
                processing.set_aside("wake", claim.board)
                await database.write(partial(due_wakes.finish, claimed=claim))
            else:
                claims.append(claim)
        return claims


def _compare(claims: list[Claim], known_texts: Meanings, session: Session) -> Compared:
    """Return the reports that fit each claimed search, best first."""
    compared: Compared = {claim.board: [] for claim in claims}
    searches = [search for board in compared if (search := session.get(Search, board)) is not None and search.status == "open"]
    if not searches:
        return compared
    corpus = Corpus(candidates_of(visible_to_all(session), known_texts))
    for search in searches:
        with processing.working_on("wake", search.id):
            known = set(session.connection().execute(_KNOWN.where(_W.board == search.id)).scalars())
            profile, is_wanted = profile_of(session, search, known_texts), partial(_is_new, search.id, known)
            compared[search.id] = [_report(match) for match in corpus.best(profile, MAX_WAITING, is_wanted)]
    return compared


def _is_new(board: str, known: set[str], report: Any) -> bool:
    return report.board != board and report.id not in known


def _report(match: Match) -> WokenReport:
    kind, row = "tip" if is_tip(match.row) else "sighting", match.row
    return WokenReport(kind, row.id, row.number, match.score, [reason.stored() for reason in match.reasons])
