"""Language of a response: the account's, otherwise the browser's preferred one, otherwise English."""

from starlette.requests import HTTPConnection

from board import i18n
from board.engine.identity import Caller

MAX_HEADER = 1_000  # characters of the header; longer ones are ignored


def language_for(connection: HTTPConnection, caller: Caller | None = None) -> str:
    """Return the language code for a connection. `caller`: its caller, if more current than the authenticated one."""
    asks: Caller | None = caller or getattr(connection.state, "caller", None)
    return of_account(asks) or negotiate(connection.headers.get("accept-language", ""))


def of_account(caller: Caller | None) -> str:
    """Return the language that a caller's account chose; empty if we do not offer it."""
    return if_offered(caller.account.language if caller else "")


def if_offered(language: str) -> str:
    """Return the language if we offer it, otherwise an empty text."""
    return language if language in i18n.languages() else ""


def negotiate(header: str) -> str:
    """Return the best of our languages for an `Accept-Language` header (RFC 9110, 12.5.4); `fr-BE` counts as French."""
    best, best_weight = i18n.DEFAULT, 0.0
    for part in header[:MAX_HEADER].split(","):
        name, _, parameter = part.partition(";")
        language = name.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if weight > best_weight and language in i18n.languages():
            best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    """Return the weight in a parameter such as `q=0.8`; 0 if it can't be parsed."""
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.0
