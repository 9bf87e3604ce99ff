"""Sources of disclosures: a name and a number in each text of each table are in the disclosures that should have them."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Float, Integer, LargeBinary, Table, create_engine, insert
from sqlmodel import Session

import board.commands.registry  # noqa: F401  # declares the kinds
from board.config.roles import load_roles
from board.disclosure import sources, walk
from board.disclosure.sources import APART, SECRETS, SOURCES, UNDISCLOSED
from board.disclosure.steps import Item, is_disclosed
from board.disclosure.subject import Subject
from board.disclosure.walk import Walk
from board.engine.identity import Caller
from models.accounts import Account
from models.db.schema import metadata
from models.ids import new_id

NAME, PHONE = "Zora Quint", "0470 99 88 77"
TEXT = f"{NAME}, {PHONE}"
BOARD, NUMBER, OTHER = new_id(), 7, new_id()
PERSONAL = [name for name in metadata.tables if name in SOURCES]
OF_BOARDS = [name for name in PERSONAL if SOURCES[name].boards]
FIXED: dict[str, dict[str, Any]] = {  # by table: values that have a meaning while it is read
    "search": {"id": BOARD, "access": "desk", "members": [], "status": "open", "kind": "runaway"},
    "board": {"id": BOARD, "number": NUMBER, "kind": "search"},
    "erasures": {"step": "asked"},  # a search whose erasure has begun is hidden
}


def texts_of(table: Table) -> list[str]:
    """Columns with texts that a disclosure has, without those that hold an id of the search, or have a fixed value."""
    skipped = {"id", "board", *SOURCES[table.name].boards, *FIXED.get(table.name, {})}
    names = [column.name for column in table.c if is_text(column) and is_disclosed(table, column.name)]
    return [name for name in names if name not in skipped]


def is_text(column: Any) -> bool:
    return not isinstance(column.type, Integer | Boolean | Float | LargeBinary)


def seeded_row(table: Table, text: str) -> dict[str, Any]:
    source = SOURCES.get(table.name)
    row = {column.name: _value(column, text) for column in table.c}
    row |= {name: NUMBER if isinstance(row[name], int) else BOARD for name in (source.boards if source else ())}
    return row | ({"id": new_id()} if "id" in row and not isinstance(row["id"], int) else {}) | FIXED.get(table.name, {})


def _value(column: Any, text: str) -> Any:
    if isinstance(column.type, JSON):
        return {"deep": [text], "by": text}
    if isinstance(column.type, LargeBinary):
        return b"x"
    if isinstance(column.type, Boolean):
        return False
    return 1 if isinstance(column.type, Integer | Float) else text


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with Session(engine) as session:
        yield session


def seed(session: Session, text: str) -> None:
    for table in metadata.sorted_tables:
        if table.name != APART:
            session.connection().execute(insert(table).values(seeded_row(table, text)))


def items(session: Session, subject: Subject) -> Mapping[str, Item]:
    """Items of a disclosure, the last one of each table."""
    reader = Account(id=new_id(), email="", name="", role="coordinator", password="", created_at="")
    walked, found = Walk(Caller(reader), load_roles(None), subject), dict[str, Item]()
    while not walked.is_done:
        found |= {item["table"]: item for item in walked.read(session)}
    return found


def missing(found: Mapping[str, Item], tables: list[str], text: str) -> list[str]:
    """Columns whose text is not in the items."""
    return [
        f"{name}.{column}" for name in tables for column in texts_of(metadata.tables[name])
        if text not in str(found.get(name, {"values": {}})["values"].get(column))
    ]  # fmt: skip


def test_each_table_is_declared_for_disclosures() -> None:
    assert SOURCES.keys() | UNDISCLOSED.keys() | {APART} == metadata.tables.keys(), "declare it in board/disclosure/sources.py"
    assert not SOURCES.keys() & UNDISCLOSED.keys()
    assert {source.group for source in SOURCES.values()} < set(sources.GROUPS)
    columns = {column.name for table in metadata.tables.values() for column in table.c}
    assert columns >= SECRETS, "each secret is a column"
    for name, source in SOURCES.items():
        declared = {*source.boards, *source.identity, *source.sealed, *filter(None, [source.owner])}
        assert declared <= {*metadata.tables[name].c.keys()}


def test_disclosure_of_a_child_has_each_text_of_its_search(session: Session) -> None:
    seed(session, TEXT)
    found = items(session, Subject("child", BOARD))
    sealed = [f"{name}.{column}" for name in PERSONAL for column in SOURCES[name].sealed]
    assert missing(found, OF_BOARDS, TEXT) == sealed
    assert all(found[name]["values"][column] == "withheld" for name, column in (path.split(".") for path in sealed))


@pytest.mark.parametrize("subject", [Subject("person", name=NAME), Subject("person", reach="+32 470 998877")])
def test_disclosure_of_a_caller_has_each_text_with_name_or_number(session: Session, subject: Subject) -> None:
    seed(session, TEXT)
    tables = [name for name in OF_BOARDS if SOURCES[name].group != "account"]
    assert missing(items(session, subject), tables, TEXT) == []
    assert items(session, Subject("person", name="Zora Quinta", reach="0470 99 88 70")) == {}


def test_disclosure_of_a_colleague_has_each_row_with_the_account(session: Session) -> None:
    account = new_id()
    seed(session, account)
    found = items(session, Subject("colleague", account))
    rows = [name for name in PERSONAL if texts_of(metadata.tables[name])]
    assert sorted(found) == sorted(rows)
    for name in rows:
        owned = bool(SOURCES[name].owner) and SOURCES[name].owner != "id"
        named = {*found[name]["values"]} if owned else set(found[name]["matched"])
        assert named >= {*texts_of(metadata.tables[name])}, name


def test_undeclared_tables_and_columns_are_missed(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(session, TEXT)
    monkeypatch.setattr(walk, "SOURCES", {name: source for name, source in SOURCES.items() if name != "note"})
    assert "note.text" in missing(items(session, Subject("child", BOARD)), OF_BOARDS, TEXT)


def test_disclosure_hides_the_rows_of_hidden_searches(session: Session) -> None:
    seed(session, TEXT)
    session.connection().execute(metadata.tables["search"].update().values(access="members", members=[OTHER]))
    assert items(session, Subject("person", name=NAME)) == {}


def test_talk_that_the_reader_may_not_read_is_withheld(session: Session) -> None:
    seed(session, TEXT)
    session.connection().execute(metadata.tables["search"].update().values(members=[OTHER], talk_kept=None, lead=None))
    assert items(session, Subject("child", BOARD))["search"]["values"]["talk"] == "withheld"
    assert "talk" not in items(session, Subject("person", name=NAME))["search"]["matched"]
