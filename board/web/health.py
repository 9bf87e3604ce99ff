"""Health endpoints: liveness and readiness."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from board.errors import Refused
from board.web.http import json_response
from board.web.refusals import with_retry_after
from models.db.database import DatabaseUnavailable

READY_S = 3  # for the database's answer; probes do not wait long


async def healthz(request: Request) -> Response:
    return PlainTextResponse("alive\n")


async def readyz(request: Request) -> Response:
    """Report whether this process is ready for requests (200 or 503), with the state of database and bus.

    It is ready without the bus, and not ready if only reads work.
    """
    state = request.app.state
    bus = ("ok" if state.service.hub.bus.up else "down") if state.service.settings.redis_url else "none"
    try:
        async with asyncio.timeout(READY_S):
            await state.service.database.read(lambda session: session.connection().exec_driver_sql("SELECT 1"))
    except (DatabaseUnavailable, TimeoutError):
        return _unready({"database": "down", "writes": "down", "bus": bus, "going": state.shutting_down})
    writes = "ok" if state.service.database.health.error_code is None else "down"
    status = {"database": "ok", "writes": writes, "bus": bus, "going": state.shutting_down}
    return _unready(status) if state.shutting_down or writes != "ok" else json_response(status)


def _unready(status: dict[str, Any]) -> Response:
    return with_retry_after(json_response(status, 503), Refused("unavailable"))
