"""Distributions: the recipients of a material, the method, and the requests to take it down."""

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import bindparam, func, select

from board.commands import past_times
from board.commands.command import Patch
from board.commands.materials import take_downs
from board.engine import unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind, UndoRules
from board.errors import Refused, invalid
from board.i18n import N_
from models.db import rows
from models.db.tables import columns_of
from models.declared import data_of
from models.distribution import Distribution
from models.entity import State
from models.fields import Data, Id, LongText, ShortText, Time, Title
from models.ids import new_id
from models.material import Material

MAX_DISTRIBUTIONS = 500  # per search, including withdrawn ones
MAX_ADDED = 50  # recipients per command

_COUNT = select(func.count()).where(columns_of(Distribution).board == bindparam("board"))


Fields: Any = data_of(Distribution)
_AddFields: Any = data_of(Distribution, omit=("recipient", "at"))


class AddDistribution(_AddFields):  # type: ignore[misc]  # the fields that the row declares
    """Record the recipients of a material, with an entry for each.

    `recipients`: 1 to 50.
    `at`: by default, now; at most 5 minutes in the future.
    """

    material: Id
    recipients: Annotated[list[Title], Field(min_length=1, max_length=MAX_ADDED)]
    at: Time | None = None


class UpdateDistribution(Patch):
    """Change a distribution by a merge patch."""

    distribution: Id


class RecordTakeDown(Data):
    """Record that recipients were asked to take down the material.

    `distributions`: 1 to 500.
    `done`: false if they were not asked after all.
    """

    distributions: Annotated[list[Id], Field(min_length=1, max_length=MAX_DISTRIBUTIONS)]
    done: bool = True
    note: ShortText | None = None


class WithdrawDistribution(Data):
    """Withdraw a distribution that was recorded by mistake."""

    distribution: Id
    reason: LongText | None = None


def add(writer: EventWriter, data: AddDistribution) -> None:
    """Record the recipients of a material. If the material has ended, their take-downs are due immediately."""
    material = writer.find(Material, data.material, "material")
    if material.withdrawn is not None:
        raise invalid("material", N_("This was withdrawn: it must not be given out."))
    _check(writer, material, data.language, data.at)
    recipients = list(dict.fromkeys(recipient.strip() for recipient in data.recipients))
    existing = unit_of_work.execute(writer.session, _COUNT, {"board": writer.board.id}).scalar_one()
    if existing + len(recipients) > MAX_DISTRIBUTIONS:
        raise Refused("too_large")
    values = data.model_dump(exclude={"recipients"}) | {"at": data.at or writer.now, "by": writer.account_id}
    for recipient in recipients:
        take_down = take_downs.entry(writer, data.way) if material.ended_at is not None else None
        due = take_downs.due_of(take_down, None)
        entry = {"id": new_id(), "board": writer.board.id, "recipient": recipient, "take_down": take_down, "due": due}
        writer.create(rows.new_row(Distribution, values | entry), "distribution.added")


def update(writer: EventWriter, data: UpdateDistribution) -> None:
    """Correct the recipient, method or time of a distribution."""
    blank = {"recipient": "-", "way": "other", "language": "fr", "at": writer.now}
    row, values = writer.find_patched(Distribution, data.distribution, "distribution", Fields, data.model_extra or {}, blank)
    material = writer.find(Material, row.material, "material")
    _check(writer, material, values["language"], values["at"] if values["at"] != row.at else None)
    take_downs.write(writer, row, "distribution.updated", values)


def take_down(writer: EventWriter, data: RecordTakeDown) -> None:
    """Record whether recipients were asked to take down the material. An entry that already says so keeps its first author and
    time."""
    ids = list(dict.fromkeys(data.distributions))
    unit_of_work.prefetch(writer.session, Distribution, ids)
    distributions = [writer.find(Distribution, id, "distributions") for id in ids]
    if any(row.take_down is None or row.withdrawn is not None for row in distributions):
        raise invalid("distributions", N_("This may still be shown: there is nothing to take down yet."))
    for row in distributions:
        before: State = row.take_down or {}
        if (before["done_at"] is not None) == data.done and data.note in (None, before["note"]):
            continue
        done_at, done_by = (writer.now, writer.account_id) if data.done else (None, None)
        if data.done and before["done_at"] is not None:
            done_at, done_by = before["done_at"], before["done_by"]
        note = data.note if data.note is not None else before["note"]
        values = {"take_down": before | {"done_at": done_at, "done_by": done_by, "note": note}}
        take_downs.write(writer, row, "distribution.taken_down", values)


def withdraw(writer: EventWriter, data: WithdrawDistribution) -> None:
    """Withdraw an entry that was recorded by mistake: this recipient did not get the material."""
    row = writer.find(Distribution, data.distribution, "distribution")
    if row.withdrawn is None:
        withdrawn = {"reason": data.reason, "at": writer.now, "by": writer.account_id}
        take_downs.write(writer, row, "distribution.withdrawn", {"withdrawn": withdrawn}, data.reason)


def _check(writer: EventWriter, material: Material, language: str, at: str | None) -> None:
    if language not in material.languages:
        raise invalid("language", N_("This material is not approved in this language."))
    if at is not None:
        past_times.check(writer, "at", at)


def _apply_undo(writer: EventWriter, row: Distribution, event: JournalEvent, values: State) -> None:
    take_downs.write(writer, row, event.type, values, undoes=event.seq)
    material = unit_of_work.get(writer.session, Material, row.material)
    if material is not None and material.ended_at is not None:
        take_downs.join(writer, row)


KIND = Kind(
    model=Distribution,
    title=N_("Distribution"),
    data=Fields,
    events={
        "distribution.added": EventSpec(N_("Distribution recorded"), "distribution.add"),
        "distribution.updated": EventSpec(N_("Distribution changed"), "distribution.update", undoable=True),
        "distribution.take_down_due": EventSpec(N_("Take-down due")),
        "distribution.taken_down": EventSpec(N_("Recipient asked to take it down"), "distribution.take_down", undoable=True),
        "distribution.withdrawn": EventSpec(N_("Distribution withdrawn"), "distribution.withdraw", undoable=True),
    },
    counted=False,
    undo=UndoRules(apply=_apply_undo),
)  # fmt: skip
