"""Format of an alert in a list, for all causes."""

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from board.engine import kinds
from models.alert import KINDS, SECURITY
from realtime.wire.wire_types import ComputedSchema, Count, Id, Shape, Time

CardKind = Annotated[str, ComputedSchema(lambda: {"enum": [kind.name for kind in kinds.cards()]})]
AlertActor = TypedDict("AlertActor", {"id": Id, "name": str})
AlertEntity = TypedDict("AlertEntity", {"kind": str, "id": Id})
AlertCard = TypedDict("AlertCard", {"kind": CardKind, "id": Id, "number": Count})
Alert = TypedDict("Alert", {
    "board": Id, "reference": str | None, "seq": Count, "at": Time, "kind": Annotated[str, Shape(enum=[*KINDS, SECURITY])],
    "type": str, "actor": AlertActor | None, "entity": AlertEntity, "card": AlertCard | None, "value": str | None,
    "acknowledge": str | None, "reason": str | None, "handover": Count | None, "read": bool, "desktop": bool,
    "first_name": NotRequired[str], "child": NotRequired[str], "place": NotRequired[str],
})  # fmt: skip
"""Alert of an account.

`reference`: of its search; null on `operations`.
`type`: type of the event.
`card`: the card that it is about.
`value`: the assessment or the status that was set; otherwise null.
`acknowledge`: reason for closing a search with something open; otherwise null.
`reason`: the given reason, for the kind `handover`; otherwise null.
`handover`: number of the handover, for the kind `handover`; otherwise null.
`desktop`: whether a browser that may notify should show it on the desktop.
`child`: current first name, initial of the last name and age of the child (`Mila B., 6`).
`place`: current place of the sighting, as text.
`first_name`: first name of the child, if another search has the same reference.
"""
