"""Check of the last backup: its age, as `board backup` recorded it."""

from datetime import timedelta

from board.config.settings import Settings
from board.maintenance.checks.finding import State
from board.maintenance.database import read
from models.times import now, parse_utc
from models.upkeep import backup_times

MAX_AGE = timedelta(hours=36)  # a nightly backup that was missed


def check(settings: Settings) -> tuple[State, str]:
    made_at, installed_at = read(backup_times)
    how = "`board backup FILE`, every night"
    if made_at is None:
        is_new = installed_at is None or now() - parse_utc(installed_at) < MAX_AGE
        return (State.WARNING if is_new else State.WRONG), f"No backup was ever made: {how}."
    age = now() - parse_utc(made_at)
    summary = f"The last backup was made {_age_text(age)} ago, at {made_at}"
    return (State.WRONG, f"{summary}: {how}.") if age > MAX_AGE else (State.OK, f"{summary}.")


def _age_text(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"
