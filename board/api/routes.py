"""Routes under /api/v1, for other programs and for what a socket is not suited to."""

import asyncio
from functools import cache
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.accounts import draft_keys
from board.alerts import api as alert_calls
from board.api.endpoints import CATCH_ALL, active, all_accounts, board, boards, commands, events, me, source
from board.audit_log import api as audit_calls
from board.displays import api as display_calls
from board.exports import exports
from board.handover import api as report_calls
from board.history import integrity_api
from board.history import unseen_api as since_calls
from board.lookup import text_search
from board.lookup.intake_api import routes as intake
from board.web.http import json_errors
from board.web.static_files import gzipped as packed_for_all


async def openapi(request: Request) -> Response:
    """Serve the OpenAPI description."""
    return packed_for_all(request, orjson.dumps(await asyncio.to_thread(document)), "application/json")


async def missing(request: Request) -> Response:
    """Answer 404 or 405 in JSON, decided by the application, which knows the methods of each path."""
    raise HTTPException(405)


def _route(path: str, endpoint: object, method: str = "GET") -> Route:
    return Route(path, json_errors(endpoint), methods=[method])  # type: ignore[arg-type]


routes = [
    *intake,
    *display_calls.routes,
    _route("/me", me),
    _route("/me/draft-key", draft_keys.draft_key),
    _route("/me/active", active, "POST"),
    _route("/accounts", all_accounts),
    _route("/boards", boards),
    _route("/find", text_search.find),
    _route("/alerts", alert_calls.list_alerts),
    _route("/alerts/read", alert_calls.mark_read, "POST"),
    _route("/since", since_calls.unseen),
    _route("/seen", since_calls.list_positions),
    _route("/seen", since_calls.advance_position, "POST"),
    _route("/handover", report_calls.current),
    _route("/handovers", report_calls.list_handovers),
    _route("/handovers/{number}", report_calls.signed),
    _route("/boards/{board}", board),
    _route("/boards/{board}/events", events),
    _route("/boards/{board}/chain", integrity_api.chain),
    _route("/boards/{board}/commands", commands, "POST"),
    _route("/boards/{board}/sightings/{sighting}/source", source),
    _route("/boards/{board}/cards.csv", exports.cards_csv),
    _route("/boards/{board}/cards.json", exports.cards_json),
    _route("/boards/{board}/journal.csv", exports.journal_csv),
    _route("/boards/{board}/journal.json", exports.journal_json),
    _route("/audit", audit_calls.entries),
    _route("/audit.csv", audit_calls.csv),
    _route("/openapi.json", openapi),
    _route(CATCH_ALL, missing),
]


@cache
def document() -> dict[str, Any]:
    """Describe these routes as OpenAPI."""
    from board.api import openapi as description  # imported on first use: building its schemas takes a sixth of the startup time

    return description.document(routes)
