"""Tables for spreadsheets: plain headers, names instead of ids, codes for programs and, in the last columns, words for people."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from sqlalchemy import select as select_columns
from sqlmodel import Session, select

from board import i18n, labels
from board.config import sentences
from board.config.earlier_disappearances import described, in_order
from board.engine import kinds
from board.engine.event import JournalEvent
from board.engine.kinds import Kind
from board.i18n import N_
from models.accounts import Account
from models.board import OPERATIONS
from models.column import Column
from models.db.tables import columns_of
from models.entity import State, flatten
from models.file import File
from models.material import Material

# Headers of the journal.
EVENTS = (
    N_("Event number"), N_("Recorded at"), N_("Event"), N_("By"), N_("Type"), N_("Number"), N_("Changes"), N_("Reason"),
    N_("Id"), N_("API token"),
)  # fmt: skip
EVENTS_IN_WORDS = (EVENTS[2], EVENTS[4], EVENTS[6])
IN_WORDS = N_("{field} (in words)")

_ACCOUNT_PATHS = ("goal.by", "added_by", "withdrawn.by")  # fields with accounts, without a form control
_FILES = ("photo", "public_photo")  # fields with a file
UNDISCLOSED = sentences.NOT_SHOWN  # of values that were set and are in no event
Row = Callable[[JournalEvent], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class NameResolver:
    """Resolver of ids on a board.

    `accounts`, `files`: names. `columns`: (title, role). `cards`: (kind, number). `materials`: states.
    """

    language: str
    accounts: dict[str, str]
    columns: dict[str, tuple[str | None, str]]
    cards: dict[str, tuple[str, int]]
    files: dict[str, str]
    materials: dict[str, State] = field(default_factory=dict)

    @classmethod
    def of_board(cls, session: Session, board: str, language: str) -> "NameResolver":
        """Return the resolver for the current state of a board."""
        columns = session.exec(select(Column).where(Column.board == board))
        cards: dict[str, tuple[str, int]] = {}
        for kind in kinds.cards():
            card = columns_of(kind.model)
            rows = session.execute(select_columns(card.id, card.number).where(card.board == board))
            cards |= {id: (kind.name, number) for id, number in rows}
        return cls(
            language,
            dict(session.exec(select(Account.id, Account.name)).all()),
            {row.id: (row.title, row.role) for row in columns},
            cards,
            dict(session.exec(select(File.id, File.name).where(File.board == board)).all()),
            {row.id: row.state() for row in session.exec(select(Material).where(Material.board == board))},
        )

    def translate(self, text: str) -> str:
        return i18n.gettext_for(self.language)(text)

    def plain(self, path: str, value: Any) -> Any:
        """Return a field's value for people."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.translate(N_("Yes")) if value else self.translate(N_("No"))
        if isinstance(value, list):
            return ", ".join(str(self.plain("assignee", id)) for id in value)
        if isinstance(value, dict):  # part of a list
            return " ".join(str(part) for part in value.values() if part is not None)
        if kinds.control_of(path) == "person" or path in _ACCOUNT_PATHS:
            return self.accounts.get(value, value)
        if path in _FILES:
            return self.files.get(value, value)
        if path == "column" and value in self.columns:
            return self.column(*self.columns[value])
        return self.cards[value][1] if kinds.control_of(path) == "card" and value in self.cards else value

    def words(self, path: str, kind: str, value: Any) -> Any:
        """Return a field's value for people, with words for codes."""
        return labels.value(path, kind, value, self.translate) or self.plain(path, value)

    def headers(self, fields: Iterable[str]) -> list[str]:
        """Return the headers of columns with words for the codes of these fields."""
        return [self.translate(IN_WORDS).format(field=field) for field in fields]

    def column(self, title: str | None, role: str) -> str:
        """Return the name of a column: its title, or the name of its role."""
        return title or self.translate(labels.VALUES["column.role"][role])


def columns(board: str) -> list[str]:
    """Return the paths of the exported fields of all cards, or of searches on `operations`.

    Fields that identify a card are first, then those that all kinds have.
    """
    if board == OPERATIONS:
        return [*_exported(kinds.named("search")), "id"]
    of_kinds = [_exported(kind) for kind in kinds.cards()]
    titles = [kind.title_field for kind in kinds.cards()]
    common_paths = [path for path in of_kinds[0] if all(path in paths for paths in of_kinds)]
    return ["kind", *dict.fromkeys(["number", "column", *titles, *common_paths, *chain(*of_kinds)]), "id"]


def _exported(kind: Kind) -> list[str]:
    return list(_in_columns({spec.path: None for spec in kind.fields if spec.exported}))


def _in_columns(values: dict[str, Any]) -> dict[str, Any]:
    """Return values by column: the location of a searched place is in the columns of the other cards' place."""
    location = "location."
    return {(f"place.{path.removeprefix(location)}" if path.startswith(location) else path): values[path] for path in values}


