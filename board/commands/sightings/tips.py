"""Tips: calls that belong to no known search yet, on `operations`. A tip is placed on a search, where it becomes a sighting, or
dismissed."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlalchemy import false
from sqlmodel import Session

from board.commands.alarms import urgent_alerts
from board.commands.cards import cards
from board.commands.command import Patch
from board.commands.searches import placing
from board.commands.sightings import late_reports, sightings, sources
from board.engine import unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind
from board.errors import Refused, invalid
from board.i18n import N_
from models.db import rows
from models.declared import specs_of
from models.entity import State
from models.fields import Data, Id, LongText, RequiredLongText
from models.ids import new_id
from models.occasion import Occasion
from models.search import Search
from models.sighting import Grade, Sighting
from models.tip import Tip

REPORTED = (
    *sightings.Fields.model_fields,
    "late",
    "assignee",
    "source_kept",
    "recorded_at",
    "taken_by",
)  # copied to the sighting


class AddTip(sightings.Fields, sources.SourceIdentity):  # type: ignore[misc]  # the fields that the row declares
    """Add a tip. Its fields are the fields of the kind `tip`."""

    assignee: Id | None = None


class UpdateTip(Patch):
    """Change a tip by a merge patch on its fields."""

    tip: Id


class AssignTip(Data):
    """Assign a tip.

    `assignee`: null removes the assignee.
    """

    tip: Id
    assignee: Id | None = None


class PlaceTip(Data):
    """Place a tip on a search, where it becomes a sighting; see *Tips*.

    `search`: board that gets the sighting.
    """

    tip: Id
    search: Id


class DismissTip(Data):
    """Dismiss a tip."""

    tip: Id
    reason: RequiredLongText


class RestoreTip(Data):
    """Restore a tip that was dismissed, or whose sighting is now withdrawn; otherwise `invalid`."""

    tip: Id
    reason: LongText | None = None


def add(writer: EventWriter, data: AddTip) -> None:
    """Add a tip to the queue `look`."""
    writer.require_person(data.assignee, "assignee")
    place: State = {"id": new_id(), "board": writer.board.id, "number": writer.next_card_number()}
    place |= {"queue": "look", "queue_since": writer.now}
    writer.create(rows.new_row(Tip, sightings.reported(writer, data) | place), "tip.added")


def update(writer: EventWriter, data: UpdateTip) -> None:
    """Correct a tip. Name and contact of its source are stored with their former values, but are not in the event."""
    patch, contact = sources.split(data)
    row, values = writer.find_patched(Tip, data.tip, "tip", sightings.Fields, patch, blank={"description": "-"})
    placing.check_visible(writer, row)
    _check_unplaced(row)
    sightings.correct(writer, row, values, contact)


def assign(writer: EventWriter, data: AssignTip) -> None:
    """Assign a tip to an account, or to nobody."""
    row = _find_unplaced(writer, data.tip)
    writer.require_person(data.assignee, "assignee")
    writer.update(row, "tip.assigned", {"assignee": data.assignee})


def place(writer: EventWriter, data: PlaceTip) -> None:
    """Place a tip on a search, where it becomes a sighting with the same times. Its source moves to the sighting."""
    row = find(writer, data.tip)
    search, target = placing.find_open(writer, data.search)
    place_on(writer, row, search, target)


def place_on(writer: EventWriter, row: Tip, search: Search, target: EventWriter) -> None:
    """Place a tip on a search. `writer` writes to `operations`, `target` to the search's board. Raises Refused `conflict`."""
    _check_unplaced(row)
    values = {name: getattr(row, name) for name in REPORTED} | sources.readable_source_of(row)
    cards.add(target, sightings.KIND, values | {"grade": Grade().model_dump(), "from_tip": {"id": row.id, "number": row.number}})
    sighting = target.result.changes[-1]
    placement = {"board": search.id, "sighting": sighting.event.entity, "number": sighting.after["number"]}
    placement |= {"at": writer.now, "by": writer.account_id}
    state = {"placed": placement, "dismissed": None, "queue": "answered", "queue_since": writer.now}
    writer.update(row, "tip.placed", state, conflicts=False)
    writer.set_hidden(row, {"placed_on": search.id} | dict.fromkeys(sources.SourceIdentity.model_fields))
    placing.record_audience(writer, row, search)


