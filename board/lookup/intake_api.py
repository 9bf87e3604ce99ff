"""Taking in: a sighting from the hotline's software or the app, by one call that needs to know no board.

It is the command `sighting.add`, by the same writer: its id is remembered like any other's, and sent again it is answered the
same; with another content it is refused. A token of scope `intake` can do this and nothing else to a board.
"""

from dataclasses import replace
from typing import Any

import orjson
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.commands import references
from board.commands.registry import Command
from board.commands.sightings import Fields
from board.commands.sources import Private
from board.engine import access, journal
from board.errors import Refused, invalid
from board.i18n import N_
from board.lookup import gazetteer, suggestions_api
from board.telemetry import logs, metrics
from board.web import language
from board.web.http import check_allowed, error_response, json_errors, json_response, read_json_object, require_caller, service_of
from models.board import OPERATIONS
from models.event import ProcessedCommand
from models.sighting import Sighting
from realtime import protocol

COMMAND = "sighting.add"
_TAKEN = {*Fields.model_fields, *Private.model_fields}


async def create_sighting(request: Request) -> Response:
    """`POST /api/v1/intake/sightings`: a sighting for a search that is named by `board` or `reference`."""
    caller = await require_caller(request, intake=True)
    value = await read_json_object(request)
    id = value.pop("id", None)
    if not protocol.is_id(id):
        raise invalid("id", N_("A sighting needs an id of 1 to 64 letters, digits, - or _."))
    logs.bind_ids(command=id)
    given = {name: each for name, each in value.items() if each is not None}  # null is not given
    content = orjson.dumps(given, option=orjson.OPT_SORT_KEYS)
    desk = service_of(request)
    account = caller.account.id
    # By its scope the token may do this one command; what its account may is judged by the writer.
    taker = replace(caller, scope=None) if caller.scope == "intake" else caller
    try:
        check_allowed(request, await desk.limits.taken_in(account))
        board = await desk.database.read(lambda session: _board(session, account, id, value))
        with metrics.observe_command():
            await desk.execute(taker, Command(id, board, COMMAND, value), content)
        taken = await desk.database.read(lambda session: _intake_result(session, account, id))
    except Refused as refused:
        return error_response(refused, id, language.language_for(request))
    return json_response(taken, 201)


def _board(session: Session, account: str, id: str, value: dict[str, Any]) -> str:
    """The search that is meant; the names of it are taken out of `value`. Raises Refused.

    A sighting that was taken in already stays where it is: the search may have got another reference since.
    """
    board, reference = value.pop("board", None), value.pop("reference", None)
    done = _done(session, account, id)
    if done is not None:
        return str(orjson.loads(done.ack)["board"])
    if (board is None) == (reference is None):
        raise invalid("board", N_("Either the search's board or its reference."))
    for name, given in (("board", board), ("reference", reference)):
        if given is not None and not isinstance(given, str):
            raise invalid(name, N_("This must be text."))
    for name in value:
        if name not in _TAKEN:  # `column` and `assignee` are for who sees the board
            raise invalid(name, N_("There is no such field here."))
    if reference is not None:
        board = _named(session, account, reference)
    if board is None or board == OPERATIONS:
        raise Refused("not_found")
    return str(board)


def _named(session: Session, account: str, reference: str) -> str | None:
    """The search of this reference among those that the account may see; where several have it, the one that is open. Raises
    Refused `invalid` where that does not tell: only a person knows which child is meant."""
    found = references.visible(session, account, reference)
    meant = [id for id, status in found if status == "open"] if len(found) > 1 else [id for id, _ in found]
    if found and len(meant) != 1:
        raise invalid("reference", N_("More than one search has this reference. Name its board."))
    return meant[0] if meant else None


def _intake_result(session: Session, account: str, id: str) -> dict[str, Any]:
    """What was taken in by this id. Raises Refused: the id may be another command's, by a call at the same moment."""
    done = _done(session, account, id)
    if done is None:
        raise Refused("unavailable")
    ack = orjson.loads(done.ack)
    access.get_visible_board(session, account, ack["board"])
    (seq,) = ack["seqs"]
    (said,) = journal.events_after(session, ack["board"], seq - 1, 1)
    row = session.get_one(Sighting, said.entity)
    return {"board": ack["board"], "sighting": row.id, "number": row.number, "seq": seq}


def _done(session: Session, account: str, id: str) -> ProcessedCommand | None:
    """What this account's command by this id came to. Raises Refused `invalid` where it was another than this."""
    done = session.get(ProcessedCommand, (account, id))
    if done is not None and done.name != COMMAND:
        raise invalid("id", N_("This id was used for another command."))
    return done


routes = [Route("/intake/sightings", json_errors(create_sighting), methods=["POST"]), *gazetteer.routes, *suggestions_api.routes]
