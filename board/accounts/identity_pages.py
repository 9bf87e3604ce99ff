"""Forms with which administrators link accounts to people at providers, on the page of an account."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.accounts import identities
from board.accounts.account_forms import form_reader
from board.accounts.admin_pages import PATH, change_and_redirect
from board.engine.identity import Caller
from board.errors import Refused
from board.web.http import service_of
from board.web.role_pages import for_admins
from models.accounts import Account
from models.times import now


async def allow_link(request: Request, caller: Caller) -> Response:
    """`POST /accounts/{id}/identity`: let the account be linked once to the person at `provider` who has its e-mail address."""
    provider = service_of(request).sign_in.by_key((await form_reader(request))("provider"))
    if provider is None:
        raise Refused("not_found")

    def allow(session: Session, account: Account) -> None:
        identities.allow_link(session, account, provider.issuer, provider.key, now())

    return await change_and_redirect(request, caller, allow)


async def unlink(request: Request, caller: Caller) -> Response:
    """`POST /accounts/{id}/identity/end`: remove the link, and end the sessions that came from the provider."""
    return await change_and_redirect(request, caller, identities.unlink)


routes = [
    Route(f"{PATH}/{{id}}/identity", for_admins(allow_link), methods=["POST"]),
    Route(f"{PATH}/{{id}}/identity/end", for_admins(unlink), methods=["POST"]),
]
