"""Pages where administrators manage accounts, sessions and tokens.

The command line uses the same functions. People who are not administrators, and all tokens, get 404. A form posts and is
redirected to its page. A secret that is shown once (a link or token) is in the response, never in a URL.
"""

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import i18n, labels
from board.accounts import (
    account_uses,
    accounts,
    identities,
    live_changes,
    password_links,
    session_renewal,
    token_boards,
    token_list,
    typed_words,
)
from board.accounts.account_forms import check_password_for_token, form_reader, recheck
from board.accounts.factors import second_factors
from board.accounts.identities import Link
from board.accounts.provider_session import provider_of
from board.accounts.session_list import SessionRow, list_sessions
from board.accounts.token_list import TokenRow
from board.engine.identity import Caller
from board.errors import OperationError, Refused
from board.i18n import N_
from board.service import BoardService
from board.web import language, pages
from board.web.http import service_of
from board.web.refusals import with_retry_after
from board.web.role_pages import for_admins
from board.web.same_origin import own_origin
from models.accounts import SCOPES, Account
from models.times import format_utc, now

T = TypeVar("T")
Form = Callable[[str], str]

PATH = "/accounts"
TOKENS = f"{PATH}/tokens"
OFFERED_DAYS = (7, 30, 90, 180, 365)  # until a token expires


async def _change(request: Request, caller: Caller, fn: Callable[[Session], T]) -> T:
    """Check in one transaction that the caller is an administrator and run a change; then apply it to open sockets.

    Raises OperationError if no administrator would remain, and Refused.
    """

    def do(session: Session) -> T:
        result = fn(session)
        if not accounts.has_admin(session):
            raise OperationError(N_("You are the only administrator. Make someone else an administrator first."))
        return result

    # Rights are locked: if two administrators revoke each other's role at the same time, the second change is refused
    return await live_changes.apply_change(service_of(request), recheck(caller, do, role="admin"))


# -- all accounts ---------------------------------------------------------------------------------------------------------


async def list_page(request: Request, caller: Caller, problem: str | None = None, form: Form = lambda name: "") -> Response:
    """`GET /accounts?words=`: all accounts; `words` filters by name or address, and `unused` keeps only unused ones."""
    query, only_unused = typed_words.read(request, caller), "unused" in request.query_params
    rows = await service_of(request).database.read(accounts.all_accounts)
    unused = await _unused_accounts(service_of(request))
    matches = [row for row in rows if all(word in f"{row.name} {row.email}".casefold() for word in query.casefold().split())]
    matches = [row for row in matches if row.id in unused or not only_unused]
    await service_of(request).reads.report(caller, "accounts")
    return _page(
        request, "accounts.html", caller, problem, matches=matches, all=len(rows), sought=query,
        unused=unused, only_unused=only_unused, days=service_of(request).settings.unused_report_days,
        typed={name: form(name) for name in ("name", "email", "role")},
    )  # fmt: skip


async def _unused_accounts(service: BoardService) -> dict[str, str]:
    """Return the time of the last use of each unused account, by id; empty if the setting `unused_report_days` is 0."""
    days, exempt = service.settings.unused_report_days, service.sign_in.password.break_glass
    if not days:
        return {}
    before = format_utc(service.clock() - timedelta(days=days))
    rows = await service.database.read(lambda session: account_uses.unused(session, before, exempt))
    return {row.id: row.used_at for row in rows}


async def add(request: Request, caller: Caller) -> Response:
    """`POST /accounts`: add an account, and show the one-time link with which its owner sets the password."""
    form, service = await form_reader(request), service_of(request)
    try:
        # Nobody knows this password; the owner sets another one.
        password, at = secrets.token_urlsafe(32), format_utc(service.clock())
        prepare = partial(accounts.prepare_account, form("email"), form("name"), form("role"), password, at)
        new = await service.queues.sign_in_known_devices.run(caller.account.id, prepare)

        def make(session: Session) -> str:
            new(session)
            return password_links.create(session, accounts.find(session, form("email")), service.clock(), first=True)

        secret = await _change(request, caller, make)
    except OperationError as error:
        return await list_page(request, caller, str(error), form)
    return _link(request, caller, form("name"), secret, 0)


