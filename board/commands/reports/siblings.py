"""Other children of a report: each becomes a search, linked as disappeared together with all the others."""

from collections.abc import Sequence
from itertools import combinations

from board.commands.searches import links
from board.engine.event_writer import EventWriter
from board.i18n import N_
from models.entity import State
from models.search import Search

LATE = N_("This report was opened. Open a search for this child, and link it.")
SHARED_CRITERIA = ("danger_to_life", "third_party")  # about what happened, and not about one child
OLDEST = 130

Opened = tuple[Search, EventWriter]


def searches_of(values: State, texts: Sequence[str] | None) -> list[State]:
    """Return the fields of the searches for the other children, from the fields of the search for the first one."""
    criteria = {key: answer for key, answer in values["criteria"].items() if key in SHARED_CRITERIA}
    shared = values | {"criteria": criteria, "earlier": None, "reference": None}
    return [shared | {"person": person(text, values["person"]["last_name"])} for text in texts or ()]


def person(text: str, last_name: str | None) -> State:
    """Return the child in a text such as `Lina, 6`. It has the last name of the first child."""
    name, _, age = text.rpartition(",")
    years = int(age) if name.strip() and age.strip().isdecimal() and len(age.strip()) <= 3 and int(age) <= OLDEST else None
    first = (text if years is None else name).strip()
    if last_name and first.casefold().endswith(f" {last_name.casefold()}"):
        first = first[: -len(last_name)].strip()
    return {"first_name": first, "last_name": last_name, "age": years}


def link_all(opened: Sequence[Opened]) -> None:
    """Link all searches of a report with each other."""
    for (row, on_row), (other, on_other) in combinations(opened, 2):
        links.connect(on_row, row, other, on_other, "together")
