"""Cached views of boards with a snapshot, because after a restart a thousand clients read the same few boards."""

from realtime.source import ChannelView

MAX_KEPT_BYTES = 32 * 1_048_576  # bytes of entities over all boards; frames use as much again for each of a few audiences


class KeptSnapshots:
    """Cache of the last complete view of each board. The least recently read boards are dropped first.

    A view is reused only after comparing the board's position in the database: see `event_source`.
    """

    def __init__(self) -> None:
        self._views: dict[str, tuple[ChannelView, int]] = {}
        self._read_boards = set[str]()  # boards read since the last `age`
        self._bytes = 0

    def get(self, board: str) -> ChannelView | None:
        """Return the cached view of a board; None if there is none."""
        found = self._views.pop(board, None)
        if found is None:
            return None
        self._read_boards.add(board)
        self._views[board] = found  # now the most recently read one
        return found[0]

    def age(self) -> None:
        """Discard the views that were not read since the last call."""
        for board in self._views.keys() - self._read_boards:
            self.drop(board)
        self._read_boards.clear()

    def drop(self, board: str) -> None:
        """Discard the view of a board, whose data some readers must no longer get."""
        _, size = self._views.pop(board, (None, 0))
        self._bytes -= size

    def keep(self, board: str, view: ChannelView | None) -> None:
        """Replace the board's earlier view, if this one has a snapshot."""
        if view is None or view.entities is None:
            return
        _, before = self._views.pop(board, (None, 0))
        size = sum(len(encoded) for _, encoded in view.entities)
        self._views[board] = view, size
        self._read_boards.add(board)
        self._bytes += size - before
        while self._bytes > MAX_KEPT_BYTES:
            _, dropped = self._views.pop(next(iter(self._views)))
            self._bytes -= dropped
