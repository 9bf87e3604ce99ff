"""Missing-child searches. A search is an entity of its own board and of the board `operations`."""

from typing import Any, ClassVar

from sqlalchemy import false
from sqlmodel import Field

from models.entity import json_column
from models.searchable import Searchable


class Search(Searchable, table=True):
    """Search for a child. `board` is its own id; `seq` counts on its own board, `operations_seq` on `operations`. `discreet`
    tells that the appeal is discreet, and hides the search from displays."""

    KIND: ClassVar[str] = "search"
    STATE: ClassVar[tuple[str, ...]] = (
        "reference", "kind", "status", "status_reason", "person", "missing_since", "last_seen", "criteria", "worrying",
        "worrying_basis", "appeal", "access", "members", "lead", "outcome", "opened_at", "acknowledge",
    )  # fmt: skip

    operations_seq: int = 0
    reference: str = Field(index=True)
    kind: str
    status: str = "open"
    status_reason: str | None = None
    person: dict[str, Any] = json_column()
    missing_since: str
    last_seen: dict[str, Any] | None = json_column(nullable=True)
    criteria: dict[str, Any] = json_column()
    worrying: bool | None = None
    worrying_basis: str | None = None
    appeal: dict[str, Any] = json_column()
    access: str = Field(default="desk", index=True)
    members: list[str] = json_column()
    lead: str | None = None
    outcome: dict[str, Any] | None = json_column(nullable=True)
    opened_at: str
    acknowledge: str | None = None  # reason for closing it with something still open
    # Never part of a state:
    discreet: bool = Field(default=False, index=True, sa_column_kwargs={"server_default": false()})
    status_at: str | None = None  # time of the last change of status; null if it never changed
    made_reference: str | None = None  # reference made by the server, whatever was set since

    def searchable_texts(self) -> dict[str, str | None]:
        named = {f"person.{name}": self.person.get(name) for name in ("first_name", "last_name", "description")}
        return {"reference": self.reference, **named}
