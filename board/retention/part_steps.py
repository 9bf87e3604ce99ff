"""Steps of the erasure of a part in the database. Each call does a part of a step in one transaction, returns whether the step is
complete, and can be repeated after a crash."""

from sqlalchemy import and_, delete, or_, select
from sqlmodel import Session

from board.engine import erasure
from board.retention import erasure_steps
from board.retention.erasure_steps import BATCH_SIZE
from board.retention.parts import Part, all_models
from models.alert import Alert, AlertRead
from models.db.tables import columns_of, table_of
from models.erasure import Erasure
from models.file import File
from models.sighting import EarlierSource

_F = columns_of(File)


def parts(row: Erasure) -> list[Part]:
    """Return the parts of an erasure that began."""
    return [Part(*part) for part in row.parts or ()]


def erase_events(session: Session, row: Erasure) -> bool:
    """Erase the events of the parts, newest first, except those of the removal itself: they say that an entity is gone. Each call
    locks one board."""
    boards = dict.fromkeys(part.board for part in parts(row))
    return not any(_erase_on(session, [part for part in parts(row) if part.board == board]) for board in boards)


def _erase_on(session: Session, parts: list[Part]) -> int:
    """Erase events of the parts of one board; return how many."""
    count = 0
    for part in parts:
        if count < BATCH_SIZE:
            count += erasure_steps.erase(session, part.board, _readable(session, part, BATCH_SIZE - count))
    return count


def delete_rows(session: Session, row: Erasure) -> bool:
    """Delete former sources, and alerts about the events."""
    connection = session.connection()
    connection.execute(delete(table_of(EarlierSource)).where(columns_of(EarlierSource).sighting.in_(_ids(row))))
    for part in parts(row):
        seqs = erasure.seqs_of(session, *part)
        for model in (Alert, AlertRead):
            columns = columns_of(model)
            connection.execute(delete(table_of(model)).where(columns.board == part.board, columns.seq.in_(seqs)))
    return True


def remains(session: Session, row: Erasure) -> dict[str, int]:
    """Return the number of rows that should be gone, by kind. The row of a file counts only while it has a name or stored
    bytes."""
    counts = {"event": sum(len(_readable(session, part)) for part in parts(row))}
    for kind, model in all_models().items():
        columns = columns_of(model)
        ids = [part.id for part in parts(row) if part.kind == kind]
        is_left = columns.id.in_(ids) if model is not File else and_(columns.id.in_(ids), or_(_F.stored > 0, _F.name != ""))
        counts[kind] = len(session.connection().execute(select(columns.id).where(is_left)).all())
    former = columns_of(EarlierSource)
    counts["earliersource"] = len(session.connection().execute(select(former.seq).where(former.sighting.in_(_ids(row)))).all())
    return {name: count for name, count in counts.items() if count}


def _readable(session: Session, part: Part, limit: int = BATCH_SIZE) -> list[int]:
    return erasure.readable(session, part.board, limit, part.kind, part.id, of_removed=True)


def _ids(row: Erasure) -> list[str]:
    return [part.id for part in parts(row)]
