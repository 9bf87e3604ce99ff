"""Very large database, made in minutes: one search with a tenth of the events, a few searches made by commands, and their
copies."""

from sqlmodel import func, select

from board.service import BoardService
from models.board import Board
from tests.tools.bench._copied_searches import SearchCopier
from tests.tools.bench._server import create_coordinator, open_service
from tests.tools.bench._years import make_long_board, make_years

SOURCES, SOURCE_EVENTS = 4, 4_000
LONG_CARDS = 1_000


async def make_large_database(settings: dict[str, str], events: int) -> None:
    """Fill a new installation with this number of events. The longest search has a tenth of them."""
    _, boards = await make_years(settings, min(SOURCES * SOURCE_EVENTS, events // 5), SOURCES)
    await make_long_board(settings, events // 10, min(LONG_CARDS, events // 50))
    service = await open_service(settings)
    caller = await create_coordinator(service)
    copiers = [SearchCopier(service, caller, board) for board in boards]
    while await count_events(service) < events:
        for copier in copiers:
            await copier.copy()
    await service.close()


async def count_events(service: BoardService) -> int:
    return await service.database.read(lambda session: session.exec(select(func.sum(Board.seq))).one() or 0)
