"""Frames of the WebSocket protocol, of clients and of the server, typed in one place. See the contract."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, NotRequired

import orjson
from typing_extensions import TypedDict

from realtime.wire import strict_json
from realtime.wire.wire_types import Count, Id, Shape, Time, component

MAX_CLIENT_FRAME_BYTES = 65_536  # bytes
MAX_SERVER_FRAME_BYTES = 1_048_576  # bytes
HEARTBEAT_S = 5
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_MAX_NAME_LENGTH = 64  # characters in the name of a board, a card or an epoch

CLOSE_RESTART = 1012
CLOSE_TOO_SLOW = 4008
CLOSE_TOO_MANY_MESSAGES = 4013
CLOSE_SESSION_ENDED = 4501
CLOSE_DISPLAY_TAKEN_OVER = 4502


Code = Annotated[str, component("RefusalCode")]
EndReason = Literal["asked", "forbidden"]

# Frames of a client, in wire format; `parse` makes objects of them.
SubscribeFrame = TypedDict("SubscribeFrame", {
    "type": Literal["subscribe"], "board": Id, "epoch": NotRequired[str | None], "after": NotRequired[Count | None],
    "form": NotRequired[str | None],
})  # fmt: skip
"""Follow a board: from a snapshot, or from a position.

`epoch`: with `after`, or neither: the position from which to continue.
`after`: the seq up to which you have the board.
`form`: the form of your entities. If the server's is another, the answer is a snapshot. *0.4.0*
"""
UnsubscribeFrame = TypedDict("UnsubscribeFrame", {"type": Literal["unsubscribe"], "board": Id})
"""Stop following a board."""
CommandFrame = TypedDict("CommandFrame", {
    "type": Literal["command"], "id": Annotated[str, Shape(pattern="^[A-Za-z0-9_-]{1,64}$")], "board": Id, "name": str,
    "data": NotRequired[dict[str, Any]], "base": NotRequired[int | None], "epoch": NotRequired[str | None],
})  # fmt: skip
"""Send a command.

`id`: your id of the command, 1 to 64 of `[A-Za-z0-9_-]`.
`name`: name of the command.
`data`: data of the command.
`base`: the board's seq when the person looked; see *Conflicts* in the guide.
`epoch`: the board's epoch at that time.
"""
SetPresenceFrame = TypedDict("SetPresenceFrame", {
    "type": Literal["presence"], "board": Id, "card": NotRequired[Annotated[str, Shape(maxLength=_MAX_NAME_LENGTH)] | None],
    "editing": NotRequired[bool],
})  # fmt: skip
"""Tell where this person is.

`card`: the open card; null: none.
`editing`: whether they are editing it.
"""
RequestAlertsFrame = TypedDict("RequestAlertsFrame", {"type": Literal["alerts"]})
"""Ask for the number of unread alerts from now on; see *Alerts*."""
RequestAlarmsFrame = TypedDict("RequestAlarmsFrame", {"type": Literal["alarms"]})
"""Ask for the open alarms that ask this account from now on; see *Alarms*."""
PingFrame = TypedDict("PingFrame", {
    "type": Literal["ping"], "id": NotRequired[Annotated[str, Shape(maxLength=_MAX_NAME_LENGTH)] | int | None],
})  # fmt: skip
"""Ask for a `pong`."""
ClientFrame = (
    SubscribeFrame | UnsubscribeFrame | CommandFrame | SetPresenceFrame | RequestAlertsFrame | RequestAlarmsFrame | PingFrame
)
REQUESTED: tuple[Literal["alerts"], Literal["alarms"]] = ("alerts", "alarms")  # sent only to clients that request it


class BadMessage(Exception):
    """Unreadable message. `frame`: the answer to it."""

    def __init__(
        self, message: str, *, id: Any = None, board: Any = None, command: bool = False, field: str | None = None
    ) -> None:
        super().__init__(message)
        fields = {field: message} if field else None
        self.frame = refused(id, "invalid", message, fields) if command else error("invalid", message, board=board, id=id)


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Subscription of a board, from a position if there is one. `form`: that of the client's entities."""

    board: str
    epoch: str | None
    after: int | None
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    board: str


