"""Types of the command table: specification, handler and acknowledgement."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlmodel import Session

from board.config.roles import Right
from board.engine import kinds
from board.engine.event_writer import EventWriter
from board.engine.kinds import Kind
from models.accounts import ROLES
from models.board import Board
from models.fields import Data
from realtime.wire.protocol import ShareUse

_ROLES_FROM = {role: frozenset(ROLES[index:]) for index, role in enumerate(ROLES)}  # by the lowest role

Handler = Callable[[EventWriter, Any], None]


class Ack(NamedTuple):
    """Acknowledgement that a command is durable.

    `seqs`: its events on the command's board. `opened`: id of a new search. `share`: the author's share of the board, if it is
    nearly used.
    """

    id: str
    board: str
    seqs: list[int]
    opened: str | None = None
    share: ShareUse | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the acknowledgement in the contract's form."""
        body: dict[str, Any] = {"id": self.id, "board": self.board, "seqs": self.seqs}
        body |= {"opened": self.opened} if self.opened else {}
        return body | ({"share": self.share} if self.share else {})


class Patch(Data):
    """Data of a command with a merge patch: its own fields, and any fields of the types in `CommandSpec.patches`."""

    model_config = Data.model_config | {"extra": "allow"}


class EntityRead(NamedTuple):
    """Entity that a command reads.

    `field`: field of the command's data with the entity's id. `kind`: its kind; a card of any kind if empty. `is_changed`:
    whether the command changes it. If so, the base payload of its next event is read too.
    """

    field: str
    kind: str = ""
    is_changed: bool = True

    def kinds(self) -> list[Kind]:
        """Return the possible kinds of the entity."""
        return [kinds.named(self.kind)] if self.kind else kinds.cards()


CARD, BEFORE, AFTER = EntityRead("card"), EntityRead("before", is_changed=False), EntityRead("after", is_changed=False)
ABOUT_CARD = EntityRead("card", is_changed=False)


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """Row of the command table.

    - `role`: lowest role that may send the command.
    - `while_closed`: allowed on a closed search.
    - `or_lead`: also allowed to an investigator who leads the search.
    - `also_locks`: second board that it writes to: `operations`, or the field of its data with the board's id.
    - `reads`: entities to read together with the locks.
    - `places_card`: it adds a card to a column, so columns and their last ranks are read too.
    - `equivalent`: returns another command whose rights are also required.
    - `patches`: types whose fields a merge patch (`Patch`) can change.
    - `right`: right that the author's role also needs (`board.config.roles`).
    """

    board_kind: Literal["operations", "search", "any"]
    role: str
    data: type[Data]
    handler: Handler
    while_closed: bool = False
    or_lead: bool = False
    also_locks: str | None = None
    reads: tuple[EntityRead, ...] = ()
    places_card: bool = False
    equivalent: Callable[[Session, Board, Any], str | None] | None = None
    patches: tuple[type[Data], ...] = ()
    right: Right | None = None

    def allows(self, role: str, is_lead: bool = False) -> bool:
        """Return whether an account with this role may send the command. `is_lead`: the account leads the search."""
        return role in _ROLES_FROM["investigator" if is_lead and self.or_lead else self.role]
