"""The socket's door: who may come in is settled before the upgrade; then the connection is the hub's."""

from starlette.websockets import WebSocket

from board import metrics
from board.answers import refusal
from board.desk import Desk
from board.errors import Refused
from board.settings import VERSION
from board.sign_in import Caller, from_own_page, signed_in
from models.database import Unavailable
from realtime import protocol
from realtime.connection import Connection


async def endpoint(socket: WebSocket) -> None:
    """`GET /ws`."""
    desk: Desk = socket.app.state.desk
    try:
        rights = None
        while rights != desk.rights:  # they changed while they were being read: nobody would tell this socket
            rights = desk.rights
            caller = await _admit(desk, socket)
    except Refused as refused:
        await socket.send_denial_response(refusal(refused))
        return
    except Unavailable:
        await socket.send_denial_response(refusal(Refused("unavailable")))
        return

    async def obey(connection: Connection, said: protocol.Command) -> bytes:
        return await _obey(desk, connection, said)

    # Nothing is awaited between the count of open sockets, the last look at rights, and the connection's being known.
    await Connection(socket, desk.hub, caller, caller.shown, obey, desk.settings.max_messages_per_second).run(VERSION)


async def _admit(desk: Desk, socket: WebSocket) -> Caller:
    """Raises Refused."""
    caller = await signed_in(socket)
    if caller is None:
        raise Refused("unauthenticated")
    if caller.token is None and not from_own_page(socket, socket=True):
        raise Refused("forbidden", "This socket was not opened by a page of this server.")
    if caller.scope == "intake":
        raise Refused("forbidden", "This token can only take in sightings.")
    most = desk.settings.max_sockets_per_account
    open_now = sum(each.reader.account.id == caller.account.id for each in desk.hub.connections)
    if most and open_now >= most:
        raise Refused("rate_limited", "This account has too many sockets open.")
    return caller


async def _obey(desk: Desk, connection: Connection, said: protocol.Command) -> bytes:
    """The answer to a command: an ack or a refusal."""
    try:
        ack = await desk.execute(connection.reader, said)
    except Refused as refused:
        if refused.code == "unauthenticated":  # it ended while the command was on its way; the socket is closed presently
            refused = Refused("forbidden")
        metrics.commands.labels(refused.code).inc()
        return protocol.refused(said.id, refused.code, refused.message, refused.fields, refused.current)
    except Exception as error:
        metrics.commands.labels("failed").inc()
        desk.log_failure(said.id, error)
        return protocol.refused(said.id, "unavailable", Refused("unavailable").message)
    metrics.commands.labels("ok").inc()
    return protocol.ack(ack.id, ack.board, ack.seqs, ack.opened)
