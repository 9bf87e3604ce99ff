"""Rules of transactions that the source has to keep: who writes SQL on events, who commits, and what commands declare."""

import ast
import re
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest

from board.bootstrap import ROOT
from board.commands.read_ahead import boards_to_lock
from board.commands.registry import TABLE, Command
from board.engine import kinds
from models.board import OPERATIONS
from models.fields import Data, Id
from tests.support.expressions import trees

# The modules of the journal: nobody else writes SQL on its rows. Others join an event to their rows by `event.is_at`.
JOURNAL = {
    "board/engine/audit_events.py", "board/engine/erasure.py", "board/engine/event.py", "board/engine/event_queries.py",
    "board/engine/hash_chain.py", "board/engine/integrity.py", "board/engine/journal.py", "board/engine/many_boards.py",
    "board/engine/repositories/new_events.py", "board/engine/watched_events.py",
    "board/maintenance/erased_by_key.py", "board/maintenance/sealed_events.py",
}  # fmt: skip
ON_EVENT = re.compile(r'\b(FROM|JOIN|INTO|UPDATE)\s+"?event\b', re.IGNORECASE)
# Commits beside the one in `models.db.transaction`: of connections that hold a lock, and of a copy, which change no data.
COMMITS = {
    "board/maintenance/backup.py": 1, "board/maintenance/exclusive.py": 2, "models/db/postgresql.py": 1,
    "models/db/transaction.py": 1,
}  # fmt: skip
EVENT_COLUMNS = {"BOARD", "COLUMNS", "EVENT", "EVENTS", "ON_BOARD", "more_events"}
TEXT_SQL = {"text", "literal_column"}
STATEMENTS = {"Statement", "BulkWrite"}
MAX_STATEMENTS = 28  # SQL that the driver runs (see `models.db.statement`), outside the journal; 2 write the rows of reads
NOT_READ = {  # fields that name an entity which is read when it is needed
    ("sighting.assess", "duplicate_of"), ("distribution.add", "material"), ("file.attach", "note"),
    ("search.set_photo", "file"), ("task.update", "sighting"), ("search.link", "search"),
    ("sighting.set_of_both", "search"),
}  # fmt: skip


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path, tree in trees().items():
        file = str(path.relative_to(ROOT))
        if not file.startswith(("models/db/migrations/", "models/db/earlier_tables.py")):
            yield file, tree


def sql_on_events(tree: ast.Module) -> list[str]:
    """Return the texts of a module that are SQL on events."""
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [text for text in texts if ON_EVENT.search(text)]


def reads_events(tree: ast.Module) -> bool:
    """Return whether a module has SQL on events, except that it joins one to rows by their seq."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    columns = {name.name for node in imports if node.module == "board.engine.event" for name in node.names} & EVENT_COLUMNS
    is_model = any(node.module == "models.event" and any(name.name == "Event" for name in node.names) for node in imports)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    joins = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "join"]
    is_joined = any(re.match(r"EVENTS, is_at\(", ", ".join(map(ast.unparse, call.args))) for call in joins)
    return bool(sql_on_events(tree) or is_model or (columns and not (is_joined and columns == {"EVENT", "EVENTS"})))


def commits(tree: ast.Module) -> int:
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return sum(isinstance(call, ast.Attribute) and call.attr == "commit" for call in calls)


def test_only_the_journal_has_sql_on_events() -> None:
    found = {file for file, tree in sources() if reads_events(tree)}
    assert found == JOURNAL


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ("from models.event import Event", True),
        ("from board.engine.event import EVENT\nQUERY = select(EVENT.seq)", True),
        ("from board.engine.event import EVENT, EVENTS\nQUERY = select(EVENT.seq).join(EVENTS, true())", True),
        ("from board.engine.event import EVENT, EVENTS, is_at\nQUERY = select(EVENT.seq).join(EVENTS, is_at(1, 2))", False),
        ("from board.engine.event import EVENT, EVENTS, ON_BOARD, is_at\nQUERY.join(EVENTS, is_at(1, 2))", True),
    ],
)
def test_queries_of_events_are_found(source: str, is_found: bool) -> None:
    assert reads_events(ast.parse(source)) == is_found


@pytest.mark.parametrize("sql", ["SELECT 1 FROM event e", "JOIN event e ON true", 'UPDATE "event" SET body = NULL'])
def test_sql_on_events_is_found(sql: str) -> None:
    assert sql_on_events(ast.parse(f"QUERY = text({sql!r})")) == [sql]
    assert sql_on_events(ast.parse(f"QUERY = f'{{1}}' {sql!r}"))


def test_there_is_one_way_to_commit() -> None:
    found = {file: number for file, tree in sources() if (number := commits(tree)) and file != "models/db/database.py"}
    assert found == COMMITS


def test_the_database_commits_by_the_transaction_alone() -> None:
    source = (ROOT / "models/db/database.py").read_text(encoding="utf-8")
    assert source.count(".commit()") == source.count("transaction.commit()") == 3
    assert "write_engine.begin" not in source
    assert "write_engine.connect" not in source


def _named_fields(spec: Any) -> Iterator[str]:
    """Yield the fields of a command that are named after a kind, or a card, and hold an id."""
    names = {kind.name for kind in kinds.every()} | {"card"}
    models: tuple[type[Data], ...] = (spec.data, *spec.patches)
    for name in names.intersection(*[{name for model in models for name in model.model_fields}]):
        types = [get_type_hints(model, include_extras=True)[name] for model in models if name in model.model_fields]
        if any(str(Id) in str(each) for each in types):  # not the number of a handover, a place or a text
            yield name


@pytest.mark.parametrize("name", TABLE)
def test_commands_declare_the_entities_that_they_read(name: str) -> None:
    spec = TABLE[name]
    declared = {read.field for read in spec.reads} | {spec.also_locks, "column" if spec.places_card else None}
    assert {field for field in _named_fields(spec) if (name, field) not in NOT_READ} <= declared
    fields = {field for model in (spec.data, *spec.patches) for field in model.model_fields}
    assert {read.field for read in spec.reads} <= fields, "no read of a field that the command lacks"


def test_a_second_board_is_locked_only_with_operations() -> None:
    assert boards_to_lock(Command("c", OPERATIONS, "tip.place", {"tip": "t", "search": "s"})) == (OPERATIONS, "s")
    assert boards_to_lock(Command("c", "other", "tip.place", {"tip": "t", "search": "s"})) == ("other",)
    assert boards_to_lock(Command("c", OPERATIONS, "note.add", {"": "s"})) == (OPERATIONS,)


def text_sql(source: str) -> list[int]:
    """Return the lines of SQL texts for SQLAlchemy without a comment above them that says why they are texts."""
    if "sqlalchemy" not in source:
        return []
    nodes = list(ast.walk(ast.parse(source)))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy"]
    names = {name.asname or name.name for node in imports for name in node.names if name.name in TEXT_SQL}
    calls = (node for node in nodes if isinstance(node, ast.Call))
    lines = {call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id in names}
    return sorted(line for line in lines if not source.splitlines()[line - 2].strip().startswith("# text: "))


def test_texts_of_sql_say_why_they_are_texts() -> None:
    """Statements are SQLAlchemy's, except for what it lacks, and what is measured to be slower."""
    left = {file: lines for file, _ in sources() if (lines := text_sql((ROOT / file).read_text(encoding="utf-8")))}
    assert left == {}


