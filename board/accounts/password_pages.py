"""Page on which a one-time link sets a password."""

from functools import partial

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import i18n
from board.accounts import accounts, live_changes, password_links, sign_in_end
from board.accounts.account_forms import form_reader
from board.accounts.account_pages import changed_path
from board.audit import actor
from board.errors import OperationError
from board.i18n import N_
from board.rate_limit import client_address
from board.web import language, pages
from board.web.http import json_response, service_of
from board.web.same_origin import check_own_page
from models.accounts import Account
from models.times import format_utc, now

PASSWORDS_OFF = N_("Passwords are switched off. Sign in with a provider.")


async def link_page(request: Request) -> Response:
    """`GET /password`: the page of a one-time link. The secret is in the URL's fragment; only the form sends it."""
    return pages.page(request, "set_password.html", None, code="", problem=None)


async def set_password_by_link(request: Request) -> Response:
    """`POST /password`: set the password of the link's account, and sign its owner in, with a second factor as usual.

    Every other session and every token of the account ends; the next page shows the number of tokens.
    """
    check_own_page(request)
    form, service = await form_reader(request), service_of(request)
    code = form("code").strip().rpartition("#")[2]  # a person who can't follow the link may have pasted the complete URL
    try:
        # Check the link before the password is hashed, so that guessed codes cost no hashing.
        owner = await service.database.read(lambda session: password_links.owner_of(session, code, service.clock()))
        if not service.sign_in.allows_password(owner.email):
            raise OperationError(PASSWORDS_OFF)
        prepare = partial(accounts.prepare_password, owner.email, form("new"))
        set_password = await service.queues.sign_in_known_devices.run(owner.id, prepare)

        def use(session: Session) -> int:
            actor.set_current(session, actor.NOBODY)  # the link proves no session
            password_links.consume(session, code, service.clock(), client_address.of(request))
            return set_password(session)

        token_count = await live_changes.apply_change(service, use)
    except OperationError as error:
        problem = i18n.translate(str(error), language.language_for(request))
        return pages.page(request, "set_password.html", None, status=422, code=code, problem=problem)
    account = await service.database.read(lambda session: session.get(Account, owner.id))
    target = changed_path("password", token_count) if token_count else pages.HOME
    response = None
    if account is not None:
        response = await sign_in_end.finish(request, account, target, strong=False, asks_duty=False)
    return response or RedirectResponse("/login", 303)


async def count_ending_tokens(request: Request) -> Response:
    """`POST /password/tokens`: number of tokens that the link `code` would revoke, as `{"tokens": 2}`; null if unknown."""
    check_own_page(request)
    form, service = await form_reader(request), service_of(request)
    code = form("code").strip().rpartition("#")[2]

    def count(session: Session) -> int:
        return len(accounts.active_tokens(session, password_links.owner_of(session, code, service.clock()).id, format_utc(now())))

    try:
        return json_response({"tokens": await service.database.read(count)})
    except OperationError:
        return json_response({"tokens": None})


routes = [
    Route(password_links.PATH, link_page),
    Route(password_links.PATH, set_password_by_link, methods=["POST"]),
    Route(f"{password_links.PATH}/tokens", count_ending_tokens, methods=["POST"]),
]
