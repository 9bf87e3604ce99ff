"""Forms with which people agree to API tokens of their account, or revoke them."""

from collections.abc import Callable

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board.accounts import accounts, live_changes, session_renewal
from board.accounts.account_forms import check_password_for_token, form_reader, recheck, require_session
from board.accounts.account_pages import PATH, account_page
from board.engine.identity import Caller
from board.engine.recent_factor import require_recent_factor
from board.errors import OperationError, Refused
from board.web.http import service_of
from board.web.refusals import with_retry_after
from models.times import format_utc


async def agree_to_token(request: Request) -> Response:
    """`POST /account/tokens/agree`: let the token `token`, made by somebody else, act with the caller's rights.

    The form has the password too, unless a provider signed the person in.
    """
    caller = await require_session(request)
    require_recent_factor(caller)
    form = await form_reader(request)
    try:
        await check_password_for_token(request, caller, form("password"))
    except Refused as refused:
        if refused.code != "rate_limited":
            raise
        return with_retry_after(await account_page(request, caller, refused.message, 429), refused)
    except OperationError as error:
        return await account_page(request, caller, str(error))
    response = await _change_token(request, caller, form("token"), accounts.agree_to_token, "agreed")
    await session_renewal.renew_session(request, response, caller)
    return response


async def end_token(request: Request) -> Response:
    """`POST /account/tokens/end`: revoke the token `token` of the caller's account."""
    caller = await require_session(request)
    require_recent_factor(caller)
    return await _change_token(request, caller, (await form_reader(request))("token"), accounts.end_own_token, "token_ended")


async def _change_token(
    request: Request, caller: Caller, token: str, change: Callable[[Session, str, str, str], None], changed: str
) -> Response:
    service = service_of(request)
    at = format_utc(service.clock())
    try:
        await live_changes.apply_change(service, recheck(caller, lambda session: change(session, caller.account.id, token, at)))
    except OperationError as error:
        return await account_page(request, caller, str(error))
    return RedirectResponse(f"{PATH}?changed={changed}#tokens", 303)


routes = [
    Route(f"{PATH}/tokens/agree", agree_to_token, methods=["POST"]),
    Route(f"{PATH}/tokens/end", end_token, methods=["POST"]),
]
