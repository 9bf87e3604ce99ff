"""The table of all commands: on which board, who may, what data, who does it. Nothing changes a board in another way."""

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
from board.commands.command import Rule
from realtime.protocol import Command

__all__ = ["TABLE", "Command", "Rule"]


TABLE: dict[str, Rule] = {
    "search.open": Rule("operations", "coordinator", searches.Open, searches.open_search),
    "search.update": Rule("search", "investigator", searches.Update, searches.update),
    "search.set_status": Rule("search", "coordinator", searches.SetStatus, searches.set_status, while_closed=True),
    "search.set_outcome": Rule("search", "coordinator", outcomes.SetOutcome, outcomes.set_outcome, while_closed=True),
    "search.set_worrying": Rule("search", "coordinator", searches.SetWorrying, searches.set_worrying),
    "search.set_appeal": Rule("search", "coordinator", appeals.Set, appeals.set_appeal),
    "search.set_access": Rule("search", "coordinator", searches.SetAccess, searches.set_access),
    "column.add": Rule("search", "coordinator", columns.Add, columns.add),
    "column.rename": Rule("search", "coordinator", columns.Rename, columns.rename),
    "column.move": Rule("search", "coordinator", columns.Move, columns.move),
    "column.remove": Rule("search", "coordinator", columns.Remove, columns.remove),
    "sighting.add": Rule("search", "investigator", sightings.Add, sightings.add),
    "sighting.update": Rule("search", "investigator", sightings.Update, sightings.update),
    "sighting.grade": Rule("search", "investigator", sightings.Regrade, sightings.grade),
    "sighting.assess": Rule("search", "investigator", sightings.Assess, sightings.assess),
    "task.add": Rule("search", "investigator", tasks.Add, tasks.add),
    "task.update": Rule("search", "investigator", tasks.Update, tasks.update),
    "card.move": Rule("search", "investigator", cards.Move, cards.move),
    "card.assign": Rule("search", "investigator", cards.Assign, cards.assign),
    "card.withdraw": Rule("search", "investigator", cards.Withdraw, cards.withdraw),
    "card.restore": Rule("search", "investigator", cards.Withdraw, cards.restore),
    "note.add": Rule("any", "investigator", notes.Add, notes.add, while_closed=True),
    "shift.take": Rule("operations", "coordinator", shifts.Take, shifts.take),
    "handover.prepare": Rule("operations", "coordinator", handovers.Prepare, handovers.prepare),
    "handover.write": Rule("any", "coordinator", handovers.Write, handovers.write, while_closed=True),
    "handover.sign": Rule("operations", "coordinator", handovers.Sign, handovers.sign),
    "handover.read": Rule("search", "coordinator", briefings.Read, briefings.read, while_closed=True),
    "handover.accept": Rule("operations", "coordinator", handovers.Accept, handovers.accept),
    "handover.refuse": Rule("operations", "coordinator", handovers.Refuse, handovers.refuse),
    "handover.withdraw": Rule("operations", "coordinator", handovers.Withdraw, handovers.withdraw),
    "undo": Rule("search", "investigator", undo.Undo, undo.undo, like=undo.command_of),
}


def taken_while_closed(rule: Rule, like: str | None) -> bool:
    """Return whether a closed search takes a command. It takes the undo of what it takes."""
    return rule.while_closed or (like is not None and like in undo.DONE_BY.values() and TABLE[like].while_closed)
