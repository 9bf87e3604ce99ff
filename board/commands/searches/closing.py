"""Closing a search: its open items, and the reason for closing it anyway."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from board.commands.materials import take_downs
from board.config import sentences
from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from board.errors import invalid
from board.i18n import N_, Message, message
from models.column import Column
from models.db.tables import columns_of, table_of
from models.entity import State
from models.search import Search
from models.sighting import Sighting
from models.task import Task

MAX_NAMED = 10  # card numbers or recipients named in a sentence; the rest are counted

_T, _COLUMN, _S = columns_of(Task), columns_of(Column), columns_of(Sighting)
_TASKS = (
    select(_T.number)
    .join(table_of(Column), _COLUMN.id == _T.column)
    .where(_T.board == bindparam("board"), ~_T.withdrawn, _COLUMN.role != "done", or_(_T.take_down, _T.priority == "urgent"))
    .order_by(_T.number)
)
_ON_BOARD = select(_S.number).where(_S.board == bindparam("board")).order_by(_S.number)
_SIGHTINGS = _ON_BOARD.where(~_S.withdrawn, _S.assessment == "unassessed")
_NOT_PASSED_ON = _ON_BOARD.where(_S.queue == "pass_on")


def close(writer: EventWriter, row: Search, acknowledge: str | None) -> State:
    """Return the fields that closing changes besides the status. Raises Refused `invalid` if items are open and no reason is
    given. Does not check a search that is already closed."""
    if row.status == "closed":
        acknowledge = acknowledge or row.acknowledge
    elif acknowledge is None and (sentences := _open(writer, row)):
        raise invalid("acknowledge", message(N_("Give a reason for closing it anyway. {open}"), open=_joined(sentences)))
    values: State = {"acknowledge": acknowledge}
    if row.status == "found" and row.outcome is not None and not row.outcome.get("reason"):
        values["outcome"] = row.outcome | {"reason": row.status_reason}  # earlier versions stored the reason only there
    return values


def _open(writer: EventWriter, row: Search) -> list[Message]:
    """Return a sentence for each group of open items."""
    open_items: list[Message] = []
    if row.outcome is not None:
        if not row.outcome.get("family_told"):
            open_items.append(message(sentences.FAMILY_OPEN))
        if not row.outcome.get("police_told"):
            open_items.append(message(sentences.POLICE_OPEN))
    if tasks := _numbers(writer, _TASKS):
        open_items.append(message(N_("Take-down or urgent tasks that are not done: {numbers}."), numbers=_named(tasks)))
    if sightings := _numbers(writer, _SIGHTINGS):
        open_items.append(message(N_("Sightings that are not assessed: {numbers}."), numbers=_named(sightings)))
    if credible := _numbers(writer, _NOT_PASSED_ON):
        open_items.append(
            message(N_("Credible sightings that are not passed on to the police: {numbers}."), numbers=_named(credible))
        )
    if recipients := take_downs.open_recipients(writer):
        singular = N_("{count} recipient has not been asked to take it down: {names}.")
        plural = N_("{count} recipients have not been asked to take it down: {names}.")
        sentence = singular if len(recipients) == 1 else plural
        open_items.append(message(sentence, count=len(recipients), names=_named(recipients, "; ")))
    return open_items


def _numbers(writer: EventWriter, query: Select[Any]) -> Sequence[int]:
    return unit_of_work.execute(writer.session, query, {"board": writer.board.id}).scalars().all()


def _named(numbers: Sequence[int | str], separator: str = ", ") -> str | Message:
    listed = separator.join(map(str, numbers[:MAX_NAMED]))
    return (
        message(N_("{numbers} and {count} more"), numbers=listed, count=len(numbers) - MAX_NAMED)
        if numbers[MAX_NAMED:]
        else listed
    )


def _joined(sentences: Sequence[Message]) -> Message:
    """Join sentences that are translated separately."""
    parts = {f"part{index}": sentence for index, sentence in enumerate(sentences)}
    return message(" ".join(f"{{{name}}}" for name in parts), **parts)
