"""All checks, in order. Each takes seconds at most, and changes nothing."""

from collections.abc import Callable
from functools import partial

from pydantic import ValidationError

from board.checks import backups, clock, database, decoders, files, installation, notifications, pdf, proxy, redis, tables
from board.checks import settings as of_settings
from board.checks.finding import Finding, State, TableSize
from board.settings import Settings
from models.db.errors import ConfigurationError, DatabaseUnavailable

Check = Callable[[Settings], tuple[State, str] | tuple[State, str, tuple[TableSize, ...]]]

CHECKS: dict[str, Check] = {
    "database": database.check,
    "tables": tables.check,
    "files": files.check,
    "redis": redis.check,
    "address": proxy.check,
    "email": notifications.check_email,
    "webhook": notifications.check_webhook,
    "outbox": notifications.check_outbox,
    "decoders": decoders.check,
    "pdf": pdf.check,
    "backup": backups.check,
    "clock": clock.check,
}


def run(digests: bool = False, progress: Callable[[str], None] = lambda line: None) -> list[Finding]:
    """Return a finding for each check. If the settings are wrong, all other checks are skipped. With `digests`, every attached
    file is read whole, which tells its progress."""
    checks = CHECKS | {"files": partial(files.check, digests=digests, progress=progress)}
    found = [Finding("installed", *installation.check())]
    try:
        settings = Settings()
        settings.check()
    except ConfigurationError as error:
        found.append(Finding("settings", State.WRONG, str(error)))
    except ValidationError as error:
        found.append(Finding("settings", State.WRONG, of_settings.sentence(error)))
    else:
        found.append(Finding("settings", *of_settings.check(settings)))
        return found + [_run_check(name, check, settings) for name, check in checks.items()]
    return found + [Finding(name, State.SKIPPED, "The settings are wrong.") for name in CHECKS]


def _run_check(name: str, check: Check, settings: Settings) -> Finding:
    try:
        return Finding(name, *check(settings))
    except ConfigurationError as error:
        return Finding(name, State.WRONG, str(error))
    except DatabaseUnavailable:
        return Finding(name, State.WRONG, "The database can't be read right now: it is busy, full or damaged.")
