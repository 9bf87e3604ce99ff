"""HTTP API for listing the caller's alerts and marking them as read, and for listing open alarms."""

from typing import Annotated, Literal

from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.commands.alarms import alerts
from board.commands.alarms.alarm_format import OpenAlarm
from board.commands.alarms.alarm_list import open_alarms
from board.commands.alarms.alerts import Key
from board.engine import snapshot
from board.engine.identity import require_active
from board.errors import Refused
from board.i18n import N_
from board.notifications.alert_format import Alert
from board.web.endpoint import EVERYWHERE, Call
from board.web.http import Reply, json_response, read_json_object, require_caller, service_of
from models.alert import OWN_ACCOUNT
from models.times import now
from realtime.wire.strict_json import MAX_INTEGER
from realtime.wire.wire_types import Count, Id, Shape

# Newest alerts, and the number of unread ones. `quiet`: a screen shows only that number.
AlertList = TypedDict("AlertList", {"alerts": list[Alert], "unread": Count, "quiet": bool})
UnreadAlerts = TypedDict("UnreadAlerts", {"unread": Count})
AlertKey = TypedDict("AlertKey", {"board": Id, "seq": Annotated[int, Shape(minimum=0, maximum=MAX_INTEGER)]})
AllAlerts = TypedDict("AllAlerts", {"all": Literal[True]})
AlarmList = TypedDict("AlarmList", {"alarms": list[OpenAlarm]})
NamedAlerts = TypedDict("NamedAlerts", {"alerts": Annotated[list[AlertKey], Shape(maxItems=alerts.MAX_LISTED)]})


@Call("GET", "/alerts", N_("Lists your alerts of the last 14 days, and how many are unread."))
async def list_alerts(request: Request) -> Reply[AlertList]:
    """List the newest 200 alerts of the caller.

    From the last 14 days, but not from before the account was created; newest first. See *Alerts*.

    `unread`: number of unread alerts of the last 14 days.
    `quiet`: the person wants only the list and the number of unread alerts.
    """
    caller = await require_caller(request)
    service = service_of(request)

    def load(session: Session) -> AlertList:
        at, me = now(), require_active(session, caller).id
        found, left = alerts.list_alerts(session, me, at), alerts.visible_unread(session, me, at)
        return {"alerts": found, "unread": len(left), "quiet": alerts.settings_of(session, me).quiet}

    return json_response(await service.database.read(load))


@Call(
    "POST", "/alerts/read", N_("Marks alerts as read, some or all, on all your screens."),
    (*EVERYWHERE, "invalid", "too_large"), body=AllAlerts | NamedAlerts,
)  # fmt: skip
async def mark_read(request: Request) -> Reply[UnreadAlerts]:
    """Mark some or all alerts as read, on every screen of the caller. Return the number of unread alerts that are left.

    At most 200 in one call; unknown alerts are skipped. Scope `read` cannot mark any. Only a session can mark alerts of the
    kind `security`: a token that names one gets `forbidden`, and `{"all": true}` with a token leaves them unread.

    `unread`: number of unread alerts that are left.
    """
    caller = await require_caller(request)
    keys = _keys(await read_json_object(request))
    if not caller.may_command:
        raise Refused("forbidden")
    if not caller.is_own_session and any(board == OWN_ACCOUNT for board, _ in keys or ()):
        raise Refused("forbidden", N_("Alerts about an account can only be marked as read by its owner, signed in."))
    service = service_of(request)

    def mark(session: Session) -> int:
        me = require_active(session, caller).id
        return alerts.mark_read(session, me, now(), keys, may_mark_security=caller.is_own_session)

    left = await service.database.write(mark)
    service.hub.requested["alerts"].set()
    return json_response({"unread": left})


@Call(
    "GET", "/alarms",
    N_("Lists the alarms you can see that nobody has, that were taken within the last minute, or that you have."),
)  # fmt: skip
async def list_alarms(request: Request) -> Reply[AlarmList]:
    """List alarms of all boards that the caller may see.

    Open alarms, alarms that were taken within the last minute, and alarms that the caller has; oldest first.
    """
    caller = await require_caller(request)
    service = service_of(request)

    def load(session: Session) -> AlarmList:
        me = require_active(session, caller)
        hidden = snapshot.hidden_searches(session, me.id)
        alarms = open_alarms(session, service.alarm_rules, service.clock())
        listed = [alarm for alarm in alarms if alarm.body["board"] not in hidden and alarm.is_listed_for(me.id)]
        return {"alarms": [{**alarm.body, "asked_me": alarm.asks(me.id, me.role)} for alarm in listed]}

    return json_response(await service.database.read(load))


def _keys(body: dict[str, object]) -> set[Key] | None:
    """Return the keys of the named alerts; None for all. Raises Refused `invalid`."""
    if body == {"all": True} and body["all"] is True:
        return None
    named = body.get("alerts")
    if not isinstance(named, list) or len(body) > 1 or len(named) > alerts.MAX_LISTED:
        raise Refused("invalid", fields={"alerts": N_("Send at most 200 alerts, or “all”.")})
    if not all(isinstance(each, dict) and set(each) == {"board", "seq"} and _is_key(**each) for each in named):
        raise Refused("invalid", fields={"alerts": N_("Name each alert by its board and seq.")})
    return {(each["board"], int(each["seq"])) for each in named}


def _is_key(board: object, seq: object) -> bool:
    whole = isinstance(seq, int | float) and not isinstance(seq, bool) and seq == int(seq)
    return isinstance(board, str) and 0 < len(board) <= 64 and whole and 0 <= seq <= MAX_INTEGER  # type: ignore[operator]
