"""Alarms of one search, or of `operations`, in a handover report: who has each, until when, and whether it passes on with the
shift."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from board.engine import kinds
from board.handover.report_types import ReportedAlarm, ReportedAlarms
from board.history.state_at import EntityAt
from models.alarm import Alarm
from models.contact import Contact
from models.duty import PlannedDuty
from models.entity import State

MAX_ALARMS = 100  # listed per search; the counts include all
MAX_TITLE = 200  # characters


def reported_alarms(
    handover: State | None, outside: str | None, briefing: State | None, entities: Mapping[str, list[EntityAt]]
) -> ReportedAlarms:
    """Return the alarms of a board. `handover`: the one that the report is about. `outside`: account that takes over the search
    but may not see it. `briefing`: the signed one. `entities`: alarms and their subjects, by kind."""
    alarms = [alarm for alarm in entities.get(Alarm.KIND, ()) if alarm.state["ended_at"] is None]
    subjects = {entity.id: entity for of_kind in entities.values() for entity in of_kind} if alarms else {}
    moves = _moving(handover, outside, briefing or {})
    listed = [_alarm(alarm, subjects.get(alarm.state["about"]["id"]), moves(alarm)) for alarm in alarms]
    held = [alarm for alarm in listed if alarm["taken_by"] is not None]
    return {
        "open": len(listed) - len(held), "assigned": sum(is_only_assigned(alarm) for alarm in listed),
        "held": len(held), "moving": sum(alarm["moves"] for alarm in held),
        "listed": sorted(listed, key=order)[:MAX_ALARMS],
    }  # fmt: skip


def alarms_of_desk(
    handover: State | None, hidden: Collection[str], names: Mapping[str, str], entities: Mapping[str, list[EntityAt]]
) -> ReportedAlarms:
    """Return the alarms of `operations`: about tips and duties. `hidden`: ids of tips that the reader may not see. `names`: names
    of accounts, for the people of planned duties."""
    shown = [alarm for alarm in entities.get(Alarm.KIND, ()) if alarm.state["about"]["id"] not in hidden]
    planned = {duty.id: duty.state["account"] for duty in entities.get(PlannedDuty.KIND, ())}
    desk = reported_alarms(handover, None, None, {**entities, Alarm.KIND: shown})
    for alarm in desk["listed"]:
        if (account := planned.get(alarm["about"]["id"])) is not None:
            alarm["title"] = names.get(account)
    return desk


def _moving(handover: State | None, outside: str | None, briefing: State) -> Callable[[EntityAt], bool]:
    """Return a function that tells whether an alarm passes on when the handover is accepted."""
    outgoing = handover["outgoing"] if handover is not None else None
    chosen = briefing if handover is not None and briefing.get("handover") == handover["number"] else {}
    kept, stays = chosen.get("kept") or (), outside is not None and chosen.get("keeper") == outgoing
    return lambda alarm: outgoing is not None and alarm.state["taken_by"] == outgoing and alarm.id not in kept and not stays


def _alarm(alarm: EntityAt, subject: EntityAt | None, moves: bool) -> ReportedAlarm:
    # states of earlier versions lack some fields
    state, about = alarm.state, alarm.state["about"]
    card = subject.state if subject is not None and subject.id != subject.board else {}
    return {
        "id": alarm.id, "seq": alarm.seq, "about": {"kind": about["kind"], "id": about["id"], "number": card.get("number")},
        "rule": state["rule"], "occasion": state.get("occasion"), "title": _title(about["kind"], card),
        "due": card.get("due") if state.get("occasion") == "task_overdue" else None,
        "raised_at": state["raised_at"], "taken_by": state["taken_by"], "taken_at": state["taken_at"],
        "until": state.get("until"), "promises": state.get("promises", 0), "lapsed_by": state.get("lapsed_by"),
        "lapsed_at": state.get("lapsed_at"), "released_by": state.get("released_by"), "released_at": state.get("released_at"),
        "released_because": state.get("released_because"), "assignee": card.get("assignee"), "moves": moves,
    }  # fmt: skip


def _title(kind: str, card: State) -> str | None:
    if kind == Contact.KIND:  # only `calls` has the name, because it needs the right `contacts`
        return None
    declared: Any = kinds.find(kind)
    title = card.get((declared.title_field if declared is not None else "") or "text")
    if title is None or len(title) <= MAX_TITLE:
        return title
    words, space, _ = title[:MAX_TITLE].rpartition(" ")
    return f"{words.rstrip() if space else title[: MAX_TITLE - 1]}…"


def is_only_assigned(alarm: ReportedAlarm | State) -> bool:
    """Return whether nobody has an alarm, and its card is assigned to somebody who has not answered."""
    return alarm["taken_by"] is None and alarm["lapsed_by"] is None and alarm["assignee"] is not None


def order(alarm: ReportedAlarm) -> tuple[bool, bool, bool, str, str]:
    """Return the sort key of an alarm: first those that nobody has, then those of assignees who have not answered, then those
    that pass on, then by the end of the promise."""
    since = alarm["lapsed_at"] or alarm["released_at"] or alarm["raised_at"]
    is_held = alarm["taken_by"] is not None
    return is_held, is_only_assigned(alarm), not alarm["moves"], (alarm["until"] or "") if is_held else since, alarm["id"]


def people_of(alarms: Iterable[ReportedAlarm]) -> set[str | None]:
    """Return the accounts that alarms name."""
    return {alarm[key] for alarm in alarms for key in ("taken_by", "lapsed_by", "released_by", "assignee")}
