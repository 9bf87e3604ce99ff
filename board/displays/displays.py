"""Wall displays: settings, status reports, list, change and revocation.

`pairing` creates displays, `live.display_filter` decides which fields they receive, `engine.access` which searches they see.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import func, select
from sqlmodel import Session
from typing_extensions import TypedDict

from board import i18n
from board.audit import entries, writer
from board.commands import schemas
from board.displays import health
from board.engine.access import is_visible_on_displays
from board.engine.display_identity import _DISPLAYS
from board.engine.rights_version import bump_displays_version
from board.errors import Refused, invalid
from board.i18n import N_, message
from models.board import OPERATIONS
from models.display import PROFILES, THEMES, Display
from models.fields import Data, Id, OneLine, Time, Title
from models.ids import new_id
from models.search import Search
from realtime.wire import wire_types
from realtime.wire.strict_json import MAX_INTEGER
from realtime.wire.wire_types import ComputedSchema, Count, Shape

MAX_BOARDS = 50  # boards in a playlist
MAX_ACTIVE = 300  # displays that are not revoked
MAX_LISTED = 500  # displays in the list: active ones first, then the newest revoked ones

Profile = Literal["room", "inner"]
Theme = Literal["dark", "light", "day"]


class Playlist(Data):
    """Boards that a display shows in turn, each for `every_s` seconds."""

    boards: list[Id] = Field(min_length=1, max_length=MAX_BOARDS)
    every_s: int = Field(default=20, ge=5, le=3_600)


class DisplayUpdate(Data):
    """Fields of a display that can be changed."""

    name: Title | None = None
    profile: Profile | None = None
    language: Annotated[str, StringConstraints(max_length=16)] | None = None
    shows: Playlist | None = None
    theme: Theme | None = None
    sound: bool | None = None


class PairDisplay(DisplayUpdate):
    """Request to pair a screen."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    name: Title
    profile: Profile = "room"
    language: Annotated[str, StringConstraints(max_length=16)]
    shows: Playlist
    theme: Theme = "dark"
    sound: bool = False


class StatusReport(Data):
    """Status report of a display.

    `version`: version of its program. `current`: whether its content is current. `since`: time since which it is not. `boards`:
    last applied seq of each board. `screen`: size in pixels. `mute`: whether the browser blocks sound.
    """

    version: Annotated[str, StringConstraints(max_length=40), OneLine]
    current: bool
    boards: dict[Id, Annotated[int, Field(ge=0, le=MAX_INTEGER)]] = Field(max_length=MAX_BOARDS)
    since: Time | None = None
    screen: Annotated[str, StringConstraints(pattern=r"^\d{1,5}x\d{1,5}$")] | None = None
    rows: Annotated[int, Field(ge=0, le=10_000)] | None = None
    mute: bool = False


DisplayReport = TypedDict("DisplayReport", {
    "boards": dict[str, Count], "since": wire_types.Time | None, "screen": str | None, "rows": Count | None, "mute": bool,
})  # fmt: skip
DisplayEntry = TypedDict("DisplayEntry", {
    "id": wire_types.Id, "name": str, "profile": Annotated[str, Shape(enum=list(PROFILES))], "language": str,
    "shows": Annotated[dict[str, Any], ComputedSchema(lambda: schemas.schema_of(Playlist, "serialization"))],
    "theme": Annotated[str, Shape(enum=list(THEMES))], "sound": bool, "reload": Count, "paired_by": wire_types.Id,
    "paired_at": wire_types.Time, "revoked_at": wire_types.Time | None, "contact_at": wire_types.Time | None,
    "version": str | None, "current": bool | None, "told": DisplayReport | None,
})  # fmt: skip


class ListedDisplay(DisplayEntry):
    """Display with its health."""

    standing: health.State


# -- changes --------------------------------------------------------------------------------------------------------------


def list_json(session: Session, now: datetime) -> list[ListedDisplay]:
    """Return all displays as JSON, revoked ones last, each with its status."""
    query = select(_DISPLAYS).order_by(_DISPLAYS.c.revoked_at.is_not(None), _DISPLAYS.c.id.desc()).limit(MAX_LISTED)
    display_list = [Display(**row) for row in session.connection().execute(query).mappings().all()]
    return [{**to_json(display), "standing": health.status_of(session, display, now)} for display in display_list]


