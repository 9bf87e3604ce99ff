"""Check of the settings: they are valid, and no variable of the environment looks like a misspelled setting."""

import os

from pydantic import ValidationError

from board.commands import registry  # noqa: F401  (it declares the occasions that rules name)
from board.config import env_file
from board.config.alarm_rules import ALARMS, load_rules
from board.config.secret_file import is_exposed
from board.config.settings import Settings
from board.maintenance.checks.finding import State

MIN_SIMILARITY = 0.85  # between a variable's name and a setting: most variables are for other programs

SECRETS = {
    "secret_key",
    "database_url",
    "redis_url",
    "smtp_url",
    "webhook_url",
    "webhook_members_only",
    "webhook_secret",
    "aws_secret_access_key",
    "aws_session_token",
}


def check(settings: Settings) -> tuple[State, str]:
    """Return warnings about valid settings that may be mistakes."""
    names = Settings.model_fields
    near = [(name, env_file.suggestion(name, names, MIN_SIMILARITY)) for name in sorted(os.environ) if name.lower() not in names]
    warnings = [
        f"{name} in the environment is no setting{suggestion}." for name, suggestion in near if suggestion and name.isupper()
    ]
    if "*" in settings.forwarded_allow_ips:
        warnings.append("FORWARDED_ALLOW_IPS trusts every client to name its own address: let only proxies reach this server.")
    file = env_file.chosen()
    if SECRETS & settings.model_fields_set and file.exists() and is_exposed(file):
        warnings.append(f"Others on this machine can read {file}: chmod 600, or 640 with the owner root and the service's group.")
    if (key := settings.key_file) is not None and key.exists() and is_exposed(key):
        warnings.append(f"Others on this machine can read {key}: chmod 600.")
    warnings += [f"{ALARMS}: {advice}" for advice in load_rules(settings.files_path).advice]
    if warnings:
        return State.WARNING, " ".join(warnings)
    return State.OK, f"The settings are valid{f', with those in {file}' if file.exists() else ''}."


def sentence(error: ValidationError) -> str:
    """Return the problem of the first invalid setting, without its value."""
    first = error.errors(include_input=False, include_url=False)[0]
    name, reason = ".".join(map(str, first["loc"])).upper(), first["msg"].removeprefix("Value error, ")
    return f"The setting {name} {reason}." if reason.startswith("must ") else f"The setting {name} can't be used: {reason}."
