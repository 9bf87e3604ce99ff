"""Write transaction: its session, the changes that the session does not track, and the program's only commit."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, Transaction
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from models.db.statement import Write, write_all

T = TypeVar("T")

# Keys of `Session.info`.
PENDING, _BATCH, _MAYBE_COMMITTED, _AFTER_COMMIT, _CONNECTION = (
    "pending",
    "batch",
    "maybe committed",
    "after commit",
    "connection",
)


class JobFailed(Exception):
    """Failure of a function in a transaction. Its work must be undone, and the other functions retried."""


class PendingChanges(Protocol):
    """Changes of a transaction that its session does not track."""

    def flush(self, session: Session) -> None:
        """Write the changes that a query could miss."""

    def finish(self, session: Session) -> None:
        """Run the final steps, once, after all functions that share the session."""

    def writes(self) -> list[Write]:
        """Return the remaining writes, to be sent with the commit."""


class _WriteSession(Session):
    """Session that also writes pending changes when it flushes: before ORM queries. Call `flush()` before other queries."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        if (changes := self.info.get(PENDING)) is not None:
            changes.flush(self)
        super().flush(objects)

    def flush_orm(self) -> None:
        """Write the rows that the session itself tracks."""
        super().flush()


class WriteTransaction:
    """Open transaction. `run` functions in it, then `commit`. Without a commit it is rolled back."""

    def __init__(self, connection: Connection, transaction: Transaction) -> None:
        self.connection, self._transaction = connection, transaction
        self._writes: list[Write] = []
        self.committed: list[Callable[[], None]] = []  # to call after the commit

    def run(self, fn: Callable[[Session], T], jobs: Sequence[Callable[[Session], Any]] = ()) -> T:
        """Run fn in the session. `jobs`: functions that fn runs in turn."""
        with _WriteSession(self.connection, join_transaction_mode="rollback_only", expire_on_commit=False) as session:
            session.info[_CONNECTION], session.info[_BATCH] = self.connection, jobs
            result = fn(session)
            if (changes := session.info.get(PENDING)) is not None:
                changes.finish(session)
            session.flush_orm()
            self._writes += changes.writes() if changes is not None else ()
            self.committed += session.info.get(_AFTER_COMMIT, ())
            return result

    def send(self) -> None:
        """Write the remaining changes without a commit."""
        write_all(self.connection, self._writes)
        self._writes = []

    def commit(self) -> None:
        """Write the remaining changes and commit, in one round trip if the driver can. Raises JobFailed if a value can't be
        sent."""
        try:
            write_all(self.connection, self._writes, commit=True)
        except DBAPIError:
            raise
        except Exception as error:
            raise JobFailed from error
        self._transaction.commit()


@contextmanager
def begin(engine: Engine) -> Iterator[WriteTransaction]:
    """Begin a transaction, which ends with the `with` block."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield WriteTransaction(connection, transaction)


def batch(session: Session) -> Sequence[Callable[[Session], Any]]:
    """Return the functions that share this session, in order, so that one query can read data for all of them."""
    functions: Sequence[Callable[[Session], Any]] = session.info.get(_BATCH, ())
    return functions


def connection_of(session: Session) -> Connection:
    """Return the connection of a session, for text SQL. A write session does not begin another transaction for it, which would
    cost as much as a statement: it uses the transaction of its connection."""
    connection: Connection | None = session.info.get(_CONNECTION)
    return connection if connection is not None else session.connection()


def keep(session: Session, changes: PendingChanges) -> None:
    """Attach changes to this session, which are flushed, finished and written with it."""
    session.info[PENDING] = changes


def maybe_committed(session: Session) -> bool:
    """Return whether an earlier attempt may have been committed, because the connection was lost during COMMIT."""
    return bool(session.info.get(_MAYBE_COMMITTED))


def set_maybe_committed(session: Session, value: bool) -> None:
    """Set whether an earlier attempt of the next function may have been committed."""
    session.info[_MAYBE_COMMITTED] = value


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Register a function that runs once after the commit, in the thread that wrote. It must not fail."""
    session.info.setdefault(_AFTER_COMMIT, []).append(callback)
