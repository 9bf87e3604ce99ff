"""Removal of the bytes of withdrawn files: one coordinator proposes it and another confirms it. Otherwise the server removes the
bytes after some days (`board/commands/files/file_expiry.py`).

The event is committed before the bytes are deleted, so a file that was brought back never lacks its bytes. The history still
shows that the file existed.
"""

from board.engine.event_writer import EventWriter
from board.errors import Refused, invalid
from board.i18n import N_
from models.fields import Data, Id, RequiredShortText
from models.file import File

ALREADY_REMOVED = N_("This file was removed from the disk. It cannot be brought back.")


class ProposeRemoval(Data):
    """Propose to remove the bytes of a withdrawn file from the disk; see *Removal*."""

    file: Id
    reason: RequiredShortText


class ConfirmRemoval(Data):
    """Confirm the proposal of another account. It is `forbidden` to the account that proposed it."""

    file: Id


def propose(writer: EventWriter, data: ProposeRemoval) -> None:
    """Propose to remove the bytes of a withdrawn file from the disk."""
    row = _find(writer, data.file)
    if row.removal is not None:
        raise Refused("conflict", fields={"removal": N_("The removal of this file is proposed already.")}, current=row.state())
    proposal = {"reason": data.reason, "at": writer.now, "by": writer.account_id}
    writer.update(row, "file.removal_proposed", {"removal": proposal}, data.reason, conflicts=False)


def confirm(writer: EventWriter, data: ConfirmRemoval) -> None:
    """Confirm the proposal of another account. The bytes are removed from the disk."""
    row = _find(writer, data.file)
    if row.removal is None:
        raise invalid("file", N_("Nobody has proposed to remove this file. Propose it first."))
    if row.removal["by"] == writer.account_id:
        raise Refused("forbidden", N_("You proposed this removal, so another coordinator must confirm it."))
    writer.update(row, "file.removed", {"removed": {"at": writer.now, "by": writer.account_id}}, conflicts=False)


def _find(writer: EventWriter, id: str) -> File:
    row = writer.find(File, id, "file")
    if row.withdrawn is None:
        raise invalid("file", N_("Only a withdrawn file can be removed. Withdraw it first."))
    if row.removed is not None:
        raise Refused("conflict", fields={"removed": ALREADY_REMOVED}, current=row.state())
    return row