# -- one account ----------------------------------------------------------------------------------------------------------


async def detail_page(request: Request, caller: Caller, problem: str | None = None) -> Response:
    """`GET /accounts/{id}`: an account, with its sessions."""
    at, lang = format_utc(now()), language.language_for(request, caller)

    sign_in = service_of(request).sign_in

    def read(session: Session) -> tuple[Account, list[SessionRow], list[TokenRow], int, Link]:
        account = _account(session, request)
        rows, tokens = list_sessions(session, account.id, at, lang), token_list.list_tokens(session, at, account.id)
        factor_count = len(second_factors.of_account(session, account.id).rows)
        return account, rows, tokens, factor_count, identities.link_of(session, account.id, sign_in, now())

    owner, sessions, tokens, factor_count, link = await service_of(request).database.read(read)
    await service_of(request).reads.report(caller, "accounts")
    return _page(
        request, "account_detail.html", caller, problem, whose=owner, sessions=sessions, own=caller.session, tokens=tokens,
        good=token_list.count_active(tokens), factor_count=factor_count, link=link, providers=sign_in.provider,
        has_password=sign_in.allows_password(owner.email),
    )  # fmt: skip


async def set_role(request: Request, caller: Caller) -> Response:
    """`POST /accounts/{id}/role`: set the role."""
    role = (await form_reader(request))("role")
    return await change_and_redirect(request, caller, lambda session, account: accounts.set_role(session, account.email, role))


async def set_enabled(request: Request, caller: Caller) -> Response:
    """`POST /accounts/{id}/enabled`: `enabled` is `yes` or `no`. Disabling ends every session."""
    enabled = (await form_reader(request))("enabled") == "yes"
    return await change_and_redirect(
        request, caller, lambda session, account: accounts.set_enabled(session, account.email, enabled)
    )


async def end_sessions(request: Request, caller: Caller) -> Response:
    """`POST /accounts/{id}/sessions`: end the session with the digest `session`, or all."""
    only = (await form_reader(request))("session") or None
    return await change_and_redirect(
        request, caller, lambda session, account: accounts.end_sessions(session, account.id, only=only)
    )


async def remove_factors(request: Request, caller: Caller) -> Response:
    """`POST /accounts/{id}/factors`: remove the second factors of a person who lost them."""

    def remove(session: Session, account: Account) -> None:
        second_factors.remove_all(session, account)

    return await change_and_redirect(request, caller, remove)


async def make_link(request: Request, caller: Caller) -> Response:
    """`POST /accounts/{id}/link`: make a one-time link, and show it once. The password stays until the link is used."""

    def make(session: Session) -> tuple[str, str, int]:
        account = _account(session, request)
        good = len(accounts.active_tokens(session, account.id, format_utc(now())))
        return account.name, password_links.create(session, account, service_of(request).clock()), good

    try:
        name, secret, good = await _change(request, caller, make)
    except OperationError as error:
        return await detail_page(request, caller, str(error))
    return _link(request, caller, name, secret, good)


async def change_and_redirect(request: Request, caller: Caller, fn: Callable[[Session, Account], None]) -> Response:
    """Run a change of the account in the URL, and redirect to its page."""
    try:
        await _change(request, caller, lambda session: fn(session, _account(session, request)))
    except OperationError as error:
        return await detail_page(request, caller, str(error))
    return RedirectResponse(f"{PATH}/{request.path_params['id']}", 303)


def _account(session: Session, request: Request) -> Account:
    """Return the account in the URL. Raises Refused `not_found`."""
    account = session.get(Account, request.path_params["id"])
    if account is None:
        raise Refused("not_found")
    return account


def _link(request: Request, caller: Caller, name: str, secret: str, good: int) -> Response:
    link = f"{own_origin(request)}{password_links.PATH}#{secret}"
    return _page(request, "one_time_secret.html", caller, None, kind="link", of=name, secret=link, back=PATH, good=good)


# -- tokens ---------------------------------------------------------------------------------------------------------------


