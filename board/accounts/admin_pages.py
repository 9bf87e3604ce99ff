"""Accounts, sessions and tokens of everybody, for administrators: the pages, and what their forms do. The command line does
the same by the same functions. Nobody else finds these pages; and no token does, whoever it is of.

A form posts and is sent back to its page. What is told once (a link, a token) stands on the answer itself: in no address.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlmodel import Session as Database
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import i18n
from board.accounts import accounts, live_changes, password_links, token_list
from board.accounts.account_pages import form_reader
from board.accounts.accounts import ROLE_NAMES
from board.accounts.token_list import Listed
from board.audit import actor
from board.engine.identity import Caller, require_active
from board.engine.rights_version import lock_rights_version
from board.errors import OperationError, Refused
from board.i18n import N_
from board.web import language, pages
from board.web.admin_only import for_admins
from board.web.http import service_of
from board.web.same_origin import own_origin
from models.accounts import SCOPES, Account, LoginSession
from models.times import format_utc, now

T = TypeVar("T")
Form = Callable[[str], str]

PATH = "/accounts"
TOKENS = f"{PATH}/tokens"


async def _change(request: Request, caller: Caller, fn: Callable[[Database], T]) -> T:
    """Changes something as an administrator, who must be one still when it is done; acts on open sockets. Raises OperationError
    where no administrator would be left, and Refused."""

    def do(database: Database) -> T:
        lock_rights_version(database)  # of two who take each other's role at the same moment, the second is none any more
        account = require_active(database, caller)
        if account.role != "admin":
            raise Refused("not_found")
        actor.acting(database, actor.account(account))
        result = fn(database)
        if not accounts.has_admin(database):
            raise OperationError(N_("You are the only administrator: make somebody else one first."))
        return result

    return await live_changes.apply_change(service_of(request), do)


# -- everybody ------------------------------------------------------------------------------------------------------------


async def everybody(request: Request, caller: Caller) -> Response:
    """`GET /accounts?q=`: all accounts, or those with these words in name or address."""
    return await _everybody(request, caller)


async def add(request: Request, caller: Caller) -> Response:
    """`POST /accounts`: a new account, and a one-time link by which its person sets the password."""
    form, desk = await form_reader(request), service_of(request)
    try:
        # Until then it has one that nobody knows.
        password, at = secrets.token_urlsafe(32), format_utc(desk.clock())
        new = await asyncio.to_thread(accounts.prepare_account, form("email"), form("name"), form("role"), password, at)

        def make(database: Database) -> str:
            new(database)
            return password_links.make(database, accounts.find(database, form("email")), desk.clock(), first=True)

        secret = await _change(request, caller, make)
    except OperationError as wrong:
        return await _everybody(request, caller, str(wrong), form)
    return _link(request, caller, form("name"), secret, 0)


async def _everybody(request: Request, caller: Caller, problem: str | None = None, form: Form | None = None) -> Response:
    sought = request.query_params.get("q", "")
    rows = await service_of(request).database.read(accounts.every)
    found = [each for each in rows if all(word in f"{each.name} {each.email}".casefold() for word in sought.casefold().split())]
    told = form or (lambda name: "")
    return _shown(
        request, "accounts.html", caller, problem, found=found, all=len(rows), sought=sought,
        typed={name: told(name) for name in ("name", "email", "role")},
    )  # fmt: skip


# -- one of them ----------------------------------------------------------------------------------------------------------


async def one(request: Request, caller: Caller) -> Response:
    """`GET /accounts/{id}`: an account, with its sessions."""
    return await _one(request, caller)


async def set_role(request: Request, caller: Caller) -> Response:
    """`POST /accounts/{id}/role`."""
    role = (await form_reader(request))("role")
    return await _changed(request, caller, lambda database, account: accounts.set_role(database, account.email, role))


async def set_enabled(request: Request, caller: Caller) -> Response:
    """`POST /accounts/{id}/enabled`: `enabled` is `yes` or `no`. Disabling ends every session."""
    enabled = (await form_reader(request))("enabled") == "yes"
    return await _changed(request, caller, lambda database, account: accounts.set_enabled(database, account.email, enabled))


async def end_sessions(request: Request, caller: Caller) -> Response:
    """`POST /accounts/{id}/sessions`: ends the one of `session`, or all."""
    only = (await form_reader(request))("session") or None
    return await _changed(request, caller, lambda database, account: accounts.end_sessions(database, account.id, only=only))


async def make_link(request: Request, caller: Caller) -> Response:
    """`POST /accounts/{id}/link`: a one-time link, told once. The password is as it was until the link is used."""

    def make(database: Database) -> tuple[str, str, int]:
        account = _account(database, request)
        good = len(accounts.good_tokens(database, account.id, format_utc(now())))
        return account.name, password_links.make(database, account, service_of(request).clock()), good

    try:
        name, secret, good = await _change(request, caller, make)
    except OperationError as wrong:
        return await _one(request, caller, str(wrong))
    return _link(request, caller, name, secret, good)


async def _changed(request: Request, caller: Caller, fn: Callable[[Database, Account], None]) -> Response:
    """Back on the account's page, when this is done to it."""
    try:
        await _change(request, caller, lambda database: fn(database, _account(database, request)))
    except OperationError as wrong:
        return await _one(request, caller, str(wrong))
    return RedirectResponse(f"{PATH}/{request.path_params['id']}", 303)


