"""HTTP API of the watch, for coordinators."""

from sqlmodel import Session
from starlette.requests import Request

from board.alarms import watch_report
from board.alarms.watch_report import Watch
from board.engine import snapshot
from board.engine.identity import Caller, require_active
from board.errors import Refused, invalid
from board.i18n import N_
from board.web.compression import compressed
from board.web.endpoint import EVERYWHERE, Call, TimeParam
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.accounts import ROLES

FROM, TO = TimeParam("from", is_required=True), TimeParam("to", is_required=True)


@Call(
    "GET", "/watch", N_("Tells whether someone had each grave alarm, at every moment of a period. For coordinators."),
    (*EVERYWHERE, "invalid"), query=(FROM, TO),
)  # fmt: skip
@limited_per_account
@compressed
async def watch(request: Request, caller: Caller) -> Reply[Watch]:
    """Return the figures of the watch over the boards that the caller may see.

    See *Definitions*. *0.4.0*

    `from`: before now.
    `to`: at most 31 days after `from`. The answer ends now at the latest.
    `alarms`: number of grave alarms that were open in the period.
    `unwatched_s`: seconds; sum over all alarms.
    `looked_at`: null if no urgent sighting or tip waited.
    `taken`: null if no alarm waited.
    `passed_on`: null if no credible sighting waited.
    `promises`: promises that lasted in the period, by their end.
    `promises.extended`: promises that were extended in the period, whatever their end.
    `causes`: the same figures for each occasion that had an alarm, gravest first.
    `boards`: boards with a grave alarm in the period: worrying searches first, then by reference; `operations` is last.
    `boards[].spans`: spans of all its alarms; empty if the period is longer than 48 hours.
    `boards[].lapsed_at`: when its promises lapsed; empty if the period is longer than 48 hours.
    `unwatched`: the 100 longest unwatched spans, longest first.
    `unwatched_left_out`: number of other unwatched spans.
    `notable`: the 100 newest promises that lapsed or were extended, newest first.
    `notable[].until`: last end that was promised; null in journals from before promises.
    `notable[].ended_at`: null if it lasts longer than the period.
    `notable[].note`: sentence of its last extension in the period.
    `notable[].unwatched_s`: seconds in which the alarm was unwatched, from the end of this promise to the next one.
    `notable[].next`: the next promise about this alarm; null if there is none in the period.
    `notable_left_out`: number of other promises that lapsed or were extended.
    `people`: names of the accounts in `notable` and its `next`, by id.
    """
    service = service_of(request)
    period = watch_report.period_of(FROM.require(request), TO.require(request), service.clock())
    if period.end - period.start > watch_report.MAX_PERIOD_MS:
        raise invalid("to", N_("Choose at most 31 days."))

    def read(session: Session) -> Watch:
        account = require_active(session, caller)
        if ROLES.index(account.role) < ROLES.index("coordinator"):
            raise Refused("forbidden", N_("Only coordinators see the watch."))
        return watch_report.compose(session, period, snapshot.hidden_searches(session, account.id))

    answer = await service.heavy_reads.read(caller, read)
    await service.reads.report(caller, "watch")
    return json_response(answer)
