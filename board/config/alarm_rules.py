"""Rules of alarms, kept as data: what raises an alarm, whom it asks in which order, after how many minutes, by which ways. An
installation may replace the file by its own, with the same name under FILES_PATH."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field

from board.config import data_files
from models.db.errors import ConfigurationError
from models.fields import Data

ALARMS = "alarms.toml"
MAX_MINUTES = 7 * 24 * 60
MAX_STEPS = 20  # of a ladder, with those that go on afterwards

Ask = Literal["assignee", "lead", "holder", "coordinators", "desk", "mentioned", "expected"]
Way = Literal["screen", "email", "webhook"]
ASK: tuple[Ask, ...] = get_args(Ask)
WAYS: tuple[Way, ...] = get_args(Way)
WHEN: dict[
    str, bool
] = {}  # occasions, and whether they come with time, so that a rule may wait longer; empty before kinds are declared

_KEY = re.compile(r"[A-Za-z0-9_]{1,40}\Z")
Minutes = Annotated[float, Field(ge=0, le=MAX_MINUTES, strict=False)]


class StepData(Data):
    after_min: Minutes
    ask: list[str]
    ways: list[str]


class LadderData(Data):
    steps: list[StepData]
    then: str | None = None
    then_after_min: Minutes | None = None


class RuleData(Data):
    key: str
    ladder: str
    when: str
    after_min: Minutes | None = None


class AlarmsFile(Data):
    ladders: dict[str, LadderData] = Field(default_factory=dict)
    rules: list[RuleData] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """Step of a ladder: so many seconds after the alarm was raised, these are asked by these ways."""

    after_s: float
    ask: tuple[str, ...]
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Rule of alarms. `steps` are those of its ladder and of the ladders that go on afterwards. `after_s` is how long a rule
    waits that is found by time."""

    key: str
    when: str
    steps: tuple[Step, ...]
    after_s: float = 0.0

    def wait_s(self, step: int) -> float | None:
        """Return the seconds from a step to the next one; None after the last."""
        return self.steps[step + 1].after_s - self.steps[step].after_s if step + 1 < len(self.steps) else None


class AlarmRules:
    """Rules of alarms of an installation."""

    def __init__(self, folder: str | None = None) -> None:
        """Read the rules in a folder, or those that come with the program. Raises ConfigurationError with a sentence that names
        what is wrong."""
        file = data_files.read(ALARMS, AlarmsFile, folder)
        fault = next(_faults(file), None)
        if fault is not None:
            raise ConfigurationError(f"{data_files.path_of(ALARMS, folder)}: {fault}")
        self.rules: Mapping[str, Rule] = {
            each.key: Rule(each.key, each.when, tuple(_steps(file.ladders, each.ladder)), (each.after_min or 0.0) * 60)
            for each in file.rules
        }

    def of(self, when: str) -> list[Rule]:
        """Return the rules of an occasion."""
        return [rule for rule in self.rules.values() if rule.when == when]


load_rules = data_files.loader(AlarmRules)


def declare(occasions: Mapping[str, bool]) -> None:
    """Set the occasions that a rule may name, and whether they come with time."""
    WHEN.clear()
    WHEN.update(occasions)


def _steps(ladders: Mapping[str, LadderData], name: str) -> Iterator[Step]:
    begun = 0.0
    while True:
        ladder = ladders[name]
        for each in ladder.steps:
            yield Step(begun + each.after_min * 60, tuple(each.ask), tuple(each.ways))
        if ladder.then is None:
            return
        begun += (ladder.then_after_min or 0.0) * 60
        name = ladder.then


# -- faults ---------------------------------------------------------------------------------------------------------------


def _faults(file: AlarmsFile) -> Iterator[str]:
    """Yield a sentence for each fault, those that others depend on first."""
    for name, ladder in file.ladders.items():
        yield from _faults_of_ladder(name, ladder, file.ladders)
    for name in file.ladders:
        yield from _faults_of_order(name, file.ladders)
    seen: set[str] = set()
    for rule in file.rules:
        if not _KEY.match(rule.key):
            yield f'the key "{rule.key}" is not 1 to 40 letters, digits or _.'
        if rule.key in seen:
            yield f'there are two rules with the key "{rule.key}".'
        seen.add(rule.key)
        yield from _unknown(f'the rule "{rule.key}"', "when", [rule.when], WHEN or [rule.when])
        if rule.ladder not in file.ladders:
            yield f'the rule "{rule.key}" names the ladder "{rule.ladder}", which is not there.'
        if rule.after_min is not None and not WHEN.get(rule.when, True):
            known = ", ".join(when for when, is_by_time in WHEN.items() if is_by_time)
            yield f'the rule "{rule.key}" has after_min, which only these have: {known}.'


def _faults_of_ladder(name: str, ladder: LadderData, ladders: Collection[str]) -> Iterator[str]:
    called = f'the ladder "{name}"'
    if not ladder.steps:
        yield f"{called} has no steps."
        return
    if ladder.steps[0].after_min != 0:
        yield f"{called} begins after {ladder.steps[0].after_min:g} minutes: its first step needs after_min = 0."
    for before, step in zip(ladder.steps, ladder.steps[1:], strict=False):
        if step.after_min <= before.after_min:
            yield f"{called} goes backwards: a step after {step.after_min:g} minutes follows one after {before.after_min:g}."
    for step in ladder.steps:
        yield from _unknown(called, "ask", step.ask, ASK)
        yield from _unknown(called, "way", step.ways, WAYS)
        if not step.ask or not step.ways:
            yield f"{called} has a step that asks nobody, or by no way."
    if (ladder.then is None) != (ladder.then_after_min is None):
        yield f"{called} needs both then and then_after_min, or neither."
    if ladder.then is not None and ladder.then not in ladders:
        yield f'{called} goes on with the ladder "{ladder.then}", which is not there.'
    if ladder.then_after_min is not None and ladder.then_after_min <= ladder.steps[-1].after_min:
        yield f"{called} goes backwards: it goes on after {ladder.then_after_min:g} minutes, before its last step is over."


def _unknown(called: str, what: str, given: Collection[str], known: Collection[str]) -> Iterator[str]:
    for each in given:
        if each not in known:
            yield f'{called} has the unknown {what} "{each}". Use one of: {", ".join(known)}.'


def _faults_of_order(name: str, ladders: Mapping[str, LadderData]) -> Iterator[str]:
    path = [name]
    while (following := ladders[path[-1]].then) is not None:
        if following in path:
            yield f"the ladders go in a circle: {', '.join([*path, following])}."
            return
        path.append(following)
    if sum(len(ladders[each].steps) for each in path) > MAX_STEPS:
        yield f'the ladder "{name}" has over {MAX_STEPS} steps, with those that go on afterwards.'