async def tokens_page(
    request: Request, caller: Caller, problem: str | None = None, form: Form = lambda name: "", status: int = 422
) -> Response:
    """`GET /accounts/tokens`: all API tokens, without their secrets."""
    database, at = service_of(request).database, format_utc(now())
    rows = await database.read(lambda session: token_list.list_tokens(session, at))
    people = await database.read(accounts.all_accounts)
    await service_of(request).reads.report(caller, "tokens")
    return _page(
        request, "api_tokens.html", caller, problem, status, tokens=rows, people=people, scopes=SCOPES, days=_choices(request),
        default_days=service_of(request).settings.token_days, types_password=await provider_of(request, caller) is None,
        typed={name: form(name) for name in ("name", "scope", "account", "days", "searches")},
    )  # fmt: skip


async def add_token(request: Request, caller: Caller) -> Response:
    """`POST /accounts/tokens`: add a token, and show it once. It has the password too, unless a provider signed the person in."""
    form, at = await form_reader(request), format_utc(service_of(request).clock())
    settings = service_of(request).settings
    name, scope, email, days = form("name").strip(), form("scope"), form("account"), _days(form("days"), settings.token_days)
    searches = token_boards.typed(form("searches"))

    def add(session: Session) -> tuple[str, bool]:
        secret = accounts.add_token(
            session, name, scope, email, at, days=days, made_by=caller.account.id, searches=searches,
            max_days=settings.max_token_days,
        )  # fmt: skip
        return secret, accounts.find_token(session, name).agreed_at is None

    try:
        await check_password_for_token(request, caller, form("password"))
        secret, needs_consent = await _change(request, caller, add)
    except OperationError as error:
        return await tokens_page(request, caller, str(error), form)
    except Refused as refused:
        if refused.code != "rate_limited":
            raise
        return with_retry_after(await tokens_page(request, caller, refused.message, form, 429), refused)
    never = days == accounts.NEVER_EXPIRES
    response = _page(
        request, "one_time_secret.html", caller, None, kind="token", of=name, secret=secret, back=TOKENS, never=never,
        waits=needs_consent,
    )  # fmt: skip
    await session_renewal.renew_session(request, response, caller)
    return response


async def revoke_token(request: Request, caller: Caller) -> Response:
    """`POST /accounts/tokens/revoke`: revoke the token with this `name`."""
    name, at = (await form_reader(request))("name"), format_utc(service_of(request).clock())
    try:
        await _change(request, caller, lambda session: accounts.revoke_token(session, name, at))
    except OperationError as error:
        return await tokens_page(request, caller, str(error))
    return RedirectResponse(TOKENS, 303)


def _choices(request: Request) -> list[int]:
    """Return the offered numbers of days until a token expires; 0 for never."""
    settings = service_of(request).settings
    longest = settings.max_token_days
    offered = {*OFFERED_DAYS, settings.token_days}
    return [*sorted(offered), 0] if longest is None else sorted(days for days in offered | {longest} if days <= longest)


def _days(text: str, default: int) -> int:
    """Return the chosen number of days: the default if empty, -1 if it is not a number."""
    if not text:
        return default
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else -1


def _page(request: Request, name: str, caller: Caller, problem: str | None, status: int = 422, **context: object) -> Response:
    """Render one of these pages. `problem`: why a change failed."""
    message = problem and i18n.translate(problem, language.language_for(request, caller))
    roles = labels.VALUES["account.role"]
    return pages.page(request, name, caller, status=status if problem else 200, problem=message, roles=roles, **context)


def _post(path: str, endpoint: Callable[[Request, Caller], Awaitable[Response]]) -> Route:
    return Route(path, for_admins(endpoint), methods=["POST"])


routes = [
    Route(PATH, for_admins(list_page)),
    _post(PATH, add),
    _post(f"{PATH}/find", partial(typed_words.redirect, path=PATH)),
    Route(TOKENS, for_admins(tokens_page)),
    _post(TOKENS, add_token),
    _post(f"{TOKENS}/revoke", revoke_token),
    Route(f"{PATH}/{{id}}", for_admins(detail_page)),
    _post(f"{PATH}/{{id}}/role", set_role),
    _post(f"{PATH}/{{id}}/enabled", set_enabled),
    _post(f"{PATH}/{{id}}/sessions", end_sessions),
    _post(f"{PATH}/{{id}}/factors", remove_factors),
    _post(f"{PATH}/{{id}}/link", make_link),
]
