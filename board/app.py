"""Wiring of the application: its routes, middleware and error handlers."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route, WebSocketRoute
from starlette.types import Scope

from board.accounts import (
    access_pages,
    account_pages,
    admin_pages,
    emergency_opening_pages,
    guest_pages,
    identity_pages,
    own_sessions,
    own_tokens,
    password_pages,
)
from board.accounts.factors import pages as factor_pages
from board.accounts.factors import passkey_sign_in, sign_in_pages, step_up_pages
from board.accounts.login import Login
from board.accounts.login_pages import sign_in, sign_out
from board.api import docs_page as api_page
from board.api import routes as api_routes
from board.api.metrics_endpoint import metrics_page
from board.audit.log import pages as audit_pages
from board.audit.log import read_pages, unusual_pages
from board.disclosure import pages as disclosure_pages
from board.displays import looks_pages, map_pages
from board.displays import pages as display_pages
from board.documents import pages as paper_pages
from board.errors import MESSAGES, Refused
from board.files.http.uploads import Uploads
from board.handover import pages as handover_pages
from board.help import pages as help_pages
from board.history import pages as history_pages
from board.i18n import N_, translate
from board.lookup import closed_pages
from board.lookup.own_places import own_places
from board.maps import tiles_api
from board.providers import pages as provider_pages
from board.providers.checks import Checks
from board.providers.providers import Providers
from board.reach.open_contradictions import OpenContradictions
from board.retention import erasure_pages, part_pages
from board.retention import pages as retention_pages
from board.service import BoardService
from board.telemetry import metrics
from board.telemetry.failures import refusal_for
from board.timeline import pages as timeline_pages
from board.vocabulary import meanings
from board.web import board_pages, http, language, pages, static_files, websocket
from board.web.health import healthz, readyz
from board.web.http import json_response
from board.web.middleware import SecurityHeadersMiddleware
from board.web.page_turns import PageTurnsMiddleware
from board.web.refusals import STATUS, error_response, json_errors, with_retry_after
from board.web.registered import register_requests
from models.db.database import DatabaseUnavailable
from realtime.periodic import cancel_all

WRONG_METHOD = N_("This address does not accept this method.")


def create_app(service: BoardService) -> Starlette:
    """Create the application over an open BoardService, which the caller closes."""
    app = Starlette(
        routes=[
            WebSocketRoute("/ws", websocket.endpoint),
            Mount(http.BASE, routes=api_routes.routes),
            Route("/login", sign_in, methods=["POST"]),
            Route("/logout", sign_out, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", json_errors(metrics_page)),
            *static_files.routes,
            *board_pages.routes,
            *history_pages.routes,
            *timeline_pages.routes,
            *closed_pages.routes,
            *handover_pages.routes,
            *paper_pages.routes,
            *tiles_api.routes,
            *display_pages.routes,
            *map_pages.routes,
            *looks_pages.routes,
            *api_page.routes,
            *provider_pages.routes,
            *account_pages.routes,
            *own_sessions.routes,
            *own_tokens.routes,
            *password_pages.routes,
            *sign_in_pages.routes,
            *passkey_sign_in.routes,
            *step_up_pages.routes,
            *factor_pages.routes,
            *identity_pages.routes,
            *access_pages.routes,
            *admin_pages.routes,
            *guest_pages.routes,
            *emergency_opening_pages.routes,
            *retention_pages.routes,
            *erasure_pages.routes,
            *part_pages.routes,
            *disclosure_pages.routes,
            *audit_pages.routes,
            *read_pages.routes,
            *unusual_pages.routes,
            *help_pages.routes,
        ],
        middleware=[
            Middleware(SecurityHeadersMiddleware, hsts=service.settings.hsts_header, failed=_internal_error),
            Middleware(PageTurnsMiddleware),
        ],
        exception_handlers={
            HTTPException: _http_error,
            Refused: _refused_page,
            DatabaseUnavailable: _refused_page,
            ClientDisconnect: _client_left,
            Exception: _internal_error,
        },
        lifespan=_lifespan,
    )
    register_requests(app.routes)
    own_places(service.settings.files_path)  # built once, before the first look-up
    meanings(service.settings.files_path)
    service.summaries.read_contradictions = OpenContradictions(service.speeds).read
    app.state.service = service
    app.state.login = Login(service)
    app.state.providers = Providers(service)
    app.state.checks = Checks(service, app.state.providers)
    app.state.uploads = Uploads(service)
    app.state.shutting_down = False  # set when the server is told to stop
    app.state.hub_metrics = metrics.HubMetrics(service.hub)
    app.state.open_sockets = Counter()  # open sockets by account
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    static_files.prepare()
    checks = asyncio.create_task(app.state.checks.run())
    yield
    await cancel_all([checks])
    await app.state.service.hub.stop()


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status, headers = error.status_code, dict(error.headers or {})
    if status == 405:
        outer = {**request.scope, "root_path": request.scope.get("app_root_path", "")}  # a mount sets its own path there
        methods = _methods(request.app.routes, outer)
        status, headers["Allow"] = (405, ", ".join(sorted(methods))) if methods else (404, "")
    code = {404: "not_found", 405: "invalid"}.get(status, "invalid")
    message = WRONG_METHOD if status == 405 else MESSAGES[code]
    if request.url.path.startswith("/api/"):
        response: Response = json_response({"code": code, "message": translate(message, language.language_for(request))}, status)
    else:
        response = pages.error_page(request, status, message)
    response.headers.update({name: value for name, value in headers.items() if value})
    return response


def _methods(routes: Iterable[BaseRoute], scope: Scope) -> set[str]:
    """Return the methods of all routes for a path, because several routes may share it."""
    found: set[str] = set()
    for route in routes:
        match, below = route.matches(scope)
        if match is Match.NONE:
            continue
        if isinstance(route, Mount):
            found |= _methods(route.routes, {**scope, **below}) if route.routes else {"GET", "HEAD"}
        elif isinstance(route, Route) and route.path != api_routes.CATCH_ALL:
            found |= route.methods or set()
    return found


async def _refused_page(request: Request, error: Exception) -> Response:
    refused = error if isinstance(error, Refused) else refusal_for(error, "page")
    return with_retry_after(pages.error_page(request, STATUS[refused.code], refused.message), refused)


async def _client_left(request: Request, error: Exception) -> Response:
    """Return a response for a client that left before its request was complete. Nobody receives it, and no failure is counted."""
    return Response(status_code=400)


async def _internal_error(request: Request, error: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return error_response(Refused("failed"), language=language.language_for(request))
    return pages.error_page(request, 500, MESSAGES["failed"])
