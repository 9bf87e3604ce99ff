"""Files of a search: attached when their upload is complete, described, and withdrawn. Their bytes are in the file store."""

from typing import Any

from sqlalchemy import bindparam, func, null, select

from board.commands.cards import cards
from board.commands.command import Patch
from board.commands.files import photos
from board.commands.files.file_removals import ALREADY_REMOVED
from board.engine import unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind, UndoRules
from board.errors import Refused, invalid, not_found
from board.i18n import N_, message
from models.accounts import ROLES
from models.db import rows
from models.db.tables import columns_of, table_of
from models.declared import data_of
from models.entity import State
from models.fields import Data, Id, RequiredShortText
from models.file import File
from models.note import Note
from models.upload import Upload

MAX_FILES = 200  # files per search that are not withdrawn, from the contract
MAX_WITHDRAWN = 1_000  # withdrawn files per search; more is abuse, not error

_F, _U = columns_of(File), columns_of(Upload)
_COUNTS = select(func.count().label("all_files"), func.count().filter(_F.withdrawn.is_(None)).label("shown")).where(
    _F.board == bindparam("board")
)
_ATTACHED = table_of(Upload).update().where(_U.id == bindparam("upload"), _U.state == "ready").values(state="attached")


Fields: Any = data_of(File)


class AttachFile(Fields):  # type: ignore[misc]  # the fields that the row declares
    """Attach an upload, which becomes a file of the search. It is `conflict` if the upload is already attached.

    `upload`: your own complete upload.
    `card`: at most one of `card` and `note`.
    """

    upload: Id
    note: Id | None = None


class UpdateFile(Patch):
    """Change a file by a merge patch."""

    file: Id


class WithdrawFile(Data):
    """Withdraw a file, immediately and for everybody. Only coordinators and the account that attached it may do this. If it is
    the photo of its search, the command also writes `search.photo_set`. A coordinator can undo it, which brings the file back.

    `reason`: at most 400 characters.
    """

    file: Id
    reason: RequiredShortText


def attach(writer: EventWriter, data: AttachFile) -> None:
    """Attach the author's complete upload to this search, one of its cards, or a note."""
    if data.card is not None and data.note is not None:
        raise invalid("note", N_("Give either a card or a note, not both."))
    if data.card is not None:
        cards.find(writer, data.card)
    if data.note is not None:
        writer.find(Note, data.note, "note")
    upload = _find_ready(writer, data.upload)
    _require_room(writer)
    result = {name: value for name, value in (upload.result or {}).items() if name != "found"}
    values: State = {"id": upload.file, "board": writer.board.id, "name": upload.name, "note": data.note}
    values["stored"] = upload.size + upload.previews
    values |= data.model_dump(include=set(Fields.model_fields)) | result
    writer.create(rows.new_row(File, values | {"added_by": writer.account_id, "added_at": writer.now}), "file.attached")
    # the upload's metadata is no longer needed
    writer.session.connection().execute(_ATTACHED, {"upload": upload.id, "result": result})


def _find_ready(writer: EventWriter, id: str) -> Upload:
    writer.session.flush()
    upload = writer.session.get(Upload, id, populate_existing=True)
    if upload is None or upload.board != writer.board.id or upload.account != writer.account_id:
        raise not_found("upload")
    if upload.state == "receiving":
        raise invalid("upload", N_("This upload is not complete yet."))
    if upload.state == "attached":
        raise Refused("conflict", fields={"upload": N_("This file is attached already.")})
    return upload


def _require_room(writer: EventWriter) -> None:
    """Raise Refused `too_large` if the search has the maximum number of files."""
    counts = unit_of_work.execute(writer.session, _COUNTS, {"board": writer.board.id}).one()
    if counts.shown >= MAX_FILES:
        raise Refused("too_large", message(N_("A search can have at most {count} files. Withdraw some first."), count=MAX_FILES))
    if counts.all_files - counts.shown >= MAX_WITHDRAWN:
        raise Refused("too_large", N_("Too many files of this search were withdrawn. Ask your administrator."))


def update(writer: EventWriter, data: UpdateFile) -> None:
    """Change the caption, time or card of a file."""
    row, values = writer.find_patched(File, data.file, "file", Fields, data.model_extra or {}, blank={})
    if row.withdrawn is not None:
        raise _withdrawn(row)
    if values["card"] is not None and values["card"] != row.card:
        cards.find(writer, values["card"])
        values["note"] = None
    writer.update(row, "file.updated", values)


def withdraw(writer: EventWriter, data: WithdrawFile) -> None:
    """Withdraw a file, so that nobody can fetch it. Only for coordinators and the account that attached it."""
    _withdraw(writer, writer.find(File, data.file, "file"), data.reason)


def _withdraw(writer: EventWriter, row: File, reason: str | None, undoes: int | None = None) -> None:
    if row.withdrawn is not None:
        raise _withdrawn(row)
    if row.added_by != writer.account_id and not _is_coordinator(writer):
        raise Refused("forbidden", N_("Only coordinators, and the person who attached the file, can withdraw it."))
    withdrawn = {"reason": reason, "at": writer.now, "by": writer.account_id}
    writer.update(row, "file.withdrawn", {"withdrawn": withdrawn}, reason, conflicts=False, undoes=undoes)
    photos.take_off(writer, row.id)


def _withdrawn(row: File) -> Refused:
    return Refused("conflict", fields={"withdrawn": N_("This file was withdrawn.")}, current=row.state())


def _is_coordinator(writer: EventWriter) -> bool:
    return writer.account is not None and ROLES.index(writer.account.role) >= ROLES.index("coordinator")


# -- undo and declaration -------------------------------------------------------------------------------------------------


def _apply_undo(writer: EventWriter, row: File, event: JournalEvent, values: State) -> None:
    if event.type == "file.withdrawn":
        if not _is_coordinator(writer):
            raise Refused("forbidden", N_("Only coordinators can bring a withdrawn file back."))
        if row.removed is not None:
            raise Refused("conflict", fields={"removed": ALREADY_REMOVED}, current=row.state())
        _require_room(writer)
        values = values | {"removal": None}
    writer.update(row, event.type, values, undoes=event.seq)


KIND = Kind(
    model=File,
    title=N_("File"),
    data=AttachFile,
    events={
        "file.attached": EventSpec(N_("File attached"), "file.attach", undoable=True),
        "file.updated": EventSpec(N_("File changed"), "file.update", undoable=True),
        "file.withdrawn": EventSpec(N_("File withdrawn"), "file.withdraw", undoable=True),
        "file.removal_proposed": EventSpec(N_("Removal of a file proposed"), "file.propose_removal", undoable=True),
        "file.removed": EventSpec(N_("File removed from the disk"), "file.confirm_removal"),
        "file.erased": EventSpec(N_("File erased")),
    },
    counted=False,
    reported=lambda file, due_before: file.withdrawn.is_(null()),
    # undoing `file.attach` withdraws the file
    undo=UndoRules(apply=_apply_undo, creation=lambda writer, row, event: _withdraw(writer, row, None, event.seq)),
)
