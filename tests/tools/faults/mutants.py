"""Mutants of the product, to show that the checks can fail: each removes one promise from the source, and names the check that
must find it.

A mutant runs under the faults that provoke it. If another part of the product would heal the damage, a patch weakens that part
too; the weakened product without the mutation must pass.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.tools.faults.run import Plan
from tests.tools.faults.schedule import Fault, Storm
from tests.tools.faults.system_under_test import ROOT

NOT_COPIED = (".venv", ".venvs", ".git", "__pycache__", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache")


@dataclass(frozen=True, slots=True)
class Patch:
    """Replacement in a file. `old` must occur exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    found_by: str
    patches: tuple[Patch, ...]
    plan: Plan
    weakened: tuple[Patch, ...] = ()


class PatchDoesNotApply(Exception):
    """Raised if the source does not contain the text of a patch exactly once."""


def patched_files(patches: Sequence[Patch]) -> dict[str, str]:
    """Return the patched files of the checkout, by name. Raises PatchDoesNotApply if a text does not occur exactly once."""
    files: dict[str, str] = {}
    for each in patches:
        path = ROOT / each.file
        source = files.get(each.file) or (path.read_text(encoding="utf-8") if path.exists() else "")
        if (times := source.count(each.old)) != 1:
            raise PatchDoesNotApply(f"{each.file} has {each.old!r} {times} times; write the mutant anew")
        files[each.file] = source.replace(each.old, each.new)
    return files