class Command(NamedTuple):
    """Command of a client. `base`: seq of the board that its author saw. `epoch`: epoch of the board at that time."""

    id: str
    board: str
    name: str
    data: dict[str, Any]
    base: int | None = None
    epoch: str | None = None


@dataclass(frozen=True, slots=True)
class SetPresence:
    board: str
    card: str | None
    editing: bool


@dataclass(frozen=True, slots=True)
class Ping:
    id: str | int | None


@dataclass(frozen=True, slots=True)
class Request:
    """Request for the number of unread alerts, or the open alarms, from now on."""

    subject: Literal["alerts", "alarms"]


Message = Subscribe | Unsubscribe | Command | SetPresence | Request | Ping


def is_id(value: object) -> bool:
    """Return whether a value has the form of a command's id."""
    return isinstance(value, str) and _ID.match(value) is not None


def parse(source: str) -> Message:
    """Parse a client's message. Raises BadMessage, which contains the answer."""
    value, problem = strict_json.parse(source)
    if not isinstance(value, dict):
        raise BadMessage(problem or "A message is an object.")
    is_command = value.get("type") == "command"
    id = value.get("id") if is_id(value.get("id")) else None
    if problem:
        raise BadMessage(problem, id=id, command=is_command and id is not None)
    match value.get("type"):
        case "command":
            return _command(value, id)
        case "subscribe":
            return _subscribe(value)
        case "unsubscribe":
            return Unsubscribe(_board_name(value, "board"))
        case "presence":
            return _presence(value)
        case "alerts":
            return Request("alerts")
        case "alarms":
            return Request("alarms")
        case "ping":
            return Ping(_echo(value))
    raise BadMessage("There is no message of this type.", id=id)


def _command(value: dict[str, Any], id: str | None) -> Command:
    if id is None:
        raise BadMessage("A command needs an id of 1 to 64 letters, digits, - or _.")
    return parse_command(value, id, _board_name(value, "board", id))


def parse_command(value: dict[str, Any], id: str, board: str) -> Command:
    """Parse a command from its object and its checked id. Raises BadMessage."""
    name, data, base, epoch = value.get("name"), value.get("data", {}), value.get("base"), value.get("epoch")
    if not isinstance(name, str):
        raise BadMessage("A command needs a name.", id=id, command=True, field="name")
    if not isinstance(data, dict):
        raise BadMessage("The data of a command is an object.", id=id, command=True, field="data")
    if base is not None and (isinstance(base, bool) or not isinstance(base, int)):
        raise BadMessage("A base is a whole number.", id=id, command=True, field="base")
    if epoch is not None and not isinstance(epoch, str):
        raise BadMessage("An epoch is a text.", id=id, command=True, field="epoch")
    return Command(id, board, name, data, base, epoch)


def _subscribe(value: dict[str, Any]) -> Subscribe:
    board, epoch, after, form = _board_name(value, "board"), value.get("epoch"), value.get("after"), value.get("form")
    if (epoch is None) != (after is None):
        raise BadMessage("A position has an epoch and a seq.", board=board)
    if epoch is not None and (not isinstance(epoch, str) or isinstance(after, bool) or not isinstance(after, int) or after < 0):
        raise BadMessage("A position has an epoch and a seq.", board=board)
    if form is not None and not isinstance(form, str):
        raise BadMessage("A form is a text.", board=board)
    return Subscribe(board, epoch, after, form)


def _presence(value: dict[str, Any]) -> SetPresence:
    board, card, editing = _board_name(value, "board"), value.get("card"), value.get("editing", False)
    if card is not None and (not isinstance(card, str) or len(card) > _MAX_NAME_LENGTH):
        raise BadMessage("A card is named by its id.", board=board)
    if not isinstance(editing, bool):
        raise BadMessage("Editing is true or false.", board=board)
    return SetPresence(board, card, editing)


