"""Rules of alarms, kept as data: what raises an alarm, whom it asks in which order, after how many minutes, by which ways. An
installation may replace the file by its own, with the same name under FILES_PATH."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

from pydantic import Field

from board.config import data_files
from board.config.targets import Targets, load_targets
from models.db.errors import ConfigurationError
from models.fields import Data

ALARMS = "alarms.toml"
MAX_MINUTES = 7 * 24 * 60
MAX_HOURS = 365 * 24
MAX_STEPS = 20  # of a ladder, with those that go on afterwards
MIN_REPEAT, MAX_REPEAT = 2, 240  # minutes between two rounds of the last step
MIN_PROMISE, MAX_PROMISE = 1, 8 * 60  # minutes of a promise
MAX_GRAVE_WAIT_MIN = 15  # between two steps of a grave alarm
# occasions of grave rules, if a rule does not say
GRAVE = ("sighting_urgent", "sighting_credible", "worrying_search", "worrying_undecided", "found_not_told")
BEFORE = ("appeal_ending",)  # occasions of which a rule says how long before their time they begin
EVERY = ("search_not_reviewed",)  # occasions that come at intervals
REPEAT_MIN, REPEAT_GRAVE_MIN = 30.0, 10.0
PROMISE_MIN, PROMISE_GRAVE_MIN = 30.0, 10.0

Ask = Literal["assignee", "lead", "holder", "coordinators", "desk", "mentioned", "expected"]
Way = Literal["screen", "email", "webhook"]
ASK: tuple[Ask, ...] = get_args(Ask)
WAYS: tuple[Way, ...] = get_args(Way)
WHEN: dict[str, bool] = {}  # occasions, and whether they come with time: then a rule can wait; empty before kinds are declared

_KEY = re.compile(r"[A-Za-z0-9_]{1,40}\Z")
Minutes = Annotated[float, Field(ge=0, le=MAX_MINUTES, strict=False)]
Repeat = Annotated[float, Field(ge=MIN_REPEAT, le=MAX_REPEAT, strict=False)]
Promise = Annotated[float, Field(ge=MIN_PROMISE, le=MAX_PROMISE, strict=False)]
Hours = Annotated[float, Field(gt=0, le=MAX_HOURS, strict=False)]


class StepData(Data):
    after_min: Minutes
    ask: list[str]
    ways: list[str]


class LadderData(Data):
    steps: list[StepData]
    repeat_min: Repeat | Literal["never"] | None = None
    then: str | None = None
    then_after_min: Minutes | None = None


class RuleData(Data):
    key: str
    ladder: str
    when: str
    after_min: Minutes | None = None
    before_min: Minutes | None = None
    promise_min: Promise | None = None
    grave: bool | None = None
    every_hours: dict[str, Hours] = Field(default_factory=dict)


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
    """Rule of alarms. `steps`: those of its ladder, and of the ladders that continue it. `after_s`: wait after the due time of an
    occasion that comes with time; negative: before it. `repeat_s`: between two rounds of the last step; None: it is not repeated.
    `promise_s`: length of a promise without a time. `grave`: at most 15 minutes pass between two steps. `every_hours`: intervals
    of reviews by kind of search. `targets`: of the queues of the installation."""

    key: str
    when: str
    steps: tuple[Step, ...]
    after_s: float = 0.0
    repeat_s: float | None = REPEAT_MIN * 60
    promise_s: float = PROMISE_MIN * 60
    grave: bool = False
    every_hours: Mapping[str, float] = field(default_factory=dict)
    targets: Targets = field(default_factory=load_targets)

    def wait_s(self, step: int) -> float | None:
        """Return the seconds from a step (-1: before the first) to the next one; None after the last if it is not repeated."""
        if step < 0:
            return 0.0
        if step + 1 < len(self.steps):
            return self.steps[step + 1].after_s - self.steps[step].after_s
        return self.repeat_s


class AlarmRules:
    """Rules of alarms of an installation."""

    def __init__(self, folder: str | None = None) -> None:
        """Read the rules in a folder, or those that come with the program. Raises ConfigurationError with a sentence that names
        what is wrong."""
        file = data_files.read(ALARMS, AlarmsFile, folder)
        fault = next(_faults(file), None)
        if fault is not None:
            raise ConfigurationError(f"{data_files.path_of(ALARMS, folder)}: {fault}")
        targets = load_targets(folder)
        self.rules: Mapping[str, Rule] = {data.key: _rule(data, file.ladders, targets) for data in file.rules}
        self.advice: Sequence[str] = list(_advice(file, self.rules))

    def of(self, when: str) -> list[Rule]:
        """Return the rules of an occasion."""
        return [rule for rule in self.rules.values() if rule.when == when]


load_rules = data_files.loader(AlarmRules)


def declare(occasions: Mapping[str, bool]) -> None:
    """Set the occasions that a rule may name, and whether they come with time."""
    WHEN.clear()
    WHEN.update(occasions)


def _rule(data: RuleData, ladders: Mapping[str, LadderData], targets: Targets) -> Rule:
    is_grave = data.when in GRAVE if data.grave is None else data.grave
    repeat = _last_of(ladders, data.ladder).repeat_min or (REPEAT_GRAVE_MIN if is_grave else REPEAT_MIN)
    promise = data.promise_min or (PROMISE_GRAVE_MIN if is_grave else PROMISE_MIN)
    return Rule(
        data.key,
        data.when,
        tuple(_steps(ladders, data.ladder)),
        ((data.after_min or 0.0) - (data.before_min or 0.0)) * 60,
        None if repeat == "never" else repeat * 60,
        promise * 60,
        is_grave,
        data.every_hours,
        targets,
    )


def _last_of(ladders: Mapping[str, LadderData], name: str) -> LadderData:
    """Return the ladder with which a ladder ends."""
    ladder = ladders[name]
    return ladder if ladder.then is None else _last_of(ladders, ladder.then)


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
        if rule.before_min is not None and rule.when not in BEFORE:
            yield f'the rule "{rule.key}" has before_min, which only these have: {", ".join(BEFORE)}.'
        if rule.every_hours and rule.when not in EVERY:
            yield f'the rule "{rule.key}" has every_hours, which only these have: {", ".join(EVERY)}.'
        if rule.ladder in file.ladders and rule.grave is not False:
            yield from _faults_of_repeat(rule, file.ladders)


def _faults_of_repeat(rule: RuleData, ladders: Mapping[str, LadderData]) -> Iterator[str]:
    if not any(True for _ in _faults_of_order(rule.ladder, ladders)) and _last_of(ladders, rule.ladder).repeat_min == "never":
        yield f'the ladder of the rule "{rule.key}" ends: give it repeat_min, or give the rule grave = false.'


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


# -- advice ---------------------------------------------------------------------------------------------------------------


def _advice(file: AlarmsFile, rules: Mapping[str, Rule]) -> Iterator[str]:
    """Yield a sentence for each thing that a file from before repeats and promises should say, and each cause without a rule."""
    for data in file.rules:
        rule = rules[data.key]
        if data.grave is not False and _last_of(file.ladders, data.ladder).repeat_min is None:
            yield f'the ladder "{data.ladder}" has no repeat_min: "{data.key}" repeats its last step every {_min(rule.repeat_s)}.'
        if data.promise_min is None:
            yield f'the rule "{data.key}" has no promise_min: a promise lasts {_min(rule.promise_s)}.'
        waits = [rule.wait_s(step) or 0.0 for step in range(len(rule.steps))]
        if rule.grave and max(waits) > MAX_GRAVE_WAIT_MIN * 60:
            yield f'the rule "{data.key}" is grave and waits {_min(max(waits))} for a step: use at most {MAX_GRAVE_WAIT_MIN}.'
    missing = sorted(set(WHEN) - {rule.when for rule in rules.values()})
    if missing:
        yield f"no rule raises an alarm for: {', '.join(missing)}."


def _min(seconds: float | None) -> str:
    return f"{(seconds or 0.0) / 60:g} minutes"
