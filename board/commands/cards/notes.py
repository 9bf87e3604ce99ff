"""Notes: the log of a search. Notes never change; a correction is a new note that refers to the old one."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import bindparam, false, select
from sqlmodel import Session

from board.commands.cards import cards
from board.commands.sightings import first_look
from board.engine import unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind
from board.errors import invalid
from board.i18n import N_
from models.alarm import Alarm
from models.db import rows
from models.db.tables import columns_of
from models.declared import data_of
from models.entity import State
from models.ids import new_id
from models.note import Note
from models.occasion import Occasion
from models.sighting import Sighting

Fields: Any = data_of(Note)


class AddNote(Fields):  # type: ignore[misc]  # the fields that the row declares
    """Add a note. Its fields are the fields of the kind `note`.

    `please_answer`: whether an alarm asks the mentioned people for an answer (`please_answer`; see *Alarms*). It is `invalid`
    while 20 such notes of the same author wait for an answer on a board.
    """


MAX_ASKING = 20  # notes of one author that wait for an answer on a board; more would overwhelm the mentioned people

_A = columns_of(Alarm)
_ASKING = (
    select(_A.id)
    .where(_A.board == bindparam("board"), _A.caused_by == bindparam("author"), _A.rule.in_(bindparam("rules")))
    .where(_A.taken_at.is_(None), _A.ended_at.is_(None))
    .limit(bindparam("limit"))
)


def add(writer: EventWriter, data: AddNote) -> None:
    """Add a note to a board or one of its cards. A decision on a sighting counts as its first look. Raises Refused `invalid` if
    the note asks for an answer while too many notes of its author wait for one."""
    if data.please_answer:
        _require_few_asking(writer)
    card = cards.find(writer, data.card) if data.card is not None else None
    if data.corrects is not None:
        writer.find(Note, data.corrects, "corrects")
    values = data.model_dump() | {"happened_at": data.happened_at or writer.now}
    writer.create(rows.new_row(Note, values | {"id": new_id(), "board": writer.board.id}), "note.added")
    if isinstance(card, Sighting) and data.category == "decision":
        first_look.record(writer, card)


def _require_few_asking(writer: EventWriter) -> None:
    rules = [rule.key for rule in writer.alarm_rules.of("mention")]
    params = {"board": writer.board.id, "author": writer.account_id, "rules": rules, "limit": MAX_ASKING}
    if len(unit_of_work.execute(writer.session, _ASKING, params).all()) >= MAX_ASKING:
        raise invalid("please_answer", N_("Too many of your notes wait for an answer. Add this one without asking for one."))


def _alarms(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Yield the occasion `mention` if a note asks for an answer."""
    if after["please_answer"]:
        yield "mention", True


KIND = Kind(
    model=Note,
    title=N_("Note"),
    data=AddNote,
    events={
        "note.added": EventSpec(
            N_("Note added"), "note.add", significant={"category": ("decision",)}, result="text"
        ),
        "note.archived": EventSpec(N_("Note left the board"), "board.make_room"),
        "note.brought_back": EventSpec(N_("Note brought back"), "board.bring_back"),
    },
    boards=("search", "operations"),
    occasions={"mention": Occasion(N_("Answer needed"), page="/searches/{board}#log", rule="please_answer")},
    alarms=_alarms,
    reported=lambda note, due_before: false(),  # reports read only pinned notes
)  # fmt: skip