def _board_name(value: dict[str, Any], key: str, id: str | None = None) -> str:
    name = value.get(key)
    if not isinstance(name, str) or not 0 < len(name) <= _MAX_NAME_LENGTH:
        raise BadMessage("A board is named by its id.", id=id, command=id is not None, field="board" if id else None)
    return name


def _echo(value: dict[str, Any]) -> str | int | None:
    id = value.get("id")
    if id is None or (isinstance(id, int) and not isinstance(id, bool)) or (isinstance(id, str) and len(id) <= _MAX_NAME_LENGTH):
        return id
    raise BadMessage("A ping's id is a short text or a number.")


# -- what the server sends --------------------------------------------------------------------------------------------------

# Defined by the application: an account, and a display's settings.
SocketAccount = Annotated[Mapping[str, Any], component("SocketAccount")]
DisplaySettings = Annotated[Mapping[str, Any], component("DisplaySettings")]

HelloFrame = TypedDict("HelloFrame", {
    "type": Literal["hello"], "account": SocketAccount, "heartbeat_s": int, "server": str, "form": str,
    "display": NotRequired[DisplaySettings],
})  # fmt: skip
"""First frame, always.

`account`: `role` is `wall` for a display. `locked_at`: time at which the session was locked, missing if it is not. *0.4.0*
`account.writes`: true for a guest who may give the commands of an investigator on its search; missing otherwise. *0.4.0*
`heartbeat_s`: 5.
`server`: version of the server.
`form`: form of the entities of this socket. *0.4.0*
`display`: only for a display; see *Displays*.
"""
AccountFrame = TypedDict("AccountFrame", {"type": Literal["account"], "account": SocketAccount})
"""Changed name or role of the account of this socket, which stays open with the new rights; or the lock of its session."""
DisplayFrame = TypedDict("DisplayFrame", {"type": Literal["display"], "display": DisplaySettings})
"""Changed settings of a display: only to a display; see *Displays*."""
SnapshotFrame = TypedDict("SnapshotFrame", {
    "type": Literal["snapshot"], "board": Id, "epoch": str, "seq": Count, "more": NotRequired[Literal[True]],
    "entities": list[Annotated[dict[str, Any], component("Entity")]],
})  # fmt: skip
"""State of a board: the answer to a `subscribe` without a position, or with one that cannot be continued.

`more`: a large snapshot comes in several frames; all except the last have it.
`entities`: {`kind`, `id`, `seq`, `state`} each.
"""
EventsFrame = TypedDict("EventsFrame", {
    "type": Literal["events"], "board": Id, "epoch": str, "events": list[Annotated[dict[str, Any], component("LiveEvent")]],
})  # fmt: skip
"""Events in order, never with a gap before them; also the catch-up."""
HiddenEntity = TypedDict("HiddenEntity", {"seq": Count, "hidden": Literal[True], "kind": str, "id": Id, "state": None})
SubscribedFrame = TypedDict("SubscribedFrame", {"type": Literal["subscribed"], "board": Id, "epoch": str, "seq": Count})
"""End of the snapshot or of the catch-up: from here on the subscription is live."""
UnsubscribedFrame = TypedDict("UnsubscribedFrame", {"type": Literal["unsubscribed"], "board": Id, "reason": EndReason})
"""End of a subscription.

`reason`: `forbidden`: the right to see the board has ended.
"""
ShareUse = TypedDict("ShareUse", {"used": Count, "most": Count})
AckFrame = TypedDict("AckFrame", {
    "type": Literal["ack"], "id": str, "board": Id, "seqs": list[Count], "opened": NotRequired[Id],
    "share": NotRequired[ShareUse],
})  # fmt: skip
"""Accepted command: it is durable.

`seqs`: its events on the board of the command.
`opened`: the new board, after `search.open`.
`share`: your share of the board, if it is nearly used; see *Room*.
"""
RefusedFrame = TypedDict("RefusedFrame", {
    "type": Literal["refused"], "id": str, "code": Code, "message": str, "fields": NotRequired[Mapping[str, str]],
    "current": NotRequired[Mapping[str, Any]], "retry_after_s": NotRequired[Count],
})  # fmt: skip
"""Refused command: nothing changed.

`fields`: field to sentence.
`current`: the current state, of a `conflict`.
`retry_after_s`: seconds after which to send it again with the same id.
"""
Person = TypedDict("Person", {"account": Id, "name": str, "card": str | None, "editing": bool})
PresenceFrame = TypedDict("PresenceFrame", {
    "type": Literal["presence"], "board": Id, "count": Count, "people": list[Person],
})  # fmt: skip
"""People on a board: on subscribe, then on change, at most once a second. People of a server process that died are gone within
15 s.

`count`: number of all of them.
`people`: at most 100, whichever process serves them.
"""
SummaryFrame = TypedDict("SummaryFrame", {
    "type": Literal["summary"], "board": Id, "searches": Mapping[str, Annotated[Any, component("SearchSummary")]],
})  # fmt: skip
"""Summaries for `operations`: on subscribe of all searches that the reader may see, then of those that changed.

`searches`: by the id of the search.
"""
NewestAlert = TypedDict("NewestAlert", {"board": Id, "seq": Count})
AlarmSignals = TypedDict("AlarmSignals", {"sound": str, "desktop": bool})
AlertsFrame = TypedDict("AlertsFrame", {
    "type": Literal["alerts"], "unread": Count, "last": NewestAlert | None, "quiet": bool, "alarms": AlarmSignals,
})  # fmt: skip
"""Unread alerts: only to a client that asked; soon after it asked, then on change, at most once a second.

`last`: the newest unread alert, or null.
`quiet`: this person wants nothing but the list and its count.
`alarms`: how this person wants alarms to be signalled. *0.4.0*
`alarms.sound`: `off`, `once`, `until_taken`, or `on_duty` (the default): once for each alarm, while the person is on duty.
"""
AlarmsFrame = TypedDict("AlarmsFrame", {
    "type": Literal["alarms"], "alarms": list[Annotated[Any, component("OpenAlarm")]], "more": Count, "others": Count,
})  # fmt: skip
"""Open alarms that ask this account, those that it caused or handed on, and those that it has: only to a client that asked; soon
after it asked, then on change, and at least every 5 s, so that a client knows that it has all. *0.4.0*

`alarms`: oldest first. At most 20, and at most 20 that the account took over a minute ago. If there are more, the newest urgent
ones are kept, then the oldest others; `please_answer` alarms fill only the places that others leave.
`more`: number of further alarms that nobody has, or that were just taken.
`others`: number of urgent sightings and tips whose alarms nobody has, and that ask only other accounts.
"""
ShiftFrame = TypedDict("ShiftFrame", {
    "type": Literal["shift"], "shift": Annotated[Mapping[str, Any], component("HeldShift")] | None,
    "handover": Annotated[Mapping[str, Any], component("HandoverStatus")] | None,
    "duties": list[Annotated[Any, component("PersonOnDuty")]], "absent": list[Annotated[Any, component("PlannedPerson")]],
    "next": list[Annotated[Any, component("PlannedPerson")]],
})  # fmt: skip
"""Shift, its handover, and who is on duty: after `hello`, then on change; to every socket.

`shift`: state of the shift, and `name`, the name of its holder; null if nobody holds it.
`handover`: null if there never was a handover.
`duties`: people on duty, by name. Displays get only their first names (`name`), the holder of the shift first. *0.4.0*
`absent`: people whose planned duty has begun, and who have not confirmed it; none for displays. *0.4.0*
`next`: people whose planned duty begins within 24 hours, at most 100, the first ones first; none for displays. *0.4.0*
"""
ClockFrame = TypedDict("ClockFrame", {
    "type": Literal["clock"], "jumped": Annotated[Mapping[str, Any], component("ClockJumped")] | None,
    "ahead": Annotated[Mapping[str, Any], component("ClockAhead")] | None,
})  # fmt: skip
"""Warning that times may be wrong: after `hello`, then on change; to every socket, displays too. Each part is sent for half an
hour after it was last noticed, then null.

`jumped`: at `at` the server's clock jumped by `by_s` seconds.
`ahead`: at `at` by the clock, events carried times up to `until`.
"""
Head = TypedDict("Head", {"epoch": str, "seq": Count})
HeadsFrame = TypedDict("HeadsFrame", {"type": Literal["heads"], "at": Time, "heads": dict[str, Head]})
"""Positions from the database: every `heartbeat_s`, and only while the database can be asked. If you are still behind at the
next `heads`, subscribe again from your position.

`heads`: by board.
"""
PongFrame = TypedDict("PongFrame", {"type": Literal["pong"], "id": str | int | None})
"""Answer to a `ping`."""
ErrorFrame = TypedDict("ErrorFrame", {
    "type": Literal["error"], "code": Code, "message": str, "board": NotRequired[str], "id": NotRequired[str | int],
    "retry_after_s": NotRequired[Count],
})  # fmt: skip
"""Answer to a frame that is unreadable, unknown, or cannot be done. The socket stays open.

`retry_after_s`: of `rate_limited`.
"""

