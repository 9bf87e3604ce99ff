"""Tasks: what somebody has to do, by when, and its result."""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, field_validator, model_validator
from sqlalchemy import and_, or_, select, text
from sqlmodel import Session

from board.commands.cards import cards, ranks
from board.commands.command import Patch
from board.config.predefined_tasks import TaskTemplate
from board.engine import occasions, unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind
from board.i18n import N_, P_
from models.column import Column
from models.declared import data_of
from models.entity import State
from models.fields import Data, Id
from models.occasion import ByTime, Occasion, WallTexts
from models.task import ChecklistItem, Task
from models.times import format_utc, parse_utc

MAX_ITEMS = 50
MAX_RANK_LENGTH = 64  # characters; longer ranks are made again
_COLUMN = Column.__table__.c  # type: ignore[attr-defined]
_DONE = select(_COLUMN.id).where(_COLUMN.role == "done")
_OVERDUE = text(
    'SELECT t.board, t.id, t.due FROM task t JOIN "column" c ON c.id = t."column" AND c.role <> \'done\' '
    "JOIN search s ON s.id = t.board AND s.status = 'open' "
    "WHERE t.priority = 'urgent' AND NOT t.withdrawn AND t.due > :since AND t.due <= :until "
    "AND NOT EXISTS (SELECT 1 FROM alarm a WHERE a.board = t.board AND a.rule = :rule AND a.entity = t.id "
    "AND (a.cause = t.due OR a.ended_at IS NULL)) ORDER BY t.due LIMIT :limit"
)
_KEY = re.compile(r"[a-z0-9]{1,16}\Z")


class _Checklist(Data):
    checklist: dict[str, ChecklistItem] = Field(default_factory=dict)

    @field_validator("checklist", mode="before")
    @classmethod
    def _cleared_items_are_gone(cls, value: Any) -> Any:
        return {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value

    @field_validator("checklist")
    @classmethod
    def _keys(cls, value: dict[str, ChecklistItem]) -> dict[str, ChecklistItem]:
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
    except Exception:  # a client made a rank by other rules: take anything that sorts after it
        return f"{last}V"


Fields: Any = data_of(Task, _Checklist)


class Add(Fields):  # type: ignore[misc]  # the fields that the row declares
    """Add a task. Its fields are those of the kind `task`.

    `column`: without it, the first `todo`.
    """

    column: Id | None = None
    assignee: Id | None = None


class Update(Patch):
    """Change a task by a merge patch on its fields."""

    task: Id


def add(writer: EventWriter, data: Add, take_down: bool = False, reserved: bool = False) -> None:
    """Add a task; in the first `todo` column unless a column is named."""
    cards.add(writer, KIND, data.model_dump() | {"take_down": take_down}, reserved)


def add_from_template(writer: EventWriter, known: TaskTemplate, take_down: bool = False) -> None:
    """Add a task from a template, due relative to now, in the language of the author."""
    due = format_utc(parse_utc(writer.now) + timedelta(minutes=known.due_minutes)) if known.due_minutes else None
    texts = known.text_in(writer.account.language if writer.account else "")
    add(writer, Add.model_validate(texts | {"priority": known.priority, "due": due}), take_down, reserved=True)


def update(writer: EventWriter, data: Update) -> None:
    """Update a task; of its checklist only the named items, so that two people can tick items at the same time."""
    row, values = writer.find_patched(Task, data.task, "task", Fields, data.model_extra or {}, blank={"title": "-"})
    cards.update(writer, KIND, row, values)


def _alarms(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Yield whether an urgent task is overdue already. One that becomes overdue later is found by time."""
    if "priority" in fields or (after["priority"] == "urgent" and not {"column", "due", "withdrawn"}.isdisjoint(fields)):
        yield "task_overdue", is_overdue(session, after, event.at)


def is_overdue(session: Session, task: State, at: str) -> bool:
    """Return whether a task is urgent, neither done nor withdrawn, and was due before a time."""
    if task["priority"] != "urgent" or task["withdrawn"] or not task["due"] or task["due"] >= at:
        return False
    column = unit_of_work.get(session, Column, task["column"])
    return column is None or column.role != "done"


def _find_overdue(session: Session, rule: str, since: datetime, until: datetime) -> Iterable[Any]:
    period = {"since": format_utc(since), "until": format_utc(until)}
    return session.connection().execute(_OVERDUE, period | {"rule": rule, "limit": occasions.MAX_FOUND})


def _recheck_overdue(writer: EventWriter, wait_s: float, id: str, due: str) -> tuple[Task, str] | None:
    task = unit_of_work.get(writer.session, Task, id)
    still = task is not None and task.due == due and is_overdue(writer.session, task.state(), writer.now)
    return (task, due) if task is not None and still else None


KIND = Kind(
    model=Task,
    title=N_("Task"),
    plural=N_("Tasks"),
    title_field="title",
    first_column="todo",
    data=Add,
    fields=cards.fields_of(Task),
    events={
        "task.added": EventSpec(N_("Task added"), "task.add"),
        "task.updated": EventSpec(N_("Task changed"), "task.update", undoable=True),
        **cards.EVENTS,
    },
    forms={"first": ("title", "assignee", "due"), "more": ("instruction",), "later": ("result",)},
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
    reported=lambda task, due_before: and_(~task.withdrawn, or_(task.due < due_before, task.column.in_(_DONE))),
)
