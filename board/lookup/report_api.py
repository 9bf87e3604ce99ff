"""HTTP API of reports of disappearances: a program adds one, and a person reads its caller.

Adding runs the command `report.add` like any client: a repeated id returns the first result; with different content it is
refused. A token of scope `report` can do only this.
"""

from dataclasses import replace
from typing import Annotated, Any

import orjson
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.commands import schemas
from board.commands.registry import Command
from board.commands.reports import callers
from board.commands.reports.reports import AddReport
from board.commands.sightings import sources
from board.engine import journal
from board.engine.identity import Caller
from board.errors import Refused, invalid
from board.i18n import N_
from board.lookup.intake_api import processed_command
from board.telemetry import logs, metrics
from board.web import language
from board.web.endpoint import ON_A_BOARD, Call, IntParam, Schema
from board.web.http import Reply, check_allowed, json_response, read_json_object, require_caller, service_of
from board.web.refusals import error_response
from models.board import OPERATIONS
from models.missing_report import MissingReport
from realtime.wire import protocol
from realtime.wire.strict_json import MAX_INTEGER
from realtime.wire.wire_types import ComputedSchema, Count, Id

BEFORE = IntParam("before", 1, MAX_INTEGER)
NewReport = TypedDict("NewReport", {"report": Id, "number": Count, "seq": Count})


def _body() -> Schema:
    """Return the schema of a report with its caller and the id of the call."""
    fields = schemas.schema_of(AddReport)
    properties = {"id": schemas.COMMAND_ID} | fields["properties"]
    return {"type": "object", "properties": properties, "required": ["id"], "additionalProperties": False}


@Call(
    "POST", "/reports", N_("Adds a report of a disappearance, and raises an alarm for coordinators."),
    (*ON_A_BOARD, "invalid", "too_large"), body=Annotated[dict[str, Any], ComputedSchema(_body)], status=201,
)  # fmt: skip
async def create_report(request: Request) -> Reply[NewReport]:
    """Add a report of a disappearance, for a program that does not know the boards.

    See *Reports*. A repeated `id` returns the first answer.
    """
    caller = await require_caller(request, report=True)
    value = await read_json_object(request)
    id = value.pop("id", None)
    if not protocol.is_id(id):
        raise invalid("id", N_("The id must have 1 to 64 letters, digits, - or _."))
    logs.bind_ids(command=id)
    content = orjson.dumps({name: field for name, field in value.items() if field is not None}, option=orjson.OPT_SORT_KEYS)
    service, account = service_of(request), caller.account.id
    # The token's scope allows this one command; the command checks what its account may do.
    command_caller = replace(caller, scope=None) if caller.scope == "report" else caller
    try:
        check_allowed(request, await service.limiter.take(service.limits.intake, account))
        with metrics.observe_command():
            await service.execute(command_caller, Command(id, OPERATIONS, "report.add", value), content)
        result = await service.database.read(lambda session: _result(session, caller, id))
    except Refused as refused:
        request.state.refusal_is_recorded = refused.is_recorded
        return error_response(refused, id, language.language_for(request))
    return json_response(result, 201)


@Call(
    "GET", "/reports/{report}/caller",
    N_("Returns the name and contact of a report’s caller, and earlier versions. Each view is logged."),
    (*ON_A_BOARD, "invalid"), query=(BEFORE,), right="contacts",
)  # fmt: skip
async def report_caller(request: Request) -> Reply[sources.Source]:
    """Return the caller of a report, with former values. Each read is recorded in the audit journal.

    The answer is the same as for the source of a sighting. If the report was opened as a search, or joined to one, the access
    rules of that search apply.
    """
    caller = await require_caller(request)
    report, before = request.path_params["report"], BEFORE.read(request, MAX_INTEGER)
    service = service_of(request)
    source, entry = await service.database.read(lambda session: callers.read(session, caller, report, before))
    await service.reads.disclosure(caller, entry)
    return json_response(source)


def _result(session: Session, caller: Caller, id: str) -> NewReport:
    """Return the report that the command with this id added. Raises Refused `invalid` if it was another command."""
    processed = processed_command(session, caller.account.id, id, ("report.added",))
    event = journal.event_at(session, OPERATIONS, processed.seq) if processed is not None else None
    if event is None:
        raise Refused("unavailable")
    return {"report": event.entity, "number": session.get_one(MissingReport, event.entity).number, "seq": event.seq}