def to_json(display: Display) -> DisplayEntry:
    """Return a display in the contract's format for coordinators."""
    last_report: Any = display.told
    return {
        "id": display.id, "name": display.name, "profile": display.profile, "language": display.language,
        "shows": display.shows, "theme": display.theme, "sound": display.sound, "reload": display.reload,
        "paired_by": display.paired_by, "paired_at": display.paired_at, "revoked_at": display.revoked_at,
        "contact_at": display.contact_at, "version": display.version, "current": display.current, "told": last_report,
    }  # fmt: skip


def add(session: Session, data: PairDisplay, screen: str, by: str, now: str) -> Display:
    """Add a display for the screen whose secret has this digest. Raises Refused `invalid` if a field is invalid, or `too_large`
    if there are MAX_ACTIVE displays."""
    _check_language(data.language)
    _require_few(session)
    values = data.model_dump(exclude={"code"}) | {"shows": _valid_playlist(session, data.shows)}
    display = Display(id=new_id(), digest=screen, paired_by=by, paired_at=now, **values)
    session.add(display)
    boards = display.shows["boards"]
    writer.write(session, entries.DisplayPaired(id=display.id, name=data.name, profile=data.profile, boards=boards))
    return display


def _require_few(session: Session) -> None:
    active = session.connection().execute(select(func.count()).where(_DISPLAYS.c.revoked_at.is_(None))).scalar_one()
    if active >= MAX_ACTIVE:
        sentence = N_("There are {count} displays, which is the most. Remove those that are not used.")
        raise Refused("too_large", message(sentence, count=active))


def change(session: Session, id: str, data: DisplayUpdate) -> Display:
    """Change fields of a display; the screen follows immediately. Raises Refused `not_found` if it does not exist or was revoked,
    or `invalid` if a field is invalid."""
    bump_displays_version(session)
    display = find(session, id)
    if data.language is not None:
        _check_language(data.language)
    values = data.model_dump(exclude_none=True)
    if data.shows is not None:
        values["shows"] = _valid_playlist(session, data.shows)
    changed_fields = [name for name, value in values.items() if getattr(display, name) != value]
    for name in changed_fields:
        setattr(display, name, values[name])
    if changed_fields:
        writer.write(session, entries.DisplayChanged(id=id, name=display.name, fields=changed_fields))
    return display


def request_reload(session: Session, id: str) -> Display:
    """Make the screen reload its page. Raises Refused `not_found` if the display does not exist or was revoked."""
    bump_displays_version(session)
    display = find(session, id)
    display.reload += 1
    return display


def revoke(session: Session, id: str, now: str) -> Display:
    """Revoke a display, and end its socket in every process. Raises Refused `not_found` if it does not exist or was revoked."""
    bump_displays_version(session)
    display = find(session, id)
    display.revoked_at = now
    writer.write(session, entries.DisplayRevoked(id=id, name=display.name))
    return display


def find(session: Session, id: str) -> Display:
    """Return an active display. Raises Refused `not_found` if it does not exist or was revoked."""
    display = session.get(Display, id)
    if display is None or display.revoked_at is not None:
        raise Refused("not_found")
    return display


def record_report(session: Session, id: str, report: StatusReport, now: str) -> None:
    """Store a status report. Raises Refused `unauthenticated` if the display was revoked in the meantime."""
    display = session.get(Display, id)
    if display is None or display.revoked_at is not None:
        raise Refused("unauthenticated")
    display.contact_at, display.version, display.current = now, report.version, report.current
    display.told = report.model_dump(include={"boards", "since", "screen", "rows", "mute"})


def _valid_playlist(session: Session, shows: Playlist) -> dict[str, Any]:
    """Validate a playlist, and return it with each board once. Raises Refused `invalid` if displays may not see a board."""
    boards = list(dict.fromkeys(shows.boards))
    searches = [session.get(Search, id) for id in boards if id != OPERATIONS]
    if not all(search is not None and is_visible_on_displays(search) for search in searches):
        raise invalid("shows", N_("One of these boards does not exist, or cannot be shown on a display."))
    return {"boards": boards, "every_s": shows.every_s}


def _check_language(language: str) -> None:
    if language not in i18n.languages():
        raise invalid("language", N_("This language is not available."))
