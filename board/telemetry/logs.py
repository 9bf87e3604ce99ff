"""Logs: one JSON object a line on standard error. Codes, counts and where in the code; no names, no texts, no addresses.

An exception is logged by its type and the lines that raised it, never by its message: messages quote what people typed.
A line that belongs to a request says its id, which the answer told as X-Request-Id; one of a command says the command's.
Who logs never waits for who should read it: see `board.telemetry.log_writer`.
"""

import atexit
import functools
import json
import logging
import os
import re
import secrets
import sys
import threading
import traceback
from pathlib import Path

import structlog

from board.telemetry.log_writer import AsyncLogWriter
from models.times import format_utc, now

OURS = ("board", "models", "realtime")
WORKER = "BOARD_WORKER"  # the number of this worker, in its environment; none where there is but one process
ROOT = Path(__file__).resolve().parents[2]
LAST = 12  # lines of a trace
FLUSH_S = 0.5  # for what was said last, before this process ends
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


def set_up(level: str) -> None:
    """For this process; `level` is a name of the standard library's, such as INFO."""
    known = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_process,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(known),
        logger_factory=lambda *_: _stream(),
    )
    root = logging.getLogger()
    root.handlers = [_Handler()]
    root.setLevel(logging.WARNING)
    for room in OURS:
        logging.getLogger(room).setLevel(known)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # its warnings are about what clients may do
    logging.captureWarnings(True)
    # What nobody caught, Python would print with all that its message quotes.
    sys.excepthook = lambda _type, error, _trace: _uncaught(error)
    threading.excepthook = lambda told: _uncaught(told.exc_value)
    sys.unraisablehook = lambda told: _uncaught(told.exc_value)


def flush() -> None:
    """Before this process ends, or says something on standard error itself: what was logged stands there, if it can in a
    moment."""
    _stream().flush(FLUSH_S)


@functools.cache
def _stream() -> AsyncLogWriter:
    """That of this process."""
    atexit.register(flush)
    return AsyncLogWriter(_standard_error(), _lost)


def _standard_error() -> int | None:
    """Never 2 for itself: where standard error was closed, that is some other file by now."""
    try:
        return sys.stderr.fileno() if sys.stderr is not None else None
    except (OSError, ValueError):  # it is no file
        return None


def _lost(count: int) -> str:
    line = {"count": count, "event": "log lines dropped", "level": "warning", "timestamp": format_utc(now())}
    return json.dumps(_add_process(None, "", line))


def _uncaught(error: BaseException | None) -> None:
    structlog.get_logger().error("unhandled exception", **(exception_location(error) if error else {}))


def _add_process(_logger: object, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    worker = os.environ.get(WORKER)
    return {**line, **({"worker": worker} if worker and "worker" not in line else {}), "pid": os.getpid()}


def request_id(told: str | None) -> str:
    """The id of a request: the one that a proxy told, if it looks like one, else a new one."""
    return told if told is not None and _ID.match(told) else secrets.token_hex(8)


def bind_ids(**ids: str) -> None:
    """Lines of this task, from here on, belong to a request or command by that id."""
    structlog.contextvars.bind_contextvars(**ids)


def exception_location(error: BaseException) -> dict[str, object]:
    """What may be said of an exception: its type, and the lines through which it came: the last ones, and ours before them (a
    database's library has more than a dozen of its own)."""
    frames = traceback.extract_tb(error.__traceback__)
    told = [*[frame for frame in frames[:-LAST] if _is_ours(frame.filename)][-LAST:], *frames[-LAST:]]
    return {"error": type(error).__name__, "traceback": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in told]}


def _is_ours(file: str) -> bool:
    return Path(file).is_relative_to(ROOT) and "site-packages" not in file


class _Handler(logging.Handler):
    """What the standard library's loggers are given. Of ours, the sentence without its values. Of a library only which line
    of its code spoke: its sentences are made of what was typed, of addresses, and of whole objects."""

    def emit(self, record: logging.LogRecord) -> None:
        said = exception_location(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
        ours = record.name.partition(".")[0] in OURS
        event = str(record.msg) if ours else f"said by {record.name}"
        said["at"] = f"{record.pathname}:{record.lineno} {record.funcName}"
        if task := getattr(record, "task", None):  # of realtime.periodic
            said["task"] = task
        structlog.get_logger().log(record.levelno, event, logger=record.name, **said)
