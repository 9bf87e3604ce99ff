"""Wall displays: who they are by their cookie, what they are to show, what they tell of themselves, and how they are listed,
changed and revoked. How one comes to be is in `pairing`; what it gets in `walls`, which searches it sees in `access`."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import select
from sqlmodel import Session

from board import i18n
from board.audit import entries, writer
from board.displays import health as display_standing
from board.engine.access import is_visible_on_displays
from board.engine.display_identity import _DISPLAYS, settings_json
from board.engine.rights_version import bump_displays_version
from board.errors import Refused, invalid
from board.fields import Data, Id, Time, Title
from board.i18n import N_
from models.board import OPERATIONS
from models.display import Display
from models.ids import new_id
from models.search import Search
from realtime.strict_json import MAX_INTEGER

if TYPE_CHECKING:
    pass

BOARDS = 50  # of a playlist
MOST = 500  # displays that are listed; the newest revoked ones after those that are not

Profile = Literal["room", "inner"]
Theme = Literal["dark", "light", "day"]


class Playlist(Data):
    """One board or several, each for so many seconds."""

    boards: list[Id] = Field(min_length=1, max_length=BOARDS)
    every_s: int = Field(default=20, ge=5, le=3_600)


class DisplayUpdate(Data):
    """What of a display may be changed."""

    name: Title | None = None
    profile: Profile | None = None
    language: Annotated[str, StringConstraints(max_length=16)] | None = None
    shows: Playlist | None = None
    theme: Theme | None = None
    sound: bool | None = None


class PairDisplay(DisplayUpdate):
    """A screen that becomes a display."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    name: Title
    profile: Profile = "room"
    language: Annotated[str, StringConstraints(max_length=16)]
    shows: Playlist
    theme: Theme = "dark"
    sound: bool = False


class StatusReport(Data):
    """What a display tells of itself: which program it runs, whether what it shows is current (else since when it is not), up
    to where it has applied each board, its size in pixels, how many rows it shows, and whether its browser lets it
    make no sound."""

    version: Annotated[str, StringConstraints(max_length=40)]
    current: bool
    boards: dict[Id, Annotated[int, Field(ge=0, le=MAX_INTEGER)]] = Field(max_length=BOARDS)
    since: Time | None = None
    screen: Annotated[str, StringConstraints(pattern=r"^\d{1,5}x\d{1,5}$")] | None = None
    rows: Annotated[int, Field(ge=0, le=10_000)] | None = None
    mute: bool = False


# -- who they are ---------------------------------------------------------------------------------------------------------


# -- what is done with them -----------------------------------------------------------------------------------------------


def listed(session: Session, now: datetime) -> list[dict[str, Any]]:
    """All of them, those that were revoked last; each with how it stands."""
    query = select(_DISPLAYS).order_by(_DISPLAYS.c.revoked_at.is_not(None), _DISPLAYS.c.id.desc()).limit(MOST)
    found = [Display(**row) for row in session.connection().execute(query).mappings().all()]
    return [to_json(display) | {"standing": display_standing.status_of(session, display, now)} for display in found]


def to_json(display: Display) -> dict[str, Any]:
    """A display as coordinators see it."""
    names = (
        "id",
        "name",
        *settings_json(display),
        "paired_by",
        "paired_at",
        "revoked_at",
        "contact_at",
        "version",
        "current",
        "told",
    )
    return {name: getattr(display, name) for name in names}


def add(session: Session, data: PairDisplay, screen: str, by: str, now: str) -> Display:
    """A display of the screen that holds the secret of this digest. Raises Refused `invalid`."""
    _check_language(data.language)
    values = data.model_dump(exclude={"code"}) | {"shows": _checked(session, data.shows)}
    display = Display(id=new_id(), digest=screen, paired_by=by, paired_at=now, **values)
    session.add(display)
    boards = display.shows["boards"]
    writer.write(session, entries.DisplayPaired(id=display.id, name=data.name, profile=data.profile, boards=boards))
    return display


def change(session: Session, id: str, data: DisplayUpdate) -> Display:
    """Changes what is given; the screen shows it at once. Raises Refused `not_found` or `invalid`."""
    bump_displays_version(session)
    display = find(session, id)
    if data.language is not None:
        _check_language(data.language)
    values = data.model_dump(exclude_none=True)
    if data.shows is not None:
        values["shows"] = _checked(session, data.shows)
    changed = [name for name, value in values.items() if getattr(display, name) != value]
    for name in changed:
        setattr(display, name, values[name])
    if changed:
        writer.write(session, entries.DisplayChanged(id=id, name=display.name, fields=changed))
    return display


def ask_to_reload(session: Session, id: str) -> Display:
    """Has the screen load its page anew. Raises Refused `not_found`."""
    bump_displays_version(session)
    display = find(session, id)
    display.reload += 1
    return display


def revoke(session: Session, id: str, now: str) -> Display:
    """Ends a display; its socket too, on every process. Raises Refused `not_found`."""
    bump_displays_version(session)
    display = find(session, id)
    display.revoked_at = now
    writer.write(session, entries.DisplayRevoked(id=id, name=display.name))
    return display


def find(session: Session, id: str) -> Display:
    """Raises Refused `not_found`, also for one that was revoked."""
    display = session.get(Display, id)
    if display is None or display.revoked_at is not None:
        raise Refused("not_found")
    return display


def record_report(session: Session, id: str, contact: StatusReport, now: str) -> None:
    """Keeps what a display has told of itself. Raises Refused `unauthenticated` where it was revoked meanwhile."""
    display = session.get(Display, id)
    if display is None or display.revoked_at is not None:
        raise Refused("unauthenticated")
    display.contact_at, display.version, display.current = now, contact.version, contact.current
    display.told = contact.model_dump(include={"boards", "since", "screen", "rows", "mute"})


def _checked(session: Session, shows: Playlist) -> dict[str, Any]:
    """What a display shows, each board once. Raises Refused `invalid`."""
    boards = list(dict.fromkeys(shows.boards))
    found = [session.get(Search, id) for id in boards if id != OPERATIONS]
    if not all(search is not None and is_visible_on_displays(search) for search in found):
        raise invalid("shows", N_("A board that is named here is not there, or no display may see it."))
    return {"boards": boards, "every_s": shows.every_s}


def _check_language(language: str) -> None:
    if language not in i18n.languages():
        raise invalid("language", N_("There is no such language here."))
