"""Pages. The server sends a frame that names the caller and the board; the scripts draw the content.

With `?at=` (a seq or a time) both boards show the past, with the same rights. The scripts interpret the value.

A search that the caller may not see gets the page of one that does not exist.
"""

from collections.abc import Awaitable, Callable
from functools import cache, wraps
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from board import i18n
from board.config import page_table
from board.config.roles import Right
from board.config.settings import VERSION, Settings
from board.config.sign_in import SignIn
from board.engine import board_limits
from board.engine.identity import Caller
from board.errors import MESSAGES
from board.paths import TEMPLATES
from board.web import language, static_files
from board.web.auth import signed_in
from board.web.http import Endpoint, service_of
from board.web.same_origin import own_origin

HOME = "/"
OPERATIONS = "operations"
STEP_UP = "/step-up"  # page on which a person proves their identity again


def sign_in_page(request: Request, *, error: str | None, status: int) -> Response:
    """Return the sign-in form with an error; `request.state.email`, if set, is filled in."""
    email = getattr(request.state, "email", "")
    message = error and i18n.translate(error, language.language_for(request))
    sign_in = service_of(request).sign_in
    return page(
        request, "sign_in.html", None, status=status, error=message, next=_own_path(request), email=email,
        providers=sign_in.provider, has_passwords=sign_in.password.enabled,
    )  # fmt: skip


def error_page(request: Request, status: int, message: str, caller: Caller | None = None) -> Response:
    """Return a page with an error message."""
    context = {"message": i18n.translate(message, language.language_for(request)), "is_missing": status == 404}
    context |= {"asks_factor": message == MESSAGES["step_up"] and request.method == "GET"}
    return page(request, "error.html", caller, status=status, **context)


def page(request: Request, name: str, caller: Caller | None, *, status: int = 200, **context: Any) -> Response:
    """Return a page from a template, in the language of the caller."""
    reads = language.language_for(request, caller)
    common: dict[str, Any] = {"account": caller and caller.account, "language": reads, "version": VERSION, "files": static_files}
    common |= {"origin": own_origin(request)}
    common |= {"board": "", "card": "", "languages": {code: i18n.language_of(code).name for code in i18n.languages()}}
    common |= {"room": board_limits.MAX_ENTITIES, "filling": board_limits.NEARLY_FULL}
    service, is_free = service_of(request), caller is not None and not caller.is_limited
    common |= {"is_limited": caller is not None and not is_free}
    common |= {"menu": page_table.menu(caller.account, service.roles) if caller is not None and is_free else []}
    common |= {"roles": service.roles.model_dump_json() if is_free else "{}"}
    common |= {"shares": service.shares.model_dump_json(exclude={"leave_after_days"})}
    common |= {"targets": service.targets.model_dump_json(), "kind_fields": service.kind_fields.model_dump_json()}
    common |= {"max_file_mb": service_of(request).settings.max_file_mb}
    common |= {"lock": _lock_of(service.settings, service.sign_in, caller) if caller is not None and caller.session else {}}
    html = templates(reads).get_template(name).render(common | context | {"path": request.url.path})
    return HTMLResponse(html, status_code=status)


def _lock_of(settings: Settings, sign_in: SignIn, caller: Caller) -> dict[str, str]:
    """Return the attributes of a page that describe the idle lock of its session."""
    lock = {"lock-minutes": str(settings.idle_lock_minutes), "lock-covers": "yes" if settings.idle_lock_covers else ""}
    by_password = {"lock-password": "yes" if sign_in.allows_password(caller.account.email) else ""}
    return lock | by_password | ({"locked-at": caller.locked_at} if caller.locked_at is not None else {})


def frame_page(request: Request, caller: Caller, name: str, board: str = OPERATIONS, **context: Any) -> Response:
    """Return the page with this name, for a board. Its script draws the content."""
    context = {"preload": ""} | context
    return page(request, "frame.html", caller, shown=page_table.named(name), board=board, **context)


@cache
def templates(language: str) -> Environment:
    """Return the templates of pages, in a language."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(i18n.translations(language), newstyle=True)  # type: ignore[attr-defined]
    return environment


def for_people(endpoint: Callable[[Request, Caller], Awaitable[Response]], right: Right | None = None) -> Endpoint:
    """Wrap the endpoint of a page: redirect to the sign-in form if nobody is signed in, and refuse tokens of a narrow scope.

    `right`: right of the caller's role that the page needs.
    """

    @wraps(endpoint)
    async def call(request: Request) -> Response:
        caller = await signed_in(request)
        if caller is None:
            return redirect_to_login(request)
        if caller.is_narrow:
            return error_page(request, 404, MESSAGES["not_found"])
        if right is not None and not service_of(request).roles.allows(caller.account.role, right):
            return error_page(request, 403, MESSAGES["forbidden"], caller)
        if right is not None:
            caller.require_unlocked()
        return await endpoint(request, caller)

    return call


def redirect_to_step_up(request: Request) -> Response:
    return RedirectResponse(f"{STEP_UP}?{urlencode({'next': _target(request)})}", status_code=303)


def _target(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def redirect_to_login(request: Request) -> Response:
    target = _target(request)
    return RedirectResponse(f"/login?{urlencode({'next': target})}" if target != HOME else "/login", status_code=303)


def _own_path(request: Request) -> str:
    return safe_redirect_path(request.query_params.get("next", HOME))


def safe_redirect_path(target: str) -> str:
    r"""Return `target` if it is a path on this server, otherwise the home page.

    This prevents a link to the sign-in page from redirecting to another site.

    Browsers read `//host`, `/\host` and paths with tabs or newlines as addresses of other servers.
    """
    plain = target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    return target if plain else HOME
