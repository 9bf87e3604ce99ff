"""HTTP API of the import of a calendar into the plan of duties: its preview, which changes nothing."""

from functools import partial

from starlette.requests import Request

from board.commands.handover import shifts
from board.duty import calendars
from board.duty.calendar_process import MAX_BYTES
from board.duty.calendars import CalendarPreview
from board.errors import Refused
from board.i18n import N_
from board.web.endpoint import BYTES, EVERYWHERE, Call, Param
from board.web.http import Reply, json_response, read_body, require_caller, service_of

MAX_NAME = 200  # characters
NAME = Param("name", {"type": "string", "maxLength": MAX_NAME})


@Call(
    "POST", "/duties/preview", N_("Previews what the import of a calendar changes in the plan of duties."),
    (*EVERYWHERE, "invalid", "too_large"), query=(NAME,), body=BYTES,
)  # fmt: skip
async def preview(request: Request) -> Reply[CalendarPreview]:
    """Preview the import of an iCalendar file, of at most 1 MiB, into the plan of duties. For coordinators.

    It changes nothing: send `new`, the `after` of `changed` and the ids of `removed` as `duty.plan`. It covers the next 92 days,
    also of events that repeat without an end. Times without a time zone are in Brussels; an event of whole days is from 07:00 to
    07:00. People are the attendees by their e-mail addresses, otherwise those whose names are in the title. An event of a person
    longer than 48 hours is cut. More than 2,000 events are `too_large`. *0.4.0*

    `name`: of the calendar, if the file has none.
    `calendar`: only planned duties that were imported from this one change or disappear.
    `until`: end of the period.
    `unknown`: titles of events without an account, at most 50.
    `to_check[].reason`: `long`: longer than 16 hours; `overlap`: another duty of the same person has not ended.
    """
    caller = await require_caller(request)
    if not caller.may_command or not shifts.is_coordinator(caller.account):
        raise Refused("forbidden")
    service, name = service_of(request), (NAME.read(request) or "")[:MAX_NAME]
    content = await read_body(request, MAX_BYTES)
    async with service.queues.pictures.turn(caller.account.id):
        calendar = await calendars.read(content, service.clock())
    compare = partial(calendars.preview, calendar=calendar, name=name, now=service.clock())
    return json_response(await service.database.read(compare))
