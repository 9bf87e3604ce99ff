"""The calls of wall displays: a screen asks for a code and whether somebody typed it, and tells how it is; coordinators pair,
list, change, reload and revoke."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board import client_address
from board.audit import actor
from board.displays import displays, pairing
from board.displays.displays import DisplayUpdate, PairDisplay, StatusReport
from board.engine.identity import Caller, require_active
from board.errors import Refused, from_pydantic
from board.fields import Data
from board.i18n import N_
from board.rate_limit import Rule
from board.rate_limit.account_limits import too_many
from board.rate_limit.addresses import network_of
from board.service import BoardService
from board.web import cookies, display_auth
from board.web.http import check_allowed, check_rate, json_errors, json_response, read_json_object, require_caller, service_of
from board.web.same_origin import check_own_page
from models.accounts import ROLES, Account
from models.display import Display
from models.times import format_utc, now

T = TypeVar("T")
D = TypeVar("D", bound=Data)

ASKED = Rule("codes", 60, 60)  # of one network: a house full of screens has one address
TYPED = Rule("typed codes", 10, 60)  # wrong ones of one account
TOO_MANY = N_("Too many wrong codes. Try again in {time}.")


async def new_code(request: Request) -> Response:
    """A code to be shown, and the screen's secret in a cookie that no script reads."""
    desk, address = service_of(request), client_address.of(request)
    check_own_page(request)
    check_allowed(request, await desk.limiter.take(ASKED, network_of(address)))
    code, secret = pairing.new_code()
    before = cookies.value(request, _cookie(desk))
    until = await desk.database.write(lambda session: pairing.begin(session, code, secret, now(), address, before))
    response = json_response({"code": code, "expires_at": until})
    name, secure = _cookie(desk), desk.settings.secure
    lasts = int(pairing.LIVES.total_seconds())
    response.set_cookie(name, secret, max_age=lasts, httponly=True, secure=secure, samesite="strict", path="/")
    return response


async def pairing_status(request: Request) -> Response:
    """Whether somebody has typed the code of this screen. Then the secret that it holds is its own."""
    desk = service_of(request)
    secret = cookies.value(request, _cookie(desk))
    state = await desk.database.read(lambda session: pairing.state(session, secret, now())) if secret else "expired"
    response = json_response({"state": state})
    if state == "paired":
        display_auth.set_display_cookie(response, secret, desk.settings.secure)
        response.delete_cookie(_cookie(desk), path="/", secure=desk.settings.secure, httponly=True, samesite="strict")
    return response


async def told(request: Request) -> Response:
    """What a display tells of itself, every few seconds. By its own cookie alone."""
    caller = await display_auth.signed_in(request)
    if caller is None:
        raise Refused("unauthenticated")
    check_rate(request, caller)
    check_own_page(request)
    contact, at = _read(StatusReport, await read_json_object(request)), format_utc(now())
    await service_of(request).database.write(lambda session: displays.record_report(session, caller.account.id, contact, at))
    return json_response({"at": at})


async def listed(request: Request) -> Response:
    """All displays, with what each has told last."""
    await _coordinator(request)
    at = now()
    found = await service_of(request).database.read(lambda session: displays.listed(session, at))
    return json_response({"displays": found, "at": format_utc(at)})


async def pair(request: Request) -> Response:
    """A screen becomes a display."""
    caller = await _coordinator(request)
    data = _read(PairDisplay, await read_json_object(request))
    limiter = service_of(request).limiter
    taken = await limiter.take(TYPED, caller.account.id)  # before it is looked at: many at once are as many
    if not taken.allowed:
        raise too_many(taken.retry_after_s, TOO_MANY, "code")
    made = await _change(request, caller, lambda session: pairing.pair(session, data, caller.account.id, now()))
    await limiter.give_back([(TYPED, caller.account.id)])  # it was not a wrong one
    return json_response(displays.to_json(made), 201)


async def change(request: Request) -> Response:
    """Another name, profile, language, playlist, theme or sound; at once on the screen."""
    caller, id = await _coordinator(request), request.path_params["display"]
    data = _read(DisplayUpdate, await read_json_object(request))
    return json_response(displays.to_json(await _change(request, caller, lambda session: displays.change(session, id, data))))


async def reload(request: Request) -> Response:
    """Has the screen load its page anew."""
    caller, id = await _coordinator(request), request.path_params["display"]
    return json_response(displays.to_json(await _change(request, caller, lambda session: displays.ask_to_reload(session, id))))


async def revoke(request: Request) -> Response:
    """Ends a display, its open socket too."""
    caller, id = await _coordinator(request), request.path_params["display"]
    at = format_utc(now())
    return json_response(displays.to_json(await _change(request, caller, lambda session: displays.revoke(session, id, at))))


async def _coordinator(request: Request) -> Caller:
    """Who is asking, if they may handle displays. Raises Refused."""
    caller = await require_caller(request)
    if not may_handle(caller.account) or (request.method not in ("GET", "HEAD") and not caller.may_command):
        raise Refused("forbidden")
    return caller


def may_handle(account: Account) -> bool:
    """Whether somebody may pair, change and revoke displays."""
    return ROLES.index(account.role) >= ROLES.index("coordinator")


async def _change(request: Request, caller: Caller, do: Callable[[Session], Display]) -> Display:
    """Does it by the rights of now, and acts on open sockets. Raises Refused."""

    def still(session: Session) -> Display:
        account = require_active(session, caller)
        if not may_handle(account):
            raise Refused("forbidden")
        actor.acting(session, actor.account(account, caller.token))
        return do(session)

    done = await service_of(request).database.write(still)
    await service_of(request).rights_changed()
    return done


def _read(type: type[D], body: dict[str, object]) -> D:
    """Raises Refused `invalid`."""
    try:
        return type.model_validate(body)
    except ValidationError as error:
        raise from_pydantic(error) from error


def _cookie(desk: BoardService) -> str:
    return display_auth.cookie_name(desk.settings.secure, "board_pairing")


routes = [
    Route("/wall/codes", json_errors(new_code), methods=["POST"]),
    Route("/wall/codes/mine", json_errors(pairing_status), methods=["GET"]),
    Route("/wall/told", json_errors(told), methods=["POST"]),
    Route("/displays", json_errors(listed), methods=["GET"]),
    Route("/displays", json_errors(pair), methods=["POST"]),
    Route("/displays/{display}", json_errors(change), methods=["PATCH"]),
    Route("/displays/{display}", json_errors(revoke), methods=["DELETE"]),
    Route("/displays/{display}/reload", json_errors(reload), methods=["POST"]),
]
