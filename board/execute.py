"""The only writer of boards: judges a command and carries it out, in one transaction.

Judged in this order: board `not_found`, `unknown_command`, `forbidden`, a remembered ack, `closed`, `invalid`, an id
`not_found`, `conflict`.
"""

import json
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import text
from sqlmodel import Session

from board import access
from board.commands import TABLE, Ack, Command, Rule
from board.errors import Refused, from_validation, invalid
from board.journal import Said
from board.pen import Pen
from board.sign_in import Caller, still_signed_in
from board.words import N_
from models.accounts import Account
from models.board import OPERATIONS, Board
from models.search import Search

_REMEMBERED = text("SELECT name, ack FROM done WHERE account = :account AND command = :command")
_REMEMBER = text("INSERT INTO done (account, command, name, ack, at) VALUES (:account, :command, :name, :ack, :at)")


@dataclass(frozen=True, slots=True)
class Written:
    """What a command came to: its ack, and what was said on which board, in the order of seq. `sight` are the accounts
    that gained or lost sight of the search. An ack that was remembered says nothing again."""

    ack: Ack
    said: tuple[Said, ...] = ()
    epochs: tuple[tuple[str, str], ...] = ()
    sight: frozenset[str] = frozenset()


def execute(session: Session, caller: Caller, command: Command, now: str) -> Written:
    """Carries out a command. Raises Refused; then nothing is changed.

    The board's row is locked before anything that decides is read, so commit order is seq order and two edits can't erase
    each other. The rights are read again here: they may have ended since the handshake.
    """
    # Boards are locked in a fixed order, `operations` first, so that two commands can't wait for each other.
    both = command.name.startswith("search.") and command.board != OPERATIONS
    account = still_signed_in(session, caller)
    operations = access.board_for(session, account.id, OPERATIONS, lock=True) if both else None
    board = access.board_for(session, account.id, command.board, lock=True)
    rule = _allowed(command, board, account, caller)
    if (ack := _remembered(session, account, command)) is not None:
        return Written(ack)
    if board.kind == "search" and not rule.while_closed:
        _check_open(session, board)
    if command.base is not None and (command.base < 0 or (command.base > board.seq and command.epoch in (None, board.epoch))):
        raise invalid("base", N_("The board has not got so far."))
    try:
        data = rule.data.model_validate(command.data)
    except ValidationError as error:
        raise from_validation(error) from error
    pen = Pen(session, account, command, board, operations, now)
    rule.do(pen, data)
    ack = Ack(command.id, board.id, [said.seq for said in pen.said if said.board == board.id], pen.opened)
    session.connection().execute(
        _REMEMBER,
        {"account": account.id, "command": command.id, "name": command.name, "ack": json.dumps(ack.body()), "at": now},
    )
    boards = {each.id: each.epoch for each in (pen.operations, pen.board, *pen.made) if each is not None}
    return Written(ack, tuple(pen.said), tuple(boards.items()), frozenset(pen.sight))


def _allowed(command: Command, board: Board, account: Account, caller: Caller) -> Rule:
    rule = TABLE.get(command.name)
    if rule is None or rule.on not in ("any", board.kind):
        raise Refused("unknown_command")
    if not rule.may(account.role) or not caller.may_command:
        raise Refused("forbidden")
    return rule


def _remembered(session: Session, account: Account, command: Command) -> Ack | None:
    """The ack that this command id got before, from this account: whatever its content is now."""
    row = session.connection().execute(_REMEMBERED, {"account": account.id, "command": command.id}).first()
    return Ack(**json.loads(row.ack)) if row is not None else None


def _check_open(session: Session, board: Board) -> None:
    search = session.get(Search, board.id)
    if search is not None and search.status == "closed":
        raise Refused("closed")
