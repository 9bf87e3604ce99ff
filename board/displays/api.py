"""HTTP API of wall displays.

A screen requests a pairing code, polls whether it was entered, and reports its status. Coordinators pair, list, change, reload
and revoke displays.
"""

from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.audit import actor
from board.displays import displays, pairing
from board.displays.displays import DisplayEntry, DisplayUpdate, ListedDisplay, PairDisplay, StatusReport
from board.engine.identity import Caller, require_active
from board.errors import Refused, from_pydantic
from board.i18n import N_
from board.rate_limit import Rule, client_address
from board.rate_limit.account_limits import too_many
from board.rate_limit.addresses import network_of
from board.web import display_auth
from board.web.cookies import Cookie
from board.web.endpoint import EVERYWHERE, Call
from board.web.http import Reply, check_allowed, check_rate, json_response, read_json_object, require_caller, service_of
from board.web.same_origin import check_own_page
from models.display import Display
from models.fields import Data
from models.times import format_utc, now
from realtime.wire.wire_types import Time

T = TypeVar("T")
D = TypeVar("D", bound=Data)

SCREEN_TO_PAIR = Cookie("board_pairing", pairing.CODE_TTL)
CODE_REQUESTS = Rule("codes", 60, 60)  # code requests of one network: all screens of a building share an address
WRONG_CODES = Rule("typed codes", 10, 60)  # wrong codes of one account
TOO_MANY = N_("Too many wrong codes. Try again in {time}.")


ShownCode = TypedDict("ShownCode", {"code": str, "expires_at": Time})
PairingState = TypedDict("PairingState", {"state": pairing.State})
ReportReceived = TypedDict("ReportReceived", {"at": Time})
DisplayList = TypedDict("DisplayList", {"displays": list[ListedDisplay], "at": Time})

ONE_DISPLAY = (*EVERYWHERE, "not_found")
OF_SCREENS = ("failed", "unavailable")


@Call(
    "POST", "/wall/codes", N_("Creates a pairing code for a screen to show."),
    ("forbidden", "rate_limited", *OF_SCREENS), open=True,
)  # fmt: skip
async def create_code(request: Request) -> Reply[ShownCode]:
    """Create a code for a screen, which gets the cookie `board_pairing`.

    `code`: such as `7F3K-9QXD`.
    """
    service, address = service_of(request), client_address.of(request)
    check_own_page(request)
    check_allowed(request, await service.limiter.take(CODE_REQUESTS, network_of(address)))
    code, secret = pairing.new_code()
    before = SCREEN_TO_PAIR.value(request)
    until = await service.database.write(lambda session: pairing.start(session, code, secret, now(), address, before))
    response: Reply[ShownCode] = json_response({"code": code, "expires_at": until})
    SCREEN_TO_PAIR.set(request, response, secret)
    return response


@Call("GET", "/wall/codes/mine", N_("Tells whether the code of this screen has been entered."), OF_SCREENS, open=True)
async def pairing_status(request: Request) -> Reply[PairingState]:
    """Return whether the code of this screen was entered. If so, the screen's secret becomes the cookie of its display.

    `state`: when it is `paired`, the screen has the cookie `board_display`.
    """
    secret = SCREEN_TO_PAIR.value(request)
    state: pairing.State = "expired"
    if secret:
        state = await service_of(request).database.read(lambda session: pairing.state(session, secret, now()))
    response: Reply[PairingState] = json_response({"state": state})
    if state == "paired":
        display_auth.SCREEN.set(request, response, secret)
        SCREEN_TO_PAIR.delete(request, response)
    return response


@Call(
    "POST", "/wall/told", N_("Reports the state of a display; the display sends this every few seconds."),
    (*EVERYWHERE, "invalid", "too_large"), body=StatusReport, open=True,
)  # fmt: skip
async def report_status(request: Request) -> Reply[ReportReceived]:
    """Record what a display shows.

    Sent every five seconds; see *Status of a display*.

    `version`: version of the program that it runs.
    `current`: whether its content is current.
    `since`: time since which its content is not current.
    `boards`: seq up to which it has applied each board.
    `screen`: its size (`1920x1080`).
    `rows`: number of rows that it shows.
    `mute`: whether it should sound, but its browser blocks sound.
    `at`: the server's time.
    """
    caller = await display_auth.signed_in(request)
    if caller is None:
        raise Refused("unauthenticated")
    check_rate(request, caller)
    check_own_page(request)
    contact, at = _read(StatusReport, await read_json_object(request)), format_utc(now())
    await service_of(request).database.write(lambda session: displays.record_report(session, caller.account.id, contact, at))
    return json_response({"at": at})


