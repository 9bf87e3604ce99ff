"""Health of writes. A full disk, for example, fails every write but no read."""

from collections.abc import Callable

from models.db.errors import SQLITE_STATEMENT_ERROR, error_code


class WriteHealth:
    """Error code of the first failed write, until a write succeeds. Set by the writer threads."""

    def __init__(self) -> None:
        self.error_code: str | None = None
        self.on_change: Callable[[str | None], object] = lambda error_code: None

    def record_failure(self, error: Exception) -> None:
        """Store the code of the first failed write. Later failures are not reported, and invalid statements do not count."""
        code = error_code(error)
        if self.error_code is None and code != SQLITE_STATEMENT_ERROR:
            self.error_code = code
            self.on_change(code)

    def record_success(self) -> None:
        if self.error_code is not None:
            self.error_code = None
            self.on_change(None)
