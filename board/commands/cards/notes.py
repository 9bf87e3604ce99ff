"""Notes: the log of a search. Notes never change: a correction is a new note that refers to the old one."""

from collections.abc import Collection, Iterator
from typing import Literal

from sqlalchemy import String, bindparam, false, text
from sqlmodel import Session

from board.commands.cards import cards
from board.engine import unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, FieldSpec, Kind
from board.errors import invalid
from board.i18n import N_
from models.db import rows
from models.entity import State
from models.fields import Data, Id, RequiredLongText, Time
from models.ids import new_id
from models.note import Note
from models.occasion import Occasion


class Add(Data):
    """Add a note. Its fields are those of the kind `note`.

    `please_answer`: the people mentioned in it must answer: an alarm (`please_answer`; see *Alarms*). While 20 such notes of one
    author wait for an answer on a board, another one is `invalid`.
    """

    text: RequiredLongText
    category: Literal["comment", "decision", "contact"] = "comment"
    card: Id | None = None
    happened_at: Time | None = None
    corrects: Id | None = None
    please_answer: bool | None = None


MAX_ASKING = 20  # notes of one author on a board that wait for an answer: more would drown who is asked

_ASKING = text(
    "SELECT id FROM alarm WHERE board = :board AND caused_by = :author AND rule IN :rules "
    "AND taken_at IS NULL AND ended_at IS NULL LIMIT :limit"
).bindparams(bindparam("rules", expanding=True, type_=String()))


def add(writer: EventWriter, data: Add) -> None:
    """Add a note to a board or one of its cards. `happened_at` is when it happened, not when it was recorded. Raises Refused
    `invalid` where too many notes of the author wait for an answer, and this one asks for one."""
    if data.please_answer:
        _require_few_asking(writer)
    if data.card is not None:
        cards.find(writer, data.card)
    if data.corrects is not None:
        writer.find(Note, data.corrects, "corrects")
    values = data.model_dump() | {"happened_at": data.happened_at or writer.now}
    writer.create(rows.new(Note, values | {"id": new_id(), "board": writer.board.id}), "note.added")


def _require_few_asking(writer: EventWriter) -> None:
    rules = [rule.key for rule in writer.alarm_rules.of("mention")]
    asked = {"board": writer.board.id, "author": writer.account_id, "rules": rules, "limit": MAX_ASKING}
    if len(unit_of_work.execute(writer.session, _ASKING, asked).all()) >= MAX_ASKING:
        raise invalid("please_answer", N_("Too many of your notes wait for an answer. Add this one without asking for one."))


def _alarms(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Yield that the people mentioned in a note are asked to answer."""
    if after["please_answer"]:
        yield "mention", True


KIND = Kind(
    model=Note,
    title=N_("Note"),
    data=Add,
    fields=(
        FieldSpec("text", N_("Text"), control="long", required=True, searched=True, personal=True, prose=True),
        FieldSpec(
            "category", N_("Category"), control="choice", required=True, display="room",
            choices={"comment": N_("Comment"), "decision": N_("Decision"), "contact": N_("Contact")},
        ),
        FieldSpec("card", N_("Card"), control="card"),
        FieldSpec("happened_at", N_("Happened at"), type=Time, control="time", past=True, display="room"),
        FieldSpec("corrects", N_("Correction of"), reads_as="note"),
        FieldSpec("please_answer", N_("Please answer"), type=bool | None),
    ),
    events={
        "note.added": EventSpec(
            N_("Note added"), "note.add", significant={"category": ("decision",)}
        ),
        "note.archived": EventSpec(N_("Note left the board"), "board.make_room"),
        "note.brought_back": EventSpec(N_("Note brought back"), "board.bring_back"),
    },
    boards=("search", "operations"),
    occasions={"mention": Occasion(N_("Answer needed"), page="/searches/{board}#log", rule="please_answer")},
    alarms=_alarms,
    reported=lambda note, due_before: false(),  # only pinned ones
)  # fmt: skip
