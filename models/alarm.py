"""Alarms: calls for a person to take note of something within a time. A state contains only ids and codes, so it contains nothing
to erase."""

from functools import partial
from typing import Any, ClassVar, Literal

from sqlalchemy import Index

from models.declared import field, group
from models.entity import Entity, partial_index
from models.fields import Data, Id, Time
from models.occasion import NAMES
from models.texts import N_

internal = partial(field, reads_as="internal")


Loss = Literal["access", "account", "duty", "handover"]
LOSSES = {
    "access": N_("no access to the search"), "account": N_("account can no longer act"), "duty": N_("end of the duty"),
    "handover": N_("handover of the shift"),
}  # fmt: skip


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
    `next_at`: time of the next step. Null if somebody has it, if it has ended, or if its rule was deleted or does not repeat.
    `round`: number of repeats of the last step, and of lapsed promises. *0.4.0*
    `asked`: accounts that were asked by name, in order. A step removes those that can no longer act on the search.
    `everybody`: whether all accounts that can act were asked.
    `asked_on_duty`: whether those on duty were asked. It also asks those who begin a duty later. *0.4.0*
    `handed_on`: accounts that handed it on, or gave it back.
    `caused_by`: account that caused it, which it does not ask. Null if the server caused it, or if it was raised before this
    field was added. *0.4.0*
    `taken_by`: account that has it.
    `until`: end of that account's promise. Then the alarm reopens (`alarm.lapsed`). Null if nobody has it, or if it was taken
    before this field was added. *0.4.0*
    `promises`: number of consecutive promises by that account: 1 for taking it, and 1 for each extension. *0.4.0*
    `handover`: number of the accepted handover by which it passed to that account; null if the account got it otherwise. *0.4.0*
    `lapsed_by`: account whose promise lapsed, until somebody takes the alarm. *0.4.0*
    `lapsed_at`: time at which that promise lapsed. *0.4.0*
    `released_by`: account that gave it back, handed it on, or lost it, until somebody takes the alarm. *0.4.0*
    `released_at`: time at which that account ceased to have it. *0.4.0*
    `released_because`: why that account lost it, if it did not give it up: its `access` to the search ended, the `account` can no
    longer act, its `duty` ended, or it handed over the shift (`handover`) to an account that cannot act on the search. *0.4.0*
    `ended`: `settled`: its cause is gone.
    """

    KIND: ClassVar[str] = "alarm"

    __table_args__ = (
        Index("alarm_once", "board", "rule", "entity", "cause", unique=True),
        partial_index("alarm_next", "next_at", where="next_at IS NOT NULL"),
        partial_index("alarm_until", "until", where="until IS NOT NULL AND ended_at IS NULL"),
        partial_index("alarm_open", "board", "raised_at", where="taken_at IS NULL AND ended_at IS NULL"),
        partial_index("alarm_about", "entity", where="ended_at IS NULL"),
        partial_index("alarm_taken", "taken_at", where="taken_at IS NOT NULL"),
        partial_index("alarm_taken_by", "taken_by", where="taken_by IS NOT NULL AND ended_at IS NULL"),
    )

    about: dict[str, Any] = group(AlarmSubject, N_("About"), reads_as="internal")
    rule: str = internal(str, N_("Rule"), ...)
    occasion: str | None = internal(str, N_("Occasion"), choices=NAMES)
    raised_at: str = internal(Time, N_("Raised at"), ...)
    step: int = internal(int, N_("Step"), ...)
    next_at: str | None = internal(Time, N_("Next step at"))
    round: int = internal(int, N_("Round"), 0)
    asked: list[str] = group(list[Id], N_("People asked"), control="people")
    everybody: bool = field(bool, N_("All users asked"), False)
    asked_on_duty: bool = field(bool, N_("People on duty asked"), False)
    handed_on: list[str] = group(list[Id], N_("Handed on by"), control="people")
    caused_by: str | None = internal(Id, N_("Caused by"), control="person")
    taken_by: str | None = field(Id, N_("Taken by"), control="person")
    taken_at: str | None = field(Time, N_("Taken at"))
    until: str | None = field(Time, N_("Promised until"))
    promises: int = internal(int, N_("Promises"), 0)
    handover: int | None = internal(int, N_("Handover"))
    lapsed_by: str | None = internal(Id, N_("Lapsed for"), control="person")
    lapsed_at: str | None = internal(Time, N_("Lapsed at"))
    released_by: str | None = internal(Id, N_("Released by"), control="person")
    released_at: str | None = internal(Time, N_("Released at"))
    released_because: str | None = field(Loss, N_("Released because"), choices=LOSSES)
    ended_at: str | None = field(Time, N_("Ended at"))
    ended: str | None = field(Literal["settled"], N_("Ended because"), choices={"settled": N_("the cause is gone")})
    # Not in the state:
    entity: str  # id of the subject
    cause: str  # raises the alarm once: seq of an event, time at which a task was due, or number of a handover
