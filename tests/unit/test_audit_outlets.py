"""Audit outlets: each route and frame is in the table, with its entries or a reason, in the code and in the documentation."""

import re
from typing import Any, get_args, get_type_hints

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from board.app import create_app
from board.audit import outlets
from board.audit.entries import ENTRIES
from board.config import page_table
from board.service import BoardService
from models.db.database import Database
from models.times import now
from realtime.bus.bus import MemoryBus
from realtime.wire import protocol
from tests.support import outlet_table
from tests.support.people import settings_for


def routes_of(routes: list[BaseRoute], prefix: str = "") -> list[str]:
    """Return the method and path of each route; ANY for one that takes every method."""
    found: list[str] = []
    for route in routes:
        match route:
            case Mount() if route.routes:
                found += routes_of(list(route.routes), prefix + route.path)
            case Route() if route.methods:
                found += [f"{method} {prefix}{route.path}" for method in sorted(route.methods - {"HEAD"})]
            case WebSocketRoute():
                found.append(f"SOCKET {prefix}{route.path}")
            case _:
                found.append(f"ANY {prefix}{getattr(route, 'path', '')}")
    return found


def frame_types(frames: Any) -> set[str]:
    return {str(get_args(get_type_hints(frame)["type"])[0]) for frame in get_args(frames)}


async def test_every_route_has_an_outlet(tmp_path: Any) -> None:
    database = Database(f"sqlite:///{tmp_path}/board.db")
    app = create_app(BoardService(settings_for(tmp_path), database, now, MemoryBus()))
    found = routes_of(list(app.routes))
    await database.close()
    assert len(found) > 90, "there is something to see"
    assert set(found) == outlets.CALLS.keys() | outlets.PAGES.keys()


def test_every_frame_has_an_outlet() -> None:
    assert frame_types(protocol.ClientFrame) == outlets.FRAMES.keys()
    assert frame_types(protocol.ServerFrame) == outlets.SENT_FRAMES.keys()


def test_every_outlet_has_entries_or_a_reason() -> None:
    for name, outlet in every_outlet().items():
        assert outlet.entries or outlet.reason, name


def test_every_entry_about_data_has_an_outlet() -> None:
    recorded = {entry.TYPE for outlet in every_outlet().values() for entry in outlet.entries}
    reads = {type for type, entry in ENTRIES.items() if entry.GROUP == "reads"}
    assert reads - recorded == set()


def test_documentation_has_the_table_of_the_code() -> None:
    assert outlet_table.in_docs() == outlets.table(), "run python -m tests.support.outlet_table"
    assert len(re.findall("^\\|", outlet_table.in_docs(), flags=re.M)) == len(every_outlet()) - len(page_table.frames()) + 3


def every_outlet() -> dict[str, outlets.Outlet]:
    sent = {f"sent {name}": outlet for name, outlet in outlets.SENT_FRAMES.items()}
    return {**outlets.CALLS, **outlets.PAGES, **outlets.FRAMES, **sent}
