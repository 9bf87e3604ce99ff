"""Errors of the database."""

from sqlalchemy import exc

SQLITE_STATEMENT_ERROR = "SQLITE_ERROR"  # code of an invalid statement (PostgreSQL has a class of errors instead)


class DatabaseUnavailable(Exception):
    """The database could not do it now. Nothing was changed, as far as it can tell; a retry may work, unless the cause is an
    invalid statement."""

    @property
    def is_program_error(self) -> bool:
        """Return whether an invalid statement is the cause, not the database: a retry will fail again."""
        return self.__cause__ is not None and is_statement_error(self.__cause__)


class ReadTimeout(DatabaseUnavailable):
    """A heavy read was stopped at its time limit, or because nobody waited for it."""


# A connection was lost or not available.
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
    """Return the database's own code, such as SQLITE_FULL or 53100; else the type of the error. Never its text, which may quote
    data."""
    original = error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error
    code = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    return str(code or type(original).__name__)


class ConfigurationError(Exception):
    """The configured database can't be used. The message says why, and what to do."""