@contextlib.contextmanager
def patched_tree(patches: Sequence[Patch]) -> Iterator[Path]:
    """Yield a patched copy of the checkout. Raises PatchDoesNotApply if a text does not occur exactly once."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
        for file, source in patched_files(patches).items():
            (copy / file).write_text(source, encoding="utf-8")
        yield copy


def _plan(*storms: Storm, last: Fault | None = None, delay_s: float = 0.0) -> Plan:
    return Plan(
        60, 1, workers=2, writers=6, readers=8, guests=2, rate=80, given=storms, last=last,
        postgres_delay_s=delay_s, trusting=True, custody=0.0,  # no alarms: their events after the last fault would heal it
    )  # fmt: skip


def _one_by_one(kind: str, times: int, lasts: float = 0.0, every_s: float = 0.5) -> Storm:
    return Storm(tuple(Fault(number * every_s, kind, number % 2, lasts, number) for number in range(times)), 0.5)


def _all_at_once(kind: str, lasts: float) -> Storm:
    return Storm(tuple(Fault(0.0, kind, number, lasts, number) for number in range(2)), 4.0)


_NO_SWEEP = (
    Patch("realtime/channels/head_poller.py", "POLL_INTERVAL_S = 1.0 ", "POLL_INTERVAL_S = 3_600.0 "),
    Patch("realtime/channels/head_poller.py", "POLL_INTERVAL_BUS_DOWN_S = 0.25 ", "POLL_INTERVAL_BUS_DOWN_S = 3_600.0 "),
)

MUTANTS = (
    Mutant(
        "the board's row is not locked",
        "turned away",  # of two simultaneous writers, one is refused for no reason
        (
            Patch("board/engine/repositories/boards.py", 'postgresql=" FOR UPDATE"', 'postgresql=""'),
            Patch("models/db/postgresql.py", "FOR UPDATE SKIP LOCKED", ""),
        ),
        replace(_plan(Storm((), 10.0), delay_s=0.002), workers=3, guests=0, boards=1),
        (
            Patch(
                "models/db/database.py",
                "        for _ in range(2):  # the second attempt finds",
                "        for _ in range(1):  # no second attempt finds",
            ),
        ),
    ),
    Mutant(
        "a gap after the bus is back is ignored",
        "lost",  # events that were committed while Redis was away, if no event follows
        (
            Patch(
                "realtime/bus/hub_link.py",
                "        if channel_name is None or (channel is not None and channel.sequence.epoch is not None):\n"
                "            self.head_poller.request_check()",
                "        assert channel_name is None or channel is None or channel.name",
            ),
        ),
        _plan(Storm((), 3.0), last=Fault(0.0, "redis.kill", 0, 1.5, 0)),
        _NO_SWEEP,
    ),
    Mutant(
        "the ack comes before the commit",
        "acknowledged but not durable",
        (
            Patch(
                "models/db/database.py",
                "                    committing = True\n                    transaction.commit()",
                "                    committing = True\n"
                "                    if group[0].boards[:1] not in ((), ('operations',)):  # else there is no search to work on\n"
                "                        self._deliver(group)\n"
                "                        wait_to_be_killed()\n"
                "                    transaction.commit()",
            ),
            Patch(
                "models/db/database.py",
                "def _noop_write(session: Session) -> None:",
                "def wait_to_be_killed() -> None:\n"
                "    import os\n"
                "    from pathlib import Path\n\n"
                "    asked = Path(os.environ['KILLED_HERE'])\n"
                "    if asked.exists():\n"
                "        asked.rename(asked.with_suffix('.reached'))\n"
                "        time.sleep(60)\n\n\n"
                "def _noop_write(session: Session) -> None:",
            ),
            Patch(
                "models/db/write_queue.py",
                "        if self.error is None and self.on_committed is not None:",
                "        if self.future.done():  # it was told before\n            return\n"
                "        if self.error is None and self.on_committed is not None:",
            ),
        ),
        replace(_plan(_one_by_one("worker.kill", 4, every_s=1.0)), kills_at_seam=True),
    ),
    Mutant(
        "heads are not compared with the database",
        "lost",  # messages that one worker published into a black hole, while the other workers' connections were fine
        _NO_SWEEP,
        _plan(Storm((), 3.0), last=Fault(0.0, "redis.black_hole_silent", 0, 1.5, 0)),
    ),
    Mutant(
        "the digest of a message is not checked",
        "phantoms",
        (
            Patch(
                "realtime/bus/redis_bus.py",
                "        if not hmac.compare_digest(digest, self._digest(name, message)):",
                "        if hmac.compare_digest(digest, b''):",
            ),
        ),
        _plan(_one_by_one("redis.forged", 6)),
    ),
    Mutant(
        "rights that were changed by another process are not read again",
        "delivered after revocation",
        (
            Patch(
                "board/live/event_source.py",
                "        if not self._visibility.is_at_least(view):\n            await self.reload()",
                "        assert view",
            ),
        ),
        _plan(_one_by_one("rights.member", 4, lasts=0.8, every_s=1.0)),
    ),
    Mutant(
        "command ids are not remembered",
        "applied twice",
        (
            Patch(
                "board/commands/execute.py",
                "    if (ack := _previous_ack(session, uow, request, content)) is not None:",
                "    if (ack := _previous_ack(session, uow, request, content)) is not None and not ack.id:",
            ),
            Patch("board/engine/repositories/acks.py", "        return [(_ADD, new)] if new else []", "        return []"),
        ),
        _plan(_one_by_one("line.reset", 12), delay_s=0.02),
    ),
    Mutant(
        "deadlines of alarms are in memory alone",
        "alarms late",  # each start of a process restarts all waits
        (
            Patch("board/alarms/escalation.py", "if alarm.next_at <= now or deadline <= at]", "if deadline <= at]"),
            Patch(
                "board/alarms/escalation.py",
                "return max(0.0, min(left))",
                "return self._full_wait_s(alarm) + 0 * len(left)",
            ),
        ),
        replace(_plan(*(_all_at_once("worker.kill", 1.0) for _ in range(6))), guests=0, custody=5.0),
    ),
    Mutant(
        "a step of an alarm is not judged again under the lock",
        "alarms late",  # the second of two processes takes the next step early
        (
            Patch(
                "board/commands/alarms/alarm_steps.py",
                "if row is None or row.ended_at is not None or row.step != step:",
                "if row is None or row.ended_at is not None or step is None:",
            ),
            Patch(
                "board/commands/alarms/alarm_steps.py",
                "elif row.taken_by is None and (row.next_at or row.raised_at) == next_at:",
                "elif row.taken_by is None and row.next_at is not None:",
            ),
        ),
        replace(_plan(Storm((), 25.0)), workers=3, guests=0, custody=5.0),
    ),
    Mutant(
        "a promise never lapses",
        "promises never lapsed",
        (
            Patch(
                "board/commands/alarms/alarm_steps.py",
                "            alarm_ladder.lapse(writer, row)",
                "            assert row.until is None or row.until <= writer.now",
            ),
        ),
        replace(_plan(Storm((), 40.0)), guests=0, custody=5.0),
    ),
    Mutant(
        "what a person leaves at the end of a duty stays with them",
        "alarms kept off duty",
        (
            Patch(
                "board/commands/duty/ends.py",
                '            alarm_ladder.release(writer, row, "duty")',
                "            assert row.taken_by is not None",
            ),
        ),
        replace(_plan(Storm((), 40.0)), guests=0, custody=5.0),
    ),
    Mutant(
        "an accepted handover forgets one alarm",
        "alarms forgotten",
        (
            Patch(
                "board/commands/handover/held_alarms.py",
                "            return held\n",
                "            return held[1:]\n",
            ),
        ),
        replace(_plan(Storm((), 40.0)), guests=0, custody=5.0),
    ),
    Mutant(
        "a part of a file is acknowledged before it is stored",
        "files lost",
        (
            Patch(
                "board/files/http/uploads.py",
                "        await self._files.put(key, content)\n",
                "        later = asyncio.create_task(asyncio.sleep(0.3))  # as a slow disk would\n"
                "        later.add_done_callback(lambda _: asyncio.ensure_future(self._files.put(key, content)))\n",
            ),
        ),
        replace(_plan(*(_all_at_once("worker.kill", 0.1) for _ in range(3))), writers=1, readers=1, guests=0, uploaders=6),
    ),
    Mutant(
        "the offset of an upload is not compared before it is set",
        "files lost",  # of two senders with the same upload id, the slower one moves the offset back
        (
            Patch(
                "board/files/http/upload_rows.py",
                '    if row.state != "receiving" or row.offset != offset:',
                '    if row.state != "receiving":',
            ),
            Patch("board/files/http/upload_rows.py", ' _U.offset == bindparam("start"),', ' _U.size >= bindparam("start"),'),
            Patch(
                "board/files/http/upload_rows.py",
                "insert(UploadPart), part)",
                "insert_or_skip(UploadPart).on_conflict_do_update(\n"
                "        index_elements=['upload', 'offset'], set_={'size': size, 'object': object}\n"
                "    ), part)",
            ),
        ),
        replace(_plan(Storm((), 25.0)), writers=1, readers=1, guests=0, uploaders=6),
    ),
)
