"""Details of a search that depend on its kind, and earlier disappearances of the child.

`board.config.kind_fields` declares the details of each kind. Any search can have all of them, so that a change of its kind loses
nothing.
"""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from board.errors import invalid
from board.i18n import N_
from models.entity import State
from models.search import MAX_EARLIER, EarlierDisappearance, Search

_KEY = re.compile(r"[a-z0-9]{1,16}\Z")


def _without_cleared(value: Any) -> Any:
    return {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value


def _checked(value: dict[str, EarlierDisappearance]) -> dict[str, EarlierDisappearance] | None:
    """Return the items with at least one field; None if there are none."""
    if not all(_KEY.match(key) for key in value):
        raise ValueError(N_("The key of an item must have 1 to 16 lowercase letters or digits."))
    items = {key: item for key, item in value.items() if any(field is not None for field in item.model_dump().values())}
    if len(items) > MAX_EARLIER:
        raise ValueError(N_("At most 50 items."))
    return items or None


Earlier = Annotated[dict[str, EarlierDisappearance], BeforeValidator(_without_cleared), AfterValidator(_checked)]


def check_links(writer: EventWriter, before: State | None, after: State | None) -> None:
    """Check new links from earlier disappearances: each must be another search, closed, and visible to every account.

    Everyone who sees this search can read the link. A link to a members-only search would disclose it, so it is refused like an
    unknown search. Raises Refused `invalid`, also for each search that a limited author can't see.
    """
    for key, item in (after or {}).items():
        linked = item["search"]
        if linked is None or linked == ((before or {}).get(key) or {}).get("search"):
            continue
        row = unit_of_work.get(writer.session, Search, linked)
        is_hidden = writer.limit is not None and linked not in writer.limit
        if row is None or is_hidden or row.access != "desk" or row.status != "closed" or linked == writer.board.id:
            raise invalid(f"earlier.{key}.search", N_("This is not a closed search that everyone can see."))
