"""Trace of a command by `dev trace`, which counts the files and functions that it runs through."""

import pytest

from board.dev import trace_command
from board.errors import OperationError

MAX_FILES, MAX_HOPS = 50, 170  # of a `sighting.add`: lower them when it runs through fewer


def test_trace_counts_the_way_of_a_sighting() -> None:
    trace = trace_command.trace("sighting.add")
    assert {"board/commands/execute.py", "board/commands/sightings/sightings.py", "board/engine/event_writer.py"} <= trace.files
    assert len(trace.files) <= MAX_FILES, "\n".join(trace.details())
    assert trace.hops.total() <= MAX_HOPS, "\n".join(trace.details())


def test_trace_counts_only_hops_between_files() -> None:
    trace = trace_command.trace("note.add")
    assert all(caller != called for caller, called in trace.hops)
    assert trace.hops.total() == trace.entered().total() > 0


def test_unknown_command_is_refused_with_those_that_can_be_traced() -> None:
    """List of the commands that `dev trace` knows."""
    with pytest.raises(OperationError, match=r"sighting\.add"):
        trace_command.trace("no.command")
