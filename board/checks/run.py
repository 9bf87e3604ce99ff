"""All checks, in order. Each looks for seconds at most, and changes nothing."""

from collections.abc import Callable

from pydantic import ValidationError

from board.checks import backups, clock, database, installation, paper, proxy, redis
from board.checks import settings as of_settings
from board.checks.finding import Finding, State
from board.settings import Settings
from models.db.errors import ConfigurationError, DatabaseUnavailable

Check = Callable[[Settings], tuple[State, str]]

CHECKS: dict[str, Check] = {
    "database": database.look,
    "redis": redis.look,
    "address": proxy.look,
    "pdf": paper.look,
    "backup": backups.look,
    "clock": clock.look,
}


def run() -> list[Finding]:
    """Return a finding for each check. Where the settings are wrong, nothing else can be looked at."""
    found = [Finding("installed", *installation.look())]
    try:
        settings = Settings()
        settings.check()
    except ConfigurationError as error:
        found.append(Finding("settings", State.WRONG, str(error)))
    except ValidationError as error:
        found.append(Finding("settings", State.WRONG, of_settings.sentence(error)))
    else:
        found.append(Finding("settings", *of_settings.look(settings)))
        return found + [_look(name, check, settings) for name, check in CHECKS.items()]
    return found + [Finding(name, State.SKIPPED, "The settings are wrong.") for name in CHECKS]


def _look(name: str, check: Check, settings: Settings) -> Finding:
    try:
        return Finding(name, *check(settings))
    except ConfigurationError as error:
        return Finding(name, State.WRONG, str(error))
    except DatabaseUnavailable:
        return Finding(name, State.WRONG, "The database can't be read right now: it is busy, full or damaged.")
