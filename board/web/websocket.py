"""WebSocket endpoint. Authenticates before accepting the upgrade, then passes the connection to the hub."""

from collections import Counter
from dataclasses import replace

from starlette.websockets import WebSocket

from board.audit.refusals import SOCKET
from board.commands.registry import TABLE
from board.config.settings import VERSION
from board.engine import display_identity
from board.engine.identity import Caller
from board.errors import Refused
from board.i18n import N_
from board.rate_limit import client_address
from board.rate_limit.account_limits import too_many
from board.rate_limit.addresses import block_of
from board.service import BoardService
from board.telemetry import logs, metrics
from board.telemetry.failures import refusal_for
from board.telemetry.log_throttle import throttled_log
from board.web import display_auth, language
from board.web.auth import has_credentials, signed_in
from board.web.http import check_scope
from board.web.refusals import STATUS, error_response
from board.web.same_origin import check_own_page
from models.accounts import Account
from realtime.delivery.connection import Connection
from realtime.delivery.frame_writer import FrameWriter, frame_writer
from realtime.wire import protocol

DISPLAY = "display"  # query parameter with the page's id: connect as this browser's display, even if a person is signed in


async def endpoint(socket: WebSocket) -> None:
    """`GET /ws`: the socket of a page, a display or a program."""
    service: BoardService = socket.app.state.service
    try:
        if socket.app.state.shutting_down:
            raise Refused("unavailable")
        async with service.queues.handshakes.turn(block_of(client_address.of(socket))):
            rights = None
            while rights != service.rights:  # rights changed while they were read: nobody would notify this socket
                rights = service.rights
                caller = await _authenticate(service, socket)
                if caller.display is not None:
                    caller = await _take_lease(service, caller, socket.query_params.get(DISPLAY, ""))
    except Refused as refused:
        metrics.refused.labels("socket").inc()
        throttled_log.info("socket refused", refused.code)
        if (known_caller := getattr(socket.state, "caller", None)) is not None and not refused.is_recorded:
            service.refusals.request(known_caller, "GET", SOCKET, STATUS[refused.code])
        await socket.send_denial_response(error_response(refused, language=language.language_for(socket)))
        return
    except Exception as error:
        await socket.send_denial_response(error_response(refusal_for(error, "socket"), language=language.language_for(socket)))
        return

    writer, browser_language = frame_writer(socket), language.negotiate(socket.headers.get("accept-language", ""))
    await writer.serve(_serve(service, socket.app.state.open_sockets, caller, writer, browser_language))


async def _serve(
    service: BoardService, open_sockets: Counter[str], caller: Caller, writer: FrameWriter, browser_language: str
) -> None:
    """Serve a socket until it closes. Keeps no part of the handshake's request, because thousands of sockets may be open."""
    account = caller.account.id

    async def run_command(connection: Connection[Caller], command: protocol.Command) -> bytes:
        return await _run_command(service, connection, command, browser_language)

    def rate_limit_wait() -> float:
        result = service.limits.count_message(account)
        if not result.allowed:
            metrics.refused.labels("rate").inc()
        return result.retry_after_s

    def on_rate_limited() -> None:
        service.refusals.rate(caller, SOCKET)

    # No await from the count of open sockets and the last check of rights until the hub knows the connection.
    open_sockets[account] += 1
    try:
        display = display_identity.settings_json(caller.display) if caller.display is not None else None
        rate = service.settings.max_messages_per_second
        account_json = caller.public_account
        limits = rate_limit_wait, on_rate_limited
        await Connection(writer, service.hub, caller, account_json, run_command, rate, display, *limits).run(VERSION)
    finally:
        open_sockets[account] -= 1
        if not open_sockets[account]:
            del open_sockets[account]


async def _authenticate(service: BoardService, socket: WebSocket) -> Caller:
    """Return the caller. A browser whose session has ended is refused, even if it is also a display.

    Raises Refused.
    """
    is_display = DISPLAY in socket.query_params or not has_credentials(socket)
    caller = await (display_auth.signed_in if is_display else signed_in)(socket)
    if caller is None:
        raise Refused("unauthenticated")
    if caller.token is None:
        check_own_page(socket)
    check_scope(caller)
    if not (result := service.limits.count_message(caller.account.id)).allowed:  # opening a socket costs as much as a message
        metrics.refused.labels("rate").inc()
        raise too_many(result.retry_after_s)
    limit = service.settings.max_sockets_per_account
    if limit and socket.app.state.open_sockets[caller.account.id] >= limit:
        raise Refused("rate_limited", N_("This account has too many open connections."))
    return caller


async def _take_lease(service: BoardService, caller: Caller, page: str) -> Caller:
    """Take the display's lease for this page and close its other sockets. Raises Refused."""
    caller = await service.database.write(lambda database: display_identity.take_lease(database, caller, page))
    service.source.facts.wanted = True
    for connection in service.hub.connections:
        is_own_display = connection.viewer.display is not None and connection.viewer.account.id == caller.account.id
        if is_own_display and connection.viewer.socket_lease != caller.socket_lease:
            connection.close(protocol.CLOSE_DISPLAY_TAKEN_OVER)
    return caller


async def _run_command(
    service: BoardService, connection: Connection[Caller], command: protocol.Command, browser_language: str
) -> bytes:
    """Run a command; return its ack or refusal as a frame."""
    logs.bind_ids(command=command.id)
    if connection.display is not None:
        service.refusals.command(connection.viewer, command.board, command.name if command.name in TABLE else None, "forbidden")
        return _refused(connection, command, Refused("forbidden"), browser_language)
    try:
        with metrics.observe_command():
            ack = await service.execute(connection.viewer, command)
    except Refused as refused:
        if refused.code == "unauthenticated":  # the session ended while the command was running; the socket is closed shortly
            refused = Refused("forbidden")
        return _refused(connection, command, refused, browser_language)
    except Exception as error:
        return _refused(connection, command, refusal_for(error, "command"), browser_language)
    return protocol.ack(ack.id, ack.board, ack.seqs, ack.opened, ack.share)


def _refused(connection: Connection[Caller], command: protocol.Command, refused: Refused, browser_language: str) -> bytes:
    """Return a refusal in the viewer's current language, which may have changed since the socket was opened."""
    reader = connection.viewer
    if refused.language not in (None, reader.account.language):
        account = Account(**reader.account.model_dump() | {"language": refused.language})
        connection.update_viewer(replace(reader, account=account), connection.account)
    body = refused.body(language=language.of_account(connection.viewer) or browser_language)
    details = body.get("fields"), body.get("current"), body.get("retry_after_s")
    return protocol.refused(command.id, body["code"], body["message"], *details)
