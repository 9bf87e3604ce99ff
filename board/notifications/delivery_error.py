"""Failure to send a notification."""

import ssl


class DeliveryError(Exception):
    """Failed try. `code`: for the row and the log; quotes nothing from the receiver. `final`: another try would fail too."""

    def __init__(self, code: str, final: bool = False) -> None:
        super().__init__(code)
        self.code, self.final = code, final


def connection_code(error: BaseException | None) -> str:
    """Return the code of a connection error: `tls` if one of its causes is a TLS error."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return "tls"
        error = error.__cause__ or error.__context__
    return "connect"
