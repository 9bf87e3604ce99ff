"""Endpoints of boards, events, commands, sources and the caller's own account."""

import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, NotRequired

from sqlmodel import Session, select
from starlette.requests import Request
from typing_extensions import TypedDict

from board.accounts import accounts, board_accounts
from board.commands.contacts import details
from board.commands.searches import talks
from board.commands.sightings import sources
from board.engine import access, event, journal, kinds, program_accounts, snapshot
from board.engine.identity import Caller
from board.engine.last_use import idle_end
from board.errors import Refused
from board.i18n import N_
from board.live.catch_up import record
from board.telemetry import logs, metrics
from board.web import etags, language
from board.web.compression import compress, compressed
from board.web.endpoint import ON_A_BOARD, Call, EventList, IntParam, Param, of_state
from board.web.heavy_reads import limited_per_account, respond_in_slot
from board.web.http import Reply, json_response, json_with_list, read_json_object, require_caller, service_of
from board.web.refusals import error_response
from models.accounts import ROLES
from models.accounts import LoginSession as SignedIn
from models.board import AUDIT, Board
from models.search import Search
from models.times import format_utc, now, parse_utc
from realtime.wire import protocol
from realtime.wire.strict_json import MAX_INTEGER
from realtime.wire.wire_types import Count, Id, Shape, Time, component

Read = Callable[[Callable[[Session], Any]], Awaitable[Any]]  # function that reads from the database, in any of its threads
MAX_SMALL_READ = 50  # events; larger reads wait in the queue of heavy reads
AT = Param(
    "at", {"anyOf": [{"type": "integer", "minimum": 0, "maximum": MAX_INTEGER}, {"type": "string", "format": "date-time"}]}
)
REFERENCE, ENTITY = Param("reference", {"type": "string"}), Param("entity", {"type": "string"})
AFTER, BEFORE, LIMIT = IntParam("after", 0, MAX_INTEGER, 0), IntParam("before", 1, MAX_INTEGER), IntParam("limit", 1, 1_000, 500)

Role = Annotated[str, Shape(enum=list(ROLES))]


Me = TypedDict("Me", {"id": Id, "name": str, "role": Role, "email": str, "language": str | None})


@Call("GET", "/me", N_("Your own account."), ("unauthenticated", "rate_limited", "failed", "unavailable"))
async def me(request: Request) -> Reply[Me]:
    """Return the calling account. A browser calls it to find out why a socket was refused.

    `language`: the chosen language (`en`, `fr`, `nl`, `de`); null means the language of the browser.
    """
    account = (await require_caller(request, intake=True, report=True, accounts=True)).account
    language = account.language or None
    me: Me = {"id": account.id, "name": account.name, "role": account.role, "email": account.email, "language": language}
    return json_response(me)


SessionEnd = TypedDict("SessionEnd", {"ends_at": Time})


@Call("POST", "/me/active", N_("Reports activity at this screen, so that the session continues. For sessions only."))
async def active(request: Request) -> Reply[SessionEnd]:
    """Extend the session while a person uses the page. Counts as use, like every request that a page does not send automatically.

    Report that somebody is at this screen, so that the session continues; see *Sessions*.
    """
    caller = await require_caller(request)
    if caller.session is None:
        raise Refused("forbidden", N_("A token has no session."))
    service = service_of(request)
    row = await service.database.read(lambda session: session.get(SignedIn, caller.session))
    if row is None:
        raise Refused("unauthenticated")
    return json_response({"ends_at": min(row.latest_end, idle_end(now(), service.settings.session_idle))})


AccountEntry = TypedDict("AccountEntry", {"id": Id, "name": str, "role": Role, "enabled": bool, "machine": bool})
AccountList = TypedDict("AccountList", {"accounts": list[AccountEntry]})


@Call("GET", "/accounts", N_("Lists all accounts, for assigning cards and for provisioning."))
async def all_accounts(request: Request) -> Reply[AccountList]:
    """List all accounts, for assigning.

    A caller who is limited to certain boards gets only the accounts that appear on these boards.

    `accounts[].machine`: the account has only tokens of scope `intake` or `report`, and nobody has ever signed in to it. It can't
    be `lead`, `assignee` or `incoming` (`invalid`).
    """
    caller = await require_caller(request, accounts=True)

    def read(session: Session) -> list[AccountEntry]:
        programs = program_accounts.all_program_accounts(session)
        visible = None if caller.boards is None else board_accounts.ids(session, caller.boards) | {caller.account.id}
        return [
            {
                "id": account.id,
                "name": account.name,
                "role": account.role,
                "enabled": account.enabled,
                "machine": account.id in programs,
            }
            for account in accounts.all_accounts(session)
            if visible is None or account.id in visible
        ]

    answer: AccountList = {"accounts": await service_of(request).database.read(read)}
    return await compress(request, caller, json_response(answer))


