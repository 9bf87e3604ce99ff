"""Wall displays: screens that nobody signs in at. Their secrets are kept as digests only."""

from typing import Any

from sqlmodel import Field, SQLModel

from models.entity import json_column

PROFILES = ("room", "inner")  # what visitors may read, and what is for a room that no visitor enters
ALL_DISPLAYS = "wall"  # in place of an account: all displays, which see the same searches
THEMES = ("dark", "light", "day")  # day: light by day, dark by night


class Display(SQLModel, table=True):
    """A screen that was paired, what it shows, and what it told of itself last. It is no account: it has no role and no
    password, and its rows outlive it, so that the list says by whom it was paired and when it was revoked.

    `shows` is {"boards": [id, …], "every_s"}; `reload` grows when it is asked to load its page anew; `seat` names the one
    socket that it may have; `told` is {"boards": {id: seq}, "since", "screen", "rows"}."""

    id: str = Field(primary_key=True)
    name: str
    profile: str = "room"
    language: str
    shows: dict[str, Any] = json_column()
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
    told: dict[str, Any] | None = json_column(nullable=True)


class Pairing(SQLModel, table=True):
    """A code that a screen shows until somebody types it: once, within minutes. `screen` is the digest of the secret that
    the screen holds, and keeps as its own when it has become `display`; `network` that of where it was asked for."""

    code: str = Field(primary_key=True)  # digest
    screen: str = Field(unique=True)
    made_at: str = Field(index=True)
    network: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})  # digest
    display: str | None = None
