"""Month of urgent sightings, by real commands under a simulated clock: most alarms are taken soon, some promises are extended,
some lapse."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlmodel import Session, col, select

from board.accounts import accounts, live_changes
from board.alarms.escalation import Escalation
from board.config.settings import Settings
from board.engine.identity import Caller
from board.service import BoardService
from models.alarm import Alarm
from models.board import OPERATIONS
from models.times import format_utc, now
from tests.support.people import PASSWORD
from tests.tools.bench._server import create_coordinator, create_coordinators, execute
from tests.tools.bench._workload import SEARCH

DAYS = 30
DUTY = timedelta(hours=8)
LAPSED, EXTENDED = 0.15, 0.3  # shares of alarms
TEXT = "A child alone at the bus stop."


async def make_month(settings: dict[str, str], alarms: int, searches: int) -> None:
    """Make so many urgent alarms, evenly spread over the last days up to now."""
    month = _Month(alarms)
    given = {name.lower(): value for name, value in settings.items()}
    service = await BoardService.open(Settings(_env_file=None, **given), lambda: month.at)
    service.shares = service.shares.model_copy(update={"account": 10_000, "token": 10_000, "searches": 10_000})
    await create_coordinators(service, 2)
    author = await service.database.read(lambda session: accounts.find(session, "helper1@desk.example").id)
    await month.play(service, await create_coordinator(service), await live_changes.caller_for(service, author), searches)
    await live_changes.add_account(service, "alice@desk.example", "Alice", "coordinator", PASSWORD)  # she opens the page
    await service.close()


class _Month:
    """Days that are played. `at`: the time of the installation."""

    def __init__(self, alarms: int) -> None:
        self.at = self._begin = now() - timedelta(days=DAYS)
        self._alarms, self._random = alarms, Random(1)
        self._duty_end = self.at

    async def play(self, service: BoardService, caller: Caller, author: Caller, searches: int) -> None:
        """Play all days. `author`: account that enters the sightings; the author of a sighting already has its alarm."""
        self._service, self._caller, self._author = service, caller, author
        self._escalation = Escalation(service)
        boards = [await self._open_search() for _ in range(searches)]
        for number in range(self._alarms):
            at = self._begin + timedelta(days=DAYS) * number / self._alarms
            await self._be_on_duty(at)
            await self._go_on(at)
            await self._alarm(boards[number % searches])

    async def _open_search(self) -> str:
        since = {"missing_since": format_utc(self.at - timedelta(hours=3))}
        return str((await execute(self._service, self._caller, OPERATIONS, "search.open", SEARCH | since)).opened)

    async def _be_on_duty(self, at: datetime) -> None:
        if at >= self._duty_end:
            await self._go_on(max(at, self._duty_end + timedelta(minutes=1)))
            self._duty_end = self.at + DUTY
            await self._give(OPERATIONS, "duty.begin", {"until": format_utc(self._duty_end)})

    async def _alarm(self, board: str) -> None:
        """Raise an urgent alarm, and play it to its end."""
        await execute(self._service, self._author, board, "sighting.add", {"description": TEXT, "priority": "urgent"})
        await self._wait(self._random.choice((1, 3, 6)))
        alarm = await self._service.database.read(lambda session: _open_alarm(session, board))
        await self._give(board, "alarm.take", {"alarm": alarm.id})
        luck = self._random.random()
        if luck < LAPSED:
            await self._wait(11)
            await self._give(board, "alarm.take", {"alarm": alarm.id})
        elif luck < LAPSED + EXTENDED:
            until = format_utc(self.at + timedelta(minutes=20))
            await self._give(board, "alarm.extend", {"alarm": alarm.id, "until": until, "note": "I wait for the school."})
        await self._wait(2)
        await self._give(board, "sighting.assess", {"sighting": alarm.about["id"], "assessment": "not_the_child"})

    async def _wait(self, minutes: int) -> None:
        await self._go_on(self.at + timedelta(minutes=minutes))

    async def _go_on(self, at: datetime) -> None:
        self.at = max(self.at, at)
        await self._escalation.escalate()

    async def _give(self, board: str, name: str, data: dict[str, Any]) -> None:
        await execute(self._service, self._caller, board, name, data)


def _open_alarm(session: Session, board: str) -> Alarm:
    """Return the newest open alarm about a sighting of a search."""
    rows = select(Alarm).where(Alarm.board == board, col(Alarm.ended_at).is_(None), Alarm.occasion == "sighting_urgent")
    return session.exec(rows.order_by(col(Alarm.raised_at).desc())).first() or _none(board)


def _none(board: str) -> Alarm:
    raise LookupError(f"no alarm is open: {board}")
