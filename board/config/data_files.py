"""TOML data files of the program. An installation can replace some of them with its own files of the same name under
FILES_PATH."""

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from board.errors import from_pydantic
from board.paths import DATA
from models.db.errors import ConfigurationError
from models.fields import Data

T = TypeVar("T")
D = TypeVar("D", bound=Data)


def path_of(name: str, folder: str | None) -> Path:
    """Return the path of a data file: the installation's own file if it exists, otherwise the program's."""
    replacement = Path(folder) / name if folder else DATA / name
    return replacement if replacement.exists() else DATA / name


def read(name: str, type: type[D], folder: str | None) -> D:
    """Return the content of a data file. Raises ConfigurationError, with a sentence that describes the problem."""
    path = path_of(name, folder)
    try:
        return type.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        field, sentence = next(iter((from_pydantic(error).fields or {}).items()))
        raise ConfigurationError(f"{path}, at {field}: {sentence}") from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} can't be read: {error}") from None


def loader(load: Callable[[str | None], T]) -> Callable[..., T]:
    """Wrap a function that loads from FILES_PATH. Without that setting it returns the program's own data, which is read once.
    Raises ConfigurationError."""

    @cache
    def default() -> T:
        return load(None)

    def load_from(folder: str | None = None) -> T:
        return load(folder) if folder else default()

    return load_from