BoardEntry = TypedDict("BoardEntry", {
    "board": Id, "epoch": str, "seq": Count, "kind": Annotated[str, Shape(enum=["operations", "search"])],
    "reference": NotRequired[str], "status": NotRequired[Annotated[str, of_state(Search, "status")]],
})  # fmt: skip
BoardList = TypedDict("BoardList", {"boards": list[BoardEntry]})


@Call(
    "GET",
    "/boards",
    N_("Lists the boards you can see; with a reference, those of the searches that have it."),
    query=(REFERENCE,),
)
async def boards(request: Request) -> Reply[BoardList]:
    """List the boards that the caller may see; with `reference`, only the boards of the searches with it.

    `reference`: only the boards of the searches with this reference.
    """
    caller = await require_caller(request)
    wanted_reference = REFERENCE.read(request)

    def read(session: Session) -> list[BoardEntry]:
        hidden = snapshot.hidden_searches(session, caller.account.id)
        searches = {
            id: (reference, status) for id, reference, status in session.exec(select(Search.id, Search.reference, Search.status))
        }
        entries: list[BoardEntry] = []
        for board in session.exec(select(Board).where(Board.kind != AUDIT).order_by(Board.kind, Board.id)):
            reference, status = searches.get(board.id, ("", ""))
            is_visible = caller.may_reach(board.id) and (board.id not in hidden or caller.account.guest_of == board.id)
            if is_visible and wanted_reference in (None, reference):
                entry: BoardEntry = {"board": board.id, "kind": board.kind, "epoch": board.epoch, "seq": board.seq}
                if board.id in searches:
                    entry["reference"], entry["status"] = reference, status
                entries.append(entry)
        return entries

    answer: BoardList = {"boards": await service_of(request).database.read(read)}
    return await compress(request, caller, json_response(answer))


Snapshot = TypedDict("Snapshot", {
    "board": Id, "epoch": str, "seq": Count, "form": str, "entities": list[Annotated[dict[str, Any], component("Entity")]],
})  # fmt: skip


@Call(
    "GET", "/boards/{board}", N_("The state of a board: now, at an event (seq), or at a time."),
    (*ON_A_BOARD, "invalid"), query=(AT,), tagged=True,
)  # fmt: skip
async def board(request: Request) -> Reply[Snapshot]:
    """Return the snapshot of a board, now or as of a seq or a time (`?at=`); 304 if the caller's copy is current.

    See *Snapshots again* and *The past*.

    `at`: a seq, or a time with a UTC offset.
    `form`: the form of the entities. *0.4.0*
    """
    caller = await require_caller(request)
    if "if-none-match" in request.headers:
        tag = await service_of(request).database.read(lambda session: _tag_if_small(session, request, caller))
        if tag is not None and etags.matches(request, tag):
            await service_of(request).reads.board(caller, request.path_params["board"])
            return _not_modified(tag)
    return await respond_in_slot(request, caller, _snapshot)


def _tag_if_small(session: Session, request: Request, caller: Caller) -> str | None:
    """Return the entity tag of the requested snapshot; None if computing it is a heavy read (of the past, or over many events).
    Raises Refused."""
    board, _ = _board_and_seq(session, request, caller)
    is_small = AT.read(request) is None and board.seq <= etags.MAX_COUNTED_EVENTS
    hidden_kinds = access.hidden_kinds(caller, service_of(request).roles)
    return etags.etag_of(session, board, caller.account.id, hidden_kinds) if is_small else None


def _not_modified(tag: str) -> Reply[Any]:
    return Reply(status_code=304, headers={"etag": tag, "vary": "accept-encoding"})


@compressed
async def _snapshot(request: Request, caller: Caller) -> Reply[Snapshot]:
    account, is_current = caller.account.id, AT.read(request) is None
    hidden_kinds = access.hidden_kinds(caller, service_of(request).roles)
    visible = partial(snapshot.without_kinds, hidden=hidden_kinds)

    def read(session: Session) -> tuple[bytes | None, str]:
        board, seq = _board_and_seq(session, request, caller)
        head = {"board": board.id, "epoch": board.epoch, "seq": seq, "form": kinds.form()}
        if is_current:
            tag = etags.etag_of(session, board, account, hidden_kinds)
            if etags.matches(request, tag):
                return None, tag
            return json_with_list(head, "entities", visible(snapshot.entities(session, board, account))), tag
        body = json_with_list(head, "entities", visible(snapshot.entities_at(session, board, account, seq)))
        tag = etags.etag_of_body(body)
        return None if etags.matches(request, tag) else body, tag

    service = service_of(request)
    body, tag = await service.heavy_reads.read(caller, read)
    await (service.reads.board if is_current else service.reads.history)(caller, request.path_params["board"])
    if body is None:
        return _not_modified(tag)
    response: Reply[Snapshot] = Reply(body)
    response.headers["etag"] = tag
    return response