ServerFrame = (
    HelloFrame | AccountFrame | DisplayFrame | SnapshotFrame | EventsFrame | SubscribedFrame | UnsubscribedFrame | AckFrame
    | RefusedFrame | PresenceFrame | SummaryFrame | AlertsFrame | AlarmsFrame | ShiftFrame | ClockFrame | HeadsFrame | PongFrame
    | ErrorFrame
)  # fmt: skip


def _encode(frame: ServerFrame) -> bytes:
    return orjson.dumps(frame)


def _with_items(frame: SnapshotFrame | EventsFrame, items: Iterable[bytes]) -> bytes:
    """Encode a frame whose last field is an empty list, with these encoded items in it."""
    return orjson.dumps(frame)[:-2] + b",".join(items) + b"]}"


def hello(account: Mapping[str, str], server: str, form: str, display: Mapping[str, Any] | None = None) -> bytes:
    frame: HelloFrame = {"type": "hello", "account": account, "heartbeat_s": HEARTBEAT_S, "server": server, "form": form}
    if display is not None:
        frame["display"] = display
    return _encode(frame)


def account(account: Mapping[str, str]) -> bytes:
    """Encode a changed account of this connection: its name or role."""
    return _encode({"type": "account", "account": account})


def display(display: Mapping[str, Any]) -> bytes:
    """Encode changed settings of this display."""
    return _encode({"type": "display", "display": display})


