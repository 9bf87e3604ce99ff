"""Seed a new installation with the demo data, through the same commands that people use."""

import asyncio
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from secrets import token_urlsafe

from sqlmodel import Session, col, select

from board.accounts import accounts, live_changes
from board.commands.alarms.alarm_steps import BoardWork, due_occasions, process_board
from board.commands.execute import CommandResult, execute
from board.commands.registry import TABLE, Command
from board.config.alarm_rules import MAX_PROMISE
from board.config.settings import Settings
from board.demo import seed_duties, seed_files
from board.demo.seed_data import Person, Step, people, resolve, steps
from board.engine.identity import Caller
from board.errors import Refused
from board.files.http.uploads import Uploads
from board.paths import DATA
from board.service import BoardService
from models.alarm import Alarm
from models.board import OPERATIONS
from models.search import Search
from models.times import format_utc, now, parse_utc

PASSWORD = "quiet-lantern-harbour"  # noqa: S105  of the accounts that sign in; it is printed, and used nowhere else
ALARMS_TAKEN = timedelta(minutes=4)  # time after which people took the alarms of earlier days
ALARMS_LEFT = timedelta(hours=2)  # age up to which alarms are still open
BEFORE_LAPSE = timedelta(minutes=5)  # time before its end at which people extend a promise
EXTENDED = timedelta(minutes=MAX_PROMISE)  # length of an extended promise
PROMISED = timedelta(hours=3)  # length of all promises from now
DUE = timedelta(days=7)  # alarms that were due for longer are not raised
ACCOUNTS_CREATED = timedelta(days=30)  # age of the accounts: they are older than the first step


_PROMISED = select(Alarm).where(col(Alarm.taken_by).is_not(None), col(Alarm.ended_at).is_(None))


class SeedError(Exception):
    """Error: the server refused a step of the seed data. The text names the step and the reason."""


async def create(settings: Settings, moment: datetime | None = None) -> int:
    """Create an installation with the demo data, as seen from `moment` (default: now). Return the number of commands."""
    seeder = Seeder(moment or now())
    service = await BoardService.open(settings, lambda: seeder.clock)
    try:
        return await seeder.run(service)
    finally:
        await service.close()


class Seeder:
    """Runner of the seed data, which resolves its short names to ids: accounts, searches, columns and cards."""

    def __init__(self, moment: datetime) -> None:
        self._now = moment
        self.clock = moment - ACCOUNTS_CREATED  # current time of the service
        self._callers: dict[str, Caller] = {}
        self._people: dict[str, str] = {}  # id by short name, for `resolve`
        self._boards: dict[str, str] = {}
        self._uploads: dict[int, asyncio.Task[str]] = {}  # by number of the step
        self._ids: dict[str, dict[str, str]] = {}  # by search: ids of its columns, cards and people

    async def run(self, service: BoardService) -> int:
        self._service = service
        await self._add_accounts(service)
        numbered = list(enumerate(sorted([*steps(), *seed_duties.steps(self._now)], key=lambda step: step.ago)))
        for batch in _batches(numbered):
            number, first = batch[0]
            if first.command == "file.attach":
                first.data["upload"] = await self._uploads[number]
            await service.database.write(partial(self._execute_all, batch), boards=(OPERATIONS,))
            self._begin_uploads(Uploads(service), numbered)
        await service.database.write(self._promise_alarms, boards=(OPERATIONS,))
        await self._raise_due(service)
        return len(numbered)

    def _begin_uploads(self, uploads: Uploads, numbered: Sequence[tuple[int, Step]]) -> None:
        """Begin to upload the drawings for opened searches while the steps continue, because all cores process pictures."""
        for number, step in numbered:
            if step.command == "file.attach" and step.search in self._boards and number not in self._uploads:
                uploading = seed_files.upload(
                    uploads, self._callers[step.by], self._boards[step.search], step.data.pop("drawing")
                )
                self._uploads[number] = asyncio.create_task(uploading)

    def _execute_all(self, batch: Sequence[tuple[int, Step]], session: Session) -> None:
        """Execute steps in one transaction, because separate commits would take half of the total time."""
        for number, step in batch:
            self._take_alarms(session, self._now + step.ago)
            self._extend_promises(session, self._now + step.ago)
            self.clock = self._now + step.ago
            try:
                self._execute(session, step, f"demo-{number}")
            except (Refused, KeyError) as error:
                raise SeedError(f"{step.search}, {step.command} at {step.ago}: {_reason(error)}") from error

    def _take_alarms(self, session: Session, before: datetime) -> None:
        """Take the alarms raised before a time, as the person who leads the search, or as the first person who was asked."""
        latest = min(before - ALARMS_TAKEN, self._now - ALARMS_LEFT)
        callers = {caller.account.id: caller for caller in self._callers.values()}
        for alarm, lead in _open_alarms(session, format_utc(latest)):
            taker = next((callers[id] for id in (lead, *alarm.asked) if id in callers), None)
            if taker is not None:
                self._extend_promises(session, parse_utc(alarm.raised_at) + ALARMS_TAKEN)
                self.clock = parse_utc(alarm.raised_at) + ALARMS_TAKEN
                command = Command(f"take-{alarm.id}", alarm.board, "alarm.take", {"alarm": alarm.id})
                self._command(session, taker, command)

    def _extend_promises(self, session: Session, before: datetime) -> None:
        """Extend the promises that must be extended before a time, in order, each shortly before its end."""
        ending = _PROMISED.where(col(Alarm.until) <= format_utc(before + BEFORE_LAPSE)).order_by(col(Alarm.until)).limit(1)
        while (alarm := session.exec(ending).first()) is not None:
            self.clock = parse_utc(str(alarm.until)) - BEFORE_LAPSE
            self._extend(session, alarm, self.clock + EXTENDED)

    def _extend(self, session: Session, alarm: Alarm, until: datetime) -> None:
        caller = next(caller for caller in self._callers.values() if caller.account.id == alarm.taken_by)
        data = {"alarm": alarm.id, "until": format_utc(until)}
        self._command(session, caller, Command(f"extend-{alarm.id}-{data['until']}", alarm.board, "alarm.extend", data))

    def _promise_alarms(self, session: Session) -> None:
        """Take the remaining alarms, and extend all promises, which would lapse soon otherwise."""
        self._take_alarms(session, self._now)
        self._extend_promises(session, self._now)
        self.clock = self._now
        until = self._now + PROMISED
        earlier = _PROMISED.where(col(Alarm.until) < format_utc(until))  # nobody shortens a promise
        for alarm in session.exec(earlier.order_by(Alarm.raised_at)).all():
            self._extend(session, alarm, until)

    async def _raise_due(self, service: BoardService) -> None:
        """Raise the alarms that are due, so that the first documents of the demo show the same counts as its screens."""
        rules = service.alarm_rules
        due = await service.database.read(partial(due_occasions, rules=rules, since=self._now - DUE, now=self._now))
        for board, found in due.items():
            raise_all = partial(
                process_board, board_id=board, work=BoardWork(occasions=list(found)), clock=service.clock, rules=rules,
                catalogue=service.task_catalogue,
            )  # fmt: skip
            await service.database.write(raise_all, boards=(board,))

    def _command(self, session: Session, caller: Caller, command: Command) -> CommandResult:
        """Execute a command at the time of the clock."""
        of = self._service
        return execute(session, caller, command, format_utc(self.clock), of.task_catalogue, None, of.alarm_rules, of.shares)

    async def _add_accounts(self, service: BoardService) -> None:
        at, everybody = format_utc(service.clock()), people()
        hashing = (asyncio.to_thread(_prepare_account, person, at) for person in everybody)  # on all cores
        for person, add in zip(everybody, await asyncio.gather(*hashing), strict=True):
            account = await live_changes.apply_change(service, add)
            self._people[f"person:{person.key}"] = account
            self._callers[person.key] = await live_changes.caller_for(service, account)
            if person.takes_in:
                add_token = partial(accounts.add_token, name=person.name, scope="intake", email=person.email, now=at)
                await live_changes.apply_change(service, add_token)

    def _execute(self, session: Session, step: Step, id: str) -> None:
        ids = self._ids.get(step.search, self._people)
        data = resolve(step.data, self._now, format_utc, ids)
        board = OPERATIONS if TABLE[step.command].board_kind == "operations" else self._boards[step.search]
        result = self._command(session, self._callers[step.by], Command(id, board, step.command, data))
        if opened := result.ack.opened:
            self._boards[step.search] = opened
            self._ids[step.search] = self._people | _initial_ids(result, opened, step.data["kind"])
        elif step.command == "search.set_status":
            ids |= _tasks_after_found(result)
        elif step.name:
            first = result.ack.seqs[0]
            ids[f"card:{step.name}"] = next(each.entity for each in result.events if (each.board, each.seq) == (board, first))


