"""Run of the fault test: an installation, its users, storms of faults, and the checks."""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import redis
from sqlalchemy import text
from sqlmodel import Session

from board.config.settings import Settings
from board.files.store import FileStore
from board.maintenance import files
from models.db.database import Database, DatabaseUnavailable
from tests.tools.attack.assault import ACCOUNTS, Assault, AssaultResult
from tests.tools.faults import acceptances, alarms, custodians, duties, journal
from tests.tools.faults.actors import Account, Client, Coordinator, Guest, prepare_accounts, run_on_database
from tests.tools.faults.checker import Verdict, check
from tests.tools.faults.custodians import Custodians
from tests.tools.faults.fault_injectors import FaultInjector
from tests.tools.faults.reader import Reader
from tests.tools.faults.recordings import CommandLog, InjectedFault, RunRecord, entity_digest
from tests.tools.faults.schedule import Fault, Storm, storms
from tests.tools.faults.statistics import Statistics, compute_statistics
from tests.tools.faults.system_under_test import ROOT, SystemUnderTest, running_system
from tests.tools.faults.uploader import Attached, Uploader, faults_of, summary
from tests.tools.faults.writer import Writer, WriterBoard

GATHERS_S = 60.0  # at the beginning, until all readers must be live
ANSWERED_S = 60.0  # at the end, until all commands must have their answers
CLOSED_S = 90.0  # after that, until all alarms must be answered and all duties ended
SETTLES_S = 20.0  # after that, until all readers must reach the heads: more than two heartbeats
STEP_S = 0.05
_FILES = text("SELECT id, board, added_by FROM file")


@dataclass(frozen=True, slots=True)
class Plan:
    """Settings of a run. `leave_out`: returns True for kinds of faults that must not occur.

    For the mutants:
    `given`: storms that replace the random ones.
    `last`: fault during which writing ends.
    `postgres_delay_s`: latency of each link to PostgreSQL.
    `trusting`: readers resubscribe only if the server asks for it.
    `kills_at_seam`: kill a worker while it waits at the mutant's seam.
    """

    seconds: float
    seed: int
    workers: int = 3
    redis: bool = True
    supervised: bool = False  # one `board serve --workers N` starts all workers
    writers: int = 10
    readers: int = 20
    guests: int = 4
    boards: int = 12
    rate: float = 180.0  # commands per second, from all writers together
    custody: float = 5.0  # commands per second about alarms and duties, from all writers together; 0: no handovers either
    shift_s: float = 12.0  # length of a shift; short, because each handover is a chance to forget an alarm
    tree: Path = ROOT
    leave_out: Callable[[str], bool] = lambda kind: False
    given: tuple[Storm, ...] | None = None
    last: Fault | None = None
    postgres_delay_s: float = 0.0
    trusting: bool = False
    kills_at_seam: bool = False
    uploaders: int = 0
    files: str = "folder"  # or "bucket"
    attackers: tuple[str, ...] = ()  # hostile accounts during the run, which also turns the limits of accounts on
    say: Callable[[str], None] = lambda line: None


@dataclass(slots=True)
class Outcome:
    verdict: Verdict
    figures: Statistics
    complaints: list[str]  # internal errors in the workers' logs
    notes: dict[str, Any] = field(default_factory=dict)
    assault: AssaultResult | None = None
    refusals: Counter[str] = field(default_factory=Counter)  # refused commands of honest writers, by code


async def run(plan: Plan) -> Outcome:
    """Run from start to verdict. Always stops every process."""
    async with running_system(
        plan.workers, plan.redis, plan.tree, plan.supervised, plan.files, limits=bool(plan.attackers)
    ) as plant:
        scene = await _RunInProgress.set_up(plan, plant)
        try:
            await scene.play()
            return await scene.judged()
        finally:
            await scene.end()


