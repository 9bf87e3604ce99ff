"""Check that backups are encrypted, and that an identity opens the newest one, so that a lost key is noticed in time."""

from datetime import timedelta
from pathlib import Path

from board.config.backup_keys import digest, recipient_names
from board.config.settings import Settings
from board.errors import OperationError
from board.maintenance.age_format import is_encrypted
from board.maintenance.checks.finding import State
from board.maintenance.database import read
from models.times import now, parse_utc
from models.upkeep import backup_file, backup_opened_at

MAX_UNTESTED = timedelta(days=92)  # a quarter, in which a lost key must be noticed
TEST = "Run `board restore --test FILE` with BACKUP_IDENTITY_FILE or BACKUP_IDENTITY_COMMAND set for that command"


def check(settings: Settings) -> tuple[State, str]:
    if settings.backup_recipients is None:
        return State.WARNING, "Backups are not encrypted. Set BACKUP_RECIPIENTS."
    count = len(recipient_names(settings.backup_recipients))
    summary = f"Backups are encrypted for {count} recipient{'s' if count > 1 else ''}"
    if not (settings.backup_identity_file or settings.backup_identity_command):
        return _check_test(summary, settings.backup_recipients)
    try:
        return _check_identities(settings, settings.backup_recipients, summary)
    except OperationError as error:
        return State.WRONG, f"{summary}, and no identity can be used: {error}"


def _check_test(summary: str, recipients: str) -> tuple[State, str]:
    """Check when a backup was last opened: the identity is kept elsewhere."""
    opened_at = read(lambda session: backup_opened_at(session, digest(recipients)))
    if opened_at is None:
        return State.WARNING, f"{summary}. It was never tested that one can be opened. {TEST}."
    days = (now() - parse_utc(opened_at)).days
    said = f"{summary}. One was last opened {days} days ago, at {opened_at}"
    return (State.WARNING, f"{said}. {TEST}.") if days > MAX_UNTESTED.days else (State.OK, f"{said}.")


def _check_identities(settings: Settings, recipients: str, summary: str) -> tuple[State, str]:
    from board.maintenance import age, identities

    keys = identities.load(settings)
    if not identities.belong_to(keys, recipients):
        return State.WRONG, f"{summary}, and the identity belongs to none of them. Correct BACKUP_RECIPIENTS or the identity."
    name = read(backup_file)
    if name is None or not Path(name).is_file():
        place = "no newest backup is known" if name is None else f"the newest backup is no longer at {name}"
        return State.WARNING, f"{summary}, and the identity belongs to them, but {place}."
    if not is_encrypted(Path(name)):
        return State.WARNING, f"{summary}, but the newest one is not: {name}."
    if not age.can_open(Path(name), keys):
        return State.WRONG, f"{summary}, and no identity opens the newest one: {name}."
    return State.OK, f"{summary}, and the identity opens the newest one, {name}."