def _board_and_seq(session: Session, request: Request, caller: Caller) -> tuple[Board, int]:
    """Return the requested board and seq. Raises Refused."""
    board = access.get_readable_board(session, caller, request.path_params["board"])
    at = AT.read(request)
    return board, board.seq if at is None else _seq_at(session, board, at)


def _seq_at(session: Session, board: Board, at: str) -> int:
    """Return the seq for `?at=`. Raises Refused `invalid`, or `not_found` after the head or before the first event."""
    if at.isascii() and at.isdecimal() and len(at) <= 16:
        seq: int | None = int(at) if 0 < int(at) <= board.seq else None
    else:
        try:
            time = format_utc(parse_utc(at.replace(" ", "+")))
        except (ValueError, OverflowError):
            raise Refused("invalid", fields={"at": N_("Give an event number (seq), or a time with a UTC offset.")}) from None
        seq = journal.seq_at(session, board.id, time)
    if seq is None:
        raise Refused("not_found")
    return seq


@Call(
    "GET", "/boards/{board}/events",
    N_("Lists the events of a board after a seq, or the newest ones before it. With an entity, only the events of "
       "that entity."),
    (*ON_A_BOARD, "invalid"), query=(AFTER, BEFORE, AT, LIMIT, ENTITY),
)  # fmt: skip
async def events(request: Request) -> Reply[EventList]:
    """Return events of a board after a seq, as the caller may see them; with `before`, the newest before that seq; with `at`, up
    to a time; with `entity`, only those of one entity.

    `after`: only events after this seq.
    `before`: the newest events before this seq, in order.
    `at`: the newest events up to this time; see *The past*.
    `entity`: only the events of this entity.
    `form`: the form of the states. *0.4.0*
    """
    return await (_read_few_events if LIMIT.read(request) <= MAX_SMALL_READ else _read_many_events)(request)


async def _read_few_events(request: Request) -> Reply[EventList]:
    return await _events(request, await require_caller(request), service_of(request).database.read)


@limited_per_account
@compressed
async def _read_many_events(request: Request, caller: Caller) -> Reply[EventList]:
    return await _events(request, caller, partial(service_of(request).heavy_reads.read, caller))


async def _events(request: Request, caller: Caller, read_by: Read) -> Reply[EventList]:
    id, entity, at = request.path_params["board"], ENTITY.read(request), AT.read(request)
    after, before, limit = AFTER.read(request), BEFORE.read(request), LIMIT.read(request)  # `before` is 0 if it was not given
    service = service_of(request)

    def read(session: Session) -> tuple[Board, list[event.JournalEvent], access.VisibilityView]:
        board, view = access.get_readable_board(session, caller, id), access.visibility_view(session)
        end = before if at is None else min(before or sys.maxsize, _seq_at(session, board, at) + 1)
        if end:
            return board, journal.latest_events(session, id, entity, after, end, limit), view
        if entity is not None:
            return board, journal.entity_events(session, id, entity, after, limit), view
        return board, journal.events_after(session, id, after, limit), view

    row, journal_events, view = await read_by(read)
    await service.reads.history(caller, id)
    records = [record(journal_event) for journal_event in journal_events]
    await service.source.ensure_fresh(view)
    rendered = [service.source.render(caller, id, record, live=False) for record in records]
    if entity is not None:  # the number of events of a hidden entity must not be disclosed
        rendered = [wire for wire, record in zip(rendered, records, strict=True) if wire is record.wire]
    return Reply(json_with_list({"board": id, "epoch": row.epoch, "seq": row.seq, "form": kinds.form()}, "events", rendered))


Ack = TypedDict(
    "Ack", {"id": str, "board": Id, "seqs": list[Count], "opened": NotRequired[Id], "share": NotRequired[protocol.ShareUse]}
)


@Call(
    "POST", "/boards/{board}/commands", N_("Sends a command, as over the socket."),
    (*ON_A_BOARD, "invalid", "unknown_command", "conflict", "closed", "too_large"),
    body=Annotated[dict[str, Any], component("Command")],
)  # fmt: skip
async def commands(request: Request) -> Reply[Ack]:
    """Execute a command, as over the socket.

    The answer is the ack, or an error with the refusal.
    """
    caller = await require_caller(request)
    value = await read_json_object(request)
    if not protocol.is_id(value.get("id")):
        raise Refused("invalid", fields={"id": N_("The command id must have 1 to 64 letters, digits, - or _.")})
    try:
        command = protocol.parse_command(value, value["id"], request.path_params["board"])
    except protocol.BadMessage as unreadable:
        raise Refused("invalid", str(unreadable)) from None
    logs.bind_ids(command=command.id)
    try:
        with metrics.observe_command():
            ack = await service_of(request).execute(caller, command)
    except Refused as refused:
        request.state.refusal_is_recorded = refused.is_recorded
        return error_response(refused, command.id, language.language_for(request))
    answer: Ack = {"id": ack.id, "board": ack.board, "seqs": ack.seqs}
    if ack.opened:
        answer["opened"] = ack.opened
    if ack.share:
        answer["share"] = ack.share
    return json_response(answer)


