"""Table of all commands, and registration of all kinds. Only these commands and the server change a board."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from board.commands import undo
from board.commands.alarms import alarms, promises
from board.commands.cards import cards, columns, notes, room, tasks
from board.commands.command import ABOUT_CARD, AFTER, BEFORE, CARD, CommandSpec, EntityRead
from board.commands.contacts import contacts, details
from board.commands.duty import duties, plan
from board.commands.files import file_removals, files, photos
from board.commands.handover import briefings, handovers, shifts
from board.commands.materials import distributions, materials
from board.commands.reports import decisions, reports
from board.commands.reports import kind as report_kind
from board.commands.searches import appeals, goals, links, outcomes, searches
from board.commands.sightings import sightings, sources, tips, wakes
from board.engine import kinds
from board.engine.kinds import Kind
from models.board import OPERATIONS
from realtime.wire.protocol import Command

__all__ = ["TABLE", "Command", "CommandSpec"]

for declared_kind in (  # in the order of snapshots
    searches.KIND, columns.KIND, sightings.KIND, tasks.KIND, notes.KIND, briefings.KIND, shifts.KIND, handovers.KIND,
    handovers.SEARCH_KIND, alarms.KIND, tips.KIND, files.KIND, materials.KIND, distributions.KIND,
    duties.KIND, plan.KIND, wakes.KIND, contacts.KIND, report_kind.KIND,
):  # fmt: skip
    kinds.register(declared_kind)

SIGHTING, TASK, TIP = EntityRead("sighting", "sighting"), EntityRead("task", "task"), EntityRead("tip", "tip")
FILE, COLUMN, ALARM = EntityRead("file", "file"), EntityRead("column", "column"), EntityRead("alarm", "alarm")
MATERIAL, DISTRIBUTION = EntityRead("material", "material"), EntityRead("distribution", "distribution")
WAKE, CONTACT = EntityRead("wake", "wake"), EntityRead("contact", "contact")
REPORT = EntityRead("report", "report")
ABOUT_SIGHTING = EntityRead("sighting", "sighting", is_changed=False)

TABLE: dict[str, CommandSpec] = {
    "search.open": CommandSpec("operations", "coordinator", searches.OpenSearch, searches.open_search),
    "search.update": CommandSpec(
        "search", "investigator", searches.UpdateSearch, searches.update, patches=(searches.Fields,), also_locks=OPERATIONS
    ),
    "search.set_status": CommandSpec(
        "search", "coordinator", searches.SetStatus, searches.set_status, while_closed=True, also_locks=OPERATIONS
    ),
    "search.set_outcome": CommandSpec(
        "search", "coordinator", outcomes.SetOutcome, outcomes.set_outcome, while_closed=True, also_locks=OPERATIONS
    ),
    "search.set_worrying": CommandSpec(
        "search", "coordinator", searches.SetWorrying, searches.set_worrying, also_locks=OPERATIONS
    ),
    "search.set_appeal": CommandSpec("search", "coordinator", appeals.SetAppeal, appeals.set_appeal, also_locks=OPERATIONS),
    "search.set_goal": CommandSpec("search", "coordinator", goals.SetGoal, goals.set_goal, or_lead=True, also_locks=OPERATIONS),
    "search.link": CommandSpec("search", "coordinator", links.LinkSearch, links.link, also_locks=OPERATIONS),
    "search.set_photo": CommandSpec("search", "investigator", photos.SetPhoto, photos.set_photo, also_locks=OPERATIONS),
    "search.set_access": CommandSpec("search", "coordinator", searches.SetAccess, searches.set_access, also_locks=OPERATIONS),
    "column.add": CommandSpec("search", "coordinator", columns.AddColumn, columns.add),
    "column.rename": CommandSpec("search", "coordinator", columns.RenameColumn, columns.rename, reads=(COLUMN,)),
    "column.move": CommandSpec("search", "coordinator", columns.MoveColumn, columns.move, reads=(COLUMN,)),
    "column.remove": CommandSpec("search", "coordinator", columns.RemoveColumn, columns.remove, reads=(COLUMN,)),
    "sighting.add": CommandSpec("search", "investigator", sightings.AddSighting, sightings.add, places_card=True),
    "sighting.update": CommandSpec(
        "search",
        "investigator",
        sightings.UpdateSighting,
        sightings.update,
        patches=(sightings.Fields, sources.SourceIdentity),
        reads=(SIGHTING,),
    ),
    "sighting.grade": CommandSpec("search", "investigator", sightings.GradeSighting, sightings.grade, reads=(SIGHTING,)),
    "sighting.assess": CommandSpec("search", "investigator", sightings.AssessSighting, sightings.assess, reads=(SIGHTING,)),
    "sighting.looked_at": CommandSpec("search", "investigator", sightings.LookAtSighting, sightings.look, reads=(SIGHTING,)),
    "sighting.pass_on": CommandSpec("search", "investigator", sightings.PassOnSighting, sightings.pass_on, reads=(SIGHTING,)),
    "tip.add": CommandSpec("operations", "investigator", tips.AddTip, tips.add),
    "tip.update": CommandSpec(
        "operations",
        "investigator",
        tips.UpdateTip,
        tips.update,
        patches=(sightings.Fields, sources.SourceIdentity),
        reads=(TIP,),
    ),
    "tip.assign": CommandSpec("operations", "investigator", tips.AssignTip, tips.assign, reads=(TIP,)),
    "tip.place": CommandSpec("operations", "investigator", tips.PlaceTip, tips.place, also_locks="search", reads=(TIP,)),
    "tip.dismiss": CommandSpec("operations", "investigator", tips.DismissTip, tips.dismiss, reads=(TIP,)),
    "tip.restore": CommandSpec("operations", "investigator", tips.RestoreTip, tips.restore, reads=(TIP,)),
    "report.add": CommandSpec("operations", "investigator", reports.AddReport, reports.add),
    "report.update": CommandSpec(
        "operations",
        "investigator",
        reports.UpdateReport,
        reports.update,
        patches=(reports.Fields, sources.SourceIdentity),
        also_locks="search",
        reads=(REPORT,),
    ),
    "report.ask": CommandSpec("operations", "investigator", reports.AskReporter, reports.ask, reads=(REPORT,), right="report"),
    "report.end_call": CommandSpec("operations", "investigator", reports.EndCall, reports.end_call, reads=(REPORT,)),
    "report.open": CommandSpec(
        "operations", "investigator", decisions.OpenReport, decisions.open_report, reads=(REPORT,), right="report"
    ),
    "report.join": CommandSpec(
        "operations", "investigator", decisions.JoinReport, decisions.join, also_locks="search", reads=(REPORT,), right="report"
    ),
    "report.close": CommandSpec(
        "operations", "investigator", decisions.CloseReport, decisions.close, reads=(REPORT,), right="report"
    ),
    "report.reopen": CommandSpec(
        "operations", "investigator", decisions.ReopenReport, decisions.reopen, reads=(REPORT,), right="report"
    ),
    "wake.answer": CommandSpec("search", "investigator", wakes.AnswerWake, wakes.answer, also_locks=OPERATIONS, reads=(WAKE,)),
    "task.add": CommandSpec("search", "investigator", tasks.AddTask, tasks.add, places_card=True, reads=(ABOUT_SIGHTING,)),
    "task.update": CommandSpec("search", "investigator", tasks.UpdateTask, tasks.update, patches=(tasks.Fields,), reads=(TASK,)),
    "card.move": CommandSpec("search", "investigator", cards.MoveCard, cards.move, places_card=True, reads=(CARD, BEFORE, AFTER)),
    "card.assign": CommandSpec("search", "investigator", cards.AssignCard, cards.assign, reads=(CARD,)),
    "card.withdraw": CommandSpec("search", "investigator", cards.WithdrawCard, cards.withdraw, reads=(CARD,)),
    "card.restore": CommandSpec("search", "investigator", cards.WithdrawCard, cards.restore, reads=(CARD,)),
    "note.add": CommandSpec("any", "investigator", notes.AddNote, notes.add, while_closed=True, reads=(ABOUT_CARD,)),
    "contact.add": CommandSpec("search", "investigator", contacts.AddContact, contacts.add, while_closed=True),
    "contact.update": CommandSpec(
        "search",
        "investigator",
        contacts.UpdateContact,
        contacts.update,
        while_closed=True,
        patches=(contacts.Fields, details.ContactDetails),
        reads=(CONTACT,),
    ),
    "contact.log": CommandSpec(
        "search", "investigator", contacts.LogCall, contacts.log_call, while_closed=True, reads=(CONTACT,)
    ),
    "contact.withdraw": CommandSpec(
        "search", "investigator", contacts.WithdrawContact, contacts.withdraw, while_closed=True, reads=(CONTACT,)
    ),
    "contact.restore": CommandSpec(
        "search", "investigator", contacts.WithdrawContact, contacts.restore, while_closed=True, reads=(CONTACT,)
    ),
    "file.attach": CommandSpec("search", "investigator", files.AttachFile, files.attach, while_closed=True, reads=(ABOUT_CARD,)),
    "file.update": CommandSpec(
        "search", "investigator", files.UpdateFile, files.update, patches=(files.Fields,), reads=(FILE, ABOUT_CARD)
    ),
    "file.withdraw": CommandSpec(
        "search", "investigator", files.WithdrawFile, files.withdraw, while_closed=True, also_locks=OPERATIONS, reads=(FILE,)
    ),
    "file.propose_removal": CommandSpec(
        "search", "coordinator", file_removals.ProposeRemoval, file_removals.propose, while_closed=True, reads=(FILE,)
    ),
    "file.confirm_removal": CommandSpec(
        "search", "coordinator", file_removals.ConfirmRemoval, file_removals.confirm, while_closed=True, reads=(FILE,)
    ),
    "shift.take": CommandSpec("operations", "coordinator", shifts.TakeShift, shifts.take),
    "handover.prepare": CommandSpec("operations", "coordinator", handovers.PrepareHandover, handovers.prepare),
    "handover.write": CommandSpec(
        "any",
        "coordinator",
        handovers.WriteHandover,
        handovers.write,
        while_closed=True,
        patches=(briefings.BriefingFields, handovers.HandoverFields),
        also_locks=OPERATIONS,
    ),
    "handover.sign": CommandSpec("operations", "coordinator", handovers.SignHandover, handovers.sign),
    "handover.read": CommandSpec(
        "search", "coordinator", briefings.ReadBriefing, briefings.read, while_closed=True, also_locks=OPERATIONS
    ),
    "handover.restate": CommandSpec(
        "search", "coordinator", briefings.RestateBriefing, briefings.restate, while_closed=True, also_locks=OPERATIONS
    ),
    "handover.answer": CommandSpec(
        "search", "coordinator", briefings.AnswerRestatement, briefings.answer, while_closed=True, also_locks=OPERATIONS
    ),
    "handover.accept": CommandSpec("operations", "coordinator", handovers.AcceptHandover, handovers.accept),
    "handover.refuse": CommandSpec("operations", "coordinator", handovers.RefuseHandover, handovers.refuse),
    "handover.withdraw": CommandSpec("operations", "coordinator", handovers.WithdrawHandover, handovers.withdraw),
    "material.approve": CommandSpec("search", "coordinator", materials.ApproveMaterial, materials.approve),
    "material.withdraw": CommandSpec(
        "search", "coordinator", materials.WithdrawMaterial, materials.withdraw, while_closed=True, reads=(MATERIAL,)
    ),
    "distribution.add": CommandSpec("search", "investigator", distributions.AddDistribution, distributions.add),
    "distribution.update": CommandSpec(
        "search",
        "investigator",
        distributions.UpdateDistribution,
        distributions.update,
        patches=(distributions.Fields,),
        reads=(DISTRIBUTION,),
    ),
    "distribution.take_down": CommandSpec(
        "search", "investigator", distributions.RecordTakeDown, distributions.take_down, while_closed=True
    ),
    "distribution.withdraw": CommandSpec(
        "search", "investigator", distributions.WithdrawDistribution, distributions.withdraw, reads=(DISTRIBUTION,)
    ),
    "alarm.take": CommandSpec("any", "investigator", promises.TakeAlarm, promises.take, reads=(ALARM,)),
    "alarm.extend": CommandSpec("any", "investigator", promises.ExtendAlarm, promises.extend, reads=(ALARM,)),
    "alarm.hand_on": CommandSpec("any", "investigator", promises.HandOnAlarm, promises.hand_on, reads=(ALARM,)),
    "alarm.give_back": CommandSpec("any", "investigator", promises.GiveBackAlarm, promises.give_back, reads=(ALARM,)),
    "duty.begin": CommandSpec("operations", "investigator", duties.BeginDuty, duties.begin),
    "duty.extend": CommandSpec("operations", "investigator", duties.ExtendDuty, duties.extend),
    "duty.end": CommandSpec("operations", "investigator", duties.EndDuty, duties.end),
    "duty.plan": CommandSpec("operations", "coordinator", plan.PlanDuties, plan.plan),
    "board.make_room": CommandSpec("any", "coordinator", room.MakeRoom, room.make_room, while_closed=True),
    "board.bring_back": CommandSpec("any", "investigator", room.BringBack, room.bring_back, while_closed=True),
    "undo": CommandSpec("search", "investigator", undo.Undo, undo.undo, equivalent=undo.command_of, also_locks=OPERATIONS),
}


def is_allowed_while_closed(spec: CommandSpec, equivalent: str | None) -> bool:
    """Return whether a command is allowed on a closed search. The undo of an allowed command is allowed too."""
    if spec.while_closed or equivalent is None:
        return spec.while_closed
    return equivalent in undo.undoable().values() and TABLE[equivalent].while_closed


for kind in cards.declared_kinds():
    TABLE |= cards.commands_of(kinds.register(kind))


def undo_rights() -> dict[str, dict[str, Any]]:
    """Return the rights that undo requires for each type of event: the rights of its command. Only a coordinator can bring back a
    withdrawn file."""
    specs = {type: TABLE[command] for type, command in undo.undoable().items()}
    rights = {type: {name: getattr(spec, name) for name in ("role", "while_closed", "or_lead")} for type, spec in specs.items()}
    rights["file.withdrawn"]["role"] = "coordinator"
    return rights


@contextmanager
def card_kind(kind: Kind) -> Iterator[Kind]:
    """Register a kind of card without separate rules, and its commands `add` and `update`, within a `with` block.

    Raises MisdeclaredKind if the declaration is contradictory.
    """
    commands = cards.commands_of(kind)
    with kinds.registered(kind):
        TABLE.update(commands)
        try:
            yield kind
        finally:
            for name in commands:
                del TABLE[name]
