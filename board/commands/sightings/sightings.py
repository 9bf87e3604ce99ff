"""Sightings: recording, correcting, grading (source and content separately), and assessing."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session

from board.commands import past_times
from board.commands.alarms import urgent_alerts
from board.commands.cards import cards
from board.commands.command import Patch
from board.commands.sightings import first_look, of_both, queues, sources
from board.config import sentences
from board.engine import unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, FieldSpec, Kind, UndoRules
from board.engine.merge_patch import merge_patch
from board.errors import invalid, validated
from board.i18n import N_, P_
from models.alert import EVERYBODY
from models.declared import data_of
from models.entity import State
from models.fields import Data, Id, LongText, ShortText, Time, Title
from models.occasion import Occasion, WallTexts
from models.sighting import ASSURED, SETTLED, Assessment, Grade, PoliceReport, Sighting
from models.times import parse_utc
from models.tip import Tip

LATE = timedelta(minutes=30)  # delay between receipt and recording from which a sighting is marked as late
Fields: Any = data_of(Sighting)


class AddSighting(Fields, sources.SourceIdentity):  # type: ignore[misc]  # the fields that the row declares
    """Add a sighting. Its fields are the fields of the kind `sighting`.

    `column`: by default, the first `inbox`.
    """

    column: Id | None = None
    assignee: Id | None = None


class UpdateSighting(Patch):
    """Change a sighting by a merge patch on its fields."""

    sighting: Id


class GradeSighting(Data):
    """Grade a sighting.

    `grade`: a merge patch of the grade.
    """

    sighting: Id
    grade: dict[str, Any]
    reason: LongText | None = None


class AssessSighting(Data):
    """Assess a sighting.

    `duplicate_of`: required with `duplicate`, otherwise not allowed.
    """

    sighting: Id
    assessment: Assessment
    reason: LongText | None = None
    duplicate_of: Id | None = None


class LookAtSighting(Data):
    """Record that you looked at a sighting; see *Queues*. It can't be undone."""

    sighting: Id


class PassOnSighting(Data):
    """Record that a credible or confirmed sighting was passed on to the police; `invalid` for other sightings. It replaces an
    earlier record, which stays in the journal.

    `to`: the police force.
    `at`: by default, now; at most 5 minutes in the future.
    `reference`: the police's reference.
    """

    sighting: Id
    to: Title
    at: Time | None = None
    reference: ShortText | None = None


def add(writer: EventWriter, data: AddSighting) -> None:
    """Add an ungraded and unassessed sighting, by default to the first `inbox` column."""
    cards.add(writer, KIND, reported(writer, data) | {"grade": Grade().model_dump()})


def reported(writer: EventWriter, data: Any) -> State:
    """Return the values of a new sighting or tip."""
    values: State = data.model_dump()
    received = values["received_at"] = data.received_at or writer.now
    values |= {"late": is_late(received, writer.now), "recorded_at": writer.now, "source_kept": sources.has_source(values)}
    return values | {"taken_by": writer.account.id if writer.account else ""}


def update(writer: EventWriter, data: UpdateSighting) -> None:
    """Correct a sighting. Name and contact of its source are stored with their former values, but are not in the event."""
    patch, contact = sources.split(data)
    row, values = writer.find_patched(Sighting, data.sighting, "sighting", Fields, patch, blank={"description": "-"})
    correct(writer, row, values, contact)


def correct(writer: EventWriter, row: sources.Report, values: State, contact: State) -> None:
    """Correct a sighting or tip. Raises Refused `forbidden` if the author may not change its source."""
    sources.check_seal(writer, row, values["source"]["sealed"])
    if contact:
        sources.check_may_set(writer, row)
    received = values["received_at"] = values["received_at"] or row.recorded_at
    apply_values(writer, row, values | contact | {"late": is_late(received, row.recorded_at)})


def apply_values(writer: EventWriter, row: sources.Report, values: State, undoes: int | None = None) -> None:
    """Set fields of a sighting or tip. If the source is set, store its former values."""
    former = sources.source_of(row)
    values = values | {"source_kept": sources.has_source(values, row.source_kept)}
    writer.update(row, f"{row.KIND}.updated", values, undoes=undoes)
    if former.keys() & values.keys():
        sources.keep_earlier(writer, row, former)


def grade(writer: EventWriter, data: GradeSighting) -> None:
    """Grade a sighting."""
    validated(Grade, data.grade, "grade")
    row = writer.find(Sighting, data.sighting, "sighting")
    new_grade = validated(Grade, merge_patch(row.grade, data.grade), "grade")
    writer.update(row, "sighting.graded", {"grade": new_grade.model_dump()}, data.reason)


