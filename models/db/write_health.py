"""Whether writes work: a disk that is full fails every write, and no read."""

from collections.abc import Callable

from models.db.errors import SQLITE_STATEMENT_ERROR, error_code


class WriteHealth:
    """The code with which a write failed, until one is known to work. Set by the writing threads."""

    def __init__(self) -> None:
        self.error_code: str | None = None
        self.on_change: Callable[[str | None], object] = lambda fault: None

    def record_failure(self, error: Exception) -> None:
        """Keep the code of the first write that failed; later ones are not told again."""
        code = error_code(error)
        if self.error_code is None and code != SQLITE_STATEMENT_ERROR:
            self.error_code = code
            self.on_change(code)

    def record_success(self) -> None:
        if self.error_code is not None:
            self.error_code = None
            self.on_change(None)
