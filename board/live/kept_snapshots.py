"""Views of boards with a snapshot, kept while nothing changes: after a restart a thousand clients read the same few boards."""

from realtime.source import ChannelView

MAX_KEPT_BYTES = 32 * 1_048_576  # bytes of entities over all boards; frames take as much again for each of a few audiences


class KeptSnapshots:
    """Last view of each board that somebody read whole; the boards that were not read for longest are dropped first.

    A view is used again only after a read of the board's position in the database: see `event_source`.
    """

    def __init__(self) -> None:
        self._views: dict[str, tuple[ChannelView, int]] = {}
        self._bytes = 0

    def get(self, board: str) -> ChannelView | None:
        """Return the last view of a board."""
        found = self._views.pop(board, None)
        if found is None:
            return None
        self._views[board] = found  # now the last one that was read
        return found[0]

    def keep(self, board: str, view: ChannelView | None) -> None:
        """Keep a view in place of the board's earlier one, if it has a snapshot."""
        if view is None or view.entities is None:
            return
        _, before = self._views.pop(board, (None, 0))
        size = sum(len(encoded) for _, encoded in view.entities)
        self._views[board] = view, size
        self._bytes += size - before
        while self._bytes > MAX_KEPT_BYTES:
            _, dropped = self._views.pop(next(iter(self._views)))
            self._bytes -= dropped