def assess(writer: EventWriter, data: AssessSighting) -> None:
    """Assess a sighting. A duplicate refers to the other sighting; cycles are refused."""
    if (data.assessment == "duplicate") != (data.duplicate_of is not None):
        raise invalid("duplicate_of", N_("Choose the other sighting for a duplicate, and only for a duplicate."))
    if data.duplicate_of == data.sighting:
        raise invalid("duplicate_of", N_("A sighting cannot be a duplicate of itself."))
    row = writer.find(Sighting, data.sighting, "sighting")
    if would_cycle(writer, row, data.duplicate_of):
        raise invalid("duplicate_of", N_("The other sighting is already a duplicate of this one."))
    writer.update(row, "sighting.assessed", {"assessment": data.assessment, "duplicate_of": data.duplicate_of}, data.reason)


def look(writer: EventWriter, data: LookAtSighting) -> None:
    """Record the first look at a sighting. No-op if the sighting has left the queue `look`, or if the author recorded it."""
    row = writer.find(Sighting, data.sighting, "sighting")
    if row.taken_by != writer.account_id:
        first_look.record(writer, row)


def pass_on(writer: EventWriter, data: PassOnSighting) -> None:
    """Record that a credible or confirmed sighting was passed on to the police. Replaces an earlier record."""
    row = writer.find(Sighting, data.sighting, "sighting")
    if row.assessment not in ASSURED:
        raise invalid("sighting", N_("Only a sighting that was assessed as credible or confirmed is passed on."))
    if data.at is not None:
        past_times.check(writer, "at", data.at)
    passed_on = PoliceReport(to=data.to, at=data.at or writer.now, reference=data.reference, by=writer.account_id)
    writer.update(row, "sighting.passed_on", {"passed_on": passed_on.model_dump()})


def set_of_both(writer: EventWriter, data: of_both.SetOfBoth) -> None:
    """Record that a sighting is of two children, or of this child alone."""
    of_both.set_of_both(writer, data, KIND)


def is_ungraded(grade: Any) -> ColumnElement[bool]:
    """Return the condition that a column has the default grade."""
    first = Grade()
    return and_(grade["source"].as_string() == first.source, grade["content"].as_integer() == first.content)


def would_cycle(writer: EventWriter, row: Sighting, other: str | None) -> bool:
    """Return whether a sighting would become a duplicate of its own duplicate. Raises Refused `not_found`."""
    while other is not None:
        other = writer.find(Sighting, other, "duplicate_of").duplicate_of
        if other == row.id:
            return True
    return False


def is_late(received_at: str, recorded_at: str) -> bool:
    """Return whether a sighting was recorded late."""
    return parse_utc(recorded_at) - parse_utc(received_at) > LATE


# -- undo, alerts and alarms ----------------------------------------------------------------------------------------------


def _withheld(writer: EventWriter, row: Sighting, event: JournalEvent) -> State:
    """Return the former name and contact of the source, if the event set them. Raises Refused."""
    names = event.payload().get("private", [])
    if not names:
        return {}
    sources.check_may_set(writer, row)
    earlier = sources.source_before(writer.session, writer.board.id, event.seq)
    if earlier is None:
        raise invalid("seq", N_("This cannot be undone."))
    return {name: getattr(earlier, name) for name in names}


def _dangling(writer: EventWriter, row: Sighting, values: State) -> dict[str, str]:
    if values.get("from_tip") is not None and unit_of_work.get(writer.session, Tip, values["from_tip"]["id"]) is None:
        return {"from_tip": N_("This no longer exists.")}
    has_cycle = would_cycle(writer, row, values.get("duplicate_of"))
    return {"duplicate_of": N_("The other sighting is already a duplicate of this one.")} if has_cycle else {}


def _apply_undo(writer: EventWriter, row: Sighting, event: JournalEvent, values: State) -> None:
    if event.type == "sighting.of_both_set":
        of_both.apply_undo(writer, row, event, values, KIND)
        return
    if event.type != "sighting.updated":
        cards.apply_undo(writer, row, event, values)
        return
    if "source" in values:
        sources.check_seal(writer, row, values["source"]["sealed"])
    apply_values(writer, row, values, undoes=event.seq)


