"""HTTP API of intake: report a sighting from the hotline's software or the app, without knowing a board.

It runs the command `sighting.add` like any client, or `tip.add` for the board `operations`, if the search is not known. A
repeated id returns the first result; with different content it is refused. A token of scope `intake` can do only this.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated, Any, NotRequired

import orjson
from sqlmodel import Session, select
from starlette.requests import Request
from typing_extensions import TypedDict

from board.commands import schemas
from board.commands.registry import Command
from board.commands.searches import references
from board.commands.sightings.sightings import Fields
from board.commands.sightings.sources import SourceIdentity
from board.engine import access, journal
from board.engine.identity import Caller
from board.errors import Refused, invalid
from board.i18n import N_
from board.telemetry import logs, metrics
from board.web import language
from board.web.endpoint import ON_A_BOARD, Call, Schema
from board.web.http import Reply, check_allowed, json_response, read_json_object, require_caller, service_of
from board.web.refusals import error_response
from models.board import OPERATIONS, Board
from models.event import ProcessedCommand, command_digest
from models.sighting import Sighting
from models.tip import Tip
from realtime.wire import protocol
from realtime.wire.wire_types import ComputedSchema, Count, Id

TYPES = ("sighting.added", "tip.added")  # types of the events that a call creates
_NAMES = ("board", "reference")  # fields that name the search
_ACCEPTED_FIELDS = {*Fields.model_fields, *SourceIdentity.model_fields}


# Contains either `sighting` or `tip`: a report without a search is a tip.
TakenIn = TypedDict("TakenIn", {
    "board": Id, "sighting": NotRequired[Id], "tip": NotRequired[Id], "number": Count, "seq": Count,
})  # fmt: skip


def _body() -> Schema:
    """Return the schema of a sighting with its source, whose search is named by id or reference."""
    fields, source = schemas.schema_of(Fields), schemas.schema_of(SourceIdentity)
    properties = {"id": schemas.COMMAND_ID} | fields["properties"] | source["properties"]
    text, null = {"type": "string"}, {"type": "null"}
    return {
        "oneOf": [
            {
                "type": "object", "properties": properties | {named_by: text, absent: null},
                "required": ["id", named_by, *fields["required"]], "additionalProperties": False,
            }
            for named_by, absent in (("board", "reference"), ("reference", "board"))
        ]
    }  # fmt: skip


@Call(
    "POST", "/intake/sightings", N_("Adds a sighting to a search, named by its id or its reference, or a tip without a search."),
    (*ON_A_BOARD, "invalid", "closed", "too_large"), body=Annotated[dict[str, Any], ComputedSchema(_body)], status=201,
)  # fmt: skip
async def create_sighting(request: Request) -> Reply[TakenIn]:
    """Add a sighting or a tip, for a program that does not know the boards.

    See *Taking in*. With `"board": "operations"` it adds a tip, and the answer has `tip` instead of `sighting`.
    """
    caller = await require_caller(request, intake=True)
    value = await read_json_object(request)
    id = value.pop("id", None)
    if not protocol.is_id(id):
        raise invalid("id", N_("The sighting id must have 1 to 64 letters, digits, - or _."))
    logs.bind_ids(command=id)
    present_fields = {name: field for name, field in value.items() if field is not None}  # null counts as absent
    content = orjson.dumps(present_fields, option=orjson.OPT_SORT_KEYS)
    service = service_of(request)
    account = caller.account.id
    # The token's scope allows this one command; the command checks what its account may do.
    command_caller = replace(caller, scope=None) if caller.scope == "intake" else caller
    try:
        check_allowed(request, await service.limiter.take(service.limits.intake, account))
        board = await service.database.read(lambda session: _board(session, caller, id, value))
        for name in _NAMES:
            value.pop(name, None)
        with metrics.observe_command():
            command = "tip.add" if board == OPERATIONS else "sighting.add"
            await service.execute(command_caller, Command(id, board, command, value), content)
        result = await service.database.read(lambda session: _intake_result(session, caller, id))
    except Refused as refused:
        request.state.refusal_is_recorded = refused.is_recorded
        return error_response(refused, id, language.language_for(request))
    return json_response(result, 201)


def _board(session: Session, caller: Caller, id: str, value: dict[str, Any]) -> str:
    """Return the board of the search that a call names. Raises Refused if there is none.

    A repeated id returns the board of the first call, because the search may have another reference since then.
    """
    board, reference = (value.get(name) for name in _NAMES)
    processed = processed_command(session, caller.account.id, id, TYPES)
    if processed is not None:
        return board_of(session, processed)
    if (board is None) == (reference is None):
        raise invalid("board", N_("Name the search by its board or by its reference."))
    for name in _NAMES:
        if not isinstance(value.get(name), str | None):
            raise invalid(name, N_("This must be text."))
    for name in value.keys() - set(_NAMES):
        if name not in _ACCEPTED_FIELDS:  # `column` and `assignee` need a view of the board
            raise invalid(name, N_("Unknown field."))
    if reference is not None:
        board = _by_reference(session, caller, reference)
    if board is None:
        raise Refused("not_found")
    return str(board)


def _by_reference(session: Session, caller: Caller, reference: str) -> str | None:
    """Return the visible search with this reference; of several, the open one.

    Raises Refused `invalid` if the reference is ambiguous: only a person knows which child is meant.
    """
    searches = [row for row in references.visible(session, caller.account.id, reference) if caller.may_reach(row[0])]
    candidates = [id for id, status in searches if status == "open"] if len(searches) > 1 else [id for id, _ in searches]
    if searches and len(candidates) != 1:
        raise invalid("reference", N_("More than one search has this reference. Name its board."))
    return candidates[0] if candidates else None


def _intake_result(session: Session, caller: Caller, id: str) -> TakenIn:
    """Return the sighting or tip that the command with this id added.

    Raises Refused `invalid` if a concurrent call used the id for another command.
    """
    processed = processed_command(session, caller.account.id, id, TYPES)
    if processed is None:
        raise Refused("unavailable")
    board = board_of(session, processed)
    access.get_visible_board(session, caller, board)
    event = journal.event_at(session, board, processed.seq)
    assert event is not None  # events are never deleted
    is_tip = event.type == TYPES[1]
    entity = session.get_one(Tip, event.entity) if is_tip else session.get_one(Sighting, event.entity)
    result: TakenIn = {"board": board, "number": entity.number, "seq": event.seq}
    result["tip" if is_tip else "sighting"] = entity.id
    return result


def board_of(session: Session, processed: ProcessedCommand) -> str:
    return session.exec(select(Board.id).where(Board.number == processed.board)).one()


def processed_command(session: Session, account: str, id: str, types: Collection[str]) -> ProcessedCommand | None:
    """Return the processed command with this id. Raises Refused `invalid` if it was a command with other types of events."""
    processed = session.get(ProcessedCommand, command_digest(account, id))
    if processed is not None:
        event = journal.event_at(session, board_of(session, processed), processed.seq) if processed.events else None
        if event is None or event.type not in types:
            raise invalid("id", N_("This id was already used for another command."))
    return processed
