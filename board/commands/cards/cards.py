"""Cards: rules that all kinds of cards share. A card has a place in a column and an assignee. Cards are withdrawn, never deleted.

The cards of a column are sorted by (rank, id). A rank is a text between two other ranks. Every card in a column, even a withdrawn
one, has a unique rank, so that concurrent drops give the same order for everybody.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic import create_model
from sqlmodel import SQLModel

from board.commands.cards import card_ranks, columns, ranks
from board.commands.cards.rebalance import MAX_RANK_LENGTH, rebalance
from board.commands.command import CommandSpec, EntityRead, Patch
from board.engine import kinds, unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, FieldSpec, Kind, UndoRules
from board.errors import invalid, not_found
from board.i18n import N_
from models.card import Card, CardKind
from models.db import rows
from models.declared import data_of, specs_of
from models.entity import State
from models.fields import Data, Id, LongText
from models.ids import new_id


class MoveCard(Data):
    """Move a card to a column. It never conflicts. Neighbours whose rank must change get a `card.moved` too.

    `before`: card before which to place it. It goes to the end if neither `before` nor `after` is given, or if that card has left
    the column.
    `after`: card after which to place it.
    """

    card: Id
    column: Id
    before: Id | None = None
    after: Id | None = None


class AssignCard(Data):
    """Assign a card.

    `assignee`: null removes the assignee.
    """

    card: Id
    assignee: Id | None = None


class WithdrawCard(Data):
    """Withdraw a card, or restore it."""

    card: Id
    reason: LongText | None = None


def find(writer: EventWriter, id: str, name: str = "card") -> Card:
    """Return the card of any kind with this id on this board. Raises Refused `not_found` for the field `name`."""
    rows_by_kind = (unit_of_work.get(writer.session, kind.model, id) for kind in kinds.cards())
    row = next((row for row in rows_by_kind if row is not None), None)
    if not isinstance(row, Card) or row.board != writer.board.id:
        raise not_found(name)
    return row


def add(writer: EventWriter, kind: Kind, values: State, reserved: bool = False) -> None:
    """Add a card to the end of a column: the one in `values`, or the kind's first column. Raises Refused if the assignee, the
    column or a referenced card is unknown."""
    writer.require_person(values.get("assignee"), "assignee")
    _check_references(writer, kind, values)
    if (column_id := values.get("column")) is not None:
        column = columns.find(writer, column_id, "column")
    else:
        column = columns.first_with_role(writer, kind.first_column)
    rank = ranks.between(card_ranks.highest(writer, column.id), None)
    place = {"id": new_id(), "board": writer.board.id, "number": writer.next_card_number(), "column": column.id, "rank": rank}
    writer.create(rows.new_row(kind.model, values | place), f"{kind.name}.added", reserved=reserved)


def update(writer: EventWriter, kind: Kind, row: Card, values: State) -> None:
    """Set fields of a card. Raises Refused if a referenced card is unknown, or if a field was changed in the meantime."""
    _check_references(writer, kind, {name: value for name, value in values.items() if value != getattr(row, name)})
    writer.update(row, f"{kind.name}.updated", values)


def _check_references(writer: EventWriter, kind: Kind, values: State) -> None:
    """Check that the fields refer to cards on this board. Raises Refused `not_found` if one does not."""
    for spec in kind.fields:
        if spec.refers_to and values.get(spec.path) is not None:
            writer.find(kinds.named(spec.refers_to).model, values[spec.path], spec.path)


def move(writer: EventWriter, data: MoveCard) -> None:
    """Move a card before or after another, or to the end of a column. Moves never conflict: the last move wins."""
    if data.before is not None and data.after is not None:
        raise invalid("after", N_("Give either “before” or “after”, not both."))
    anchor_id = data.before or data.after
    if anchor_id == data.card:
        raise invalid("before" if data.before else "after", N_("A card cannot be placed next to itself."))
    card = find(writer, data.card)
    column = columns.find(writer, data.column, "column")
    anchor = find(writer, anchor_id, "before" if data.before else "after") if anchor_id is not None else None
    if anchor is not None and anchor.column != column.id:
        anchor = None  # the anchor has left the column in the meantime
    if anchor is None:
        low, high = card_ranks.highest(writer, column.id), None
        if low == card.rank and card.column == column.id:
            return  # already at the end
    elif data.before:
        low, high = card_ranks.below(writer, column.id, anchor.rank, except_id=card.id), anchor.rank
    else:
        low, high = anchor.rank, card_ranks.above(writer, column.id, anchor.rank, except_id=card.id)
    if card.column == column.id and (low is None or low < card.rank) and (high is None or card.rank < high):
        return  # already there
    rank = ranks.between(low, high)
    writer.update(card, "card.moved", {"column": column.id, "rank": rank}, conflicts=False)
    if len(rank) > MAX_RANK_LENGTH:
        _rebalance(writer, card)


def _rebalance(writer: EventWriter, card: Card) -> None:
    ids = card_ranks.in_order(writer, card.column)
    rebalance(writer, ids, ids.index(card.id), lambda id: find(writer, id), "card.moved")


def assign(writer: EventWriter, data: AssignCard) -> None:
    """Assign a card to an account, or to nobody."""
    card = find(writer, data.card)
    writer.require_person(data.assignee, "assignee")
    writer.update(card, "card.assigned", {"assignee": data.assignee})


def withdraw(writer: EventWriter, data: WithdrawCard) -> None:
    """Withdraw a card. It keeps its number and place, so that it can be restored."""
    writer.update(find(writer, data.card), "card.withdrawn", {"withdrawn": True}, data.reason)


def restore(writer: EventWriter, data: WithdrawCard) -> None:
    writer.update(find(writer, data.card), "card.restored", {"withdrawn": False}, data.reason)


# -- declaring a kind of card ---------------------------------------------------------------------------------------------


def fields_of(model: type[Card]) -> tuple[FieldSpec, ...]:
    """Return the fields of a kind of card. The first field that only this kind has is its title, which precedes the assignee."""
    specs = list(specs_of(model))
    common = [spec for spec in specs if spec.path in Card.STATE]
    title, *other = [spec for spec in specs if spec.path not in Card.STATE]
    return (*common[:3], title, *common[3:], *other)


EVENTS = {
    "card.moved": EventSpec(N_("Card moved"), "card.move", undoable=True),
    "card.assigned": EventSpec(N_("Card assigned"), "card.assign", undoable=True),
    "card.withdrawn": EventSpec(N_("Card withdrawn"), "card.withdraw", undoable=True, revises=True),
    "card.restored": EventSpec(N_("Card restored"), "card.restore", undoable=True, revises=True),
    "card.archived": EventSpec(N_("Card left the board"), "board.make_room"),
    "card.brought_back": EventSpec(N_("Card brought back"), "board.bring_back"),
}


def apply_undo(writer: EventWriter, row: Card, event: JournalEvent, values: State) -> None:
    """Restore former values of a card. Rebalances ranks if another card has taken its former rank."""
    is_move = event.type == "card.moved"
    writer.update(row, event.type, ({"column": row.column, "rank": row.rank} if is_move else {}) | values, undoes=event.seq)
    if is_move and (card_ranks.is_taken(writer, row) or len(row.rank) > MAX_RANK_LENGTH):
        _rebalance(writer, row)


UNDO = UndoRules(apply=apply_undo)


def declared_kinds() -> Iterator[Kind]:
    """Yield the kinds of cards that a model declares in one line, without separate rules."""
    for model in Card.__subclasses__():
        if model.DECLARED is not None and model.metadata is SQLModel.metadata:
            yield kind_of(model, model.DECLARED)


def kind_of(model: type[Card], declared: CardKind) -> Kind:
    """Return the kind that a model declares."""
    name, fields = model.KIND, fields_of(model)
    events = {
        f"{name}.added": EventSpec(declared.added, f"{name}.add"),
        f"{name}.updated": EventSpec(declared.changed, f"{name}.update", undoable=True),
    }
    return Kind(
        model=model, title=declared.title, plural=declared.plural, title_field=fields[3].path, data=data_of(model),
        first_column=declared.first_column, fields=fields, events=events | EVENTS, undo=UNDO, occasions=declared.occasions,
        alarming=(lambda card: ~card.withdrawn) if declared.occasions else None,
    )  # fmt: skip


def commands_of(kind: Kind) -> Mapping[str, CommandSpec]:
    """Return the commands `add` and `update` of a kind of card without separate rules."""
    name, fields = kind.name, kind.data
    place_fields: dict[str, Any] = {"column": (Id | None, None), "assignee": (Id | None, None)}
    add_data = cast("type[Data]", create_model("Add", __base__=fields, **place_fields))
    id_field: dict[str, Any] = {name: (Id, ...)}
    update_data = cast("type[Data]", create_model("Update", __base__=Patch, **id_field))
    blank = {path: "-" for path, field in fields.model_fields.items() if field.is_required()}

    def update_card(writer: EventWriter, data: Any) -> None:
        row, values = writer.find_patched(kind.model, getattr(data, name), name, fields, data.model_extra or {}, blank)
        update(writer, kind, cast("Card", row), values)

    def add_card(writer: EventWriter, data: Data) -> None:
        add(writer, kind, data.model_dump())

    return {
        f"{name}.add": CommandSpec("search", "investigator", add_data, add_card, places_card=True),
        f"{name}.update": CommandSpec(
            "search", "investigator", update_data, update_card, patches=(fields,), reads=(EntityRead(name, name),)
        ),
    }
