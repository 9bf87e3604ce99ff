"""Whether writes work: a disk that is full fails every write, and no read."""

from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

STATEMENT = "SQLITE_ERROR"  # a statement that can't be right: its own fault (in PostgreSQL another kind of error)


class WriteHealth:
    """The code with which a write failed, until one is known to work. Set by the writing threads."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.changed: Callable[[str | None], object] = lambda fault: None

    def failed(self, error: Exception) -> None:
        """Keep the code of the first write that failed; later ones are not told again."""
        code = code_of(error)
        if self.fault is None and code != STATEMENT:
            self.fault = code
            self.changed(code)

    def works(self) -> None:
        if self.fault is not None:
            self.fault = None
            self.changed(None)


def code_of(error: Exception) -> str:
    """Return the database's own code, as SQLITE_FULL or 53100; else the kind of the error. Never a text: it may quote one."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    return str(code or type(original).__name__)
