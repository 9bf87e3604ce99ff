"""HTTP API of open alarms."""

from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.commands.alarm_list import open_alarms
from board.engine import snapshot
from board.engine.alarm_format import OpenAlarm
from board.engine.identity import require_active
from board.i18n import N_
from board.web.endpoint import Call
from board.web.http import Reply, json_response, require_caller, service_of

AlarmList = TypedDict("AlarmList", {"alarms": list[OpenAlarm]})


@Call(
    "GET", "/alarms",
    N_("Lists the alarms that nobody has taken yet, and those taken within the last minute, of what you may see."),
)  # fmt: skip
async def list_alarms(request: Request) -> Reply[AlarmList]:
    caller = await require_caller(request)
    service = service_of(request)

    def load(session: Session) -> AlarmList:
        me = require_active(session, caller)
        hidden = snapshot.hidden_searches(session, me.id)
        found = [each for each in open_alarms(session, service.alarm_rules, service.clock()) if each.body["board"] not in hidden]
        return {"alarms": [{**each.body, "asked_me": each.asks(me.id, me.role)} for each in found]}

    return json_response(await service.database.read(load))
