"""Predefined tasks and criteria, in data files: criteria of a worrying disappearance, first tasks of each kind of search, tasks
after a child is found or an appeal ends, and the requirements of appeals. An installation can replace the task files with its own
files of the same name under FILES_PATH.

A predefined task is stored in its author's language. It is shown in the reader's language until somebody changes its text.
That includes texts of earlier versions, which `former_task_texts.toml` lists."""

import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field

from board import i18n
from board.config import data_files
from board.config.appeal_rules import load_appeal_rules
from board.config.task_templates import YEAR_MINUTES, TaskTemplate
from board.paths import DATA
from models.distribution import Way
from models.fields import Data
from models.search import Condition, SearchKind

FIRST, TAKE_DOWN, FORMER = "first_tasks.toml", "take_down.toml", "former_task_texts.toml"
MAX_TASKS = 50  # tasks per list: one command adds all of them, and its events are sent in one message
DAY_MINUTES = 24 * 60


class TakeDownTask(TaskTemplate):
    """Task after an appeal of one of these levels."""

    levels: list[Literal["discreet", "posters", "public", "child_alert"]]


class FoundTask(TaskTemplate):
    """Task after the child is found. `kinds`, `conditions`: which searches get it; None for all."""

    kinds: list[SearchKind] | None = None
    conditions: list[Condition] | None = None
    when: Literal["always", "asked", "not_told"] = "always"

    def suits(self, kind: str, condition: str, *, asked: bool, told: bool) -> bool:
        """Return whether a search gets this task. `asked`: something was given out. `told`: family and police have been told."""
        is_needed = {"always": True, "asked": asked, "not_told": not told}[self.when]
        return is_needed and (not self.kinds or kind in self.kinds) and (not self.conditions or condition in self.conditions)


Tasks = Annotated[list[TaskTemplate], Field(default_factory=list, max_length=MAX_TASKS)]


class FirstTasksFile(Data):
    """Task lists by kind of search, and the tasks after the child is found. An omitted kind has no first tasks."""

    runaway: Tasks
    parental_abduction: Tasks
    unaccompanied_minor: Tasks
    third_party_abduction: Tasks
    undefined: Tasks
    found: Annotated[list[FoundTask], Field(default_factory=list, max_length=MAX_TASKS)]


Minutes = Annotated[int, Field(ge=1, le=YEAR_MINUTES)]


class TakeDownFile(Data):
    """Tasks after an appeal, and the minutes within which to ask recipients, by the method of distribution."""

    take_down: Annotated[list[TakeDownTask], Field(default_factory=list, max_length=MAX_TASKS)]
    recipients: dict[Way, Minutes] = Field(default_factory=dict)


class FormerText(Data):
    """English title or instruction of a predefined task, and the texts that earlier versions had for it, in any language."""

    text: str
    former: list[str]


class FormerTextsFile(Data):
    """Former texts of the program's predefined tasks."""

    title: list[FormerText]
    instruction: list[FormerText]


_translations: dict[str, dict[str, str]] = {}  # translations by language, for each current or former text in any language


class TaskCatalogue:
    """Predefined tasks of an installation."""

    def __init__(self, folder: str | None = None) -> None:
        """Read the files in a folder. The program's own files replace missing ones. Raises ConfigurationError."""
        self.folder = folder
        self._first: FirstTasksFile = data_files.read(FIRST, FirstTasksFile, folder)
        self._take_down: TakeDownFile = data_files.read(TAKE_DOWN, TakeDownFile, folder)
        self.appeal = load_appeal_rules(folder)
        for texts in (texts for task in self.templates() for texts in task.texts()):
            # the installation's own lists take precedence
            _translations.update({text: texts for text in texts.values() if folder or text not in _translations})
        self._recognise_former_texts()

    def _recognise_former_texts(self) -> None:
        former = data_files.read(FORMER, FormerTextsFile, None)
        for current in (entry for entry in (*former.title, *former.instruction) if entry.text in _translations):
            for text in current.former:
                _translations.setdefault(text, _translations[current.text])

    def templates(self) -> Iterator[TaskTemplate]:
        """Yield all predefined tasks."""
        for kind in FirstTasksFile.model_fields:
            yield from self.first_tasks(kind)
        yield from self._take_down.take_down
        yield from self.appeal.tasks()

    def first_tasks(self, kind: str) -> list[TaskTemplate]:
        """Return the first tasks of a new search of this kind."""
        tasks: list[TaskTemplate] = getattr(self._first, kind)
        return tasks

    def found_tasks(self, kind: str, condition: str, *, asked: bool, told: bool) -> list[FoundTask]:
        """Return the tasks of a search of this kind whose child was found in this condition."""
        return [task for task in self._first.found if task.suits(kind, condition, asked=asked, told=told)]

    def take_down(self, level: str) -> list[TakeDownTask]:
        """Return the tasks that remove the traces of an appeal of this level."""
        return [task for task in self._take_down.take_down if level in task.levels]

    def take_down_minutes(self, way: str) -> int:
        """Return the minutes within which to ask recipients to take down a material that they got by this method."""
        minutes: dict[Any, int] = self._take_down.recipients
        return minutes.get(way, DAY_MINUTES)


load_catalogue = data_files.loader(TaskCatalogue)


def shown_text(text: str, language: str) -> str:
    """Return the text of a predefined task in a language. Any other text is returned unchanged."""
    load_catalogue()  # even if the installation has its own lists, because earlier searches have the program's tasks
    return _translations.get(text, {}).get(language, text)


def for_scripts(language: str) -> list[list[str]]:
    """Return a list for each text that differs between languages: the text in this language, then all its other versions."""
    load_catalogue()
    distinct = {id(texts): (texts, {*texts.values()}) for texts in _translations.values()}
    for text, texts in _translations.items():
        distinct[id(texts)][1].add(text)
    rows = ((texts.get(language, texts[i18n.DEFAULT]), versions) for texts, versions in distinct.values())
    return sorted([text, *sorted(versions - {text})] for text, versions in rows if len(versions) > 1)


def criteria() -> tuple[str, ...]:
    """Return the keys of the criteria, in the order of the form."""
    return tuple(criterion["key"] for criterion in _criteria()["criterion"])


def former_criteria() -> tuple[str, ...]:
    """Return the keys of criteria that are no longer in the form, but can have answers."""
    return tuple(criterion["key"] for criterion in _criteria()["former"])


def younger_than() -> dict[str, int]:
    """Return the age in years below which the child's age suggests a criterion, by the criterion's key."""
    return {criterion["key"]: criterion["younger_than"] for criterion in _criteria()["criterion"] if "younger_than" in criterion}


@cache
def _criteria() -> dict[str, Any]:
    return tomllib.loads((DATA / "criteria.toml").read_text(encoding="utf-8"))
