"""Rules of alarms, as data: what raises an alarm, and whom it asks in which order, when, and by which transports. An installation
can have its own file, with the same name under FILES_PATH."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

from pydantic import Field, WrapValidator

from board.config import data_files
from board.config.targets import Targets, load_targets
from models.db.errors import ConfigurationError
from models.fields import Data
from models.search import KINDS

ALARMS = "alarms.toml"
MAX_MINUTES = 7 * 24 * 60
MAX_HOURS = 365 * 24
MAX_STEPS = 20  # of a ladder, including the ladders that continue it
MIN_REPEAT, MAX_REPEAT = 2, 240  # minutes between two rounds of the last step
MIN_PROMISE, MAX_PROMISE = 1, 8 * 60  # minutes of a promise
MAX_GRAVE_WAIT_MIN = 15  # minutes between two steps of a grave alarm
# occasions whose rules are grave by default; add new ones only, because the watch of past periods counts their alarms
GRAVE = (
    "sighting_urgent", "sighting_credible", "worrying_search", "worrying_undecided", "found_not_told", "report_waiting",
)  # fmt: skip
BEFORE = ("appeal_ending",)  # occasions that begin before a time; their rules can have before_min
EVERY = ("search_not_reviewed",)  # occasions that begin after an interval; their rules can have every_hours
REPEAT_MIN, REPEAT_GRAVE_MIN = 30.0, 10.0  # defaults
PROMISE_MIN, PROMISE_GRAVE_MIN = 30.0, 10.0  # defaults
NEVER = float("inf")  # minutes; "never" in the file

Ask = Literal["assignee", "lead", "holder", "coordinators", "coordinators_all", "desk", "desk_all", "mentioned", "expected"]
Way = Literal["screen", "email", "webhook"]
ASK: tuple[Ask, ...] = get_args(Ask)
WAYS: tuple[Way, ...] = get_args(Way)
WHEN: dict[str, bool] = {}  # by occasion: whether it begins at a time, so that rules can wait; filled when kinds register

_KEY = re.compile(r"[A-Za-z0-9_]{1,40}\Z")
Minutes = Annotated[float, Field(ge=0, le=MAX_MINUTES, strict=False)]
Repeat = Annotated[
    float,
    Field(ge=MIN_REPEAT, le=MAX_REPEAT, strict=False),
    WrapValidator(lambda value, validate: NEVER if value == "never" else validate(value)),
]
Promise = Annotated[float, Field(ge=MIN_PROMISE, le=MAX_PROMISE, strict=False)]
Hours = Annotated[float, Field(gt=0, le=MAX_HOURS, strict=False)]


class StepData(Data):
    after_min: Minutes
    ask: list[str]
    ways: list[str]


class LadderData(Data):
    steps: list[StepData]
    repeat_min: Repeat | None = None
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
    """Step of a ladder. `after_s`: seconds after the alarm was raised. `ask`: people to ask. `ways`: transports."""

    after_s: float
    ask: tuple[str, ...]
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Rule of alarms.

    - `steps`: steps of its ladder, and of the ladders that continue it.
    - `after_s`: wait after the time of an occasion that begins at a time. Negative: begin before that time.
    - `repeat_s`: wait between two rounds of the last step. None if the step is not repeated.
    - `promise_s`: default length of a promise.
    - `grave`: at most 15 minutes may pass between two steps.
    - `every_hours`: intervals of reviews, by kind of search.
    - `targets`: targets of the installation's queues.
    """

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
        """Read the rules from a folder, or the program's own if it has none. Raises ConfigurationError, with a sentence that
        names the first error."""
        file = data_files.read(ALARMS, AlarmsFile, folder)
        error = next(_errors(file), None)
        if error is not None:
            raise ConfigurationError(f"{data_files.path_of(ALARMS, folder)}: {error}")
        targets = load_targets(folder)
        self.rules: Mapping[str, Rule] = {data.key: _rule(data, file.ladders, targets) for data in file.rules}
        self.advice: Sequence[str] = list(_advice(file, self.rules))

    def of(self, when: str) -> list[Rule]:
        """Return the rules of an occasion."""
        return [rule for rule in self.rules.values() if rule.when == when]


load_rules = data_files.loader(AlarmRules)


def declare(occasions: Mapping[str, bool]) -> None:
    """Set the occasions that rules can name, and whether each begins at a time."""
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
        None if repeat == NEVER else repeat * 60,
        promise * 60,
        is_grave,
        data.every_hours,
        targets,
    )


def _last_of(ladders: Mapping[str, LadderData], name: str) -> LadderData:
    """Return the last ladder of the chain that continues this one."""
    ladder = ladders[name]
    return ladder if ladder.then is None else _last_of(ladders, ladder.then)


def _steps(ladders: Mapping[str, LadderData], name: str) -> Iterator[Step]:
    start_s = 0.0
    while True:
        ladder = ladders[name]
        for step in ladder.steps:
            yield Step(start_s + step.after_min * 60, tuple(step.ask), tuple(step.ways))
        if ladder.then is None:
            return
        start_s += (ladder.then_after_min or 0.0) * 60
        name = ladder.then


# -- errors ---------------------------------------------------------------------------------------------------------------


