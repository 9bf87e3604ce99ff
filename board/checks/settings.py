"""The settings: what can be served by them, and names that may be meant to be settings."""

import os

from pydantic import ValidationError

from board import env_file
from board.checks.finding import State
from board.settings import Settings

NEAR = 0.85  # how near a name of the environment must be: much stands there that is not meant for the board


def look(settings: Settings) -> tuple[State, str]:
    """Wrong ones raise before; this names what may not be meant so."""
    names = Settings.model_fields
    near = [(name, env_file.meant(name, names, NEAR)) for name in sorted(os.environ) if name.lower() not in names]
    doubts = [f"{name} in the environment is no setting{meant}." for name, meant in near if meant and name.isupper()]
    if "*" in settings.forwarded_allow_ips:
        doubts.append("FORWARDED_ALLOW_IPS believes everybody where they come from: only proxies may reach this server.")
    file = env_file.chosen()
    if file.exists() and file.stat().st_mode & 0o077 and {"secret_key", "database_url", "redis_url"} & settings.model_fields_set:
        doubts.append(f"Others on this machine can read {file}: chmod 600.")
    if doubts:
        return State.WARNING, " ".join(doubts)
    return State.OK, f"They can be used{f', with those in {file}' if file.exists() else ''}."


def sentence(error: ValidationError) -> str:
    """Return what is wrong with the first value that can't be, without the value."""
    first = error.errors(include_input=False, include_url=False)[0]
    said = first["msg"].removeprefix("Value error, ")
    return f"The setting {'.'.join(map(str, first['loc'])).upper()} can't be used: {said}."
