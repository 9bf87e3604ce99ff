"""PostgreSQL backend, versions 15 to 18: setup of connections, and meaning of errors.

Every wait is limited: for the server, for a lock, for a statement, and for a connection that was cut silently.
"""

import contextlib
import logging
import time
from collections.abc import Hashable, Iterator
from typing import Any

import orjson
from psycopg import Error, OperationalError, pq
from psycopg.types.json import set_json_loads
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from models.db import statement
from models.db.backend import SERVER_START_TIMEOUT_S, Backend
from models.db.errors import ConfigurationError
from models.db.read_pacing import Pace

log = logging.getLogger(__name__)

MIN_VERSION = 150_000  # in the form of server_version_num
READ_THREADS = 4
HEAVY_READ_THREADS = 4  # in addition to READ_THREADS
WRITE_THREADS = 4  # boards that one process writes to at the same time
POOL_TIMEOUT_S = 5
CONNECT_RETRY_PAUSE_S = 0.5  # pause between two attempts to reach a starting server
MIGRATION_LOCK_KEY = 0x626F617264  # advisory lock of a migration: "board"
CONNECT_OPTIONS = {
    "connect_timeout": 5,
    "keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # ms within which the other end must confirm sent data
    "application_name": "searchboard",
}  # fmt: skip
SESSION_SETTINGS = {
    "statement_timeout": "20s",
    "lock_timeout": "8s",  # longer than the holder of the lock can be stuck
    "client_encoding": "utf8",
}
READ_SETTINGS = {
    "default_transaction_isolation": "repeatable read", "default_transaction_read_only": "on",
    "idle_in_transaction_session_timeout": "20s",
}  # fmt: skip
WRITE_SETTINGS = {
    "default_transaction_isolation": "read committed", "default_transaction_read_only": "off",
    "idle_in_transaction_session_timeout": "5s",  # a stuck process must not keep a board locked
    # A process that is cut off while it sends must not keep a board locked either. The server waits for the rest, which does not
    # count as idle, and by default it checks the other end only after two hours.
    "tcp_keepalives_idle": "4", "tcp_keepalives_interval": "1", "tcp_keepalives_count": "3",
}  # fmt: skip
_LOCK_AVAILABLE = statement.Statement("SELECT id FROM board WHERE id IN :boards", postgresql=" FOR UPDATE SKIP LOCKED")
_CONNECTION_LOST = ("08", "57P")  # classes of SQLSTATE: connection failure, ended by an administrator or a crash
_RETRYABLE = (
    "40001", "40P01",  # serialization failure, deadlock
    "53300",  # too many connections
    "25P03",  # idle in a transaction for too long: this process was stopped
)  # fmt: skip
_PERMANENT_ERRORS = (
    "password", "does not exist", "pg_hba", "not permitted", "no encryption", "certificate",
    ' value: "', "for connection option", "bad value for", "definition of service",  # about an option in the URL
)  # fmt: skip


class PostgreSQLBackend(Backend):
    """Database on a server. Several boards can be written in parallel, each by one connection at a time."""

    kind = "postgresql"
    read_threads, heavy_read_threads, write_threads = READ_THREADS, HEAVY_READ_THREADS, WRITE_THREADS

    def __init__(self, url: URL) -> None:
        """Raise ConfigurationError if the URL has invalid parts."""
        _check_url(url)
        self._password = url.password or url.query.get("password")
        url = url.set(drivername="postgresql+psycopg")
        # One connection more than threads, for `write_now` in another thread.
        self.write_engine = _engine(url, WRITE_THREADS + 1, SESSION_SETTINGS | WRITE_SETTINGS)
        self.read_engine = _engine(url, READ_THREADS + HEAVY_READ_THREADS + 1, SESSION_SETTINGS | READ_SETTINGS)
        event.listen(self.write_engine, "connect", _keep_commits_durable)
        event.listen(self.write_engine, "connect", _let_transactions_begin_here)
        event.listen(self.write_engine, "before_cursor_execute", _begin)

    def wait_until_ready(self, patience_s: float = SERVER_START_TIMEOUT_S) -> None:
        deadline = time.monotonic() + patience_s
        logged = False
        while True:
            try:
                with self.write_engine.connect() as connection:
                    _check_server(connection)
                return
            except SQLAlchemyError as error:
                reason = self._error_text(error)
                if any(word in reason for word in _PERMANENT_ERRORS) or time.monotonic() > deadline:
                    raise ConfigurationError(f"The database server can't be used: {reason}.") from None
            if not logged:
                log.debug("waiting for database server")
                logged = True
            time.sleep(CONNECT_RETRY_PAUSE_S)

    def _error_text(self, error: SQLAlchemyError) -> str:
        """Return the error of the server or the driver in one line, without the password."""
        lines = str(getattr(error, "orig", None) or error).strip().splitlines() or ["no answer"]
        reason = lines[0].removeprefix("connection failed: ").strip().rstrip(".")
        return reason.replace(self._password, "…") if isinstance(self._password, str) and self._password else reason

    def queue_key(self, boards: tuple[str, ...]) -> tuple[Hashable, tuple[str, ...]]:
        """Use the last board as key, so that writes to one board run in order. A job that locks no board never waits."""
        return (boards[-1] if boards else object()), boards

    def try_lock_boards(self, connection: Connection, boards: set[str]) -> set[str]:
        return {id for (id,) in statement.read(connection, _LOCK_AVAILABLE, {"boards": boards})}

    def lock_for_migration(self, connection: Connection) -> None:
        """Take an advisory lock, because several processes start at the same time and one of them migrates."""
        self.disable_timeouts(connection)
        # text: advisory lock of PostgreSQL
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK_KEY})

    def disable_timeouts(self, connection: Connection) -> None:
        for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            # text: setting
            connection.execute(text(f"SET LOCAL {name} = 0"))

    @contextlib.contextmanager
    def statement_deadline(self, connection: Connection, pace: Pace) -> Iterator[None]:
        """Limit each statement to the time limit of the entire read, until the transaction ends."""
        # text: setting
        connection.execute(text(f"SET LOCAL statement_timeout = {max(1, round(pace.limit_s * 1000))}"))
        yield

    def remove_remains(self) -> dict[str, int | str] | None:
        """Vacuum all tables, so that the server reuses the space of deleted rows; report those that it could not remove yet."""
        with self.write_engine.connect() as connection:
            connection.detach()  # its settings end with it
            with contextlib.closing(connection.connection.cursor()) as cursor:
                cursor.execute("SET statement_timeout = 0")
                cursor.execute("VACUUM")
                cursor.execute("SELECT coalesce(sum(n_dead_tup), 0) FROM pg_stat_user_tables")
                (dead,) = cursor.fetchone() or (0,)
        return {"dead_rows": int(dead)}

    def size(self, connection: Connection) -> int:
        return int(connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one())

    def is_retryable(self, error: Exception) -> bool:
        """Return whether the connection was lost, or the transaction was aborted in favour of another."""
        if not isinstance(error, DBAPIError):
            return False
        # "cached plan must not change result type": another process has migrated.
        return is_connection_lost(error) or _sqlstate(error) in _RETRYABLE or "cached plan" in str(error.orig)


