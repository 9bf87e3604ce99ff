"""Tables for spreadsheets: plain headers, names instead of ids, codes as everywhere."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from board import i18n
from board.engine.event import JournalEvent
from board.i18n import N_
from models.entity import flatten

ROLES = {"inbox": N_("New"), "todo": N_("To do"), "doing": N_("Doing"), "waiting": N_("Waiting"), "done": N_("Done")}
CARDS = {
    "kind": N_("Kind"), "number": N_("Number"), "column": N_("Column"), "title": N_("Title"), "description": N_("Description"),
    "assignee": N_("Assigned to"), "priority": N_("Priority"), "seen_at": N_("Seen at"), "received_at": N_("Received at"),
    "late": N_("Late entry"), "channel": N_("Channel"), "source.kind": N_("Source"), "source.sealed": N_("Sealed source"),
    "place.text": N_("Place"), "place.lat": N_("Latitude"), "place.lon": N_("Longitude"), "place.radius_m": N_("Uncertainty (m)"),
    "direction": N_("Direction"), "clothing": N_("Clothing"), "company": N_("Alone or with whom"),
    "grade.source": N_("Source grade"), "grade.content": N_("Content grade"), "assessment": N_("Assessment"),
    "duplicate_of": N_("Duplicate of"), "instruction": N_("Instruction"), "due": N_("Due"), "checklist": N_("Checklist"),
    "result": N_("Result"), "sighting": N_("Sighting"), "withdrawn": N_("Withdrawn"), "id": N_("Id"),
    "take_down": N_("Take-down task"), "source_kept": N_("Name or contact of the source is kept"),
}  # fmt: skip
SEARCHES = {
    "reference": N_("Reference"), "kind": N_("Kind"), "status": N_("Status"), "status_reason": N_("Reason"),
    "person.first_name": N_("First name"), "person.last_name": N_("Last name"), "person.age": N_("Age"),
    "person.birth_date": N_("Date of birth"), "person.sex": N_("Sex"), "person.description": N_("Description of the person"),
    "missing_since": N_("Missing since"), "last_seen.text": N_("Last seen"), "last_seen.lat": N_("Last seen, latitude"),
    "last_seen.lon": N_("Last seen, longitude"), "worrying": N_("Worrying"), "worrying_basis": N_("Basis"),
    "criteria": N_("Criteria"), "appeal.level": N_("Appeal"), "appeal.from": N_("Appeal from"),
    "appeal.until": N_("Appeal until"),
    "access": N_("Access"), "members": N_("Members"), "lead": N_("Lead"), "outcome.found_at": N_("Found at"),
    "outcome.place": N_("Where found"), "outcome.condition": N_("Condition"), "outcome.how": N_("How"),
    "outcome.confirmed_by": N_("Confirmed by"), "outcome.family_told": N_("Family told"),
    "outcome.police_told": N_("Police told"),
    "opened_at": N_("Opened at"), "id": N_("Id"), "outcome.reason": N_("In a sentence: what happened"),
    "acknowledge": N_("Closed anyway because"),
}  # fmt: skip
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
            return title or self.translate(ROLES[role])
        return self.numbers.get(value, value) if path in ("duplicate_of", "sighting", "card") else value


def cards(board: str, names: NameResolver) -> tuple[list[str], Row]:
    """Return header and rows of the cards: sightings and tasks, or searches on `operations`."""
    table = CARDS if board == "search" else SEARCHES

    def row(event: JournalEvent) -> list[Any]:
        state = event.payload()["state"]
        own = {"kind": event.kind, "id": event.entity}
        values = own | flatten(state) | {"checklist": _checklist(state), "criteria": _criteria(state)}
        return [names.plain(path, values.get(path)) for path in table]

    return [names.translate(word) for word in table.values()], row


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