class _RunInProgress:
    def __init__(self, plan: Plan, plant: SystemUnderTest, chief: Coordinator) -> None:
        self.plan, self.plant, self.chief = plan, plant, chief
        self.epochs: dict[str, int] = {}
        self.restricted: set[str] = set()
        self.readers: list[Reader] = []
        self.writers: list[Writer] = []
        self.uploaders: list[Uploader] = []
        self.custodians: list[Client] = []
        self.struck: list[InjectedFault] = []
        self.assault: Assault | None = None
        self.assault_result: AssaultResult | None = None
        self.failed = Counter[str]()  # faults that could not be injected, because their target was already down
        self._tasks: list[asyncio.Task[None]] = []
        self._locks: dict[str, asyncio.Lock] = {}
        self._began = time.monotonic()

    # -- before -------------------------------------------------------------------------------------------------------

    @classmethod
    async def set_up(cls, plan: Plan, plant: SystemUnderTest) -> "_RunInProgress":
        names = {"chief": "coordinator", "reader": "viewer"}
        names |= {f"writer{number}": "investigator" for number in range(plan.writers)}
        names |= {f"guest{number}": "viewer" for number in range(plan.guests)}
        names |= {f"uploader{number}": "investigator" for number in range(plan.uploaders)}
        names |= {"custodian0": "coordinator", "custodian1": "coordinator"} if plan.custody else {}
        names |= ACCOUNTS if plan.attackers else {}
        taken = await run_on_database(plant.database_url, await asyncio.to_thread(prepare_accounts, names))
        chief = Coordinator(plant, taken["chief"], CommandLog("chief", taken["chief"].id), [], Random(plan.seed))
        scene = cls(plan, plant, chief)
        await scene._hire(taken)
        return scene

    async def _hire(self, taken: dict[str, Account]) -> None:
        plan, random = self.plan, Random(self.plan.seed)
        private = max(1, plan.boards // 6) if plan.guests else 0
        insiders = [account.id for name, account in taken.items() if name != "chief" and name not in ACCOUNTS]
        boards = [await self.chief.open_search(each, insiders if each < private else None) for each in range(plan.boards)]
        self.restricted = {board.id for board in boards[:private]}
        self.chief.boards[:] = [board.id for board in boards] + ["operations"]
        self._renumber()
        accounts = sorted(insiders)
        for number in range(plan.readers):
            followed = random.sample([board.id for board in boards], min(4, len(boards)))
            followed += ["operations"] if number % 4 == 0 else []
            self._read(f"reader{number}", taken["reader"], followed, number)
        for number in range(plan.guests):
            guest = Guest(f"guest{number}", taken[f"guest{number}"], boards[number % private].id)
            self.chief.guests.append(guest)
            self._read(guest.reader, guest.account, [guest.board, boards[-1].id, "operations"], number)
        for number in range(plan.writers):
            account = taken[f"writer{number}"]
            commands = CommandLog(f"w{number}", account.id, is_person=True)
            mine = [WriterBoard(each.id, each.sightings, each.cards, each.columns, each.seq) for each in boards]
            address = self._address(number)
            seed, rates = plan.seed * 1_000 + number, (plan.rate / plan.writers, plan.custody / plan.writers)
            self.writers.append(Writer(commands, account.token, mine, accounts, address, seed, *rates))
        for name in (name for name in taken if name.startswith("custodian")):
            commands = CommandLog(name, taken[name].id)
            self.custodians.append(Client(self.plant, taken[name], commands, self.chief.boards, Random(f"{plan.seed} {name}")))

        for number in range(plan.uploaders):
            account = taken[f"uploader{number}"]
            commands = CommandLog(f"u{number}", account.id)
            seed = plan.seed * 1_000 + 700 + number
            at = [each.id for each in boards]
            self.uploaders.append(Uploader(commands, account.token, at, self._http(number), self._file_of, seed))

        if plan.attackers:
            open_boards = [board.id for board in boards[private:]]
            self.assault = Assault(plan.attackers, self.plant, taken, open_boards, boards[0].id)

    def _http(self, number: int) -> Callable[[int], str]:
        return lambda attempt: self.plant.http(number + attempt)

    async def _file_of(self, upload: str) -> str | None:
        """Return the id that the file of an upload will have; None if it is not ready, or if the database is unavailable."""
        read = text("SELECT file FROM upload WHERE id = :id AND state = 'ready'")
        database = Database(self.plant.database_url)
        try:
            return await database.read(lambda session: session.connection().execute(read, {"id": upload}).scalar())
        except DatabaseUnavailable:
            return None
        finally:
            await database.close()

    def _renumber(self) -> None:
        """Renumber the boards in the coordinator's commands, once the final order of boards is known."""
        met = ["operations", *(board for board in self.chief.boards if board != "operations")]
        for place, number in enumerate(self.chief.commands.board):
            self.chief.commands.board[place] = self.chief.boards.index(met[number])

    def _read(self, name: str, account: Account, boards: list[str], number: int) -> None:
        address, seed = self._address(number), self.plan.seed * 1_000 + 500 + number
        how = {"trusting": self.plan.trusting, "is_patient": bool(self.plan.attackers)}
        self.readers.append(Reader(name, account.token, boards, address, seed, self.restricted, self.epochs, **how))

    def _address(self, number: int) -> Callable[[int], str]:
        return lambda attempt: self.plant.socket(number + attempt)

    # -- meanwhile ----------------------------------------------------------------------------------------------------

    async def play(self) -> None:
        self._tasks = [asyncio.create_task(reader.read()) for reader in self.readers]
        await self._until(lambda: all(reader.live for reader in self.readers), GATHERS_S)
        writing = [asyncio.create_task(writer.write()) for writer in self.writers]
        writing += [asyncio.create_task(uploader.upload()) for uploader in self.uploaders]
        custody = Custodians(self.custodians, self.plan.shift_s)
        writing += [asyncio.create_task(custody.work())] if self.custodians else []
        self._tasks += writing
        self._began = time.monotonic()
        for line in self.plant.postgres_lines:
            line.delay_s = self.plan.postgres_delay_s
        if self.assault is not None:
            await self.assault.begin()
        telling = asyncio.create_task(self._tell())
        self._tasks.append(telling)
        blows = FaultInjector(self.plant, self.chief, self.readers, self.writers, self.plan.kills_at_seam)
        await self._storms(blows, self._began + self.plan.seconds)
        if self.assault is not None:
            self.assault_result = await self.assault.end()
        custody.stopping = True
        await self._end_writing(blows, self.plan.last)
        done, _ = await asyncio.wait(writing, timeout=ANSWERED_S)
        for task in done:
            task.result()
        await self._close_custody()
        await self._settle()
        telling.cancel()

    async def _end_writing(self, blows: FaultInjector, last: Fault | None) -> None:
        striking = asyncio.create_task(self._strike(blows, last, time.monotonic())) if last is not None else None
        await asyncio.sleep(last.lasts / 2 if last is not None else 0)
        for writer in self.writers:
            writer.stopping = True
        for uploader in self.uploaders:
            uploader.stopping = True
        if striking is not None:
            await striking

    async def _storms(self, blows: FaultInjector, until: float) -> None:
        counts = {"worker": len(self.plant.workers), "reader": len(self.readers), "guest": len(self.chief.guests)}
        drawn = storms(self.plan.seed, counts, lambda kind: self.plan.leave_out(kind) or self._has_no(kind))
        for storm in drawn if self.plan.given is None else self.plan.given:
            if time.monotonic() > until:
                return
            began = time.monotonic()
            await asyncio.gather(*(self._strike(blows, fault, began + fault.at) for fault in storm.faults))
            await asyncio.sleep(storm.calm)
            self._look_after_tasks()
        if self.assault is not None:  # attacks also happen in runs without faults
            await asyncio.sleep(max(0.0, until - time.monotonic()))

    def _has_no(self, kind: str) -> bool:
        """Return True if a kind of fault affects a component that this run does not have."""
        return (kind.startswith("redis.") and not self.plan.redis) or (kind.startswith("store.") and not self.plan.uploaders)

    async def _strike(self, blows: FaultInjector, fault: Fault, at: float) -> None:
        await asyncio.sleep(at - time.monotonic())
        async with self._locks.setdefault(fault.takes, asyncio.Lock()):
            began = time.monotonic()
            try:
                await blows.strike(fault)
            except (redis.RedisError, OSError) as error:
                self.failed[f"{fault.kind}: {type(error).__name__}"] += 1
                return
            except Exception as error:
                if "psycopg" not in type(error).__module__:
                    raise
                self.failed[f"{fault.kind}: {type(error).__name__}"] += 1
                return
            self.struck.append(InjectedFault(fault.kind, began, time.monotonic()))

    def _look_after_tasks(self) -> None:
        for task in self._tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(10 if sys.stderr.isatty() else 60)
            given = sum(len(writer.commands.state) for writer in self.writers)
            delivered = sum(len(s.following.seq) for reader in self.readers for s in reader.screens.values())
            waiting = sum(len(writer._open) for writer in self.writers)
            self.plan.say(
                f"{time.monotonic() - self._began:6.0f} s: {given} commands ({waiting} open), {len(self.struck)} faults, "
                f"{delivered} deliveries" + (f"; files: {self._uploads()}" if self.uploaders else "")
            )

    # -- after --------------------------------------------------------------------------------------------------------

    async def _close_custody(self) -> None:
        """Answer all alarms and end all duties, so that the checker can report steps that were due and never came."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSED_S):
                while any(left := await run_on_database(self.plant.database_url, custodians.open_custody)):
                    await custodians.close(self.chief, *left)

    async def _settle(self) -> None:
        heads = {board: seq for board, (_, seq) in (await run_on_database(self.plant.database_url, _heads)).items()}

        def all_there() -> bool:
            screens = [screen for reader in self.readers for screen in reader.screens.values()]
            return all(screen.live and screen.seq >= heads[screen.following.board] for screen in screens)

        with contextlib.suppress(TimeoutError):
            await self._until(all_there, SETTLES_S)
        for reader in self.readers:
            for screen in reader.screens.values():
                screen.following.fold = screen.fold

    @staticmethod
    async def _until(true: Callable[[], bool], seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(STEP_S)

    async def judged(self) -> Outcome:
        wall = time.time() - time.monotonic()
        served = {board: await self._served(board) for board in self.chief.boards if board != "operations"}
        verified = await asyncio.to_thread(self._verify)
        await self.end()
        record = RunRecord(
            self.chief.boards,
            [screen.following for reader in self.readers for screen in reader.screens.values()],
            self._commands(),
            self.chief.revocations, self.struck, self.epochs, time.monotonic(), wall,
        )  # fmt: skip
        journals = await asyncio.to_thread(self._journals)
        verdict = check(record, journals)
        for board, fold in served.items():
            if fold != (journals[board].folds[-1] if journals[board].head else 0):
                verdict.add("screens unequal", f"the snapshot of {board} in the end is not what the journal says")
        if self.uploaders:
            for promise, case in await self._faults_of_files():
                verdict.add(promise, case)
        if verified:
            verdict.add("broken journal", verified)
        for worker in self.plant.workers:
            if worker.late_ends:
                verdict.add("wrong answers", f"worker {worker.number} did not go in time after SIGTERM", worker.late_ends)
        notes = {
            "asked again for being behind": sum(reader.resyncs for reader in self.readers),
            "subscribes refused": dict(sum((reader.refusals for reader in self.readers), Counter())),
            "lines": sum(reader.lines for reader in self.readers),
            "starts of workers": sum(worker.starts for worker in self.plant.workers),
            "rights taken": len(self.chief.revocations),
            **_custody_notes(journals),
            **({"files": self._uploads()} if self.uploaders else {}),
            "faults that found nothing to hit": dict(self.failed),
        }
        refusals = sum((writer.refusals for writer in self.writers), Counter[str]())
        figures = compute_statistics(record, journals, wall)
        return Outcome(verdict, figures, self.plant.complaints(), notes, self.assault_result, refusals)

    def _commands(self) -> list[CommandLog]:
        logs = [self.chief.commands, *(each.commands for each in self.custodians), *(each.commands for each in self.writers)]
        return [*logs, *(each.commands for each in self.uploaders)]

    async def _served(self, board: str) -> int:
        """Return the fold of a snapshot that a worker serves."""
        _, read = await self.chief.request("GET", f"/api/v1/boards/{board}")
        fold = 0
        for each in read["entities"]:
            fold ^= entity_digest(each["kind"], each["id"], each["state"])
        return fold

    def _uploads(self) -> str:
        return summary([each.log for each in self.uploaders])

    async def _faults_of_files(self) -> list[tuple[str, str]]:
        """Compare acknowledged files with the database, and with every byte in the store."""
        settings = Settings(_env_file=None, **{name.lower(): value for name, value in self.plant.files_settings.items()})
        database, store = Database(self.plant.database_url), FileStore.of(settings)
        try:
            rows = await database.read(files.rows)
            found = await database.read(lambda session: session.connection().execute(_FILES).all())
            faults = (await files.compare(store, rows, lambda line: None, digests=True)).faults
        finally:
            await store.close()
            await database.close()
        wrong = {id: what for id, _, what in (line.partition(" ") for line in faults)}
        honest = {each.commands.account for each in self.uploaders}  # attackers may damage their own files
        boards = {id: board for id, board, account in found if account in honest}
        there = [
            Attached(row.id, boards[row.id], row.sha256, row.size, row.is_withdrawn, wrong.get(row.id))
            for row in rows
            if row.id in boards
        ]
        return faults_of([each.log for each in self.uploaders], self.uploaders[0].boards, there)

    def _verify(self) -> str:
        """Return the faults that `board verify` reports; "" if the journals are intact."""
        environment = self.plant.workers[0].environment | {"DATABASE_URL": self.plant.database_url}
        command = [sys.executable, "-m", "board", "verify"]
        done = subprocess.run(command, check=False, cwd=self.plan.tree, env=environment, capture_output=True, text=True)
        return "" if done.returncode == 0 else done.stderr.strip() or f"board verify ended with {done.returncode}"

    def _journals(self) -> dict[str, journal.Journal]:
        database = Database(self.plant.database_url)
        try:
            return database.read_now(lambda session: journal.read(session, self.restricted))
        finally:
            asyncio.run(database.close())

    async def end(self) -> None:
        if self.assault is not None:
            await self.assault.kill()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _custody_notes(journals: Mapping[str, journal.Journal]) -> dict[str, str]:
    """Summarise alarms, duties and handovers, in words."""
    records = [journal.alarms for journal in journals.values()]
    accepted = [each for journal in journals.values() for each in journal.handovers.accepted]
    duty = [journal.duties for journal in journals.values() if journal.duties.events]
    return {
        "alarms": alarms.summary(records),
        "duties": duties.summary(duty[0]) if duty else "none",
        "handovers": acceptances.summary(accepted, records),
    }


def _heads(session: Session) -> dict[str, tuple[str, int]]:
    return journal.heads(session)