async def _one(request: Request, caller: Caller, problem: str | None = None) -> Response:
    at = format_utc(now())

    def read(database: Database) -> tuple[Account, list[LoginSession], list[Listed]]:
        account = _account(database, request)
        return account, accounts.sessions(database, account.id, at), token_list.listed(database, at, account.id)

    whose, sessions, tokens = await service_of(request).database.read(read)
    return _shown(
        request, "account_detail.html", caller, problem, whose=whose, sessions=sessions, own=caller.session, tokens=tokens,
        good=token_list.count_good(tokens),
    )  # fmt: skip


def _account(database: Database, request: Request) -> Account:
    """Raises Refused `not_found`."""
    account = database.get(Account, request.path_params["id"])
    if account is None:
        raise Refused("not_found")
    return account


def _link(request: Request, caller: Caller, name: str, secret: str, good: int) -> Response:
    link = f"{own_origin(request)}{password_links.PATH}#{secret}"
    return _shown(request, "one_time_secret.html", caller, None, kind="link", of=name, secret=link, back=PATH, good=good)


# -- tokens ---------------------------------------------------------------------------------------------------------------


async def all_tokens(request: Request, caller: Caller) -> Response:
    """`GET /accounts/tokens`: the tokens of other programs, not their secrets."""
    return await _tokens(request, caller)


async def add_token(request: Request, caller: Caller) -> Response:
    """`POST /accounts/tokens`: a new token, told once."""
    form, at = await form_reader(request), format_utc(service_of(request).clock())
    name, scope, email, days = form("name").strip(), form("scope"), form("account"), _days(form("days"))

    def add(database: Database) -> str:
        return accounts.add_token(database, name, scope, email, at, days=days, made_by=caller.account.id)

    try:
        secret = await _change(request, caller, add)
    except OperationError as wrong:
        return await _tokens(request, caller, str(wrong), form)
    return _shown(
        request,
        "one_time_secret.html",
        caller,
        None,
        kind="token",
        of=name,
        secret=secret,
        back=TOKENS,
        never=days == accounts.NO_END,
    )


async def revoke_token(request: Request, caller: Caller) -> Response:
    """`POST /accounts/tokens/revoke`: ends the one of this `name`."""
    name, at = (await form_reader(request))("name"), format_utc(service_of(request).clock())
    try:
        await _change(request, caller, lambda database: accounts.revoke_token(database, name, at))
    except OperationError as wrong:
        return await _tokens(request, caller, str(wrong))
    return RedirectResponse(TOKENS, 303)


async def _tokens(request: Request, caller: Caller, problem: str | None = None, form: Form | None = None) -> Response:
    database, at = service_of(request).database, format_utc(now())
    rows = await database.read(lambda session: token_list.listed(session, at))
    people = await database.read(accounts.every)
    told = form or (lambda name: "")
    return _shown(
        request, "api_tokens.html", caller, problem, tokens=rows, people=people, scopes=SCOPES,
        typed={name: told(name) for name in ("name", "scope", "account", "days")},
    )  # fmt: skip


def _days(typed: str) -> int:
    """Return the days that were chosen: the usual ones where nothing was, and an impossible number where it is none."""
    if not typed:
        return accounts.DAYS
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 4 else -1


def _shown(request: Request, name: str, caller: Caller, problem: str | None, **context: object) -> Response:
    """A page of these, with what was wrong."""
    told = problem and i18n.translate(problem, language.language_for(request, caller))
    return pages.page(request, name, caller, status=422 if problem else 200, problem=told, roles=ROLE_NAMES, **context)


def _post(path: str, endpoint: Callable[[Request, Caller], Awaitable[Response]]) -> Route:
    return Route(path, for_admins(endpoint), methods=["POST"])


routes = [
    Route(PATH, for_admins(everybody)),
    _post(PATH, add),
    Route(TOKENS, for_admins(all_tokens)),
    _post(TOKENS, add_token),
    _post(f"{TOKENS}/revoke", revoke_token),
    Route(f"{PATH}/{{id}}", for_admins(one)),
    _post(f"{PATH}/{{id}}/role", set_role),
    _post(f"{PATH}/{{id}}/enabled", set_enabled),
    _post(f"{PATH}/{{id}}/sessions", end_sessions),
    _post(f"{PATH}/{{id}}/link", make_link),
]