def _check_url(url: URL) -> None:
    """Raise ConfigurationError for an invalid URL. Never quotes it, because the intended password may be anywhere in it."""
    options = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    if "@" in (url.host or ""):
        raise ConfigurationError("DATABASE_URL has more than one @. Write an @ in a name or a password as %40.")
    if url.port is not None and not 0 < url.port < 65_536:
        raise ConfigurationError("DATABASE_URL has a wrong port. A port is a number from 1 to 65535.")
    if "%00" in url.render_as_string(hide_password=False):  # libpq would stop reading here, and connect elsewhere
        raise ConfigurationError("DATABASE_URL contains the character U+0000. Remove it.")
    if not options.issuperset(url.query):
        raise ConfigurationError("DATABASE_URL has an option after its ? that PostgreSQL's library does not know.")
    if any(isinstance(value, tuple) for name, value in url.query.items() if name != "options"):
        raise ConfigurationError("DATABASE_URL has the same option twice after its ?.")
    if any("," in str(value) for value in (url.host, *map(url.query.get, ("host", "hostaddr", "port"))) if value):
        raise ConfigurationError("DATABASE_URL names several servers. The board works with one.")


def is_connection_lost(error: DBAPIError) -> bool:
    """Return whether the connection is lost. A commit in progress may or may not have succeeded."""
    state = _sqlstate(error)
    return (
        error.connection_invalidated
        or state.startswith(_CONNECTION_LOST)
        or (not state and isinstance(error.orig, OperationalError))
    )


def _sqlstate(error: DBAPIError) -> str:
    return (error.orig.sqlstate or "") if isinstance(error.orig, Error) else ""


def _engine(url: URL, pool: int, session: dict[str, str]) -> Engine:
    settings = " ".join(f"-c {name}={value.replace(' ', chr(92) + ' ')}" for name, value in session.items())
    url_options = url.query.get("options", "")
    defaults = {name: value for name, value in CONNECT_OPTIONS.items() if name not in url.query}
    engine = create_engine(
        url.difference_update_query(["options"]),
        pool_size=pool,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        pool_use_lifo=True,
        use_native_hstore=False,  # saves a query on every new connection
        hide_parameters=True,  # no user input in error messages
        connect_args=defaults
        | {"options": f"{url_options if isinstance(url_options, str) else ' '.join(url_options)} {settings}".strip()},
    )
    event.listen(engine, "connect", _read_json_fast)
    return engine


def _keep_commits_durable(connection: object, _record: object) -> None:
    """Make commits durable when they return, even if the server's default is weaker. A stricter setting stays."""
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')"
        )
    connection.commit()  # type: ignore[attr-defined]


def _let_transactions_begin_here(connection: Any, _record: object) -> None:
    """Prevent the driver from beginning transactions, because it waits for the answer before it sends more."""
    connection.autocommit = True


def _begin(connection: Connection, *_: object) -> None:
    """Begin a transaction for SQLAlchemy's next statement. `models.db.statement` does so for its own statements."""
    statement.begin(connection)


def _read_json_fast(connection: Any, _record: object) -> None:
    set_json_loads(orjson.loads, connection)


def _check_server(connection: Connection) -> None:
    # text: setting
    version = int(str(connection.execute(text("SHOW server_version_num")).scalar()))
    if version < MIN_VERSION:
        raise ConfigurationError(f"The database server is PostgreSQL {version // 10_000}. The board needs 15 or newer.")
    # text: setting
    encoding = connection.execute(text("SHOW server_encoding")).scalar()
    if encoding != "UTF8":
        raise ConfigurationError(f"The database has the encoding {encoding}. Create one with the encoding UTF8.")
