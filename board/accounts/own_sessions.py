"""Forms with which people end sessions of their account, or report one that is not theirs."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board.accounts import accounts, live_changes
from board.accounts.account_forms import form_reader, recheck, require_session
from board.accounts.account_pages import PATH, account_page, changed_path
from board.accounts.session_list import disown
from board.engine.recent_factor import require_recent_factor
from board.errors import OperationError
from board.web.http import service_of
from models.times import format_utc, now


async def end_sessions(request: Request) -> Response:
    """`POST /account/sessions`: end the session with the digest `session`, or all but the current one."""
    caller, service = await require_session(request), service_of(request)
    require_recent_factor(caller)
    only = (await form_reader(request))("session") or None

    def end(session: Session) -> None:
        accounts.end_sessions(session, caller.account.id, only=only, except_digest=None if only else caller.session)

    await live_changes.apply_change(service, recheck(caller, end))
    return RedirectResponse(PATH, 303)


async def disown_session(request: Request) -> Response:
    """`POST /account/sessions/disown`: end the session with the digest `reported`, which somebody else started, and alert the
    administrators. `others` is `yes` to end all other sessions on new devices too."""
    caller, service = await require_session(request), service_of(request)
    require_recent_factor(caller)
    form = await form_reader(request)
    digest, others, at = form("reported"), form("others") == "yes", format_utc(now())

    def report(session: Session) -> int:
        return disown(session, caller.account.id, digest, current=caller.session, with_new_devices=others, now=at)

    try:
        token_count = await live_changes.apply_change(service, recheck(caller, report))
    except OperationError as error:
        return await account_page(request, caller, str(error))
    return RedirectResponse(f"{changed_path('disowned', token_count)}#password", 303)


routes = [
    Route(f"{PATH}/sessions", end_sessions, methods=["POST"]),
    Route(f"{PATH}/sessions/disown", disown_session, methods=["POST"]),
]
