"""Wall displays: screens without a login. Their secrets are stored as digests only."""

from typing import Any

from sqlmodel import Field, SQLModel

from models.entity import json_column

PROFILES = ("room", "inner")  # room: visitors can read the display; inner: a room without visitors
ALL_DISPLAYS = "wall"  # used like an account id, for all displays, which see the same searches
THEMES = ("dark", "light", "day")  # day: light by day, dark by night


class Display(SQLModel, table=True):
    """Paired screen, its settings, and its last status report. It is not an account: it has no role and no password. Rows stay
    after revocation, so that the list shows who paired a display and when it was revoked.

    `shows`: {"boards": [id, …], "every_s"}. `reload`: increases when the display must reload its page. `seat`: id of the page
    that has the display's single connection. `told`: last status report, {"boards": {id: seq}, "since", "screen", "rows"}.
    """

    id: str = Field(primary_key=True)
    name: str
    profile: str = "room"
    language: str
    shows: dict[str, Any] = json_column(dict[str, Any])
    theme: str = "dark"
    sound: bool = False
    digest: str = Field(unique=True)
    paired_by: str
    paired_at: str
    revoked_at: str | None = None
    reload: int = 0
    seat: str = ""
    contact_at: str | None = None
    version: str | None = None
    current: bool | None = None
    told: dict[str, Any] | None = json_column(dict[str, Any], nullable=True)


class Pairing(SQLModel, table=True):
    """Pairing code of a screen, valid once and for minutes.

    `screen`: digest of the screen's secret, which stays the same after pairing as `display`. `network`: digest of the network
    that requested the code.
    """

    code: str = Field(primary_key=True)  # digest
    screen: str = Field(unique=True)
    made_at: str = Field(index=True)
    network: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})  # digest
    display: str | None = None