def snapshot(board: str, epoch: str, seq: int, entities: Iterable[bytes], more: bool) -> bytes:
    frame: SnapshotFrame = {"type": "snapshot", "board": board, "epoch": epoch, "seq": seq, "entities": []}
    if more:
        frame = {"type": "snapshot", "board": board, "epoch": epoch, "seq": seq, "more": True, "entities": []}
    return _with_items(frame, entities)


def events(board: str, epoch: str, wires: Iterable[bytes]) -> bytes:
    return _with_items({"type": "events", "board": board, "epoch": epoch, "events": []}, wires)


def hidden(seq: int) -> bytes:
    """Encode only the number of an event, because the viewer may not see it."""
    return b'{"seq":%d,"hidden":true}' % seq


def hidden_entity(seq: int, kind: str, id: str) -> bytes:
    """Encode an event after which the viewer can no longer see an entity that is on its screen."""
    event: HiddenEntity = {"seq": seq, "hidden": True, "kind": kind, "id": id, "state": None}
    return orjson.dumps(event)


def subscribed(board: str, epoch: str, seq: int) -> bytes:
    return _encode({"type": "subscribed", "board": board, "epoch": epoch, "seq": seq})


def unsubscribed(board: str, reason: EndReason) -> bytes:
    return _encode({"type": "unsubscribed", "board": board, "reason": reason})


