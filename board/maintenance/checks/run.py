"""All checks, in order. Each is read-only and takes a few seconds at most. Checks that connect to other hosts run in parallel."""

import threading
from collections.abc import Callable
from functools import partial

from pydantic import ValidationError

from board.config.settings import Settings
from board.maintenance.checks import (
    backups,
    clock,
    data_keys,
    database,
    decoders,
    disk,
    encryption,
    erasures,
    figures,
    files,
    hosts,
    installation,
    notifications,
    pdf,
    proxy,
    redis,
    search_keys,
    tables,
)
from board.maintenance.checks import settings as of_settings
from board.maintenance.checks.finding import Finding, State, TableSize
from models.db.errors import ConfigurationError, DatabaseUnavailable

Check = Callable[[Settings], tuple[State, str] | tuple[State, str, tuple[TableSize, ...]]]

CHECKS: dict[str, Check] = {
    "database": database.check,
    "tables": tables.check,
    "files": files.check,
    "disk": disk.check,
    "quota": disk.check_quota,
    "redis": redis.check,
    "address": proxy.check,
    "email": notifications.check_email,
    "webhook": notifications.check_webhook,
    "outbox": notifications.check_outbox,
    "decoders": decoders.check,
    "pdf": pdf.check,
    "backup": backups.check,
    "encryption": encryption.check,
    "keys": search_keys.check,
    "data-keys": data_keys.check,
    "clock": clock.check,
    "figures": figures.check,
    "erasures": erasures.check,
}
ASK_HOSTS = ("database", "redis", "address", "email", "webhook")
UNAVAILABLE = "The database can't be read right now: it is busy, full or damaged."
ON_DATABASE = (  # checks that read from it
    "tables", "files", "quota", "outbox", "backup", "encryption", "keys", "data-keys", "clock", "figures", "erasures",
)  # fmt: skip


def run(digests: bool = False, progress: Callable[[str], None] = lambda line: None) -> list[Finding]:
    """Return a finding for each check. If the settings are wrong, skip all other checks.

    `digests`: read every attached file completely, and report `progress`.
    """
    checks = CHECKS | {"files": partial(files.check, digests=digests, progress=progress)}
    findings = [Finding("installed", *installation.check())]
    try:
        settings = Settings()
        settings.check()
    except ConfigurationError as error:
        findings.append(Finding("settings", State.WRONG, str(error)))
    except ValidationError as error:
        findings.append(Finding("settings", State.WRONG, of_settings.sentence(error)))
    else:
        findings.append(Finding("settings", *of_settings.check(settings)))
        return findings + _run_all(checks, settings)
    return findings + [Finding(name, State.SKIPPED, "The settings are wrong.") for name in CHECKS]


def _run_all(checks: dict[str, Check], settings: Settings) -> list[Finding]:
    """Run the checks. Skip those that need a host that can't be looked up, or a database that can't be used."""
    findings = {name: Finding(name, State.WRONG, text) for name, text in hosts.problems(settings).items()}
    failed = set(findings)

    def run_check(name: str) -> None:
        try:
            findings[name] = Finding(name, *checks[name](settings))
        except ConfigurationError as error:
            findings[name] = Finding(name, State.WRONG, str(error))
            failed.add(name)
        except DatabaseUnavailable:
            findings[name] = Finding(name, State.WRONG, UNAVAILABLE)
            failed.add(name)

    threads = [threading.Thread(target=run_check, args=(name,)) for name in ASK_HOSTS if name not in findings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if "database" in failed:
        skipped = (Finding(name, State.SKIPPED, "The database can't be used.") for name in ON_DATABASE)
        findings |= {finding.name: finding for finding in skipped}
    for name in checks:
        if name not in findings:
            run_check(name)
    return [findings[name] for name in checks]
