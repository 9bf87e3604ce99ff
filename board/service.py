"""BoardService: database plus hub. A command is committed first and published afterwards."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import groupby

import structlog
from sqlmodel import Session

from board.audit import installation, writer
from board.audit.read_log import ReadLog
from board.audit.reads import Reads
from board.audit.refusals import Refusals
from board.audit.repeats import Repeats
from board.commands.command import Ack
from board.commands.execute import CommandResult, QueuedCommand
from board.commands.registry import TABLE, Command
from board.commands.sightings import due_wakes
from board.config.alarm_rules import load_rules
from board.config.board_shares import load_board_shares
from board.config.data_keys import DataKeys, load
from board.config.file_shares import load_file_shares
from board.config.kind_fields import load_kind_fields
from board.config.predefined_tasks import load_catalogue
from board.config.retention import load_retention
from board.config.roles import load_roles
from board.config.settings import Settings
from board.config.sign_in import load_sign_in
from board.config.speeds import load_speeds
from board.config.targets import load_targets
from board.config.unusual_reads import load_unusual_reads
from board.engine import board_limits, data_keys, display_identity, earlier_facts, identity, rights_version
from board.engine.concurrency import HeavyReads, SharedReads
from board.engine.identity import Caller
from board.engine.last_use import LastUse
from board.engine.rights_version import Version
from board.engine.verified_chains import VerifiedChains
from board.errors import Refused
from board.files import folder_marker
from board.files.disk import DiskReserve
from board.files.store import FileStore
from board.files.unavailable import FilesUnavailable
from board.live.catch_up import record
from board.live.event_source import SETS_RIGHTS, BoardSource
from board.live.open_alarms import OpenAlarmPublisher
from board.live.search_summaries import SummaryPublisher
from board.live.shift_status import ShiftStatusPublisher
from board.live.unread_counts import UnreadCountPublisher
from board.live.visibility import VisibilityCache
from board.queues.queues import Queues
from board.queues.recent_credentials import RecentCredentials
from board.rate_limit import Limiter
from board.rate_limit.account_limits import Limits
from board.telemetry import metrics
from board.telemetry.clock import ClockCheck
from board.telemetry.failures import refusal_for
from board.telemetry.migration_log import MigrationLog
from board.telemetry.periodic import log_end, run_on_database, run_until_done
from models import confidential
from models.alarm import Alarm
from models.board import OPERATIONS, OPERATIONS_NUMBER, Board
from models.db.database import ConfigurationError, Database, DatabaseUnavailable
from models.db.outage import outlast
from models.db.schema import migrate
from models.duty import Duty, PlannedDuty
from models.handover import Handover, Shift
from models.ids import new_epoch
from models.times import format_utc, now
from realtime.bus.bus import Bus, BusMisconfigured, MemoryBus
from realtime.delivery.subscriber import Subscriber
from realtime.hub import Hub
from realtime.periodic import cancel_all, run_every
from realtime.wire.protocol import CLOSE_DISPLAY_TAKEN_OVER, CLOSE_SESSION_ENDED

log = structlog.get_logger()

Clock = Callable[[], datetime]
RIGHTS_POLL_S = 1.0  # interval of comparing rights with the database, because the command line may change them
POLLS_PER_EXPIRY_CHECK = 60  # polls after which all callers are read again, even if nothing changed
PROBE_S = 2.0  # interval of probing writes while they fail
KEPT_LOOK_AGAIN_S, MAX_LOOK_AGAINS = 5.0, 32  # shared, because everyone on a board reads them after a confirmation
# contradictions by position of the board: shared, because everyone on it reads them at the same time after a sighting
KEPT_CONTRADICTIONS_S, MAX_CONTRADICTIONS = 60.0, 64
EARLIER_FACTS_S = 60.0  # pause after a failure to add facts about the searches of an earlier version
DATA_KEYS_S = 60.0  # interval of reading the keys of data at rest again
IDLE_SNAPSHOTS_S = 60.0  # from the last read of a board's snapshot until it may be dropped
LAST_USE_S = 60.0  # interval of writing last uses that are due


class BoardService:
    """Open installation, created by `open`. `clock`: time of all writes; only the demo and tests replace it."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, bus: Bus) -> None:
        self.settings, self.database, self.clock = settings, database, clock
        self.task_catalogue = load_catalogue(settings.files_path)
        self.alarm_rules = load_rules(settings.files_path)
        self.shares = load_board_shares(settings.files_path)
        self.targets = load_targets(settings.files_path)
        self.kind_fields = load_kind_fields(settings.files_path)
        self.file_shares = load_file_shares(settings.files_path)
        self.sign_in = load_sign_in(settings.files_path)
        self.roles = load_roles(settings.files_path)
        self.speeds = load_speeds(settings.files_path)
        self.unusual_reads = load_unusual_reads(settings.files_path)
        self.retention = load_retention(settings.files_path)
        self.visibility = VisibilityCache()
        self.repeats = Repeats(database)
        self.read_log = ReadLog(database, self.repeats, settings.serve_unrecorded_reads)
        self.refusals, self.reads = Refusals(self.repeats), Reads(self.read_log)
        self.source = BoardSource(database, self.visibility, self.reads, self.refusals, self.roles)
        self.source.on_visibility_changed = self._on_visibility_changed
        self.hub: Hub[Caller] = Hub(self.source, bus)
        self.limiter = _limiter(settings)
        self.limits = Limits(settings, self.limiter)
        self.last_use = LastUse(settings.session_idle)
        self.queues, self.recent_credentials = Queues(), RecentCredentials()
        self.heavy_reads = HeavyReads(database, self.queues.heavy_reads)
        self.lookups = HeavyReads(database, self.queues.lookups)
        self.exports = HeavyReads(database, self.queues.exports)
        self.look_agains = SharedReads(KEPT_LOOK_AGAIN_S, MAX_LOOK_AGAINS)
        self.contradictions = SharedReads(KEPT_CONTRADICTIONS_S, MAX_CONTRADICTIONS)
        self.data_keys = DataKeys(settings.data_keys)
        self.files = FileStore.of(settings, keys=self.data_keys)
        confidential.use(self.data_keys.current)
        self.disk = DiskReserve(settings, self.files.folder)
        self.files_removed = asyncio.Event()  # bytes wait to be deleted
        self.erasures_agreed = asyncio.Event()  # searches wait to be erased
        self.wakes_wanted = asyncio.Event()  # set-aside reports wait to be compared
        self.verified_chains = VerifiedChains(settings.secret())
        self.summaries = SummaryPublisher(self.database, self.hub, self.source, self.targets)
        self.unread_counts = UnreadCountPublisher(self.database, self.hub, self.source)
        self.open_alarms = OpenAlarmPublisher(self.database, self.hub, self.source, self.alarm_rules, clock)
        self.shift_status = ShiftStatusPublisher(self.database, self.hub, clock)
        self.clock_watch = ClockCheck(self.database, self.hub.broadcast, clock)
        self.rights = Version(-1, -1)  # versions of rights that open sockets have
        self._polls = 0
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(cls, settings: Settings, clock: Clock = now, bus: Bus | None = None) -> "BoardService":
        """Open the installation named by the settings, and migrate it. Raises ConfigurationError.

        `bus`: for tests; by default a bus on the settings' Redis, otherwise one inside this process.
        """
        settings.check()
        bus = bus or _bus(settings)
        database = Database(settings.database_url)
        database.health.on_change = _report_write_health
        database.backend.acquire_server_lock()
        await outlast(database, lambda: asyncio.to_thread(_migrate, database))
        service = cls(settings, database, clock, bus)
        try:
            await outlast(database, service._prepare)
            await service.hub.start()
        except BusMisconfigured as error:
            await service.close()
            raise ConfigurationError(str(error)) from error
        except ConfigurationError:
            await service.close()
            raise
        loops = [
            run_on_database(service._poll_rights, RIGHTS_POLL_S, "rights refresh failed"),
            service.summaries.run(), service.unread_counts.run(), service.open_alarms.run(), service.shift_status.run(),
            service.repeats.run(), service.read_log.run(), run_every(LAST_USE_S, service.write_last_use),
            run_every(PROBE_S, service._probe_writes), service._look_at_bucket(), service._look_for_earlier_facts(),
            run_every(IDLE_SNAPSHOTS_S, service.source.drop_idle_snapshots),
            run_on_database(service.read_data_keys, DATA_KEYS_S, "data keys not read"),
        ]  # fmt: skip
        if clock is now:  # the demo sets its own clock, which would be reported as wrong
            loops.append(service.clock_watch.run())
        service._tasks = [asyncio.create_task(each, name=getattr(each, "__qualname__", None)) for each in loops]
        for task in service._tasks:
            task.add_done_callback(log_end)
        return service

    async def _prepare(self) -> None:
        """Write and read the data that every process needs before it serves."""
        await self.database.write(lambda session: _create_fixed_boards(session, format_utc(self.clock())))
        await self.database.write(lambda session: installation.record(session, self.settings))
        at, ring = format_utc(self.clock()), self.data_keys.ring
        self.data_keys.ring = await self.database.write(lambda session: data_keys.open_ring(session, ring, at))
        await self._refresh_rights(all=True)
        await self.shift_status.refresh()
        await self._open_folder()

    async def read_data_keys(self) -> None:
        """Read the keys of data at rest again. If they can't be read, keep those in memory."""
        if self.data_keys.setting is None:
            return
        try:
            ring = await asyncio.to_thread(load, self.data_keys.setting)
        except ConfigurationError as error:
            log.error("data keys unreadable", advice=str(error))
            return
        before, at = self.data_keys.ring, format_utc(self.clock())
        self.data_keys.ring = await self.database.write(lambda session: data_keys.renewed_ring(session, ring, before, at))

    async def _look_for_earlier_facts(self) -> None:
        await run_until_done(self._add_earlier_facts, EARLIER_FACTS_S, "earlier facts failed")

    async def _add_earlier_facts(self) -> None:
        """Add the facts about searches that an earlier version wrote, in small transactions between those of commands."""
        last = 0
        while boards := await self.database.read(partial(earlier_facts.unread, after=last)):
            await self.database.write(partial(earlier_facts.add, boards=boards))
            last = boards[-1].number

    async def close(self) -> None:
        """Close all connections, finish pending commits, and tell the other processes that nobody is connected here."""
        await cancel_all(self._tasks)
        await self.hub.stop()
        with contextlib.suppress(DatabaseUnavailable):
            await self.read_log.close()
            await self.repeats.close()
        self.queues.close()
        await self.database.close()
        await self.hub.bus.stop()
        await self.limiter.close()
        await self.files.close()
        confidential.release(self.data_keys.current)
        self.disk.close()

    async def execute(self, caller: Caller, command: Command, content: bytes | None = None) -> Ack:
        """Execute a command, which is committed and published when this returns. With `content`, its id may be repeated only for
        the same content. Raises Refused."""
        self.last_use.record(caller)
        # no await before the command is queued, so that commands of a socket stay in order
        queued = QueuedCommand(
            caller, command, self.clock, self.task_catalogue, content, self.alarm_rules, self.shares, self.roles
        )
        try:
            outcome = await self.database.write(queued, on_committed=self._publish, boards=queued.boards)
        except Refused as refused:
            outcome = refused
        except Exception as error:
            raise refusal_for(error, "command") from error
        if isinstance(outcome, Refused):
            self._record_refusal(caller, command, outcome)
            raise outcome
        return outcome.ack

    def _record_refusal(self, caller: Caller, command: Command, refused: Refused) -> None:
        self.refusals.command(caller, command.board, command.name if command.name in TABLE else None, refused.code)
        refused.is_recorded = True

    async def write(self, fn: Callable[[Session], CommandResult], boards: tuple[str, ...] = (OPERATIONS,)) -> CommandResult:
        """Write changes that the server makes on its own, and publish them after the commit. `boards`: boards that `fn` locks.
        Raises DatabaseUnavailable."""
        return await self.database.write(fn, on_committed=self._publish, boards=boards)

    def _publish(self, written: CommandResult | Refused) -> None:
        """Publish a result, in commit order. Rights first, so that nobody receives data that this command hid from them."""
        if isinstance(written, Refused):
            return
        changed_for = written.visibility_changed_for
        for event in written.events:
            if event.board == OPERATIONS and event.kind == "search" and event.type in SETS_RIGHTS:
                state, at = event.payload()["state"], (dict(written.epochs)[OPERATIONS], event.seq)
                discreet = state["appeal"]["level"] == "discreet"
                self.visibility.apply_event(event.entity, state["access"], state["members"], changed_for, at, discreet)
                self.hub.initial_sync.invalidate(OPERATIONS, lambda reader: reader.visibility_key in changed_for)
        epochs = dict(written.epochs)
        for each in written.tips:
            self.visibility.apply_event(each.tip, each.access, each.members, each.changed_for, (epochs[OPERATIONS], each.seq))
        if lost := frozenset[str]().union(*(each.changed_for for each in written.tips)):
            self.hub.initial_sync.invalidate(OPERATIONS, lambda reader: reader.visibility_key in lost)
        for board, events in groupby(sorted(written.events, key=lambda event: event.board), key=lambda event: event.board):
            self.hub.publish(board, epochs[board], [record(each, written.ack.id if each.account else "") for each in events])
        if written.nearly_full is not None:
            board, entities = written.nearly_full
            log.warning("board nearly full", board=board, entities=entities, most=board_limits.MAX_ENTITIES)
        if any(event.kind in (Shift.KIND, Handover.KIND, Duty.KIND, PlannedDuty.KIND) for event in written.events):
            self.shift_status.changed.set()
        if any(event.kind == Alarm.KIND for event in written.events):
            self.hub.requested["alarms"].set()
        if any(event.type == "file.removed" for event in written.events):
            self.files_removed.set()
        if any(event.type in due_wakes.SIGNALS for event in written.events):
            self.wakes_wanted.set()
        # a repeated command: the process that committed it may have died before publishing
        if written.ack.seqs and not written.events:
            self.hub.announce_head(written.ack.board, max(written.ack.seqs))
            self.hub.head_poller.request_check()

    # -- rights -------------------------------------------------------------------------------------------------------

    async def rights_changed(self) -> None:
        """Apply a change of somebody's rights to open sockets now."""
        with contextlib.suppress(DatabaseUnavailable):  # the next poll tries again
            await self._refresh_rights()

    async def _refresh_rights(self, all: bool = False) -> None:
        """Read rights from the database and update or close the sockets concerned; with `all`, check even if no version
        changed."""
        checked_sockets: set[Subscriber[Caller]] = set()
        checked: Version | None = None
        while True:
            callers = {each: each.viewer for each in self.hub.connections if each not in checked_sockets}
            version, renewed = await self.database.read(partial(self._reload_callers, callers, all))
            if renewed is None:
                break
            if checked not in (None, version):  # rights changed again in the meantime: check everybody again
                checked_sockets.clear()
            checked = version
            if all or version.people != self.rights.people:
                await self.source.reload()
            for connection, caller in renewed.items():
                self._refresh_connection(connection, caller)
            checked_sockets |= callers.keys()
            if self.hub.connections <= checked_sockets:
                break
            all = True  # new sockets may have been opened with rights that just ended
        if checked is not None:
            self.rights = checked
        self.hub.subscriptions.drop_unauthorized()

    def _refresh_connection(self, connection: Subscriber[Caller], caller: Caller | None) -> None:
        if caller is None:
            connection.close(CLOSE_SESSION_ENDED)
            return
        before, display = connection.viewer.display, caller.display
        if display is not None and display.seat != caller.socket_lease:
            connection.close(CLOSE_DISPLAY_TAKEN_OVER)
            return
        connection.update_viewer(
            caller, caller.public_account, display_identity.settings_json(display) if display is not None else None
        )
        if before is not None and display is not None and display.profile != before.profile:
            self.hub.initial_sync.resubscribe_all(connection)

    def _on_visibility_changed(self, whose: Callable[[Caller], bool]) -> None:
        """Apply a change of visibility by another process to open sockets now."""
        self.hub.initial_sync.invalidate(OPERATIONS, whose)
        self.hub.subscriptions.drop_unauthorized()

    def _reload_callers(
        self, callers: dict[Subscriber[Caller], Caller], all: bool, session: Session
    ) -> tuple[Version, dict[Subscriber[Caller], Caller | None] | None]:
        """Return the versions of rights, and the affected callers with their current rights (None for a caller whose access has
        ended); no callers if no version changed."""
        version = rights_version.version(session)
        if version == self.rights and not all:
            return version, None
        has_people, has_screens = (all or now != before for now, before in zip(version, self.rights, strict=True))
        people = {each: caller for each, caller in callers.items() if has_people and caller.display is None}
        screens = {each: caller for each, caller in callers.items() if has_screens and caller.display is not None}
        renewed = zip(people, identity.reload_callers(session, list(people.values())), strict=True)
        return version, dict(renewed) | dict(
            zip(screens, display_identity.reload_displays(session, list(screens.values())), strict=True)
        )

    async def write_last_use(self) -> None:
        """Write the last uses that are due. A token with an open socket counts as used."""
        for connection in self.hub.connections:
            if connection.viewer.token is not None:
                self.last_use.record(connection.viewer)
        with contextlib.suppress(DatabaseUnavailable):  # the next run tries again
            await self.last_use.write(self.database)

    async def _probe_writes(self) -> None:
        """After a failed write, probe whether writes work again. No client's write would show it, because none arrives while this
        process is not ready."""
        if self.database.health.error_code is not None:
            await self.database.probe()

    async def _refresh_ended(self) -> None:
        """Update or close the sockets whose access may have expired: those of guests, tokens and sessions."""
        at = format_utc(now())
        due = {each: each.viewer for each in self.hub.connections if (ends_at := each.viewer.ends_at) and ends_at <= at}
        if due:
            renewed = await self.database.read(partial(identity.reload_callers, callers=list(due.values())))
            for connection, caller in zip(due, renewed, strict=True):
                self._refresh_connection(connection, caller)

    async def _poll_rights(self) -> None:
        self._polls += 1
        if self.visibility.end_openings(format_utc(now())):  # also while the database is unavailable
            self.hub.subscriptions.drop_unauthorized()
        await self._refresh_ended()
        all = self._polls % POLLS_PER_EXPIRY_CHECK == 0
        if all or await self.database.read(rights_version.version) != self.rights:
            await self._refresh_rights(all)
        else:
            self.hub.subscriptions.drop_unauthorized()

    async def _open_folder(self) -> None:
        """Create the folder of photos and files at the first start. If it is missing later, it is lost or not mounted: the store
        logs that and refuses files, and everything else continues."""
        if self.files.folder is None:
            return
        is_known = await self.database.read(lambda session: folder_marker.is_known(session, self.files))
        if is_known or await self.database.read(folder_marker.has_files):
            self.files.expect_files()
        with contextlib.suppress(FilesUnavailable):
            await self.files.look()
            self.files.expect_files()
            if not is_known:
                await self.database.write(lambda session: folder_marker.record(session, self.files, format_utc(self.clock())))

    async def _look_at_bucket(self) -> None:
        """Check the bucket without delaying the start, because that may take long. The store logs if it is unreachable."""
        if self.files.is_set and self.files.folder is None:
            with contextlib.suppress(FilesUnavailable):
                await self.files.look()