def ack(id: str, board: str, seqs: list[int], opened: str | None = None, share: ShareUse | None = None) -> bytes:
    frame: AckFrame = {"type": "ack", "id": id, "board": board, "seqs": seqs}
    if opened:
        frame["opened"] = opened
    if share:
        frame["share"] = share
    return _encode(frame)


def refused(
    id: str, code: str, message: str, fields: Mapping[str, str] | None = None, current: Mapping[str, Any] | None = None,
    retry_after_s: int | None = None,
) -> bytes:  # fmt: skip
    frame: RefusedFrame = {"type": "refused", "id": id, "code": code, "message": message}
    if fields is not None:
        frame["fields"] = fields
    if current is not None:
        frame["current"] = current
    if retry_after_s is not None:
        frame["retry_after_s"] = retry_after_s
    return _encode(frame)


def presence(board: str, count: int, people: list[Person]) -> bytes:
    return _encode({"type": "presence", "board": board, "count": count, "people": people})


def summary(board: str, searches: Mapping[str, Any]) -> bytes:
    return _encode({"type": "summary", "board": board, "searches": searches})


def alerts(unread: int, last: tuple[str, int] | None, quiet: bool, alarms: tuple[str, bool]) -> bytes:
    """Encode the number of unread alerts and the newest of them (its board and seq). Quiet: show nothing but the number.
    `alarms`: the sound of alarms, and whether they notify on the desktop."""
    newest: NewestAlert | None = {"board": last[0], "seq": last[1]} if last else None
    signals: AlarmSignals = {"sound": alarms[0], "desktop": alarms[1]}
    return _encode({"type": "alerts", "unread": unread, "last": newest, "quiet": quiet, "alarms": signals})


def alarms(alarms: list[Any], more: int, others: int) -> bytes:
    """Encode the open alarms of an account, oldest first, the number of further ones, and that of urgent ones that ask others."""
    return _encode({"type": "alarms", "alarms": alarms, "more": more, "others": others})


def shift(
    shift: Mapping[str, Any] | None, handover: Mapping[str, Any] | None,
    duties: Sequence[Any] = (), absent: Sequence[Any] = (), following: Sequence[Any] = (),
) -> bytes:  # fmt: skip
    """Encode the holder of the shift, the handover in progress, and who is on duty, absent and next."""
    on_duty, missing, following = list(duties), list(absent), list(following)
    frame: ShiftFrame = {
        "type": "shift", "shift": shift, "handover": handover, "duties": on_duty, "absent": missing, "next": following,
    }  # fmt: skip
    return _encode(frame)


def clock(jumped: Mapping[str, Any] | None, ahead: Mapping[str, Any] | None) -> bytes:
    """Encode the clock faults; both null if there are none."""
    return _encode({"type": "clock", "jumped": jumped, "ahead": ahead})


def heads(at: str, positions: Mapping[str, tuple[str, int]]) -> bytes:
    return _encode(
        {"type": "heads", "at": at, "heads": {board: {"epoch": epoch, "seq": seq} for board, (epoch, seq) in positions.items()}}
    )


def pong(id: str | int | None) -> bytes:
    return _encode({"type": "pong", "id": id})


def error(
    code: str, message: str, *, board: str | None = None, id: str | int | None = None, retry_after_s: int | None = None
) -> bytes:
    frame: ErrorFrame = {"type": "error", "code": code, "message": message}
    if board is not None:
        frame["board"] = board
    if id is not None:
        frame["id"] = id
    if retry_after_s is not None:
        frame["retry_after_s"] = retry_after_s
    return _encode(frame)
