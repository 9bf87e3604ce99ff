"""Declaration of a call of the HTTP API, above its handler. Routes, OpenAPI and the page for people are made from it."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from functools import wraps
from typing import Annotated, Any, Literal, get_args, get_type_hints

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from typing_extensions import TypedDict

from board.commands import schemas
from board.config.roles import Right
from board.engine import kinds
from board.errors import Refused, invalid
from board.i18n import N_, message
from board.web.http import Endpoint as Handler
from board.web.refusals import json_errors
from models.board import OPERATIONS
from models.entity import Entity
from models.times import parse_utc
from realtime.wire.wire_types import ComputedSchema, Count, Id, Shape, component

Schema = schemas.Schema

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
EVERYWHERE = ("unauthenticated", "locked", "forbidden", "rate_limited", "failed", "unavailable")
ON_A_BOARD = (*EVERYWHERE, "not_found")
QUERY_HEADER = "Search-Query"
WORDS = "q"  # parameter with typed words, which may be a name


EventList = TypedDict("EventList", {
    "board": Id, "epoch": str, "seq": Count, "form": str, "events": list[Annotated[dict[str, Any], component("Event")]],
})  # fmt: skip


def of_state(kind: type[Entity], name: str) -> ComputedSchema:
    """Return the schema of a field of a kind's state."""
    return ComputedSchema(lambda: schemas.state(kinds.named(kind.KIND))["properties"][name])


def part_of_state(kind: type[Entity], *names: str, group: str = "") -> ComputedSchema:
    """Return the schema of these fields of a kind's state, or of a group in it."""

    def make() -> Schema:
        state = schemas.state(kinds.named(kind.KIND))["properties"]
        available = state[group]["properties"] if group else state
        properties = {name: available[name] for name in names}
        return {"type": "object", "properties": properties, "required": list(names), "additionalProperties": False}

    return ComputedSchema(make)


def params_of(request: Request) -> Mapping[str, str]:
    """Return the parameters of a query: those of the header `Search-Query` if it was sent, otherwise those of the address."""
    header = request.headers.get(QUERY_HEADER)
    return request.query_params if header is None else QueryParams(header)


@dataclass(frozen=True, slots=True)
class Param:
    """Parameter of a query, as text."""

    name: str
    schema: Schema

    def read(self, request: Request) -> str | None:
        """Return the text, None if it was not sent. Raises Refused `invalid` if it is too long."""
        text = params_of(request).get(self.name)
        return text if text is None else self.checked(text)

    def checked(self, text: str) -> str:
        """Return the text. Raises Refused `invalid` if it is too long."""
        max_length = self.schema.get("maxLength")
        if max_length is not None and len(text) > max_length:
            raise Refused("invalid", fields={self.name: message(N_("At most {max_length} characters."), max_length=max_length)})
        return text


@dataclass(frozen=True, slots=True)
class IntParam:
    """Whole number of a query."""

    name: str
    low: int
    high: int
    default: int | None = None

    @property
    def schema(self) -> Schema:
        default = {} if self.default is None else {"default": self.default}
        return {"type": "integer", "minimum": self.low, "maximum": self.high} | default

    def read(self, request: Request, without: int = 0) -> int:
        """Return the number, otherwise its default, otherwise `without`. Raises Refused `invalid` if it is not a number."""
        text = params_of(request).get(self.name)
        if text is None:
            return without if self.default is None else self.default
        if not (text.isascii() and text.isdecimal() and len(text) <= 16 and self.low <= int(text) <= self.high):
            sentence = message(N_("Enter a whole number from {low} to {high}."), low=self.low, high=self.high)
            raise Refused("invalid", fields={self.name: sentence})
        return int(text)


@dataclass(frozen=True, slots=True)
class TimeParam:
    """Time of a query."""

    name: str
    is_required: bool = False
    schema: Schema = field(default_factory=lambda: {"type": "string", "format": "date-time"})

    def read(self, request: Request) -> datetime | None:
        """Return the time; None without one. Raises Refused `invalid` if it is not a time with an offset."""
        text = params_of(request).get(self.name)
        try:
            return parse_utc(text.replace(" ", "+")) if text else None
        except (ValueError, OverflowError):
            raise self._invalid() from None

    def require(self, request: Request) -> datetime:
        """Return the time. Raises Refused `invalid` without one."""
        if (time := self.read(request)) is None:
            raise self._invalid()
        return time

    def _invalid(self) -> Refused:
        return invalid(self.name, N_("Enter a time with a UTC offset, like 2026-11-24T22:01:02Z."))


Binary = Annotated[str, Shape(format="binary")]  # type of an answer that is not text
BYTES = object()  # body that is read as raw bytes
BOARD = Param("board", {"type": "string", "pattern": f"^({OPERATIONS}|{UUID})$"})


@dataclass(slots=True, eq=False)
class Call:
    """Declaration of a call, as the decorator of its handler.

    `summary`: sentence for people. `refusals`: codes. `body`: type, or BYTES if it is not JSON. `answer`: type, if the handler
    does not return a Reply of it. `tagged`: has an entity tag, and may answer 304. `open`: needs no sign-in. `right`:
    right of the caller's role that it needs. `step_up`: people must have proved their identity recently.
    """

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    summary: str
    refusals: tuple[str, ...] = EVERYWHERE
    _: KW_ONLY
    query: tuple[Param | IntParam | TimeParam, ...] = ()
    headers: tuple[Param | IntParam, ...] = ()
    body: Any = None
    status: int = 200
    media: str = "application/json"
    answer: Any = str
    tagged: bool = False
    open: bool = False
    right: Right | None = None
    step_up: bool = False
    handler: Handler = field(init=False)

    def __post_init__(self) -> None:
        self.refusals = (*self.refusals, "step_up") if self.step_up else self.refusals
        if any(param.name == WORDS for param in self.query):
            self.headers = (*self.headers, Param(QUERY_HEADER, {"type": "string"}))

    def __call__(self, handler: Handler) -> "Call":
        self.handler = handler
        return self

    @property
    def answer_type(self) -> Any:
        """T of a handler that returns Reply[T], otherwise the declared type."""
        return next(iter(get_args(get_type_hints(self.handler, include_extras=True)["return"])), self.answer)

    def route(self) -> Route:
        """Return the route, whose requests carry the declaration for `require_caller` to check."""

        @wraps(self.handler)
        async def answer(request: Request) -> Response:
            request.state.right, request.state.step_up = self.right, self.step_up
            return await self.handler(request)

        return Route(self.path, json_errors(answer), methods=[self.method])
