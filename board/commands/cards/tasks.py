"""Tasks: an instruction, a due time, and a result."""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, field_validator, model_validator
from sqlalchemy import and_, bindparam, exists, literal_column, or_, select
from sqlmodel import Session

from board.commands.cards import cards, ranks
from board.commands.command import Patch
from board.commands.sightings import first_look
from board.config.alarm_rules import Rule
from board.config.task_templates import TaskTemplate
from board.engine import occasions, unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind
from board.i18n import N_, P_
from models.alarm import Alarm
from models.column import IN_PROGRESS, Column
from models.db.tables import columns_of
from models.declared import data_of
from models.entity import State
from models.fields import Data, Id
from models.occasion import ByTime, Occasion, WallTexts
from models.search import Search
from models.sighting import Sighting
from models.task import ChecklistItem, Task
from models.times import format_utc, parse_utc

MAX_ITEMS = 50  # items of a checklist
MAX_RANK_LENGTH = 64  # characters; if an item's rank is longer, all ranks of the checklist are replaced
_COLUMN, _T, _S, _A = columns_of(Column), columns_of(Task), columns_of(Search), columns_of(Alarm)
_DONE = select(_COLUMN.id).where(_COLUMN.role == "done")
_IN_PROGRESS = select(_COLUMN.id).where(_COLUMN.role.in_(IN_PROGRESS))
_OVERDUE = (
    select(_T.board, _T.id, _T.due)
    .where(_COLUMN.id == _T.column, _COLUMN.role != "done", _S.id == _T.board, _S.status == "open")
    # text: SQLite uses the partial index `task_urgent` only if its condition is repeated without parameters
    .where(literal_column("task.priority = 'urgent' AND NOT task.withdrawn"))
    .where(_T.due > bindparam("since"), _T.due <= bindparam("until"))
    .where(
        ~exists().where(
            _A.board == _T.board, _A.rule == bindparam("rule"), _A.entity == _T.id, or_(_A.cause == _T.due, _A.ended_at.is_(None))
        )
    )
    .order_by(_T.due)
    .limit(bindparam("limit"))
)
_KEY = re.compile(r"[a-z0-9]{1,16}\Z")