def _errors(file: AlarmsFile) -> Iterator[str]:
    """Yield a sentence for each error. Errors of ladders are first, because rules rely on ladders."""
    for name, ladder in file.ladders.items():
        yield from _errors_of_ladder(name, ladder, file.ladders)
    for name in file.ladders:
        yield from _errors_of_order(name, file.ladders)
    keys: set[str] = set()
    for rule in file.rules:
        if rule.key in keys:
            yield f'two rules have the key "{rule.key}". Each rule needs a different key.'
        keys.add(rule.key)
        yield from _errors_of_rule(rule, file.ladders)


def _errors_of_rule(rule: RuleData, ladders: Mapping[str, LadderData]) -> Iterator[str]:
    if not _KEY.match(rule.key):
        yield f'the key "{rule.key}" must consist of 1 to 40 letters, digits or _, such as urgent_sighting.'
    subject = f'the rule "{rule.key}"'
    yield from _unknown(subject, "when", [rule.when], WHEN or [rule.when])
    by_time = [when for when, begins_with_time in WHEN.items() if begins_with_time]
    for field_name, value, occasions in (
        ("after_min", rule.after_min, by_time or [rule.when]),
        ("before_min", rule.before_min, BEFORE),
        ("every_hours", rule.every_hours or None, EVERY),
    ):
        if value is not None and rule.when not in occasions:
            yield f"{subject} must not have {field_name}. Only rules for these occasions can have it: {', '.join(occasions)}."
    yield from _unknown(subject, "kind of search in every_hours", rule.every_hours, KINDS)
    if rule.when in EVERY and not rule.every_hours:
        yield f"{subject} needs every_hours, such as every_hours = {{ runaway = 48 }}."
    if rule.ladder not in ladders:
        yield f'{subject} names the ladder "{rule.ladder}", which does not exist.'
    elif rule.grave is not False and _last_of(ladders, rule.ladder).repeat_min == NEVER:
        yield f"{subject} has a ladder that ends. Give the ladder a number as repeat_min, or the rule grave = false."


def _errors_of_ladder(name: str, ladder: LadderData, ladders: Collection[str]) -> Iterator[str]:
    subject = f'the ladder "{name}"'
    if not ladder.steps:
        yield f"{subject} has no steps."
        return
    if ladder.steps[0].after_min != 0:
        yield f"{subject} begins after {ladder.steps[0].after_min:g} minutes. Its first step must have after_min = 0."
    for former, step in zip(ladder.steps, ladder.steps[1:], strict=False):
        if step.after_min <= former.after_min:
            yield f"{subject} has a step after {step.after_min:g} minutes that follows one after {former.after_min:g}. Sort them."
    for step in ladder.steps:
        yield from _unknown(subject, "ask", step.ask, ASK)
        yield from _unknown(subject, "way", step.ways, WAYS)
        if not step.ask or not step.ways:
            yield f"{subject} has a step without ask or ways."
    if (ladder.then is None) != (ladder.then_after_min is None):
        yield f"{subject} needs both then and then_after_min, or neither."
    if ladder.then is not None and ladder.then not in ladders:
        yield f'{subject} continues with the ladder "{ladder.then}", which does not exist.'
    if ladder.then_after_min is not None and ladder.then_after_min <= ladder.steps[-1].after_min:
        yield f"{subject} has then_after_min = {ladder.then_after_min:g}, which must be later than its last step."


def _unknown(subject: str, field_name: str, codes: Collection[str], allowed: Collection[str]) -> Iterator[str]:
    for code in codes:
        if code not in allowed:
            yield f'{subject} has the unknown {field_name} "{code}". Use one of: {", ".join(allowed)}.'


def _errors_of_order(name: str, ladders: Mapping[str, LadderData]) -> Iterator[str]:
    path = [name]
    while (following := ladders[path[-1]].then) is not None:
        if following in path:
            yield f"ladders must not continue in a circle: {', '.join([*path, following])}."
            return
        path.append(following)
    if sum(len(ladders[ladder].steps) for ladder in path) > MAX_STEPS:
        yield f'the ladder "{name}" has over {MAX_STEPS} steps, including the ladders that continue it.'


# -- advice ---------------------------------------------------------------------------------------------------------------


def _advice(file: AlarmsFile, rules: Mapping[str, Rule]) -> Iterator[str]:
    """Yield a sentence for each field that a file of an earlier version lacks, and for occasions without a rule."""
    for data in file.rules:
        rule = rules[data.key]
        if data.grave is not False and _last_of(file.ladders, data.ladder).repeat_min is None:
            yield (
                f'Add repeat_min to the ladder "{data.ladder}". Until then, the rule "{data.key}" repeats its last step every '
                f"{_min(rule.repeat_s)}."
            )
        if data.promise_min is None:
            yield f'Add promise_min to the rule "{data.key}". Until then, a promise lasts {_min(rule.promise_s)}.'
        longest = max(rule.wait_s(step) or 0.0 for step in range(len(rule.steps)))
        if rule.grave and longest > MAX_GRAVE_WAIT_MIN * 60:
            yield f'The grave rule "{data.key}" waits {_min(longest)} for a step. Use at most {MAX_GRAVE_WAIT_MIN} minutes.'
    missing = sorted(set(WHEN) - {rule.when for rule in rules.values()})
    if missing:
        yield f"Add rules for: {', '.join(missing)}. Without a rule, they raise no alarm."


def _min(seconds: float | None) -> str:
    return f"{(seconds or 0.0) / 60:g} minutes"
