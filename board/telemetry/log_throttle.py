"""Throttle of repeated log lines: one per minute and kind, with the number of omitted ones.

An outage repeats the same few lines several times a second in every process. The first line tells an operator the problem, and
the next one, a minute later, that it continues.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

INTERVAL_S = 60.0
MAX_KINDS = 200  # distinct kinds; there are some dozens
KIND_FIELDS = ("event", "level", "reason", "code", "error", "way", "table")  # other fields identify a case, or count
THROTTLED_LEVELS = ("warning", "error", "critical")
CASES = 20  # lines per minute that identify a case (an id, a worker): each may need a person

log = structlog.get_logger()


class LogThrottle:
    """Counts of lines by kind. `admit` decides whether a line is written."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kinds: dict[tuple[object, ...], _Minute] = {}

    def admit(self, kind: tuple[object, ...], limit: int = 1) -> int | None:
        """Return the number of lines of this kind that were omitted since the last one, or None to omit this one."""
        now = self._clock()
        minute = self._kinds.get(kind)
        if minute is None:
            self._forget_old(now)
            if len(self._kinds) >= MAX_KINDS:
                return 0  # too many kinds: better logged than lost
            minute = self._kinds[kind] = _Minute(now)
        return minute.admit(now, limit)

    def _forget_old(self, now: float) -> None:
        if len(self._kinds) >= MAX_KINDS:
            self._kinds = {kind: minute for kind, minute in self._kinds.items() if now - minute.began < INTERVAL_S}

    def info(self, event: str, reason: str) -> None:
        """Log an event and its reason, both constants of the program, or count it."""
        omitted = self.admit((event, reason))
        if omitted is not None:
            log.info(event, reason=reason, **({"omitted": omitted} if omitted else {}))


class _Minute:
    """Numbers of lines of one kind: written since `began`, and omitted since the last written one."""

    __slots__ = ("began", "omitted", "written")

    def __init__(self, began: float) -> None:
        self.began, self.written, self.omitted = began, 0, 0

    def admit(self, now: float, limit: int) -> int | None:
        if now - self.began >= INTERVAL_S:
            self.began, self.written = now, 0
        if self.written >= limit:
            self.omitted += 1
            return None
        self.written += 1
        omitted, self.omitted = self.omitted, 0
        return omitted


throttled_log = LogThrottle()  # of this process
_lines = LogThrottle()


def throttle(logger: object, method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Processor of structlog: omit warnings and errors of a kind that was logged less than a minute ago.

    Security events (`sign_in.failed`, with a dot) are written one by one: fail2ban counts them, the audit journal bounds them.
    """
    if method not in THROTTLED_LEVELS or "." in str(line["event"]):
        return line
    omitted = _lines.admit(_kind(line), 1 if not _names_case(line) else CASES)
    if omitted is None:
        raise structlog.DropEvent
    return {**line, "omitted": omitted} if omitted else line


def _kind(line: Mapping[str, Any]) -> tuple[object, ...]:
    place = (line.get("traceback") or [None])[-1]
    return (*(line.get(name) for name in KIND_FIELDS), line.get("task"), line.get("at"), place)


def _names_case(line: Mapping[str, Any]) -> bool:
    return any(name in line for name in ("upload", "file", "worker_pid", "notification", "board", "display", "input"))
