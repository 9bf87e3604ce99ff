"""What uvicorn and websockets say of clients, in words of ours: their sentences are told by constants, and quote nothing."""

import logging

import structlog

from board.telemetry import metrics
from board.telemetry.log_throttle import seldom

log = structlog.get_logger()

REFUSED = {  # what a client did, by what they say: the reason for the metrics, and the one for the log
    "Invalid HTTP request received.": ("http", "not HTTP"),
    "Unsupported upgrade request.": ("http", "unsupported upgrade"),
    "Exceeded concurrency limit.": ("http", "too many connections"),
    "Invalid UTF-8 sequence received from client.": ("socket", "not UTF-8"),
}
FAULTS = {  # of ours, that they find: which one stands nowhere else
    "ASGI callable returned without starting response.": "an answer was not begun",
    "ASGI callable returned without completing response.": "an answer was not finished",
    "ASGI callable returned without completing handshake.": "a handshake was not answered",
}


class _Filter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is to be logged as all that libraries say: where in the code, and of which type an error is."""
        if (told := REFUSED.get(str(record.msg))) is not None:
            kind, reason = told
            metrics.refused.labels(kind).inc()
            seldom.info("refused by the web server", reason)
            return False
        if (fault := FAULTS.get(str(record.msg))) is not None:
            log.error(fault)
            return False
        return record.levelno >= logging.ERROR  # other warnings are about what clients may do


def listen() -> None:
    """From now on, in this process."""
    uvicorn = logging.getLogger("uvicorn.error")
    uvicorn.setLevel(logging.WARNING)
    if not any(isinstance(each, _Filter) for each in uvicorn.filters):
        uvicorn.addFilter(_Filter())