def _coded(board: str) -> list[str]:
    """Return the paths of the exported fields with codes."""
    names = ["search"] if board == OPERATIONS else [kind.name for kind in kinds.cards()]
    coded = {*labels.VALUES, "kind", "criteria"}
    return [path for path in columns(board) if path in coded or any(f"{name}.{path}" in coded for name in names)]


def cards(board: str, names: NameResolver) -> tuple[list[str], Row]:
    """Return header and rows of the cards of a board, or of the searches on `operations`."""
    table, coded_paths = columns(board), _coded(board)

    def row(event: JournalEvent) -> list[Any]:
        state = event.payload()["state"]
        # The column `kind` has the kind of card, and for searches the type of search.
        identity = {"id": event.entity} | ({} if board == OPERATIONS else {"kind": event.kind})
        values = _in_columns(flatten(state)) | identity
        values |= {"checklist": _checklist(state), "criteria": _criteria(state)}
        values["earlier"] = _earlier(state, names)
        words = values | {"criteria": _criteria_in_words(state, names)}
        if board != OPERATIONS:
            words["kind"] = names.translate(labels.KINDS[event.kind])
        code_words = [names.words(path, event.kind, words.get(path)) for path in coded_paths]
        return [names.plain(path, values.get(path)) for path in table] + code_words

    headers = {path: labels.field(path, names.translate) for path in table}
    return [*headers.values(), *names.headers(headers[path] for path in coded_paths)], row


def _checklist(state: dict[str, Any]) -> str:
    items = sorted((state.get("checklist") or {}).values(), key=lambda item: str(item["rank"]))
    return "; ".join(f"[{'x' if item['done'] else ' '}] {item['text']}" for item in items)


def _earlier(state: dict[str, Any], names: NameResolver) -> str:
    return "; ".join(described(item, names.language) for item in in_order(state.get("earlier")))


def _criteria(state: dict[str, Any]) -> str:
    return "; ".join(f"{key}: {answer}{f' ({basis})' if basis else ''}" for key, answer, basis in _answers(state))


def _criteria_in_words(state: dict[str, Any], names: NameResolver) -> str:
    sentences = []
    for key, answer, basis in _answers(state):
        path = f"criteria.{key}"
        label, words = labels.field(path, names.translate), names.words(f"{path}.answer", "search", answer)
        sentences.append(f"{labels.with_colon(label, names.translate)} {words}{f' ({basis})' if basis else ''}")
    return "; ".join(sentences)


def _answers(state: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """Return key, answer and basis of each answered criterion."""
    answers = (state.get("criteria") or {}).items()
    return [
        (key, criterion["answer"], criterion["basis"])
        for key, criterion in answers
        if criterion and criterion["answer"] != "unknown"
    ]


def events(board: str, names: NameResolver) -> tuple[list[str], Row]:
    """Return header and rows of the journal: the changes of each event, with the new values."""

    def row(event: JournalEvent) -> list[Any]:
        payload = event.payload()
        state = payload.get("state") or {}
        flat, changes = flatten(state), payload.get("changes", ())
        kind = kinds.find(event.kind)
        visible_paths = [path for path in changes if kind is None or not kind.is_derived(path)]
        texts = [f"{path}: {names.plain(path, flat.get(path))}" for path in visible_paths]
        values = "; ".join(texts + [f"{path}: {names.translate(UNDISCLOSED)}" for path in payload.get("private", ())])
        erased = names.translate(N_("erased"))
        actor = payload.get("actor") or {}
        actor_name, token = actor.get("name", ""), (actor.get("token") or {}).get("name", "")
        return [
            event.seq, event.at, event.type, actor_name, event.kind, state.get("number", ""),
            values if event.body is not None else erased, payload.get("reason", ""), event.entity, token,
            labels.event(event.type, names.translate), names.translate(labels.KINDS.get(event.kind, event.kind)),
            _changes_in_words(event, names) if event.body is not None else erased,
        ]  # fmt: skip

    return [*map(names.translate, EVENTS), *names.headers(map(names.translate, EVENTS_IN_WORDS))], row


def _changes_in_words(event: JournalEvent, names: NameResolver) -> str:
    """Return the changed fields with a meaning for people, with their new values."""
    payload, kind = event.payload(), kinds.find(event.kind)
    flat = flatten(payload.get("state") or {})

    def describe(path: str, value: Any) -> str:
        return f"{labels.with_colon(labels.field(path, names.translate, event.kind), names.translate)} {value}".rstrip()

    paths = [path for path in payload.get("changes", ()) if kind is None or kind.reading_of(path) != "internal"]
    texts = [describe(path, names.words(path, event.kind, flat.get(path))) for path in paths]
    return "; ".join(texts + [describe(path, names.translate(UNDISCLOSED)) for path in payload.get("private", ())])
