"""Schemas of the endpoints of wall displays."""

from board.commands import schemas
from board.commands.schemas import Schema
from board.displays.displays import DisplayUpdate, PairDisplay, Playlist, StatusReport
from board.displays.health import STATES
from board.i18n import N_
from board.web.schema_helpers import COUNT, EVERYWHERE, ID, TEXT, TIME, EndpointDoc, array_of, nullable, object_schema
from models.display import PROFILES, THEMES

_SHOWS: Schema = schemas.schema_of(Playlist, "serialization")
_FIELDS: Schema = {
    "id": ID, "name": TEXT, "profile": {"enum": list(PROFILES)}, "language": TEXT, "shows": _SHOWS,
    "theme": {"enum": list(THEMES)}, "sound": {"type": "boolean"}, "reload": COUNT, "paired_by": ID, "paired_at": TIME,
    "revoked_at": nullable(TIME), "contact_at": nullable(TIME), "version": nullable(TEXT),
    "current": nullable({"type": "boolean"}),
    "told": nullable(object_schema({
        "boards": {"type": "object", "additionalProperties": COUNT}, "since": nullable(TIME), "screen": nullable(TEXT),
        "rows": nullable(COUNT), "mute": {"type": "boolean"},
    })),
}  # fmt: skip
_DISPLAY: Schema = object_schema(_FIELDS)
_LISTED: Schema = object_schema(_FIELDS | {"standing": {"enum": list(STATES)}})
_ONE = (*EVERYWHERE, "not_found")

ENDPOINTS: dict[tuple[str, str], EndpointDoc] = {
    ("POST", "/wall/codes"): EndpointDoc(
        object_schema({"code": TEXT, "expires_at": TIME}), ("forbidden", "rate_limited", "failed", "unavailable"), open=True
    ),
    ("GET", "/wall/codes/mine"): EndpointDoc(
        object_schema({"state": {"enum": ["waiting", "paired", "expired"]}}), ("failed", "unavailable"), open=True
    ),
    ("POST", "/wall/told"): EndpointDoc(
        object_schema({"at": TIME}), (*EVERYWHERE, "invalid", "too_large"), body=schemas.schema_of(StatusReport), open=True
    ),
    ("GET", "/displays"): EndpointDoc(object_schema({"displays": array_of(_LISTED), "at": TIME})),
    ("POST", "/displays"): EndpointDoc(
        _DISPLAY, (*_ONE, "invalid", "too_large"), body=schemas.schema_of(PairDisplay), status=201
    ),
    ("PATCH", "/displays/{display}"): EndpointDoc(_DISPLAY, (*_ONE, "invalid", "too_large"),
    body=schemas.schema_of(DisplayUpdate)),
    ("DELETE", "/displays/{display}"): EndpointDoc(_DISPLAY, _ONE),
    ("POST", "/displays/{display}/reload"): EndpointDoc(_DISPLAY, _ONE),
}  # fmt: skip

SUMMARIES: dict[tuple[str, str], str] = {
    ("POST", "/wall/codes"): N_("A code for a screen to show, until a coordinator types it."),
    ("GET", "/wall/codes/mine"): N_("Whether somebody has typed the code of this screen."),
    ("POST", "/wall/told"): N_("What a display tells of itself, every few seconds."),
    ("GET", "/displays"): N_("All displays, and what each has told last."),
    ("POST", "/displays"): N_("Makes a display of the screen that shows this code."),
    ("PATCH", "/displays/{display}"): N_("Changes a display, at once on its screen."),
    ("DELETE", "/displays/{display}"): N_("Revokes a display, at once on its screen."),
    ("POST", "/displays/{display}/reload"): N_("Has the screen of a display load its page anew."),
}