def _alerts(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the accounts to alert if a sighting became urgent, or was assessed as credible or confirmed. One of both alerts
    once."""
    if not raises_alarms(after):
        return
    if "priority" in fields and after["priority"] == "urgent" and not after["withdrawn"]:
        yield from (("urgent", account) for account in urgent_alerts.recipients(session, event.board))
    if "assessment" in fields and after["assessment"] in ASSURED:
        yield "sighting", EVERYBODY


def _alarms(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Yield whether a sighting is urgent and unassessed, and whether it is credible or confirmed and not passed on."""
    is_present, groups = not after["withdrawn"] and raises_alarms(after), {path.split(".")[0] for path in fields}
    if not {"priority", "assessment", "withdrawn", "of_both"}.isdisjoint(groups):
        yield "sighting_urgent", is_present and after["priority"] == "urgent" and after["assessment"] == "unassessed"
    if not {"assessment", "withdrawn", "passed_on", "of_both"}.isdisjoint(groups):
        yield "sighting_credible", is_present and after["assessment"] in ASSURED and not after.get("passed_on")


def _fields() -> tuple[FieldSpec, ...]:
    """Return the declared fields, with `source.sealed` moved after the name and contact of the source, as in forms."""
    specs = {spec.path: spec for spec in cards.fields_of(Sighting)}
    sealed = specs.pop("source.sealed")
    ordered = list(specs.values())
    ordered.insert(list(specs).index("source_contact") + 1, sealed)
    return tuple(ordered)


KIND = Kind(
    model=Sighting,
    title=N_("Sighting"),
    plural=N_("Sightings"),
    title_field="description",
    first_column="inbox",
    data=AddSighting,
    fields=_fields(),
    events={
        "sighting.added": EventSpec(
            N_("Sighting added"), "sighting.add",
            significant={"priority": ("urgent",), "!assessment": SETTLED}, result="assessment",
        ),
        "sighting.updated": EventSpec(N_("Sighting changed"), "sighting.update", undoable=True, revises=True),
        "sighting.graded": EventSpec(N_("Sighting graded"), "sighting.grade", undoable=True),
        "sighting.assessed": EventSpec(
            N_("Sighting assessed"), "sighting.assess", undoable=True, revises=True,
            significant={"assessment": ASSURED}, result="assessment",
        ),
        "sighting.looked_at": EventSpec(N_("Sighting looked at"), "sighting.looked_at"),
        "sighting.passed_on": EventSpec(N_("Sighting passed on"), "sighting.pass_on", undoable=True),
        "sighting.of_both_set": EventSpec(N_("Children of the sighting changed"), "sighting.set_of_both", undoable=True),
        **cards.EVENTS,
    },
    derived=queues.FIELDS,
    derive=queues.derive,
    forms={
        "first": ("description", "place.text", "seen_at", "channel"),
        "more": ("received_at",),
        "edit": ("description", "place.text", "place.lat", "place.lon", "place.radius_m"),
    },
    undo=UndoRules(withheld=_withheld, dangling=_dangling, apply=_apply_undo),
    alerts=_alerts,
    occasions={
        "sighting_urgent": Occasion(
            N_("Urgent sighting"), sentences.URGENT_SIGHTING, rule="urgent_sighting", by_responsible="take",
            # translators: on wall displays; the mark in capitals has at most 14 letters
            wall=WallTexts(N_("URGENT"), N_("sighting"), N_("urgent sighting"), P_("alarm on a wall", "urgent")),
        ),
        "sighting_credible": Occasion(
            N_("Credible sighting"), N_("Credible sighting {number}"), rule="credible_sighting", by_responsible="take",
            # translators: on wall displays; the mark in capitals has at most 14 letters
            wall=WallTexts(N_("CREDIBLE"), N_("sighting"), N_("credible sighting"), P_("alarm on a wall", "credible")),
        ),
    },
    alarms=_alarms,
    alarming=lambda sighting: and_(
        ~sighting.withdrawn,
        or_(and_(sighting.priority == "urgent", sighting.assessment == "unassessed"), sighting.queue == "pass_on"),
    ),
    reported=lambda sighting, due_before: and_(
        ~sighting.withdrawn,
        or_(sighting.assessment.in_((*ASSURED, "unverifiable")), is_ungraded(sighting.grade), sighting.queue == "judge"),
    ),
)  # fmt: skip


def raises_alarms(state: State) -> bool:
    """Return whether a sighting raises alarms and waits on its own board. States of earlier versions lack `of_both`."""
    return not state.get("of_both") or bool(state["of_both"]["alarms"])
