"""What the calls of wall displays take and give."""

from board.commands import schemas
from board.commands.schemas import Schema
from board.displays.displays import DisplayUpdate, PairDisplay, Playlist, StatusReport
from board.displays.health import STATES
from board.i18n import N_
from board.web.schema_helpers import COUNT, EVERYWHERE, ID, TEXT, TIME, EndpointDoc, many, or_null, shape
from models.display import PROFILES, THEMES

_SHOWS: Schema = schemas.of(Playlist, "serialization")
_FIELDS: Schema = {
    "id": ID, "name": TEXT, "profile": {"enum": list(PROFILES)}, "language": TEXT, "shows": _SHOWS,
    "theme": {"enum": list(THEMES)}, "sound": {"type": "boolean"}, "reload": COUNT, "paired_by": ID, "paired_at": TIME,
    "revoked_at": or_null(TIME), "contact_at": or_null(TIME), "version": or_null(TEXT), "current": or_null({"type": "boolean"}),
    "told": or_null(shape({
        "boards": {"type": "object", "additionalProperties": COUNT}, "since": or_null(TIME), "screen": or_null(TEXT),
        "rows": or_null(COUNT), "mute": {"type": "boolean"},
    })),
}  # fmt: skip
_DISPLAY: Schema = shape(_FIELDS)
_LISTED: Schema = shape(_FIELDS | {"standing": {"enum": list(STATES)}})
_ONE = (*EVERYWHERE, "not_found")

CALLS: dict[tuple[str, str], EndpointDoc] = {
    ("POST", "/wall/codes"): EndpointDoc(
        shape({"code": TEXT, "expires_at": TIME}), ("forbidden", "rate_limited", "failed", "unavailable"), open=True
    ),
    ("GET", "/wall/codes/mine"): EndpointDoc(
        shape({"state": {"enum": ["waiting", "paired", "expired"]}}), ("failed", "unavailable"), open=True
    ),
    ("POST", "/wall/told"): EndpointDoc(
        shape({"at": TIME}), (*EVERYWHERE, "invalid", "too_large"), body=schemas.of(StatusReport), open=True
    ),
    ("GET", "/displays"): EndpointDoc(shape({"displays": many(_LISTED), "at": TIME})),
    ("POST", "/displays"): EndpointDoc(
        _DISPLAY, (*_ONE, "invalid", "too_large"), body=schemas.of(PairDisplay), status=201
    ),
    ("PATCH", "/displays/{display}"): EndpointDoc(_DISPLAY, (*_ONE, "invalid", "too_large"), body=schemas.of(DisplayUpdate)),
    ("DELETE", "/displays/{display}"): EndpointDoc(_DISPLAY, _ONE),
    ("POST", "/displays/{display}/reload"): EndpointDoc(_DISPLAY, _ONE),
}  # fmt: skip

SAYS: dict[tuple[str, str], str] = {
    ("POST", "/wall/codes"): N_("A code for a screen to show, until a coordinator types it."),
    ("GET", "/wall/codes/mine"): N_("Whether somebody has typed the code of this screen."),
    ("POST", "/wall/told"): N_("What a display tells of itself, every few seconds."),
    ("GET", "/displays"): N_("All displays, and what each has told last."),
    ("POST", "/displays"): N_("Makes a display of the screen that shows this code."),
    ("PATCH", "/displays/{display}"): N_("Changes a display, at once on its screen."),
    ("DELETE", "/displays/{display}"): N_("Revokes a display, at once on its screen."),
    ("POST", "/displays/{display}/reload"): N_("Has the screen of a display load its page anew."),
}