def _migrate(database: Database) -> None:
    migration_log = MigrationLog()
    with migration_log.running():
        migrate(database, progress=migration_log.progress, announce=migration_log.announce)


def _report_write_health(fault: str | None) -> None:
    """Log once when writes begin to fail, and once when they work again."""
    metrics.writes(fault is None)
    if fault is None:
        log.info("writes recovered")
    else:
        log.error("write failed", code=fault)


def _bus(settings: Settings) -> Bus:
    """Create the bus. Raises ConfigurationError."""
    if not settings.redis_url:
        return MemoryBus()
    from realtime.bus.redis_bus import RedisBus  # imported here, because redis-py takes a twelfth of the startup time

    try:
        return RedisBus(settings.redis_url, settings.secret())
    except ValueError as error:
        raise ConfigurationError(str(error)) from None


def _limiter(settings: Settings) -> Limiter:
    if not settings.redis_url:
        return Limiter()
    from board.rate_limit.shared import Shared  # imported here, because redis-py takes a twelfth of the startup time

    return Limiter(Shared(settings.redis_url, settings.secret()))


def _create_fixed_boards(session: Session, at: str) -> None:
    """Create the two boards that every installation has."""
    if session.get(Board, OPERATIONS) is None:
        session.add(Board(id=OPERATIONS, number=OPERATIONS_NUMBER, kind="operations", epoch=new_epoch(), at=at))
        session.flush()
    writer.lock_audit_board(session)
