"""Register of the requests in progress in this process: method and path template of each."""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from board.telemetry import processing

_TEMPLATE = "path_template"  # key in a request's scope


class Registered:
    """Application of a route, whose requests are registered. `path` is the template, such as `/boards/{board}`."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app, self._path = app, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_TEMPLATE] = self._path
        work = self._app(scope, receive, send)
        await processing.register_steps(work, "request", scope.get("method", ""), self._path)  # type: ignore[arg-type]


def template_of(scope: Scope) -> str:
    """Return the path template of a request's route; empty outside registered routes."""
    template: str = scope.get(_TEMPLATE, "")
    return template


def register_requests(routes: Iterable[BaseRoute], base: str = "") -> None:
    """Register the requests of these routes and of nested ones. Applications may share routes."""
    for route in routes:
        if isinstance(route, Mount) and route.routes:
            register_requests(route.routes, base + route.path)
        elif isinstance(route, Route | Mount) and not isinstance(route.app, Registered):
            route.app = Registered(route.app, base + route.path)
