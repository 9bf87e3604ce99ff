"""Tables for spreadsheets: plain headers, names instead of ids, codes as everywhere."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from board import i18n, labels
from board.engine.event import JournalEvent
from board.i18n import N_
from models.entity import flatten

# Fields, in the order of their columns.
CARDS = (
    "kind", "number", "column", "title", "description", "assignee", "priority", "seen_at", "received_at", "late", "channel",
    "source.kind", "source.sealed", "place.text", "place.lat", "place.lon", "place.radius_m", "direction", "clothing",
    "company", "grade.source", "grade.content", "assessment", "duplicate_of", "instruction", "due", "checklist", "result",
    "sighting", "withdrawn", "id", "take_down", "source_kept",
)  # fmt: skip
SEARCHES = (
    "reference", "kind", "status", "status_reason", "person.first_name", "person.last_name", "person.age",
    "person.birth_date", "person.sex", "person.description", "missing_since", "last_seen.text", "last_seen.lat",
    "last_seen.lon", "worrying", "worrying_basis", "criteria", "appeal.level", "appeal.from", "appeal.until", "access",
    "members", "lead", "outcome.found_at", "outcome.place", "outcome.condition", "outcome.how", "outcome.confirmed_by",
    "outcome.family_told", "outcome.police_told", "opened_at", "id", "outcome.reason", "acknowledge",
)  # fmt: skip
# Headers of the journal.
EVENTS = (
    N_("Event number"), N_("Recorded at"), N_("Event"), N_("By"), N_("Kind"), N_("Number"), N_("What changed"), N_("Reason"),
    N_("Id"),
)  # fmt: skip

UNDISCLOSED = N_("not shown here")  # of values that were set and are in no event
Row = Callable[[JournalEvent], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class NameResolver:
    """Resolver of ids on a board: accounts by name, columns by (title, role), cards by number."""

    language: str
    accounts: dict[str, str]
    columns: dict[str, tuple[str | None, str]]
    numbers: dict[str, int]

    def translate(self, text: str) -> str:
        return i18n.gettext_for(self.language)(text)

    def plain(self, path: str, value: Any) -> Any:
        """Return a field's value for people."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.translate(N_("Yes")) if value else self.translate(N_("No"))
        if isinstance(value, list):
            return ", ".join(str(self.plain("assignee", each)) for each in value)
        if path in ("assignee", "lead", "keeper"):
            return self.accounts.get(value, value)
        if path == "column" and value in self.columns:
            title, role = self.columns[value]
            return title or self.translate(labels.VALUES["column.role"][role])
        return self.numbers.get(value, value) if path in ("duplicate_of", "sighting", "card") else value


def cards(board: str, names: NameResolver) -> tuple[list[str], Row]:
    """Return header and rows of the cards: sightings and tasks, or searches on `operations`."""
    table = CARDS if board == "search" else SEARCHES

    def row(event: JournalEvent) -> list[Any]:
        state = event.payload()["state"]
        own = {"kind": event.kind, "id": event.entity}
        values = own | flatten(state) | {"checklist": _checklist(state), "criteria": _criteria(state)}
        return [names.plain(path, values.get(path)) for path in table]

    return [labels.field(path, names.translate) for path in table], row


def _checklist(state: dict[str, Any]) -> str:
    items = sorted((state.get("checklist") or {}).values(), key=lambda item: str(item["rank"]))
    return "; ".join(f"[{'x' if item['done'] else ' '}] {item['text']}" for item in items)


def _criteria(state: dict[str, Any]) -> str:
    answers = (state.get("criteria") or {}).items()
    values = ((key, each["answer"], each["basis"]) for key, each in answers if each and each["answer"] != "unknown")
    return "; ".join(f"{key}: {answer}{f' ({basis})' if basis else ''}" for key, answer, basis in values)


def events(board: str, names: NameResolver) -> tuple[list[str], Row]:
    """Return header and rows of the journal: what each event changed, with the new values."""

    def row(event: JournalEvent) -> list[Any]:
        payload = event.payload()
        state = payload.get("state") or {}
        flat, changes = flatten(state), payload.get("changes", ())
        changed = [f"{path}: {names.plain(path, flat.get(path))}" for path in changes]
        values = "; ".join(changed + [f"{path}: {names.translate(UNDISCLOSED)}" for path in payload.get("private", ())])
        who = (payload.get("actor") or {}).get("name", "")
        return [
            event.seq, event.at, event.type, who, event.kind, state.get("number", ""),
            values if event.body is not None else names.translate(N_("erased")), payload.get("reason", ""), event.entity,
        ]  # fmt: skip

    return [names.translate(word) for word in EVENTS], row
