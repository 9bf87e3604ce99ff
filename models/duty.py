"""Duties and planned duties.

An account has one duty row, which is updated each time; the journal keeps its history.
"""

from typing import Any, ClassVar, Literal

from sqlalchemy import Index

from models.declared import field, group
from models.entity import Entity, partial_index
from models.fields import Id, Time
from models.texts import N_, P_

Ended = Literal["person", "coordinator", "time"]
ENDED = {"person": N_("ended by the person"), "coordinator": N_("ended by another person"), "time": N_("the time was up")}


class Duty(Entity, table=True):
    """Duty of an account, with its id. An account is on duty until `ended_at` is set. *0.4.0*

    `until`: when the duty ends, unless it is extended.
    `ended_at`: null: on duty.
    `ended`: null: on duty.
    `kept`: ids of the alarms that the account keeps after its duty; all its other alarms reopen.
    """

    __tablename__ = "duties"

    KIND: ClassVar[str] = "duty"
    __table_args__ = (
        partial_index("duty_open", "until", where="ended_at IS NULL"),
        partial_index("duty_ended", "ended_at", where="ended_at IS NOT NULL"),
    )

    account: str = field(Id, N_("Person on duty"), ..., reads_as="person")
    since: str = field(Time, N_("Since"), ...)
    until: str = field(Time, P_("of a duty", "Until"), ...)
    ended_at: str | None = field(Time, N_("Ended at"))
    ended: str | None = field(Ended, N_("Ended because"), choices=ENDED)
    kept: list[Any] = group(list[Id], N_("Alarms kept after the duty"), reads_as="internal")


class PlannedDuty(Entity, table=True):
    """Duty that the plan proposes to an account. The account confirms it by `duty.begin`. *0.4.0*

    `uid`: identifies it in the calendar that it was imported from; null: entered by a person.
    """

    __tablename__ = "planned_duties"

    KIND: ClassVar[str] = "planned_duty"
    __table_args__ = (Index("planned_duty_by_end", "ends_at"),)

    account: str = field(Id, N_("Planned person"), ..., reads_as="person")
    starts_at: str = field(Time, N_("Starts at"), ...)
    ends_at: str = field(Time, N_("Ends at"), ...)
    uid: str | None = field(str, N_("Entry of a calendar"), reads_as="internal")
