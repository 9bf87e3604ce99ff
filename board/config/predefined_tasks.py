"""Predefined tasks and criteria, kept as data: criteria of a worrying disappearance, first tasks of each kind of search, tasks
after an appeal. An installation may replace the task files by its own, with the same names under FILES_PATH.

A predefined task is stored in the language of its author, and shown in the reader's until somebody changes its text."""

import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from board import i18n
from board.config import data_files
from board.paths import DATA
from models.distribution import Way
from models.fields import Data, LongText, ShortText, Title

FIRST, TAKE_DOWN = "first_tasks.toml", "take_down.toml"
MAX_TASKS = 50  # tasks in a list: one command makes them all, and its events travel in one message
DAY_MINUTES = 24 * 60
YEAR_MINUTES = 366 * DAY_MINUTES


# optional titles and instructions in the other languages: `title_fr`, `instruction_fr`, …
_TRANSLATIONS: dict[str, Any] = {
    f"{name}_{code}": (type | None, None)
    for code in i18n.LANGUAGES if code != i18n.DEFAULT for name, type in (("title", Title), ("instruction", LongText))
}  # fmt: skip


class TaskTemplate(create_model("TranslatedTask", __base__=Data, **_TRANSLATIONS)):  # type: ignore[misc]
    """Task template in English, with optional other languages."""

    key: ShortText | None = None
    title: Title
    instruction: LongText | None = None
    priority: Literal["low", "normal", "urgent"] = "normal"
    due_minutes: Annotated[int, Field(ge=1, le=YEAR_MINUTES)] | None = None

    def texts(self) -> Iterator[dict[str, str]]:
        """Yield the title and the instruction, each by language."""
        for name in ("title", "instruction"):
            if text := getattr(self, name):
                yield {language: getattr(self, f"{name}_{language}", None) or text for language in i18n.languages()}

    def text_in(self, language: str) -> dict[str, str | None]:
        """Return title and instruction in a language, each in English if it has no translation."""
        return {name: getattr(self, f"{name}_{language}", None) or getattr(self, name) for name in ("title", "instruction")}


class TakeDownTask(TaskTemplate):
    """Task after an appeal of these levels."""

    levels: list[Literal["discreet", "posters", "public", "child_alert"]]


Tasks = Annotated[list[TaskTemplate], Field(default_factory=list, max_length=MAX_TASKS)]


class FirstTasksFile(Data):
    """Task lists by kind of search. A kind that is left out begins without tasks."""

    runaway: Tasks
    parental_abduction: Tasks
    unaccompanied_minor: Tasks
    third_party_abduction: Tasks
    undefined: Tasks


Minutes = Annotated[int, Field(ge=1, le=YEAR_MINUTES)]


class TakeDownFile(Data):
    """Tasks after an appeal, and the minutes within which recipients are to be asked, by the way in which they were given it."""

    take_down: Annotated[list[TakeDownTask], Field(default_factory=list, max_length=MAX_TASKS)]
    recipients: dict[Way, Minutes] = Field(default_factory=dict)


_known: dict[str, dict[str, str]] = {}  # by title or instruction in any language: the same by language


class TaskCatalogue:
    """Catalogue of predefined tasks."""

    def __init__(self, folder: str | None = None) -> None:
        """Read the files in a folder; those that are missing are the default ones. Raises ConfigurationError."""
        self._first: FirstTasksFile = data_files.read(FIRST, FirstTasksFile, folder)
        self._take_down: TakeDownFile = data_files.read(TAKE_DOWN, TakeDownFile, folder)
        for texts in (texts for task in self.templates() for texts in task.texts()):
            _known.update({stored: texts for stored in texts.values() if folder or stored not in _known})  # one's own lists win

    def templates(self) -> Iterator[TaskTemplate]:
        """Yield all predefined tasks."""
        for kind in FirstTasksFile.model_fields:
            yield from self.first_tasks(kind)
        yield from self._take_down.take_down

    def first_tasks(self, kind: str) -> list[TaskTemplate]:
        """Return the first tasks of a new search of this kind."""
        tasks: list[TaskTemplate] = getattr(self._first, kind)
        return tasks

    def take_down(self, level: str) -> list[TakeDownTask]:
        """Return the tasks that remove the traces of an appeal of this level."""
        return [each for each in self._take_down.take_down if level in each.levels]

    def take_down_minutes(self, way: str) -> int:
        """Return the minutes within which who was given a material in this way is to be asked to take it down."""
        minutes: dict[Any, int] = self._take_down.recipients
        return minutes.get(way, DAY_MINUTES)


load_catalogue = data_files.loader(TaskCatalogue)


def shown_text(text: str, language: str) -> str:
    """Return the text of a predefined task in a language, and any other text as it is."""
    load_catalogue()  # also if an installation has lists of its own: earlier searches have the tasks that come with the program
    return _known.get(text, {}).get(language, text)


def for_scripts(language: str) -> list[list[str]]:
    """Return each text that differs between languages: in this language, then in the others."""
    load_catalogue()
    every = {id(texts): texts for texts in _known.values()}.values()
    rows = ((texts.get(language, texts[i18n.DEFAULT]), {*texts.values()}) for texts in every)
    return sorted([shown, *sorted(stored - {shown})] for shown, stored in rows if len(stored) > 1)


def criteria() -> tuple[str, ...]:
    """Return the keys of the criteria, in the order of asking."""
    return tuple(each["key"] for each in _criteria()["criterion"])


def former_criteria() -> tuple[str, ...]:
    """Return keys of criteria that are no longer asked, and may have answers."""
    return tuple(each["key"] for each in _criteria()["former"])


def younger_than() -> dict[str, int]:
    """Return the criteria that the child's age suggests: by key, the age in years from which it no longer does."""
    return {each["key"]: each["younger_than"] for each in _criteria()["criterion"] if "younger_than" in each}


@cache
def _criteria() -> dict[str, Any]:
    return tomllib.loads((DATA / "criteria.toml").read_text(encoding="utf-8"))