def _prepare_account(person: Person, at: str) -> Callable[[Session], str]:
    password = PASSWORD if person.signs_in else token_urlsafe()
    return accounts.prepare_account(person.email, person.name, person.role, password, at)


def _batches(numbered: Sequence[tuple[int, Step]]) -> Iterator[Sequence[tuple[int, Step]]]:
    """Yield batches of steps that can share a transaction. A batch ends with a step that opens a search, and begins with a step
    that attaches a file."""
    ends = {number + 1 for number, step in numbered if step.command == "search.open"}
    begins = {number for number, step in numbered if step.command == "file.attach"}
    for start, end in pairwise(sorted({0, len(numbered)} | ends | begins)):
        yield numbered[start:end]


def _open_alarms(session: Session, latest: str) -> list[tuple[Alarm, str | None]]:
    """Return the open alarms raised up to a time, oldest first, each with the account that leads its search."""
    asked = select(Alarm, Search.lead).where(Alarm.board == Search.id, col(Alarm.raised_at) <= latest)
    asked = asked.where(col(Alarm.taken_at).is_(None), col(Alarm.ended_at).is_(None)).order_by(Alarm.raised_at)
    return list(session.exec(asked))


def _initial_ids(opening: CommandResult, board: str, kind: str) -> dict[str, str]:
    """Return the ids of a newly opened search by short name: columns by role, first tasks by key."""
    keys = iter(each["key"] for each in tomllib.loads((DATA / "first_tasks.toml").read_text(encoding="utf-8"))[kind])
    ids = {}
    for event in opening.events:
        if event.board == board and event.type == "column.added":
            ids[f"column:{event.payload()['state']['role']}"] = event.entity
        elif event.board == board and event.type == "task.added":
            ids[f"card:{next(keys)}"] = event.entity
    return ids


def _tasks_after_found(result: CommandResult) -> dict[str, str]:
    """Return the ids of the tasks after a child was found, by short name."""
    templates = tomllib.loads((DATA / "first_tasks.toml").read_text(encoding="utf-8"))["found"]
    names = {each["title"]: f"card:found_{each['key']}" for each in templates}
    states = ((event.entity, event.payload()["state"]) for event in result.events if event.type == "task.added")
    return {names[state["title"]]: id for id, state in states if state["title"] in names}


def _reason(error: Refused | KeyError) -> str:
    return f"{error.code} {error.fields or ''}" if isinstance(error, Refused) else f"no such name: {error}"
