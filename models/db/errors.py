"""What a database says when it does not do a thing."""

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    PendingRollbackError,
    ProgrammingError,
    ResourceClosedError,
    SQLAlchemyError,
    TimeoutError,
)

SQLITE_STATEMENT_ERROR = "SQLITE_ERROR"  # a statement that can't be right: its own fault (in PostgreSQL another kind of error)


class DatabaseUnavailable(Exception):
    """The database could not do it now; nothing was changed, as far as it can say. Sent again, it may work, unless it is a
    fault."""

    @property
    def is_program_error(self) -> bool:
        """True where the database is not the cause: it was asked for what can't be right, and will be again."""
        return self.__cause__ is not None and is_statement_error(self.__cause__)


class ReadTimeout(DatabaseUnavailable):
    """A heavy read was stopped at its deadline, or as nobody waited for it any more."""


_CONNECTION_ERRORS = (
    TimeoutError,
    DisconnectionError,
    ResourceClosedError,
    PendingRollbackError,
)  # a connection is lost or awaited


def is_statement_error(error: BaseException) -> bool:
    """Return whether a statement, not the database, is the cause of an error."""
    if not isinstance(error, SQLAlchemyError):
        return False
    if not isinstance(error, DBAPIError):
        return not isinstance(error, _CONNECTION_ERRORS)
    if error.connection_invalidated:
        return False
    return isinstance(error, DataError | IntegrityError | ProgrammingError) or error_code(error) == SQLITE_STATEMENT_ERROR


def error_code(error: Exception) -> str:
    """Return the database's own code, as SQLITE_FULL or 53100; else the kind of the error. Never a text: it may quote one."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    return str(code or type(original).__name__)


class ConfigurationError(Exception):
    """The database named by the settings can't be used at all: one sentence why."""
