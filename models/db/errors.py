"""Errors of the database."""

from sqlalchemy import exc

SQLITE_STATEMENT_ERROR = "SQLITE_ERROR"  # code of an invalid statement (PostgreSQL has a class of errors instead)


class DatabaseUnavailable(Exception):
    """Temporary failure of the database. Nothing was changed, as far as it can tell. A retry may succeed, unless the cause is an
    invalid statement."""

    @property
    def is_program_error(self) -> bool:
        """Return whether the cause is an invalid statement, not the database, so that a retry would fail again."""
        return self.__cause__ is not None and is_statement_error(self.__cause__)


class ReadTimeout(DatabaseUnavailable):
    """End of a heavy read at its time limit, or because nobody waits for it."""


# errors of a lost or unavailable connection
_CONNECTION_ERRORS = (exc.TimeoutError, exc.DisconnectionError, exc.ResourceClosedError, exc.PendingRollbackError)


def is_statement_error(error: BaseException) -> bool:
    """Return whether a statement, not the database, is the cause of an error."""
    if not isinstance(error, exc.SQLAlchemyError):
        return False
    if not isinstance(error, exc.DBAPIError):
        return not isinstance(error, _CONNECTION_ERRORS)
    if error.connection_invalidated:
        return False
    return (
        isinstance(error, exc.DataError | exc.IntegrityError | exc.ProgrammingError)
        or error_code(error) == SQLITE_STATEMENT_ERROR
    )


def error_code(error: Exception) -> str:
    """Return the database's own code, such as SQLITE_FULL or 53100, otherwise the type of the error. Never its text, which may
    quote data."""
    original = error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error
    code = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    return str(code or type(original).__name__)


class ConfigurationError(Exception):
    """Unusable configuration. The message states the problem and what to do."""
