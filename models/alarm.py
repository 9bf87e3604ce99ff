"""Alarms: something that a person must take note of within a time. The state has ids and codes only: no text, so nothing has to
be erased."""

from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from models.entity import Entity, json_column, partial_index
from models.fields import Data, Id


class AlarmSubject(Data):
    """Entity that an alarm is about, and the event of its board that caused it.

    `seq`: the event that caused the alarm, or the subject's last event before it.
    """

    kind: str
    id: Id
    seq: int


class Alarm(Entity, table=True):
    """Call for a person to take note of something within a time, on the board of its subject. The state has ids and codes only.
    *0.4.0*

    `rule`: key of the rule.
    `occasion`: the `when` of the rule at the time of the alarm, such as `sighting_urgent`. Name an alarm by it, because the keys
    of rules are an installation's own. Null for alarms that were raised before it was added.
    `step`: the last step of the ladder that was taken, from 0. -1: none since a promise lapsed.
    `next_at`: when the next step is due; null: somebody has it, it has ended, or its rule is gone or does not repeat.
    `round`: number of repeats of the last step, and of lapsed promises. *0.4.0*
    `asked`: the accounts that were asked by name, in order.
    `everybody`: whether all accounts that may act were asked.
    `handed_on`: the accounts that handed it on.
    `taken_by`: the account that has it.
    `until`: end of the promise of that account. Then the alarm is open again (`alarm.lapsed`). *0.4.0*
    `promises`: number of promises of that account in succession: 1 for taking it, and 1 for each extension. *0.4.0*
    `lapsed_by`: the account whose promise lapsed, until somebody takes the alarm. *0.4.0*
    `lapsed_at`: when that promise lapsed. *0.4.0*
    `ended`: `settled`: its cause is gone.
    """

    KIND: ClassVar[str] = "alarm"
    STATE: ClassVar[tuple[str, ...]] = (
        "about", "rule", "occasion", "raised_at", "step", "next_at", "round", "asked", "everybody", "handed_on", "taken_by",
        "taken_at", "until", "promises", "lapsed_by", "lapsed_at", "ended_at", "ended",
    )  # fmt: skip

    __table_args__ = (
        Index("alarm_once", "board", "rule", "entity", "cause", unique=True),
        partial_index("alarm_next", "next_at", where="next_at IS NOT NULL"),
        partial_index("alarm_until", "until", where="until IS NOT NULL AND ended_at IS NULL"),
        partial_index("alarm_open", "board", "raised_at", where="taken_at IS NULL AND ended_at IS NULL"),
        partial_index("alarm_about", "entity", where="ended_at IS NULL"),
        partial_index("alarm_taken", "taken_at", where="taken_at IS NOT NULL"),
    )

    about: dict[str, Any] = json_column(AlarmSubject)
    rule: str
    occasion: str | None = None  # of the rule when the alarm was raised; null: raised before migration 0055
    raised_at: str
    step: int
    next_at: str | None = None
    round: int = 0
    asked: list[str] = json_column(list[Id])
    everybody: bool = False
    handed_on: list[str] = json_column(list[Id])
    taken_by: str | None = None
    taken_at: str | None = None
    until: str | None = None  # null although somebody has it: taken before migration 0058, and due to lapse
    promises: int = 0
    lapsed_by: str | None = None
    lapsed_at: str | None = None
    ended_at: str | None = None
    ended: str | None = None
    # Never part of a state:
    entity: str  # id of what it is about
    cause: str  # by it an alarm is raised once: the seq of an event, the time at which a task was due, the number of a handover
    caused_by: str | None = Field(default=None)  # account that caused it, and is not asked
