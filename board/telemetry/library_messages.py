"""Messages of uvicorn and of our protocols about clients, as metrics and log events of the board. They are matched by constants,
and the request is never quoted."""

import logging

import structlog

from board.telemetry import metrics
from board.telemetry.log_throttle import throttled_log

log = structlog.get_logger()

CLIENT_ERRORS = {  # client errors by the library's message: reason in the metrics, reason in the log
    "Invalid HTTP request received.": ("http", "not HTTP"),
    "Unsupported upgrade request.": ("http", "unsupported upgrade"),
    "Invalid UTF-8 sequence received from client.": ("socket", "not UTF-8"),
}


class _Filter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to log the message like those of other libraries: only the place in the code, and the error's type."""
        if (client_error := CLIENT_ERRORS.get(str(record.msg))) is not None:
            kind, reason = client_error
            metrics.refused.labels(kind).inc()
            throttled_log.info("refused by the web server", reason)
            return False
        return record.levelno >= logging.ERROR  # other warnings are about clients


def install() -> None:
    """Install the filter in this process."""
    for name in ("uvicorn.error", "realtime.http.http_protocol", "realtime.http.websocket_protocol"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        if not any(isinstance(installed, _Filter) for installed in logger.filters):
            logger.addFilter(_Filter())
