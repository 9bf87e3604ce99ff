"""Recipients of the files of a backup: the key of the search that a file belongs to, otherwise the recipients of backups.

A folder of encrypted files lists them in RECIPIENTS, one per line. The recipient of a search follows the id of the search.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from board.config.backup_keys import parse_recipients, recipient_names
from board.config.search_keys import KeyState, SearchKeys
from board.config.settings import Settings
from board.maintenance.files import FileRow

NAME = "RECIPIENTS"


@dataclass(frozen=True)
class FileRecipients:
    """Recipients of the files of one backup, as text. Files without recipients are not encrypted."""

    common: frozenset[str]
    by_search: dict[str, str]

    @classmethod
    def of(cls, settings: Settings, rows: list[FileRow], keys: SearchKeys | None) -> "FileRecipients":
        """Return the recipients of the settings. Creates the missing keys of searches. Raises OperationError."""
        by_search: dict[str, str] = {}
        if keys is not None:
            boards = sorted({row.board for row in rows})
            keys.add(boards)
            by_search = {board: str(keys.recipient(board)) for board in boards if keys.state(board) is KeyState.PRESENT}
        return cls(frozenset(recipient_names(settings.backup_recipients or "")), by_search)

    @classmethod
    def read(cls, folder: Path) -> "FileRecipients":
        """Return the recipients that a backup lists."""
        list = folder / NAME
        lines = [line.split() for line in list.read_text().splitlines()] if list.is_file() else []
        common = frozenset(words[0] for words in lines if len(words) == 1)
        return cls(common, {words[0]: words[1] for words in lines if len(words) == 2})

    def write(self, folder: Path) -> None:
        if self.common or self.by_search:
            lines = [*sorted(self.common), *(f"{board} {name}" for board, name in sorted(self.by_search.items()))]
            (folder / NAME).write_text("".join(f"{line}\n" for line in lines))

    def of_search(self, board: str) -> frozenset[str]:
        return frozenset([self.by_search[board]]) if board in self.by_search else self.common

    def keys(self, board: str) -> list[Any]:
        """Return the recipients of a search's files as keys."""
        names = self.of_search(board)
        return parse_recipients(" ".join(names)) if names else []