class _Checklist(Data):
    checklist: dict[str, ChecklistItem] = Field(default_factory=dict)

    @field_validator("checklist", mode="before")
    @classmethod
    def _drop_cleared_items(cls, value: Any) -> Any:
        return {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value

    @field_validator("checklist")
    @classmethod
    def _check_keys(cls, value: dict[str, ChecklistItem]) -> dict[str, ChecklistItem]:
        if len(value) > MAX_ITEMS:
            raise ValueError(N_("At most 50 items."))
        if not all(_KEY.match(key) for key in value):
            raise ValueError(N_("The key of an item must have 1 to 16 lowercase letters or digits."))
        return value

    @model_validator(mode="after")
    def _rank_items(self) -> "_Checklist":
        ordered = sorted(self.checklist.values(), key=lambda item: (item.rank is None, item.rank or ""))
        last = None
        for item in ordered:
            last = item.rank = item.rank or _next_rank(last)
        if last is not None and len(last) > MAX_RANK_LENGTH:
            for item, rank in zip(ordered, ranks.several_between(None, None, len(ordered)), strict=True):
                item.rank = rank
        return self


def _next_rank(last: str | None) -> str:
    try:
        return ranks.between(last, None)
    except Exception:  # a client's rank follows other rules: use any text that sorts after it
        return f"{last}V"


Fields: Any = data_of(Task, _Checklist)


class AddTask(Fields):  # type: ignore[misc]  # the fields that the row declares
    """Add a task. Its fields are the fields of the kind `task`.

    `column`: by default, the first `todo`.
    """

    column: Id | None = None
    assignee: Id | None = None


class UpdateTask(Patch):
    """Change a task by a merge patch on its fields."""

    task: Id


def add(writer: EventWriter, data: AddTask, take_down: bool = False, reserved: bool = False) -> None:
    """Add a task, by default to the first `todo` column. A task from a sighting counts as its first look."""
    cards.add(writer, KIND, data.model_dump() | {"take_down": take_down}, reserved)
    _look_at(writer, data.sighting)


def add_from_template(writer: EventWriter, template: TaskTemplate, take_down: bool = False) -> None:
    """Add a task from a template, due relative to now, in the author's language."""
    due = format_utc(parse_utc(writer.now) + timedelta(minutes=template.due_minutes)) if template.due_minutes else None
    texts = template.text_in(writer.account.language if writer.account else "")
    add(writer, AddTask.model_validate(texts | {"priority": template.priority, "due": due}), take_down, reserved=True)


def update(writer: EventWriter, data: UpdateTask) -> None:
    """Update a task. Changes only the items of the checklist that are in the patch, so that two people can tick items at the same
    time."""
    row, values = writer.find_patched(Task, data.task, "task", Fields, data.model_extra or {}, blank={"title": "-"})
    sighting = values["sighting"] if values["sighting"] != row.sighting else None
    cards.update(writer, KIND, row, values)
    _look_at(writer, sighting)


def _look_at(writer: EventWriter, sighting: str | None) -> None:
    if sighting is not None:
        first_look.record(writer, writer.find(Sighting, sighting, "sighting"))


def _alarms(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Yield whether an urgent task is already overdue. `_find_overdue` finds the tasks that become overdue later."""
    if "priority" in fields or (after["priority"] == "urgent" and not {"column", "due", "withdrawn"}.isdisjoint(fields)):
        yield "task_overdue", is_overdue(session, after, event.at)


def is_overdue(session: Session, task: State, at: str) -> bool:
    """Return whether a task is urgent, not done, not withdrawn, and was due before `at`."""
    if task["priority"] != "urgent" or task["withdrawn"] or not task["due"] or task["due"] >= at:
        return False
    column = unit_of_work.get(session, Column, task["column"])
    return column is None or column.role != "done"


def _find_overdue(session: Session, rule: Rule, since: datetime, until: datetime) -> Iterable[Any]:
    period = {"since": format_utc(since), "until": format_utc(until)}
    return session.connection().execute(_OVERDUE, period | {"rule": rule.key, "limit": occasions.MAX_FOUND})


def _recheck_overdue(writer: EventWriter, rule: Rule, id: str, due: str) -> tuple[Task, str] | None:
    task = unit_of_work.get(writer.session, Task, id)
    is_still_overdue = task is not None and task.due == due and is_overdue(writer.session, task.state(), writer.now)
    return (task, due) if task is not None and is_still_overdue else None


KIND = Kind(
    model=Task,
    title=N_("Task"),
    plural=N_("Tasks"),
    title_field="title",
    first_column="todo",
    data=AddTask,
    fields=cards.fields_of(Task),
    events={
        "task.added": EventSpec(N_("Task added"), "task.add"),
        "task.updated": EventSpec(N_("Task changed"), "task.update", undoable=True),
        **cards.EVENTS,
    },
    forms={"first": ("title", "assignee", "due"), "more": ("instruction", "place.text"), "later": ("result",)},
    undo=cards.UNDO,
    occasions={
        "task_overdue": Occasion(
            N_("Urgent task overdue"),
            N_("Task {number}, urgent, overdue"),
            P_("alarm, short", "Task {number} overdue"),
            # translators: on wall displays; the mark in capitals has at most 14 letters
            WallTexts(N_("OVERDUE"), N_("task"), N_("overdue task"), P_("alarm on a wall", "overdue")),
            rule="overdue_task",
            by_responsible="skip",
            by_time=ByTime(_find_overdue, _recheck_overdue),
        ),
    },
    alarms=_alarms,
    alarming=lambda task: and_(~task.withdrawn, task.priority == "urgent", task.due.is_not(None), task.column.not_in(_DONE)),
    reported=lambda task, due_before: and_(
        ~task.withdrawn,
        or_(
            task.due < due_before,
            task.column.in_(_DONE),
            and_(task.due.is_(None), or_(task.priority == "urgent", task.column.in_(_IN_PROGRESS))),
        ),
    ),
)
