"""Whether writes work: a disk that is full fails every write, and no read."""

from collections.abc import Callable

from models.db.errors import STATEMENT, code_of


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
