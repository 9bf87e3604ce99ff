"""Settings file: `.env` in the working directory, or the file named by `--env-file`.

Only the board reads it, so an unknown name in it is refused: it is probably a misspelt setting. (The environment also has
variables of other programs.)
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
    """Return the arguments without the option, which can be at any position, and choose its file. Raises ConfigurationError if
    the file does not exist."""
    other_words: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            return [*other_words, word, *rest]
        if word == OPTION:
            _choose(next(rest, ""))
        elif word.startswith(f"{OPTION}="):
            _choose(word.partition("=")[2])
        else:
            other_words.append(word)
    return other_words


def _choose(name: str) -> None:
    if not Path(name).is_file():
        raise ConfigurationError(f"{OPTION}: the file {name!r} does not exist. Give the path of a settings file.")
    os.environ[CHOSEN] = str(Path(name).absolute())


def chosen() -> Path:
    """Return the path of the settings file, which may not exist."""
    return Path(os.environ.get(CHOSEN) or DEFAULT)


def check(file: Path, settings: Collection[str]) -> None:
    """Check a settings file. Raises ConfigurationError for the first line that is not a setting. Never quotes text that may be a
    secret."""
    try:
        lines = list(parse_stream(StringIO(file.read_text(encoding="utf-8"))))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The settings in {file} can't be read: {getattr(error, 'strerror', None) or 'it is not text'}."
        ) from None
    for binding in lines:
        if binding.error or (binding.key is not None and (binding.key.lower() not in settings or binding.value is None)):
            blank = len(binding.original.string) - len(binding.original.string.lstrip())
            number = binding.original.line + binding.original.string[:blank].count("\n")
            raise ConfigurationError(f"{file}, line {number}: {_problem(binding.key or '', settings)}.")


def _problem(name: str, settings: Collection[str]) -> str:
    if name.lower() in settings:
        return f"{name.upper()} has no value"
    if re.fullmatch(r"[A-Z][A-Z0-9_]{1,63}", name) or suggestion(name, settings):
        return f"the board has no setting {name}{suggestion(name, settings)}"
    return "this is not a setting. Write NAME=value"


def suggestion(name: str, settings: Collection[str], min_similarity: float = 0.75) -> str:
    """Return the most similar setting as the end of a sentence; empty if none is similar."""
    matches = get_close_matches(name.lower(), settings, 1, min_similarity)
    return f" (did you mean {matches[0].upper()}?)" if matches else ""
