"""Run of the erasures: one that is stuck holds up no other."""

from typing import Any

import pytest

from board.errors import OperationError
from board.retention.erasure_run import ErasureRun
from models.db.errors import DatabaseUnavailable


class OpenErasures:
    """Database with three open erasures."""

    async def read(self, _fn: Any) -> list[str]:
        return ["a", "b", "c"]


class Run(ErasureRun):
    """Run whose first erasure fails."""

    def __init__(self, failure: Exception) -> None:
        super().__init__(OpenErasures(), None, keys_file=None)  # type: ignore[arg-type]
        self.failure, self.continued = failure, list[str]()

    async def continue_one(self, id: str) -> bool:
        self.continued.append(id)
        if id == "a":
            raise self.failure
        return True


@pytest.mark.parametrize("failure", [OperationError("stuck"), RuntimeError("stuck")], ids=["key", "fault"])
async def test_stuck_erasure_holds_up_no_other(failure: Exception) -> None:
    run = Run(failure)
    with pytest.raises(type(failure)):
        await run.continue_all()
    assert run.continued == ["a", "b", "c"]


async def test_missing_database_ends_the_run() -> None:
    run = Run(DatabaseUnavailable())
    with pytest.raises(DatabaseUnavailable):
        await run.continue_all()
    assert run.continued == ["a"]
