"""Walk through everything that is stored about a person, a page at a time, within the reader's current rights."""

from collections import deque
from collections.abc import Collection, Iterator
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Table
from sqlmodel import Session, select

from board.commands.searches import talk_readers
from board.config.roles import Roles
from board.disclosure.masking import THIS_PERSON, WITHHELD, Masker
from board.disclosure.person_match import PersonMatch
from board.disclosure.sources import SOURCES
from board.disclosure.steps import EventStep, Item, Row, Step, TableStep, about_board, is_disclosed, mentions
from board.disclosure.subject import Subject
from board.engine import access, kinds, snapshot
from board.engine.event import JournalEvent
from board.engine.identity import Caller
from board.errors import Refused
from models import confidential
from models.accounts import Account
from models.board import AUDIT, OPERATIONS, Board
from models.contact import Contact
from models.db.schema import metadata
from models.search import Search

IDS = ("id", "account", "board")  # columns that identify a row of which only some columns are disclosed
CONFIDENTIAL = ("witness",)  # roles of contacts whose names and telephone numbers only their own disclosure contains


class Walk:
    """Walk for one reader. Call `read` until `is_done`. Each page applies the reader's rights at the time of its read."""

    def __init__(self, caller: Caller, roles: Roles, subject: Subject) -> None:
        self._caller, self._roles, self.subject = caller, roles, subject
        self._match = PersonMatch(subject.name, subject.reach)
        self._steps: deque[Step] = deque()
        self._masker: Masker | None = None
        self._hidden: frozenset[str] = frozenset()
        self._boards: dict[int, str] = {}
        self._references: dict[str, str] = {}
        self._contacts: set[str] = set()  # ids of the contacts that are the person
        self._witnesses: set[str] = set()  # ids of the contacts whose names are withheld
        self.unreadable = 0  # rows that may be about the person, but cannot be decrypted
        self.is_done = False

    def read(self, session: Session) -> list[Item]:
        """Return the items of the next page. Raises Refused `not_found` if the reader may no longer see the search."""
        self._renew_rights(session)
        if self._masker is None:
            self._start(session)
        step = self._steps[0]
        items = step.read(session)
        if step.is_done:
            self._steps.popleft()
        self.is_done = not self._steps
        return items

    def _renew_rights(self, session: Session) -> None:
        self._hidden = snapshot.hidden_searches(session, self._caller.account.id)
        if self.subject.kind == "child" and access.get_visible_board(session, self._caller, self.subject.id).kind != "search":
            raise Refused("not_found")
        if self._masker is not None:
            self._masker.hidden = self._hidden

    def _start(self, session: Session) -> None:
        accounts = session.exec(select(Account.id)).all()
        own = self.subject.id if self.subject.kind == "colleague" else ""
        self._masker = Masker(accounts, self._hidden, own)
        self._boards = dict(session.exec(select(Board.number, Board.id)).all())
        self._references = dict(session.exec(select(Search.id, Search.reference)).all())
        self._steps.extend(self._steps_of(session))

    def _steps_of(self, session: Session) -> Iterator[Step]:
        if self.subject.kind == "child":
            yield from self._child(session)
        elif self.subject.kind == "person":
            yield from self._person()
        else:
            yield from self._colleague()

    # -- a child: all rows and events of the search -----------------------------------------------------------------------

    def _child(self, session: Session) -> Iterator[Step]:
        board = session.get_one(Board, self.subject.id)
        for name in self._tables():
            columns = SOURCES[name].boards
            if columns:
                table = metadata.tables[name]
                yield TableStep(table, about_board(table, columns, board.id, board.number), self._of_child)
        yield EventStep(board.id, self._event)
        yield EventStep(OPERATIONS, self._event, board.id)
        yield EventStep(AUDIT, self._entry, board.id)

    def _of_child(self, table: Table, row: Row) -> Item | None:
        if self._is_hidden(table.name, row):
            return None
        row = self._without_sealed_talk(table, row)
        if table.name in ("tip", "missingreport"):
            self._steps.append(EventStep(OPERATIONS, self._event, row["id"]))
        sealed: Collection[str] = SOURCES[table.name].sealed
        if table.name == Contact.__tablename__ and row["role"] in CONFIDENTIAL:
            sealed = (*SOURCES[table.name].identity, "relation")
            self._witnesses.add(row["id"])
        return self._item(table, row, sealed)

    # -- a caller or contact: all rows and events with the name, telephone or address -------------------------------------

    def _person(self) -> Iterator[Step]:
        for name in self._tables():
            if SOURCES[name].boards and SOURCES[name].group != "account":
                yield TableStep(metadata.tables[name], None, self._of_person)
        for board in self._boards.values():
            if board != AUDIT and board not in self._hidden:
                yield EventStep(board, self._event_of_person)

    def _of_person(self, table: Table, row: Row) -> Item | None:
        row = self._without_sealed_talk(table, row)
        values = {name: value for name, value in row.items() if is_disclosed(table, name)}
        matched = [path for name, value in values.items() for path in self._match.paths(value, name)]
        is_call = table.name == "note" and (row["call"] or {}).get("contact") in self._contacts
        if self._is_hidden(table.name, row):
            return None
        if not (matched or is_call):
            self._pass_over(row)
            return None
        columns = {path.partition(".")[0] for path in matched}
        is_own = is_call or not columns.isdisjoint(SOURCES[table.name].identity)
        if is_own and table.name == Contact.__tablename__:
            self._contacts.add(row["id"])
        if is_own:
            return self._item(table, row) | {"matched": matched}
        shown = {name: row[name] for name in row if name in columns or name in IDS or name == "number"}
        return self._item(table, {**dict.fromkeys(row), **shown}, others=False) | {"matched": matched}

    def _event_of_person(self, event: JournalEvent) -> Item | None:
        if event.body is None or event.entity in self._hidden or not self._match.may_be_in(event.body.decode()):
            return None
        payload = event.payload()
        matched = [path for name in ("state", "changes", "reason") for path in self._match.paths(payload.get(name), name)]
        if not matched:
            return None
        item = self._described(event)
        return item | {"matched": matched, "values": self._mask({path: _at(payload, path) for path in matched})}

    # -- a colleague: own rows, and where the account is named elsewhere --------------------------------------------------

    def _colleague(self) -> Iterator[Step]:
        for name in self._tables():
            yield TableStep(metadata.tables[name], mentions(metadata.tables[name], self.subject.id), self._of_colleague)
        for board in self._boards.values():
            if board != AUDIT and board not in self._hidden:
                yield EventStep(board, self._event_of_colleague)

    def _of_colleague(self, table: Table, row: Row) -> Item | None:
        if self._is_hidden(table.name, row):
            return None
        source = SOURCES[table.name]
        if source.owner and row[source.owner] == self.subject.id:
            return self._item(table, row)
        columns = {name for name, value in row.items() if is_disclosed(table, name) and self.subject.id in str(value)}
        if not columns:  # an encrypted list without this person
            self._pass_over(row)
            return None
        shown = {name: THIS_PERSON if name in columns else value for name, value in row.items() if name in columns or name in IDS}
        number = {"number": row["number"]} if "number" in row else {}
        return self._item(table, {**dict.fromkeys(row), **shown, **number}, others=False) | {"matched": sorted(columns)}

    def _event_of_colleague(self, event: JournalEvent) -> Item | None:
        if event.account != self.subject.id or event.entity in self._hidden:
            return None
        return self._described(event)

    # -- items ------------------------------------------------------------------------------------------------------------

    def _tables(self) -> Iterator[str]:
        """Yield the names of the tables that the reader's rights allow."""
        hidden = access.hidden_kinds(self._caller, self._roles)
        tables = {str(kind.model.__tablename__) for kind in kinds.every() if kind.name in hidden}
        return (name for name in SOURCES if name not in tables)

    def _is_hidden(self, table: str, row: Row) -> bool:
        """Return whether a row is about a search, tip or report that the reader may not see, or about the audit log."""
        about = {row[name] for name in SOURCES[table].boards} | {row.get("board"), row.get("id")}
        ids = {self._boards.get(id) if isinstance(id, int) else id for id in about}
        return not ids.isdisjoint(self._hidden) or (AUDIT in ids and self._caller.account.role != "admin")

    def _pass_over(self, row: Row) -> None:
        """Count a row that is not disclosed, if it has unreadable columns, which may be about the person."""
        self.unreadable += bool(confidential.unreadable(row))

    def _without_sealed_talk(self, table: Table, row: Row) -> Row:
        """Return a row without the talk with a child that the reader may not read."""
        if table.name != Search.__tablename__ or not (row["talk"] or "talk" in confidential.unreadable(row)):
            return row
        is_readable = talk_readers.may_read(self._caller.account, cast(Search, SimpleNamespace(**row)))
        return row if is_readable else row | {"talk": WITHHELD}

    def _item(self, table: Table, row: Row, sealed: Collection[str] = (), *, others: bool = True) -> Item:
        """Return a row as an item. `others`: also columns without a value."""
        values = {name: value for name, value in row.items() if is_disclosed(table, name) and (others or value is not None)}
        unreadable = confidential.unreadable(row)
        withheld = {name for name in sealed if row.get(name) or name in unreadable}
        masked = {name: WITHHELD if name in withheld else self._mask(value) for name, value in values.items()}
        reference = self._references.get(row.get("board") or "")
        item = {"group": SOURCES[table.name].group, "table": table.name, "reference": reference, "values": masked}
        names = sorted(unreadable.intersection(values) - withheld)
        return item | {"unreadable": names} if names else item

    def _event(self, event: JournalEvent) -> Item | None:
        if event.kind in access.hidden_kinds(self._caller, self._roles):
            return None
        payload = event.payload()
        values = {name: payload.get(name) for name in ("state", "changes", "reason") if payload.get(name) is not None}
        if event.entity in self._witnesses and payload.get("state"):  # also in states from before the contact was a witness
            values["state"] = payload["state"] | dict.fromkeys(("name", "relation"), WITHHELD)
        return self._described(event) | {"values": self._mask(values)}

    def _entry(self, event: JournalEvent) -> Item:
        """Return the type and time of an entry of the audit log, because only administrators may read the rest."""
        return self._described(event) | {"group": "audit"}

    def _described(self, event: JournalEvent) -> Item:
        assert self._masker is not None
        return {
            "group": "history", "table": "event", "reference": self._references.get(event.board), "board": event.board,
            "seq": event.seq, "at": event.at, "type": event.type, "kind": event.kind, "id": event.entity,
            "by": self._masker.colleague(event.account), "values": {},
        }  # fmt: skip

    def _mask(self, value: Any) -> Any:
        assert self._masker is not None
        return self._masker.masked(value)


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value
