"""Settings file: `.env` in the working directory, or the one that `--env-file` names.

Only the board reads it, so an unknown name there is refused: it would have no effect, like a misspelt setting. (The
environment holds much that is not the board's.)
"""

import os
import re
from collections.abc import Collection
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

from dotenv.parser import parse_stream

from models.db.errors import ConfigurationError

OPTION = "--env-file"
DEFAULT = ".env"
CHOSEN = "BOARD_ENV_FILE"  # passes the choice on to child processes


def choose(words: list[str]) -> list[str]:
    """Take the option out of the arguments, wherever it stands, and choose its file. Raises ConfigurationError if there is
    none."""
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            return [*kept, word, *rest]
        if word == OPTION:
            _choose(next(rest, ""))
        elif word.startswith(f"{OPTION}="):
            _choose(word.partition("=")[2])
        else:
            kept.append(word)
    return kept


def _choose(name: str) -> None:
    if not Path(name).is_file():
        raise ConfigurationError(f"{OPTION}: there is no file {name!r}. Give the path of a settings file.")
    os.environ[CHOSEN] = str(Path(name).absolute())


def chosen() -> Path:
    """Return the settings file; it may not exist."""
    return Path(os.environ.get(CHOSEN) or DEFAULT)


def check(file: Path, known: Collection[str]) -> None:
    """Check the file. Raises ConfigurationError for the first line that is no setting, without quoting what may be a secret."""
    try:
        lines = list(parse_stream(StringIO(file.read_text(encoding="utf-8"))))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The settings in {file} can't be read: {getattr(error, 'strerror', None) or 'it is not text'}."
        ) from None
    for each in lines:
        if each.error or (each.key is not None and (each.key.lower() not in known or each.value is None)):
            blank = len(each.original.string) - len(each.original.string.lstrip())
            line = each.original.line + each.original.string[:blank].count("\n")
            raise ConfigurationError(f"{file}, line {line}: {_problem(each.key or '', known)}.")


def _problem(name: str, known: Collection[str]) -> str:
    if name.lower() in known:
        return f"{name.upper()} has no value"
    if re.fullmatch(r"[A-Z][A-Z0-9_]{1,63}", name) or suggestion(name, known):
        return f"the board has no setting {name}{suggestion(name, known)}"
    return "this is not a setting. Write NAME=value"


def suggestion(name: str, known: Collection[str], near_by: float = 0.75) -> str:
    """Return which setting may be meant by a name, as the end of a sentence; empty if none is similar."""
    near = get_close_matches(name.lower(), known, 1, near_by)
    return f" (is {near[0].upper()} meant?)" if near else ""
