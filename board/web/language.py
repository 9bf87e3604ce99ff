"""Language of a response: the account's, else the first that the browser asks for, else English."""

from starlette.requests import HTTPConnection

from board import i18n
from board.engine.identity import Caller

MAX_HEADER = 1_000  # characters of the header; longer ones are ignored


def language_for(connection: HTTPConnection, caller: Caller | None = None) -> str:
    """Return the language code for a connection. `caller` is its caller, if known better than at authentication."""
    asks: Caller | None = caller or getattr(connection.state, "caller", None)
    return of_account(asks) or negotiate(connection.headers.get("accept-language", ""))


def of_account(caller: Caller | None) -> str:
    """Return the language that a caller's account chose; empty if none of ours."""
    return if_offered(caller.account.language if caller else "")


def if_offered(language: str) -> str:
    """Return a language that an account chose; empty if none of ours."""
    return language if language in i18n.languages() else ""


def negotiate(header: str) -> str:
    """Return the best of our languages for an `Accept-Language` header (RFC 9110, 12.5.4); `fr-BE` counts as French."""
    best, most = i18n.DEFAULT, 0.0
    for part in header[:MAX_HEADER].split(","):
        name, _, parameter = part.partition(";")
        language = name.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if weight > most and language in i18n.languages():
            best, most = language, weight
    return best


def _weight(parameter: str) -> float:
    """Return the weight in a parameter such as `q=0.8`; 0 if it can't be parsed."""
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.0
