"""Failure to send a notification."""

import ssl


class Undelivered(Exception):
    """A try failed. `code` is stored and logged, and quotes nothing that a receiver said; `final` tells that another try would
    fail, too."""

    def __init__(self, code: str, final: bool = False) -> None:
        super().__init__(code)
        self.code, self.final = code, final


def connection_code(error: BaseException | None) -> str:
    """Return the code of an error of a connection: `tls` if that is why, at any depth of its causes."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return "tls"
        error = error.__cause__ or error.__context__
    return "connect"