@Call(
    "GET", "/boards/{board}/sightings/{sighting}/source",
    N_("Returns the source of a sighting, and earlier versions of it. Each view is logged."),
    (*ON_A_BOARD, "invalid", "step_up"), query=(BEFORE,), right="contacts",
)  # fmt: skip
async def source(request: Request) -> Reply[sources.Source]:
    """Return the source of a sighting, with former values. Each read is recorded in the audit journal.

    See *Sources*. Each read is recorded in the audit journal.

    `before`: only former values before this seq.
    `unreadable`: fields that are null because the key to decrypt them is lost. *0.4.0*
    `earlier`: the newest 100 former values of name and contact, each valid until `account` changed it with the event `seq`.
    """
    caller = await require_caller(request)
    service = service_of(request)
    board, sighting = request.path_params["board"], request.path_params["sighting"]
    before = BEFORE.read(request, MAX_INTEGER)
    source, entry = await service.database.read(lambda session: sources.read(session, caller, board, sighting, before))
    await service.reads.disclosure(caller, entry)
    return json_response(source)


@Call(
    "GET", "/boards/{board}/contacts/{contact}",
    N_("Returns the telephones, e-mail and note of a contact, and earlier versions of them. Each view is logged."),
    ON_A_BOARD, right="contacts",
)  # fmt: skip
async def contact(request: Request) -> Reply[details.ContactBody]:
    """Return the details of a contact, with former values. Each read is recorded in the audit journal.

    See *Contacts*. Each read is recorded in the audit journal.

    `phones[].number`: as it is dialled (`+3224754411`, `116000`).
    `phones[].shown`: as people read it (`+32 2 475 44 11`).
    `unreadable`: fields that are null because the key to decrypt them is lost. *0.4.0*
    `earlier`: the newest 20 former details, newest first, each valid until `account` changed it with the event `seq`.
    """
    caller = await require_caller(request)
    service = service_of(request)
    board, id = request.path_params["board"], request.path_params["contact"]
    body, entry = await service.database.read(lambda session: details.read(session, caller, board, id))
    await service.reads.disclosure(caller, entry)
    return json_response(body)


@Call(
    "GET", "/boards/{board}/talk",
    N_("Returns the talk with a child that was found. Each view is logged."),
    (*ON_A_BOARD, "step_up"),
)  # fmt: skip
async def talk(request: Request) -> Reply[talks.Talk]:
    """Return the talk with the child. Each read is recorded in the audit journal.

    See *After the child is found*. 404 if none is recorded.

    `unreadable`: answers that are null because the key to decrypt them is lost. *0.4.0*
    """
    caller = await require_caller(request)
    service, board = service_of(request), request.path_params["board"]
    body, entry = await service.database.read(lambda session: talks.read(session, caller, board))
    await service.reads.disclosure(caller, entry)
    return json_response(body)


@Call(
    "GET", "/boards/{board}/earlier-talks",
    N_("Returns the talks that are offered after the child’s earlier disappearances. Each view is logged."),
    (*ON_A_BOARD, "step_up"),
)  # fmt: skip
async def earlier_talks(request: Request) -> Reply[talks.EarlierTalks]:
    """Return the talks of the searches that this search links in `earlier`. Each read is recorded in the audit journal.

    Only those that are offered, of searches that the caller may see. See *After the child is found*.
    """
    caller = await require_caller(request)
    service, board = service_of(request), request.path_params["board"]
    body, entries = await service.database.read(lambda session: talks.read_earlier(session, caller, board))
    for entry in entries:
        await service.reads.disclosure(caller, entry)
    return json_response(body)


@Call(
    "GET", "/tips/{tip}/source", N_("Returns the source of a tip, and earlier versions of it. Each view is logged."),
    (*ON_A_BOARD, "invalid", "step_up"), query=(BEFORE,), right="contacts",
)  # fmt: skip
async def tip_source(request: Request) -> Reply[sources.Source]:
    """Return the source of a tip, with former values. Each read is recorded in the audit journal.

    Same answer as for a sighting. If the tip was placed, the rights of its sighting apply.
    """
    caller = await require_caller(request)
    tip, before = request.path_params["tip"], BEFORE.read(request, MAX_INTEGER)
    service = service_of(request)
    source, entry = await service.database.read(lambda session: sources.read_tip(session, caller, tip, before))
    await service.reads.disclosure(caller, entry)
    return json_response(source)
