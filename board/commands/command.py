"""Types of the command table: specification, handler and acknowledgement."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlmodel import Session

from board.engine import kinds
from board.engine.event_writer import EventWriter
from board.engine.kinds import Kind
from models.accounts import ROLES
from models.board import Board
from models.fields import Data
from realtime.wire.protocol import ShareUse

_ROLES_FROM = {role: frozenset(ROLES[place:]) for place, role in enumerate(ROLES)}  # by the least role

Handler = Callable[[EventWriter, Any], None]


class Ack(NamedTuple):
    """Acknowledgement: the command is durable. `seqs` are its events on the command's board, `opened` the id of a new search,
    `share` the author's share of a board, if it is nearly used."""

    id: str
    board: str
    seqs: list[int]
    opened: str | None = None
    share: ShareUse | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the acknowledgement as in the contract."""
        body: dict[str, Any] = {"id": self.id, "board": self.board, "seqs": self.seqs}
        body |= {"opened": self.opened} if self.opened else {}
        return body | ({"share": self.share} if self.share else {})


class Patch(Data):
    """Data of a command that is a merge patch: beside its own fields it has any of those of other types."""

    model_config = Data.model_config | {"extra": "allow"}


class Read(NamedTuple):
    """Entity that a command reads: the one that a field of its data names, of a kind; without a kind, a card of any kind. For one
    that the command changes, the payload is read, too, on which that of its next event is based."""

    field: str
    kind: str = ""
    is_changed: bool = True

    def kinds(self) -> list[Kind]:
        """Return the kinds that the entity can be of."""
        return [kinds.named(self.kind)] if self.kind else kinds.cards()


CARD, BEFORE, AFTER = Read("card"), Read("before", is_changed=False), Read("after", is_changed=False)
ABOUT_CARD = Read("card", is_changed=False)


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """Row of the command table. `while_closed`: allowed on a closed search. `or_lead`: allowed to an investigator who leads the
    search, too. `also_locks` is the second board that it writes to: `operations`, or that named by this field of its data.
    `reads` are the entities that are read together with the locks. `places_card`: it puts a card into a column, so columns and
    their last ranks are read, too. `equivalent` names another command whose rights are needed too. `patches` are the types that
    a merge patch (`Patch`) is on."""

    board_kind: Literal["operations", "search", "any"]
    role: str
    data: type[Data]
    handler: Handler
    while_closed: bool = False
    or_lead: bool = False
    also_locks: str | None = None
    reads: tuple[Read, ...] = ()
    places_card: bool = False
    equivalent: Callable[[Session, Board, Any], str | None] | None = None
    patches: tuple[type[Data], ...] = ()

    def allows(self, role: str, leads: bool = False) -> bool:
        """Return whether an account with this role, which leads the search or not, may give the command."""
        return role in _ROLES_FROM["investigator" if leads and self.or_lead else self.role]
