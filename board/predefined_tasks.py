"""What is data about searches: the criteria of a worrying disappearance, the first tasks of each kind, and those at the end
of an appeal. An installation may have tasks of its own, in files by the same names under FILES_PATH."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from board.errors import from_pydantic
from board.fields import Data, LongText, ShortText, Title
from board.paths import DATA
from models.db.errors import ConfigurationError

FIRST, TAKE_DOWN = "first_tasks.toml", "take_down.toml"
MOST = 50  # tasks in a list: all of them are made by one command, whose events go in one message
YEAR_MINUTES = 366 * 24 * 60


class TaskTemplate(Data):
    """A task that is known beforehand, in English, with other languages beside it."""

    key: ShortText | None = None
    title: Title
    instruction: LongText | None = None
    priority: Literal["low", "normal", "urgent"] = "normal"
    due_minutes: Annotated[int, Field(ge=1, le=YEAR_MINUTES)] | None = None
    title_fr: Title | None = None
    title_nl: Title | None = None
    title_de: Title | None = None
    instruction_fr: LongText | None = None
    instruction_nl: LongText | None = None
    instruction_de: LongText | None = None

    def text_in(self, language: str) -> dict[str, str | None]:
        """Title and instruction, each in a language where it is known in it, else in English."""
        return {name: getattr(self, f"{name}_{language}", None) or getattr(self, name) for name in ("title", "instruction")}


class TakeDownTask(TaskTemplate):
    """What is to be wiped after an appeal of these levels."""

    levels: list[Literal["discreet", "posters", "public", "child_alert"]]


Tasks = Annotated[list[TaskTemplate], Field(default_factory=list, max_length=MOST)]


class FirstTasksFile(Data):
    """By kind of search. A kind that is not named begins without."""

    runaway: Tasks
    parental_abduction: Tasks
    unaccompanied_minor: Tasks
    third_party_abduction: Tasks
    undefined: Tasks


class TakeDownFile(Data):
    take_down: Annotated[list[TakeDownTask], Field(default_factory=list, max_length=MOST)]


class TaskCatalogue:
    """The tasks that are known beforehand."""

    def __init__(self, folder: str | None = None) -> None:
        """Those of the files in a folder, as far as they are there; else those that come along. Raises ConfigurationError."""
        self._first: FirstTasksFile = _read(FIRST, FirstTasksFile, folder)
        self._take_down: TakeDownFile = _read(TAKE_DOWN, TakeDownFile, folder)

    def first_tasks(self, kind: str) -> list[TaskTemplate]:
        """The tasks that a new search of this kind begins with."""
        tasks: list[TaskTemplate] = getattr(self._first, kind)
        return tasks

    def take_down(self, level: str) -> list[TakeDownTask]:
        """The tasks that wipe the traces of an appeal of this level."""
        return [each for each in self._take_down.take_down if level in each.levels]


@cache
def default_catalogue() -> TaskCatalogue:
    """Those that come along."""
    return TaskCatalogue()


def load_catalogue(folder: str | None) -> TaskCatalogue:
    """Those of an installation, by its FILES_PATH. Raises ConfigurationError."""
    return TaskCatalogue(folder) if folder else default_catalogue()


def criteria() -> tuple[str, ...]:
    """The keys of the criteria, in the order in which they are asked."""
    return tuple(each["key"] for each in _criteria()["criterion"])


def former_criteria() -> tuple[str, ...]:
    """Keys of criteria that are asked no more, and may have been answered."""
    return tuple(each["key"] for each in _criteria()["former"])


def younger_than() -> dict[str, int]:
    """The criteria that the child's age suggests: by key, the age in years from which it does so no more."""
    return {each["key"]: each["younger_than"] for each in _criteria()["criterion"] if "younger_than" in each}


@cache
def _criteria() -> dict[str, Any]:
    return tomllib.loads((DATA / "criteria.toml").read_text(encoding="utf-8"))


def _read(name: str, type: type[Data], folder: str | None) -> Any:
    own = Path(folder) / name if folder else DATA / name
    path = own if own.exists() else DATA / name
    try:
        return type.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        field, sentence = next(iter((from_pydantic(error).fields or {}).items()))
        raise ConfigurationError(f"{path}, at {field}: {sentence}") from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} can't be read: {error}") from None
