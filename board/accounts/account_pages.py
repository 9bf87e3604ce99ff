"""What each person does about their own account: password, language, theme, alerts, sessions. And the page on which a one-time
link sets a password. Plain forms: they post, and are sent back to the page."""

import asyncio
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlencode

from sqlmodel import Session as Database
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import client_address, i18n
from board.accounts import accounts, devices, live_changes, password_links, token_list
from board.accounts.login import door_of
from board.audit import actor
from board.commands import alerts
from board.engine.identity import Caller, require_active
from board.engine.rights_version import lock_rights_version
from board.errors import OperationError, Refused
from board.i18n import N_
from board.web import language, pages
from board.web.auth import set_session_cookie, signed_in
from board.web.http import check_rate, int_query_param, json_response, parse_form, read_body, service_of, with_retry_after
from board.web.same_origin import check_own_page
from models.accounts import Account
from models.alert import KINDS
from models.times import format_utc, now

T = TypeVar("T")

PATH = "/account"
CHANGED = {
    "password": N_("Your password is changed, and you are signed out everywhere else."),
    "alerts": N_("Your alerts are as you chose."),
}


async def account(request: Request) -> Response:
    """Who one is here, how the board looks, where one is signed in, and what this browser keeps."""
    caller = await signed_in(request)
    if caller is None:
        return pages.redirect_to_login(request)
    return await _shown(request, caller)


async def choose_language(request: Request) -> Response:
    """`POST /account/language`: one's own language from now on; an empty one leaves it to the browser."""
    if await signed_in(request) is None:
        return RedirectResponse(f"/login?next={PATH}", 303)
    caller, desk = await require_session(request), service_of(request)
    chosen = (await form_reader(request))("language")
    if chosen and chosen not in i18n.languages():
        raise Refused("invalid")
    await live_changes.apply_change(
        desk, recheck(caller, lambda database: accounts.set_language(database, caller.account.id, chosen))
    )
    return RedirectResponse(PATH, 303)


async def choose_theme(request: Request) -> Response:
    """`POST /account/theme`: light or dark from now on; an empty one leaves it to the system."""
    caller, desk = await require_session(request), service_of(request)
    theme = (await form_reader(request))("theme")
    try:
        await desk.database.write(recheck(caller, lambda database: accounts.set_theme(database, caller.account.id, theme)))
    except OperationError as wrong:
        return await _shown(request, caller, str(wrong))
    return RedirectResponse(PATH, 303)


async def choose_alerts(request: Request) -> Response:
    """`POST /account/alerts`: where alerts of each kind are shown from now on, and whether they are quiet. A kind that
    is not said stays as it is: a page of an earlier version does not know it."""
    caller, desk = await require_session(request), service_of(request)
    form = await form_reader(request)
    places, quiet = {kind: place for kind in KINDS if (place := form(kind))}, form("quiet") == "yes"
    try:
        await desk.database.write(
            recheck(caller, lambda database: alerts.update_settings(database, caller.account.id, places, quiet))
        )
    except ValueError:
        raise Refused("invalid") from None
    return RedirectResponse(f"{PATH}?changed=alerts", 303)


async def change_password(request: Request) -> Response:
    """`POST /account/password`: another one, by who knows the one of now. Every other session ends."""
    caller, desk = await require_session(request), service_of(request)
    form = await form_reader(request)
    email = caller.account.email
    try:
        if (
            await door_of(request).still_fitting(
                caller.account, form("old")[:1_000], caller.session or "", client_address.of(request)
            )
            is None
        ):
            return await _shown(request, caller, N_("That is not your password."))
        change_it = await asyncio.to_thread(accounts.prepare_password, email, form("new"), but=caller.session)
        ended = await live_changes.apply_change(desk, recheck(caller, change_it))
    except OperationError as wrong:
        return await _shown(request, caller, str(wrong))
    except Refused as refused:
        if refused.code != "rate_limited":
            raise
        return with_retry_after(await _shown(request, caller, refused.message, 429), refused)
    response = RedirectResponse(_password_changed(ended), 303)
    fresh = await desk.database.read(lambda database: database.get(Account, caller.account.id))
    if fresh is not None:
        devices.give(request, response, fresh)
    return response


async def end_sessions(request: Request) -> Response:
    """`POST /account/sessions`: ends the one of `session`, or all but this one."""
    caller, desk = await require_session(request), service_of(request)
    only = (await form_reader(request))("session") or None

    def end(database: Database) -> None:
        accounts.end_sessions(database, caller.account.id, only=only, but=None if only else caller.session)

    await live_changes.apply_change(desk, recheck(caller, end))
    return RedirectResponse(PATH, 303)


async def link_page(request: Request) -> Response:
    """The page of a one-time link. Its secret stands behind the `#` of the address: no server is sent it before the form is."""
    return pages.page(request, "set_password.html", None, code="", problem=None)


