"""All calls under /api/v1, for other programs, and for requests that do not suit a socket. Each is declared at its handler."""

import asyncio
from functools import cache
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.accounts import api as account_calls
from board.accounts import draft_keys, idle_lock_api
from board.alarms import api as alert_calls
from board.alarms import watch_api
from board.api import endpoints
from board.audit.log import api as audit_calls
from board.comparison import comparison_api
from board.displays import api as display_calls
from board.documents import material_api, material_texts_api, timeline_api, wait_api
from board.duty import import_api
from board.exports import exports
from board.figures import api as figures_api
from board.files.http import api as file_calls
from board.geo_files import export_api as geo_exports
from board.geo_files import import_api as geo_imports
from board.handover import api as report_calls
from board.history import integrity_api
from board.history import unseen_api as since_calls
from board.i18n import N_
from board.lookup import (
    closed_searches,
    earlier_searches,
    intake_api,
    linked_searches_api,
    look_again_api,
    matching_searches_api,
    own_work,
    places_api,
    readable_api,
    report_api,
    room_api,
    similar_sightings_api,
    text_search,
    unanswered,
    understood_api,
)
from board.reach import contradictions_api, reach_api
from board.web.endpoint import Call
from board.web.refusals import json_errors
from board.web.static_files import gzipped as packed_for_all

CATCH_ALL = "/{rest:path}"  # unknown paths


@Call("GET", "/openapi.json", N_("This API as an OpenAPI description."), (), answer=dict[str, Any], open=True)
async def openapi(request: Request) -> Response:
    """Serve the OpenAPI description.

    All calls, commands and states as OpenAPI 3.1. People can read them at `/api`.
    """
    return packed_for_all(request, orjson.dumps(await asyncio.to_thread(document)), "application/json")


@Call("GET", "/asyncapi.json", N_("The description of the socket, for programs."), (), answer=dict[str, Any], open=True)
async def asyncapi(request: Request) -> Response:
    """Serve the AsyncAPI description.

    The socket, its frames, commands and events as AsyncAPI 3.0.
    """
    return packed_for_all(request, orjson.dumps(await asyncio.to_thread(socket_document)), "application/json")


async def missing(request: Request) -> Response:
    """Answer 404 or 405 in JSON. The application, which knows the methods of each path, chooses the status."""
    raise HTTPException(405)


CALLS: dict[tuple[str, str], Call] = {
    (call.method, call.path): call
    for call in (
        endpoints.me, draft_keys.draft_key, endpoints.active, *idle_lock_api.CALLS, endpoints.all_accounts,
        endpoints.boards, endpoints.board, endpoints.events, endpoints.commands, endpoints.source, endpoints.contact,
        endpoints.talk, endpoints.earlier_talks,
        integrity_api.chain, endpoints.tip_source,
        exports.cards_csv, exports.cards_json, exports.journal_csv, exports.journal_json,
        *geo_exports.CALLS, geo_imports.preview,
        text_search.find, closed_searches.closed, room_api.room, unanswered.unanswered,
        own_work.own_work,
        alert_calls.list_alerts, alert_calls.mark_read,
        alert_calls.list_alarms, watch_api.watch, *figures_api.CALLS,
        since_calls.unseen, since_calls.list_positions, since_calls.advance_position,
        import_api.preview,
        report_calls.current, report_calls.list_handovers, report_calls.signed,
        intake_api.create_sighting, report_api.create_report, report_api.report_caller, places_api.places,
        similar_sightings_api.similar, matching_searches_api.searches, look_again_api.look_again, linked_searches_api.links,
        earlier_searches.earlier,
        contradictions_api.contradictions, reach_api.reach, comparison_api.comparison, understood_api.statements,
        readable_api.details,
        material_api.preview, material_api.preview_picture, material_api.material_pdf, material_texts_api.texts,
        wait_api.document_wait,
        timeline_api.timeline,
        audit_calls.entries, audit_calls.csv,
        display_calls.create_code, display_calls.pairing_status, display_calls.report_status,
        display_calls.list_displays, display_calls.pair, display_calls.change, display_calls.revoke, display_calls.reload,
        *file_calls.CALLS, *account_calls.CALLS,
        openapi, asyncapi,
    )
}  # fmt: skip

routes = [*(call.route() for call in CALLS.values()), Route(CATCH_ALL, json_errors(missing))]


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI description of the calls."""
    from board.api import openapi as description  # imported on first use: building its schemas takes a sixth of the startup time

    return description.document(CALLS.values())


@cache
def socket_document() -> dict[str, Any]:
    """Return the AsyncAPI description of the socket."""
    from board.api import asyncapi as description  # as above

    return description.document()