@Call("GET", "/displays", N_("Lists all displays, with the last status each one reported."), right="displays")
async def list_displays(request: Request) -> Reply[DisplayList]:
    """List all displays for coordinators, revoked displays last.

    `displays[].standing`: see *Status of a display*.
    """
    await _require_manager(request)
    at = now()
    entries = await service_of(request).database.read(lambda session: displays.list_json(session, at))
    return json_response({"displays": entries, "at": format_utc(at)})


@Call(
    "POST", "/displays", N_("Pairs the screen that shows this code and makes it a display."),
    (*ONE_DISPLAY, "invalid", "too_large"), body=PairDisplay, status=201, right="displays",
)  # fmt: skip
async def pair(request: Request) -> Reply[DisplayEntry]:
    """Pair the screen that shows a code.

    A wrong or old code is `not_found`; over 300 displays that are not revoked are `too_large`; more than ten wrong codes a
    minute are `rate_limited`. `shows` with a board that does not exist, or that no display may see, is `invalid`.

    `theme`: `day`: light from 7:00 to 19:00 in Brussels, otherwise dark.
    """
    caller = await _require_manager(request)
    data = _read(PairDisplay, await read_json_object(request))
    limiter = service_of(request).limiter
    # Counted before the code is checked, so that parallel attempts are all counted
    limit_result = await limiter.take(WRONG_CODES, caller.account.id)
    if not limit_result.allowed:
        raise too_many(limit_result.retry_after_s, TOO_MANY, "code")
    display = await _change(request, caller, lambda session: pairing.pair(session, data, caller.account.id, now()))
    await limiter.give_back([(WRONG_CODES, caller.account.id)])  # the code was right
    return json_response(displays.to_json(display), 201)


@Call(
    "PATCH", "/displays/{display}", N_("Changes a display. Its screen follows immediately."),
    (*ONE_DISPLAY, "invalid", "too_large"), body=DisplayUpdate, right="displays",
)  # fmt: skip
async def change(request: Request) -> Reply[DisplayEntry]:
    """Change a display, immediately on its screen.

    The answer is the changed display.
    """
    caller, id = await _require_manager(request), request.path_params["display"]
    data = _read(DisplayUpdate, await read_json_object(request))
    return json_response(displays.to_json(await _change(request, caller, lambda session: displays.change(session, id, data))))


@Call("POST", "/displays/{display}/reload", N_("Makes the screen of a display reload its page."), ONE_DISPLAY, right="displays")
async def reload(request: Request) -> Reply[DisplayEntry]:
    """Make a display load its page again.

    Increases `reload` of the display.
    """
    caller, id = await _require_manager(request), request.path_params["display"]
    return json_response(displays.to_json(await _change(request, caller, lambda session: displays.request_reload(session, id))))


@Call("DELETE", "/displays/{display}", N_("Removes a display. Its screen stops immediately."), ONE_DISPLAY, right="displays")
async def revoke(request: Request) -> Reply[DisplayEntry]:
    """Revoke a display.

    It stays in the list, as revoked.
    """
    caller, id = await _require_manager(request), request.path_params["display"]
    at = format_utc(now())
    return json_response(displays.to_json(await _change(request, caller, lambda session: displays.revoke(session, id, at))))


async def _require_manager(request: Request) -> Caller:
    """Return the caller, who has the right of the call. Raises Refused `forbidden` if its token can only read, and the request
    changes displays."""
    caller = await require_caller(request)
    if request.method not in ("GET", "HEAD") and not caller.may_command:
        raise Refused("forbidden")
    return caller


async def _change(request: Request, caller: Caller, change: Callable[[Session], Display]) -> Display:
    """Run a change with the caller's current rights, and apply it to open sockets. Raises Refused `forbidden` if the caller no
    longer has the right, and as `change` does."""

    def change_as_caller(session: Session) -> Display:
        account = require_active(session, caller)
        if not service_of(request).roles.allows(account.role, "displays"):
            raise Refused("forbidden")
        actor.set_current(session, actor.account(account, caller.token))
        return change(session)

    display = await service_of(request).database.write(change_as_caller)
    await service_of(request).rights_changed()
    return display


def _read(type: type[D], body: dict[str, object]) -> D:
    """Validate a request body. Raises Refused `invalid` if it does not fit the type."""
    try:
        return type.model_validate(body)
    except ValidationError as error:
        raise from_pydantic(error) from error
