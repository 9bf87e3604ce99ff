"""In which language somebody reads: the one that they chose, else the first that their browser asks for, else English."""

from starlette.requests import HTTPConnection

from board import i18n
from board.engine.identity import Caller

MAX_HEADER = 1_000  # characters of what a browser says; a longer one names more than anybody reads


def language_for(connection: HTTPConnection, caller: Caller | None = None) -> str:
    """The code of the language; `caller` where it is known anew, else whoever was found to ask."""
    asks: Caller | None = caller or getattr(connection.state, "caller", None)
    chosen = asks.account.language if asks else ""
    return chosen if chosen in i18n.languages() else negotiate(connection.headers.get("accept-language", ""))


def negotiate(header: str) -> str:
    """The best of our languages by an `Accept-Language` header (RFC 9110, 12.5.4); `fr-BE` is French."""
    best, most = i18n.DEFAULT, 0.0
    for part in header[:MAX_HEADER].split(","):
        name, _, parameter = part.partition(";")
        language = name.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if weight > most and language in i18n.languages():
            best, most = language, weight
    return best


def _weight(parameter: str) -> float:
    """Of `q=0.8`: 0.8. What can't be read counts for nothing."""
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.0
