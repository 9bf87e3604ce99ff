"""Shares of boards in tests, which differ from the product's."""

from typing import Any

import pytest

from board.config.board_shares import BoardShares, load_board_shares
from board.service import BoardService


def shares(**changes: Any) -> BoardShares:
    return load_board_shares().model_copy(update=changes)


def set_shares(monkeypatch: pytest.MonkeyPatch, service: BoardService, **changes: Any) -> None:
    monkeypatch.setattr(service, "shares", shares(**changes))


def without_reserve(monkeypatch: pytest.MonkeyPatch, service: BoardService) -> None:
    """Remove the reserve for coordinators: a full board is full for them, too."""
    set_shares(monkeypatch, service, reserve=0)