def dismiss(writer: EventWriter, data: DismissTip) -> None:
    """Dismiss a tip. It can still be placed later."""
    row = _find_unplaced(writer, data.tip)
    if row.dismissed is not None:
        raise Refused("conflict", fields={"dismissed": N_("This tip was dismissed in the meantime.")}, current=row.state())
    dismissal = {"reason": data.reason, "at": writer.now, "by": writer.account_id}
    state = {"dismissed": dismissal, "queue": "answered", "queue_since": writer.now}
    writer.update(row, "tip.dismissed", state, data.reason, conflicts=False)


def restore(writer: EventWriter, data: RestoreTip) -> None:
    """Return a tip to the queue `look`, if it was dismissed or its sighting is withdrawn. No-op if it waits already."""
    row = find(writer, data.tip)
    if row.placed is None and row.dismissed is None:
        return
    state: State = {"placed": None, "dismissed": None, "queue": "look", "queue_since": writer.now}
    search, source = None, None
    if row.placed is not None:
        sighting = unit_of_work.get(writer.session, Sighting, row.placed["sighting"])
        assert sighting is not None, "cards are never deleted"
        if not sighting.withdrawn:
            raise invalid("tip", N_("This tip is a sighting now. Withdraw the sighting first."))
        search, source = unit_of_work.get(writer.session, Search, row.placed["board"]), sources.readable_source_of(sighting)
        # the source returns with its current seal
        state |= {"source": sighting.source, "source_kept": sighting.source_kept}
    writer.update(row, "tip.restored", state, data.reason, conflicts=False)
    if search is not None and source is not None:
        writer.set_hidden(row, {"placed_on": None} | source)
        placing.record_audience(writer, row, search, is_visible_to_all=True)


def find(writer: EventWriter, id: str) -> Tip:
    """Return a tip that the account may see. Raises Refused `not_found`."""
    row = writer.find(Tip, id, "tip")
    placing.check_visible(writer, row)
    return row


def _find_unplaced(writer: EventWriter, id: str) -> Tip:
    row = find(writer, id)
    _check_unplaced(row)
    return row


def _check_unplaced(row: Tip) -> None:
    """Raise Refused `conflict` if a tip is already a sighting."""
    if row.placed is not None:
        sentence = N_("This tip was placed on a search in the meantime. It is a sighting there.")
        raise Refused("conflict", fields={"placed": sentence}, current=row.state())


# -- alerts and declaration -----------------------------------------------------------------------------------------------


def _alerts(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the holder of the shift if a tip became urgent."""
    if "priority" in fields and after["priority"] == "urgent" and after["queue"] == "look":
        yield from (("urgent", account) for account in urgent_alerts.recipients(session, event.board))


def _alarms(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Yield that a tip no longer waits. One that waits too long is found by time."""
    if "queue" in fields and after["queue"] != "look":
        yield "tip_late", False


KIND = Kind(
    model=Tip,
    title=N_("Tip"),
    plural=N_("Tips"),
    title_field="description",
    data=AddTip,
    boards=("operations",),
    fields=tuple(replace(spec, display=None) for spec in specs_of(Tip)),
    events={
        "tip.added": EventSpec(N_("Tip added"), "tip.add"),
        "tip.updated": EventSpec(N_("Tip changed"), "tip.update"),
        "tip.assigned": EventSpec(N_("Tip assigned"), "tip.assign"),
        "tip.placed": EventSpec(N_("Tip placed on a search"), "tip.place"),
        "tip.dismissed": EventSpec(N_("Tip dismissed"), "tip.dismiss"),
        "tip.restored": EventSpec(N_("Tip restored"), "tip.restore"),
        "tip.archived": EventSpec(N_("Tip archived"), "board.make_room"),
    },
    alerts=_alerts,
    occasions={
        "sighting_urgent": Occasion(
            N_("Urgent tip"), N_("Urgent tip {number}"), page="/?tip={id}", by_responsible="take",
            holds={"priority": ("urgent",), "queue": ("look",)},
        ),
        "tip_late": late_reports.TIP_LATE,
    },
    alarms=_alarms,
    reported=lambda tip, due_before: false(),
)  # fmt: skip
