"""Logs: one JSON object per line on standard error. Codes, counts and places in the code; no names, no texts, no addresses.

An exception is logged with its type and traceback, never with its message, because messages quote user input. A line of a request
has its id, which the response contains as X-Request-Id; one of a command has the command's id. Logging never blocks: see
`board.telemetry.log_writer`.
"""

import atexit
import functools
import json
import logging
import os
import random
import re
import sys
import threading
import traceback
from pathlib import Path

import structlog

from board.telemetry.log_throttle import throttle
from board.telemetry.log_writer import AsyncLogWriter
from models.times import format_utc, now

OURS = ("board", "models", "realtime")
WORKER = "BOARD_WORKER"  # environment variable with the number of this worker; unset with a single process
ROOT = Path(__file__).resolve().parents[2]
MAX_FRAMES = 12  # frames of a traceback
FLUSH_S = 0.5  # for the last lines, before this process exits
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


def set_up(level: str) -> None:
    """Set up logging in this process. `level`: name in the standard library, such as INFO."""
    level_number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            throttle,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_process,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level_number),
        logger_factory=lambda *_: _log_writer(),
    )
    root = logging.getLogger()
    root.handlers = [_Handler()]
    root.setLevel(logging.WARNING)
    for package in OURS:
        logging.getLogger(package).setLevel(level_number)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # its warnings are about clients
    logging.captureWarnings(True)
    # Python would print unhandled exceptions with their messages, which quote user input.
    sys.excepthook = lambda _type, error, _trace: _log_unhandled(error)
    threading.excepthook = lambda unhandled: _log_unhandled(unhandled.exc_value)
    sys.unraisablehook = lambda unhandled: _log_unhandled(unhandled.exc_value)


def flush() -> None:
    """Write queued lines before this process exits or prints to standard error itself, for FLUSH_S at most."""
    _log_writer().flush(FLUSH_S)


@functools.cache
def _log_writer() -> AsyncLogWriter:
    """Return the log writer of this process."""
    atexit.register(flush)
    return AsyncLogWriter(_standard_error(), _lost_line)


def _standard_error() -> int | None:
    """Return the file descriptor of standard error. It may not be 2: if standard error was closed, that is another file."""
    try:
        return sys.stderr.fileno() if sys.stderr is not None else None
    except (OSError, ValueError):  # it is not a file
        return None


def _lost_line(count: int) -> str:
    line = {"count": count, "event": "log lines dropped", "level": "warning", "timestamp": format_utc(now())}
    return json.dumps(_add_process(None, "", line))


def _log_unhandled(error: BaseException | None) -> None:
    structlog.get_logger().error("unhandled exception", **(exception_location(error) if error else {}))


def _add_process(_logger: object, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    worker = os.environ.get(WORKER)
    return {**line, **({"worker": worker} if worker and "worker" not in line else {}), "pid": os.getpid()}


def request_id(received_id: str | None) -> str:
    """Return the id of a request: the one set by a proxy if it is well-formed, otherwise a new one."""
    return received_id if received_id is not None and _ID.match(received_id) else f"{random.getrandbits(64):016x}"


def bind_ids(**ids: str) -> None:
    """Add ids of the request or command to the following log lines of this task."""
    structlog.contextvars.bind_contextvars(**ids)


def exception_location(error: BaseException) -> dict[str, object]:
    """Return the log fields of an exception: its type, the last frames of our own code, and the last frames of all.

    Database libraries add more than a dozen frames.
    """
    frames = traceback.extract_tb(error.__traceback__)
    frames_shown = [*[frame for frame in frames[:-MAX_FRAMES] if _is_ours(frame.filename)][-MAX_FRAMES:], *frames[-MAX_FRAMES:]]
    return {
        "error": type(error).__name__,
        "traceback": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames_shown],
    }


def _is_ours(file: str) -> bool:
    return Path(file).is_relative_to(ROOT) and "site-packages" not in file


class _Handler(logging.Handler):
    """Handler for loggers of the standard library.

    For our packages, it logs the message without its arguments. For libraries, it logs only the place in their code, because
    their messages contain user input, addresses and entire objects.
    """

    def emit(self, record: logging.LogRecord) -> None:
        fields = exception_location(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
        is_ours = record.name.partition(".")[0] in OURS
        event = str(record.msg) if is_ours else f"message of {record.name}"
        fields["at"] = f"{record.pathname}:{record.lineno} {record.funcName}"
        if task := getattr(record, "task", None):  # set by realtime.periodic
            fields["task"] = task
        structlog.get_logger().log(record.levelno, event, logger=record.name, **fields)
