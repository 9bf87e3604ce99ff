"""Logs: one JSON object a line on standard error. Codes, counts and where in the code; no names, no texts, no addresses.

An exception is logged by its type and the lines that raised it, never by its message: messages quote what people typed.
"""

import logging
import sys
import traceback

import structlog


def set_up(level: str) -> None:
    """For this process; `level` is a name of the standard library's, such as INFO."""
    known = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(known),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    root = logging.getLogger()
    root.handlers = [_Handler()]
    root.setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # its warnings quote addresses


def where(error: BaseException) -> dict[str, object]:
    """What may be said of an exception: its type, and the lines through which it came."""
    frames = traceback.extract_tb(error.__traceback__)
    return {"error": type(error).__name__, "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]}


class _Handler(logging.Handler):
    """What libraries log, by the same rules: their sentence without its values."""

    def emit(self, record: logging.LogRecord) -> None:
        said = where(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
        structlog.get_logger(record.name).log(record.levelno, str(record.msg).strip(), logger=record.name, **said)