async def set_password_by_link(request: Request) -> Response:
    """`POST /password`: sets the password of the link's account, and signs its owner in here; every other session ends, and
    every token. Where there were some, the next page says how many."""
    check_own_page(request)
    form, desk = await form_reader(request), service_of(request)
    code = form("code").strip().rpartition("#")[2]  # who can't follow the link may have copied the whole of it
    try:
        # Before the password is hashed, which is dear: whoever tries codes gets no work done.
        owner = await desk.database.read(lambda database: password_links.owner_of(database, code, desk.clock()))
        change_it = await asyncio.to_thread(accounts.prepare_password, owner.email, form("new"))

        def use(database: Database) -> int:
            actor.acting(database, actor.NOBODY)  # whoever has the link
            password_links.consume(database, code, desk.clock(), client_address.of(request))
            return change_it(database)

        ended = await live_changes.apply_change(desk, use)
    except OperationError as wrong:
        problem = i18n.translate(str(wrong), language.language_for(request))
        return pages.page(request, "set_password.html", None, status=422, code=code, problem=problem)
    fresh = await desk.database.read(lambda database: database.get(Account, owner.id))
    secret = await door_of(request).begin(fresh, client_address.of(request)) if fresh is not None else None
    response = RedirectResponse((_password_changed(ended) if ended else pages.HOME) if secret else "/login", 303)
    if secret and fresh is not None:
        set_session_cookie(response, secret, desk.settings.secure)
        devices.give(request, response, fresh)
    return response


async def tokens_to_end(request: Request) -> Response:
    """`POST /password/tokens`: how many tokens end when the link of this `code` is used, as `{"tokens": 2}`; null of no link."""
    check_own_page(request)
    form, desk = await form_reader(request), service_of(request)
    code = form("code").strip().rpartition("#")[2]

    def count(database: Database) -> int:
        return len(accounts.good_tokens(database, password_links.owner_of(database, code, desk.clock()).id, format_utc(now())))

    try:
        return json_response({"tokens": await desk.database.read(count)})
    except OperationError:
        return json_response({"tokens": None})


def _password_changed(ended: int) -> str:
    return f"{PATH}?{urlencode({'changed': 'password'} | ({'ended': ended} if ended else {}))}"


async def form_reader(request: Request) -> Callable[[str], str]:
    """The fields of the form that was sent, by name; empty where there is none. U+0000 no database takes."""
    form = parse_form(await read_body(request))
    return lambda name: form.get(name, [""])[0].replace("\0", "")


async def require_session(request: Request) -> Caller:
    """Who changes something of their own: by a session, from a page of ours. Raises Refused."""
    caller = await signed_in(request)
    if caller is None:
        raise Refused("unauthenticated")
    if caller.token is not None:
        raise Refused("forbidden", N_("A token can't change its account."))
    check_own_page(request)
    check_rate(request, caller)
    return caller


def recheck(caller: Caller, fn: Callable[[Database], T]) -> Callable[[Database], T]:
    """Does it as somebody who is signed in when it is done: it may have waited behind what ended that."""

    def do(database: Database) -> T:
        lock_rights_version(database)
        actor.acting(database, actor.account(require_active(database, caller)))
        return fn(database)

    return do


async def _shown(request: Request, caller: Caller, problem: str | None = None, status: int = 422) -> Response:
    """The page, with what was wrong."""
    id, at, reads = caller.account.id, format_utc(now()), language.language_for(request, caller)
    desk = service_of(request)
    rows = [] if caller.token else await desk.database.read(lambda database: accounts.sessions(database, id, at))
    wants = await desk.database.read(lambda database: alerts.settings_of(database, id))
    told = problem and i18n.translate(problem, reads)
    changed, ended = CHANGED.get(request.query_params.get("changed", "")), int_query_param(request, "ended", 0, 0, 1_000_000)
    tokens = await desk.database.read(lambda database: token_list.listed(database, at, id))
    return pages.page(
        request, "account.html", caller, status=status if problem else 200, problem=told, own=caller.session, sessions=rows,
        changed=changed and i18n.translate(changed, reads), ended=ended, alerts=wants, tokens=tokens,
        good=token_list.count_good(tokens),
    )  # fmt: skip


routes = [
    Route(PATH, account),
    Route(f"{PATH}/language", choose_language, methods=["POST"]),
    Route(f"{PATH}/theme", choose_theme, methods=["POST"]),
    Route(f"{PATH}/alerts", choose_alerts, methods=["POST"]),
    Route(f"{PATH}/password", change_password, methods=["POST"]),
    Route(f"{PATH}/sessions", end_sessions, methods=["POST"]),
    Route(password_links.PATH, link_page),
    Route(password_links.PATH, set_password_by_link, methods=["POST"]),
    Route(f"{password_links.PATH}/tokens", tokens_to_end, methods=["POST"]),
]