def test_texts_of_sql_without_a_reason_are_found() -> None:
    imported = "from sqlalchemy import literal_column, text\n"
    assert text_sql(imported + 'A = text("SELECT 1")\nB = f(\n    literal_column("0"),\n)') == [2, 4]
    assert text_sql(imported + '# text: a setting\nA = text("SHOW x")\nB = select(T)\nC = notice.text()') == []
    assert text_sql("from sqlalchemy import text as sql\n# why\nA = sql('SELECT 1')") == [3]
    assert text_sql("from board.help.words import text\nA = text('x')") == []


def statements(tree: ast.Module) -> int:
    """Return the number of statements that the driver runs in a module."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    words = [each.name for node in imports if (node.module or "").startswith("board.vocabulary") for each in node.names]
    if "Statement" in words:
        return 0  # what a text says
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    makers = (call.value if isinstance(call, ast.Attribute) and call.attr in ("insert", "update") else call for call in calls)
    return sum(isinstance(maker, ast.Name) and maker.id in STATEMENTS for maker in makers)


def test_statements_for_the_driver_are_few() -> None:
    """Statements that most commands run."""
    assert sum(statements(tree) for file, tree in sources() if file not in JOURNAL) <= MAX_STATEMENTS


def test_statements_for_the_driver_are_counted() -> None:
    assert statements(ast.parse('A = text("SELECT 1")\nB = Statement("")\nC = BulkWrite.insert("t", {})\nD = select(T)')) == 2
    assert statements(ast.parse('from board.vocabulary.statement import Statement\nA = Statement("coat")')) == 0


# -- nouns ------------------------------------------------------------------------------------------------------------------

# The engine knows boards, cards and searchable rows. These modules know searches: they decide who sees a board, or record facts.
KNOW_SEARCHES = {"board/engine/access.py"}
KNOW_SEARCHES |= {"board/engine/earlier_facts.py", "board/engine/repositories/search_facts.py"}  # for the figures
OWN_WORDS = {"search"}  # the kind of a board that is not `operations`
READINGS = "board/engine/kinds.py"  # how people read a value: by the name of what it refers to


def nouns(tree: ast.Module) -> set[str]:
    """Return the kinds that a module names: by their models, their names, or types of their events."""
    names = {kind.name: kind.model for kind in kinds.every()}
    modules = {model.__module__ for model in names.values()}
    found = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module in modules}
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    types = {type for kind in kinds.every() for type in kind.events}
    return {str(each) for each in found} | (texts & types) | (texts & names.keys() - OWN_WORDS)


def test_the_engine_names_no_kind() -> None:
    found = {file: nouns(tree) for file, tree in sources() if file.startswith("board/engine/")}
    left = {file: names for file, names in found.items() if names and file not in {*KNOW_SEARCHES, READINGS}}
    assert left == {}


def test_names_of_kinds_are_found() -> None:
    tree = ast.parse('from models.tip import Tip\nBOUND = "handover.signed"\nKIND = "note"')
    assert nouns(tree) == {"models.tip", "handover.signed", "note"}
