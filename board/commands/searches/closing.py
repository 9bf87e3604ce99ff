"""Closing a search: its open items, and the reason for closing it anyway."""

from collections.abc import Sequence

from sqlalchemy import TextClause, text

from board.commands.materials import take_downs
from board.config import sentences
from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from board.errors import invalid
from board.i18n import N_, Message, message
from models.entity import State
from models.search import Search

MAX_NAMED = 10  # card numbers or recipients named in a sentence; the rest are counted

_TASKS = text(
    'SELECT t.number FROM task t JOIN "column" c ON c.id = t."column" WHERE t.board = :board AND NOT t.withdrawn '
    "AND c.role <> 'done' AND (t.take_down OR t.priority = 'urgent') ORDER BY t.number"
)
_SIGHTINGS = text(
    "SELECT number FROM sighting WHERE board = :board AND NOT withdrawn AND assessment = 'unassessed' ORDER BY number"
)
_NOT_PASSED_ON = text("SELECT number FROM sighting WHERE board = :board AND queue = 'pass_on' ORDER BY number")


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


def _numbers(writer: EventWriter, query: TextClause) -> Sequence[int]:
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
