"""Table of all commands: board, role, data and handler. Nothing else changes a board."""

from board.commands import (
    appeals,
    briefings,
    cards,
    columns,
    handovers,
    notes,
    outcomes,
    searches,
    shifts,
    sightings,
    tasks,
    undo,
)
from board.commands.command import CommandSpec
from realtime.protocol import Command

__all__ = ["TABLE", "Command", "CommandSpec"]


TABLE: dict[str, CommandSpec] = {
    "search.open": CommandSpec("operations", "coordinator", searches.Open, searches.open_search),
    "search.update": CommandSpec("search", "investigator", searches.Update, searches.update),
    "search.set_status": CommandSpec("search", "coordinator", searches.SetStatus, searches.set_status, while_closed=True),
    "search.set_outcome": CommandSpec("search", "coordinator", outcomes.SetOutcome, outcomes.set_outcome, while_closed=True),
    "search.set_worrying": CommandSpec("search", "coordinator", searches.SetWorrying, searches.set_worrying),
    "search.set_appeal": CommandSpec("search", "coordinator", appeals.Set, appeals.set_appeal),
    "search.set_access": CommandSpec("search", "coordinator", searches.SetAccess, searches.set_access),
    "column.add": CommandSpec("search", "coordinator", columns.Add, columns.add),
    "column.rename": CommandSpec("search", "coordinator", columns.Rename, columns.rename),
    "column.move": CommandSpec("search", "coordinator", columns.Move, columns.move),
    "column.remove": CommandSpec("search", "coordinator", columns.Remove, columns.remove),
    "sighting.add": CommandSpec("search", "investigator", sightings.Add, sightings.add),
    "sighting.update": CommandSpec("search", "investigator", sightings.Update, sightings.update),
    "sighting.grade": CommandSpec("search", "investigator", sightings.SetGrade, sightings.grade),
    "sighting.assess": CommandSpec("search", "investigator", sightings.Assess, sightings.assess),
    "task.add": CommandSpec("search", "investigator", tasks.Add, tasks.add),
    "task.update": CommandSpec("search", "investigator", tasks.Update, tasks.update),
    "card.move": CommandSpec("search", "investigator", cards.Move, cards.move),
    "card.assign": CommandSpec("search", "investigator", cards.Assign, cards.assign),
    "card.withdraw": CommandSpec("search", "investigator", cards.Withdraw, cards.withdraw),
    "card.restore": CommandSpec("search", "investigator", cards.Withdraw, cards.restore),
    "note.add": CommandSpec("any", "investigator", notes.Add, notes.add, while_closed=True),
    "shift.take": CommandSpec("operations", "coordinator", shifts.Take, shifts.take),
    "handover.prepare": CommandSpec("operations", "coordinator", handovers.Prepare, handovers.prepare),
    "handover.write": CommandSpec("any", "coordinator", handovers.Write, handovers.write, while_closed=True),
    "handover.sign": CommandSpec("operations", "coordinator", handovers.Sign, handovers.sign),
    "handover.read": CommandSpec("search", "coordinator", briefings.Read, briefings.read, while_closed=True),
    "handover.accept": CommandSpec("operations", "coordinator", handovers.Accept, handovers.accept),
    "handover.refuse": CommandSpec("operations", "coordinator", handovers.Refuse, handovers.refuse),
    "handover.withdraw": CommandSpec("operations", "coordinator", handovers.Withdraw, handovers.withdraw),
    "undo": CommandSpec("search", "investigator", undo.Undo, undo.undo, equivalent=undo.command_of),
}


def is_allowed_while_closed(spec: CommandSpec, equivalent: str | None) -> bool:
    """Return whether a command is allowed on a closed search. The undo of an allowed command is allowed too."""
    return spec.while_closed or (
        equivalent is not None and equivalent in undo.UNDOABLE.values() and TABLE[equivalent].while_closed
    )
