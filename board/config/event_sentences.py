"""Sentences of events, composed by `board/documents/event_text.py` for paper, and `static/js/format/event_text.js` for screens.

An event gets the first variant whose condition is met and whose placeholders all have a value; otherwise the last. A slot,
"reader path", defines how a placeholder is filled. A placeholder without a slot uses the reader with its name. Conditions
(`board/engine/conditions.py`) and slots can use these facts:

- `event`, `kind`, `board`; `state` after the event, and `before` it; `latest`: the state, or the last one of a removed entity
- `was` and `now`: values of the changed fields; `count` of changes; `known`: whether the state before the event is known
- `own`: the actor is the new assignee, the person on duty, or has the alarm; `mine`: the reader is the new assignee
- `change`: the only change; `restatement`: the changed summary of a search; `again`: whether an alarm asks in
  another round; `shortened`: whether a promise ends earlier than before
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from board.config import sentences
from board.i18n import N_
from models.texts import ngettext

ALL = ("*",)
_SET = (None, False)  # with "!" before the path: the value is set
CREATIONS = ("added", "opened", "attached", "approved")  # ends of types that add an entity, so that there are no changes to list
NAMED = ("column", "tip", "report", "file", "material", "distribution", "alarm", "contact")  # kinds with names, besides cards
NULLABLE = ("decision", "file")  # readers with a text for no value
# sentences that name the changed fields, with their form for a page that lists the changes after the sentence
BEFORE_CHANGES = {
    N_("{who} changed {what}: {fields}; and set {set}"): N_("{who} changed {what}, and set {set}"),
    N_("{who} changed {what}: {fields}"): N_("{who} changed {what}"),
    N_("{who} updated handover {number}: {fields}"): N_("{who} updated handover {number}"),
}
SHORT = 60  # characters: a longer value gets its own line
_OF_TIP: dict[str, Sequence[Any]] = {"!state.tip": _SET}
_UNGRADED: dict[str, Sequence[Any]] = {"before.grade.source": ("F",), "before.grade.content": (6,)}  # nobody graded it before
_BECAUSE = "state.released_because"
# somebody had the alarm from the beginning, so nobody was asked before
_RELEASED_FIRST: dict[str, Sequence[Any]] = {"again": [True], "before.round": [0], "!before.released_because": _SET}
_BY_OTHERS: dict[str, Sequence[Any]] = {"own": [False]}
_DUE: dict[str, Sequence[Any]] = {"change.path": ["due"]}
_SEARCH: dict[str, Sequence[Any]] = {"kind": ["search"]}  # the board is the search: no name is needed
_CALL: dict[str, Sequence[Any]] = {"!state.call": _SET, "state.category": ("contact",)}
_FIRST_GOAL: dict[str, Sequence[Any]] = {"before.goal": (None,), "known": [True]}
_SAME_CHILD: dict[str, Sequence[Any]] = {"state.answer.answer": ("same",)}

Text = str | tuple[str, str]  # a plural of `count`: one and many


class Variant(NamedTuple):
    """Text of a sentence, with a condition. `said`: the changed fields that it names, if not those of its sentence."""

    text: Text
    when: Mapping[str, Sequence[Any]] = {}
    said: Sequence[str] | None = None


class Sentence(NamedTuple):
    """Sentence of an event. `said`: the changed fields that it names, with all fields below them."""

    variants: Sequence[Variant]
    slots: Mapping[str, str]
    said: Sequence[str]


def _say(*variants: Text | Variant, said: Sequence[str] = (), **slots: str) -> Sentence:
    every = [each if isinstance(each, Variant) else Variant(each) for each in variants]
    return Sentence(every, {name.rstrip("_"): slot for name, slot in slots.items()}, said)


def _turn(path: str, both: str, to: str, reader: str = "field") -> Sentence:
    """Return the sentence for the change of one field, with the old value if there was one."""
    return _say(both, to, said=(path,), from_=f"field was.{path}", to=f"{reader} state.{path}")


_OTHERWISE = N_("{who}: {event}")
_SHIFT = ("holder", "since", "before", "handover", "reason")
_TIP = ("placed", "dismissed", "queue", "queue_since")
_REPORT = ("status", "decision", "kind", "possible_kind")
_WAKE = ("answer", "queue", "queue_since")
_HANDOVER = ("number", "handover", "status", "outgoing", "incoming", "reason", "restatement", "faults", "remarks")
_RESTATEMENT = ("restatements", "handover", "keeper")


CALLED = N_("{who} called {name} ({result}): {text}")
CALLED_BY = N_("{name} called {who}: {text}")
SIGNED_HANDOVER = N_("{who} signed handover {number}")


def _handover(*variants: Text | Variant, said: Sequence[str] = _HANDOVER, **slots: str) -> Sentence:
    return _say(*variants, said=said, number="handover state", **slots)


def _alarm(*variants: Text | Variant, **slots: str) -> Sentence:
    return _say(*variants, said=ALL, what="alarm state", **slots)


def _duty(*variants: Text | Variant, **slots: str) -> Sentence:
    return _say(*variants, said=ALL, name="person latest.account", **slots)


def _planned(text: str, *others: str) -> Sentence:
    return _duty(text, *others, from_="time latest.starts_at", to="time latest.ends_at")


def _wake(*variants: Text | Variant, said: Sequence[str] = _WAKE) -> Sentence:
    return _say(*variants, said=said, number="text state.number")


def _named(name: str, *variants: Text | Variant, said: Sequence[str] = ALL, **slots: str) -> Sentence:
    return _say(*variants, said=said, name=name, **slots)


_UPDATED = _say(
    Variant(N_("{who} changed {what}: {fields}; and set {set}"), {"!event.private": _SET}),
    Variant(N_("{who} set {set} of {what}"), {"!event.private": _SET}),
    Variant(N_("{who} ticked “{item}” on {what}"), {"change.way": ["ticked"]}, ALL),
    Variant(N_("{who} unticked “{item}” on {what}"), {"change.way": ["unticked"]}, ALL),
    Variant(N_("{who} added “{item}” to the checklist of {what}"), {"change.way": ["added"]}, ALL),
    Variant(N_("{who} removed “{item}” from the checklist of {what}"), {"change.way": ["removed"]}, ALL),
    Variant(N_("{who} changed the due time of {what} from “{from}” to “{to}”"), _DUE, ALL),
    Variant(N_("{who} set the due time of {what}: {to}"), _DUE, ALL),
    Variant(N_("{who} cleared the due time of {what} (was: {from})"), _DUE, ALL),
    Variant(N_("{who} changed “{field}” from “{from}” to “{to}”"), _SEARCH, ALL),
    Variant(N_("{who} filled in “{field}”: {to}"), _SEARCH, ALL),
    Variant(N_("{who} cleared “{field}” (was: {from})"), _SEARCH, ALL),
    Variant(N_("{who} changed “{field}” on {what} from “{from}” to “{to}”"), {}, ALL),
    Variant(N_("{who} filled in “{field}” on {what}: {to}"), {}, ALL),
    Variant(N_("{who} cleared “{field}” on {what} (was: {from})"), {}, ALL),
    N_("{who} changed {what}: {fields}"),
    _OTHERWISE,
    item="text change.item", field="label change", from_="given change.from", to="given change.to",
)  # fmt: skip
_ASSIGNED = _say(
    Variant(N_("{who} took over {what} from {from}"), {"own": [True]}),
    Variant(N_("{who} took on {what}"), {"own": [True]}),
    Variant(N_("{who} reassigned {what} from {from} to you"), {"mine": [True]}),
    Variant(sentences.ASSIGNED_TO_YOU, {"mine": [True]}),
    N_("{who} reassigned {what} from {from} to {name}"),
    N_("{who} assigned {what} to {name}"),
    N_("{who} unassigned {what} (was: {from})"),
    N_("{who} unassigned {what}"),
    said=("assignee",), from_="person before.assignee", name="person state.assignee",
)  # fmt: skip

# By type. The last five are for types that are not listed, and for undone and erased events.
SENTENCES: dict[str, Sentence] = {
    "search.opened": _say(N_("{who} opened the search for {name}"), name="child state.person"),
    "search.status_set": _turn(
        "status", N_("{who} changed the status from “{from}” to “{to}”"), N_("{who} changed the status to “{to}”"),
    ),
    "search.worrying_set": _say(
        Variant(
            N_("{who} recorded the decision of {name} ({role}): {to} (was: {from})"), {"!state.worrying_decided_by": _SET}
        ),
        Variant(N_("{who} recorded the decision of {name} ({role}): {to}"), {"!state.worrying_decided_by": _SET}),
        N_("{who} decided: {to} (was: {from})"), N_("{who} decided: {to}"),
        said=("worrying", "worrying_decided_by"), from_="field was.worrying", to="decision state.worrying",
        name="text state.worrying_decided_by.name", role="decider state.worrying_decided_by.role",
    ),
    "search.appeal_set": _say(
        Variant(N_("The appeal “{from}” ended because its time was up"), {"event.actor": [None]}),
        Variant(
            N_("{who} changed the appeal from “{from}” to “{to}”, decided by {name} ({role})"), {"!state.appeal.decided_by": _SET}
        ),
        Variant(N_("{who} set the appeal to “{to}”, decided by {name} ({role})"), {"!state.appeal.decided_by": _SET}),
        N_("{who} changed the appeal from “{from}” to “{to}”"), N_("{who} set the appeal to “{to}”"),
        said=("appeal.level", "appeal.decided_by", "appeal.prolonged", "appeal.before"), from_="field was.appeal.level",
        to="field state.appeal.level", name="text state.appeal.decided_by.name", role="decider state.appeal.decided_by.role",
    ),
    "search.goal_set": _say(
        Variant(N_("{who} set a goal: {text}, due {until}"), _FIRST_GOAL),
        Variant(N_("{who} set a goal: {text}"), _FIRST_GOAL),
        N_("{who} changed the goal: {text}, due {until}"), N_("{who} changed the goal: {text}"),
        N_("{who} cleared the goal (was: {from})"), N_("{who} cleared the goal"),
        said=("goal",), text="text state.goal.text", until="time state.goal.until", from_="text before.goal.text",
    ),
    "search.outcome_set": _UPDATED,
    "search.talk_set": _say(N_("{who} recorded the talk with the child"), said=("talk_kept",)),
    "search.access_set": _say(
        Variant(N_("{who} changed access from “{from}” to “{to}” · Members: {names}"), {"state.access": ["members"]}),
        N_("{who} changed access from “{from}” to “{to}”"),
        Variant(N_("{who} set access to “{to}” · Members: {names}"), {"known": [False], "state.access": ["members"]}),
        Variant(N_("{who} set access to “{to}”"), {"known": [False]}),
        N_("{who} gave access to {names}, and took it from {others}"),
        N_("{who} gave access to {names}"),
        N_("{who} took access from {others}"),
        N_("{who} set access to “{to}”"),
        said=("access", "members"), from_="field was.access", to="field state.access", names="joined", others="left",
    ),
    "search.archived": _say(
        ngettext(
            "The search was archived: closed and unchanged for {count} day",
            "The search was archived: closed and unchanged for {count} days",
        ),
        count="text event.after_days",
    ),
    "search.photo_set": _say(
        Variant(N_("{who} removed the photo of the child"), {"state.photo": [None]}),
        Variant(N_("{who} chose another photo of the child"), {"!before.photo": _SET}),
        N_("{who} chose the photo of the child"),
        said=("photo", "public_photo"),
    ),
    "material.approved": _named("material latest", N_("{who} approved for distribution: {name}")),
    "material.ended": _named("material latest", N_("{name} must no longer be given out")),
    "material.withdrawn": _named("material latest", N_("{who} withdrew: {name}")),
    "distribution.added": _named("text latest.recipient", N_("{who} added a recipient: {name}")),
    "distribution.take_down_due": _named(
        "text latest.recipient",
        Variant(N_("{name} must be asked to take down: {material}"), {"!state.take_down": _SET}),
        N_("{name} no longer has to be asked to take it down"),
        material="field state.material",
    ),
    "distribution.taken_down": _named("text latest.recipient", N_("{who} recorded that {name} was asked to take it down")),
    "distribution.withdrawn": _named("text latest.recipient", N_("{who} removed a recipient: {name}")),
    "file.attached": _say(
        Variant(N_("{who} added a photo to a note: {name}"), {"!state.note": _SET, "!state.picture": _SET}),
        Variant(N_("{who} added a file to a note: {name}"), {"!state.note": _SET}),
        Variant(N_("{who} added a photo to {what}: {name}"), {"!state.picture": _SET}),
        N_("{who} added a file to {what}: {name}"),
        Variant(N_("{who} added a photo to the search: {name}"), {"!state.picture": _SET}),
        N_("{who} added a file to the search: {name}"),
        what="card state.card", name="file state",
    ),
    "file.withdrawn": _named(
        "file latest",
        Variant(N_("{who} withdrew a photo: {name}"), {"!state.picture": _SET}),
        N_("{who} withdrew a file: {name}"),
        said=("withdrawn",),
    ),
    "file.removal_proposed": _named(
        "file latest", N_("{who} proposed to remove a file from the disk: {name}"), said=("removal",),
    ),
    "file.removed": _named(
        "file latest",
        Variant(N_("{who} confirmed the removal of a file from the disk: {name}"), {"!state.removed.by": _SET}),
        N_("A withdrawn file was removed from the disk: {name}"),
        said=("removed",),
    ),
    "tip.added": _say(N_("{who} recorded {what}: {text}"), text="text state.description"),
    "tip.assigned": _ASSIGNED,
    "tip.placed": _say(
        Variant(N_("{what} is now visible to everyone who can see its search"), {"count": [0]}),
        N_("{who} placed {what} on the search for {name}: Sighting {number}"),
        N_("{who} placed {what} on a search: Sighting {number}"),
        said=_TIP, name="search state.placed.board", number="text state.placed.number",
    ),
    "tip.dismissed": _say(N_("{who} dismissed {what}"), said=("dismissed", "queue", "queue_since")),
    "tip.restored": _say(
        Variant(N_("{who} moved {what} back to “Tips without a search”"), {"!before.placed": _SET}),
        N_("{who} restored {what}"),
        said=_TIP,
    ),
    "tip.archived": _say(
        Variant(N_("{who} made room: {what} left the board"), {"!event.actor": _SET}),
        N_("{what} was archived a day after it was answered"),
        said=_TIP,
    ),
    "report.added": _say(N_("{who} recorded {what}")),
    "report.asked": _say(N_("{who} asked the person on the telephone something about {what}"), said=("questions",)),
    "report.call_ended": _say(N_("{who} ended the call of {what}"), said=("ended_at",)),
    "report.opened": _say(
        N_("{who} opened {what} as the search for {name}"), N_("{who} opened {what} as a search"),
        said=_REPORT, name="search state.decision.search",
    ),
    "report.joined": _say(
        Variant(N_("{what} is now visible to everyone who can see its search"), {"count": [0]}),
        N_("{who} joined {what} to the search for {name}"), N_("{who} joined {what} to a search"),
        said=_REPORT, name="search state.decision.search",
    ),
    "report.closed": _say(
        N_("{who} closed {what}: {why}"),
        said=("status", "decision"), why="field state.decision.why",
    ),
    "report.reopened": _say(N_("{who} reopened {what}"), said=("status", "decision")),
    "report.archived": _say(N_("{what} was archived a day after it was decided"), said=_REPORT),
    "search.linked": _say(N_("{who} changed the linked searches"), said=("links",)),
    "search.reported": _say(N_("{who} joined another report to this search"), said=("reports",)),
    "wake.added": _wake(
        Variant(N_("Tip {number} may belong to this search"), _OF_TIP),
        N_("Sighting {number} of another search may belong to this search"), said=ALL,
    ),
    "wake.answered": _wake(
        Variant(N_("{who} answered: Tip {number} is about the same child"), _OF_TIP | _SAME_CHILD),
        Variant(N_("{who} answered: Tip {number} is not about the same child"), _OF_TIP),
        Variant(N_("{who} answered: Sighting {number} of another search is about the same child"), _SAME_CHILD),
        N_("{who} answered: Sighting {number} of another search is not about the same child"),
    ),
    "wake.ended": _wake(
        Variant(N_("Tip {number} no longer waits for an answer"), _OF_TIP),
        N_("Sighting {number} of another search no longer waits for an answer"),
    ),
    "wake.removed": _say(N_("A suggestion to look again was removed")),
    "contact.added": _named("text latest.name", N_("{who} added a contact: {name}")),
    "contact.assigned": _ASSIGNED,
    "contact.called": _named(
        "text latest.name",
        N_("{who} planned the next call with {name}: {time}, {person}"), N_("{who} planned the next call with {name}: {time}"),
        N_("{who} planned no further call with {name}"),
        time="time state.next_call", person="person state.assignee",
    ),
    "contact.withdrawn": _named("text latest.name", N_("{who} withdrew the contact {name}")),
    "contact.restored": _named("text latest.name", N_("{who} restored the contact {name}")),
    "card.archived": _say(N_("{who} made room: {what} left the board")),
    "card.brought_back": _say(N_("{who} brought {what} back"), said=("column", "rank")),
    "note.archived": _say(N_("{who} made room: a note left the board")),
    "note.brought_back": _say(N_("{who} brought a note back")),
    "column.added": _say(N_("{who} added the column “{what}”")),
    "column.renamed": _say(
        N_("{who} renamed the column “{from}” to “{to}”"), N_("{who} renamed a column: {to}"),
        said=("title",), from_="title before", to="title state",
    ),
    "column.moved": _say(N_("{who} moved the column “{what}”")),
    "column.removed": _say(N_("{who} removed the column “{what}”"), said=("title", "role")),
    "sighting.graded": _say(
        Variant(N_("{who} graded {what}: {grade}"), _UNGRADED), N_("{who} changed the grade of {what} from {from} to {to}"),
        N_("{who} graded {what}: {grade}"),
        said=("grade",), from_="grade before.grade", to="grade state.grade", grade="grade state.grade",
    ),
    "sighting.assessed": _turn(
        "assessment", N_("{who} changed the assessment of {what} from “{from}” to “{to}”"), N_("{who} assessed {what}: {to}"),
    ),
    "sighting.looked_at": _say(N_("{who} looked at {what}"), said=("looked_at",)),
    "sighting.passed_on": _say(
        N_("{who} passed on {what} to {to}, reference {reference}"), N_("{who} passed on {what} to {to}"), _OTHERWISE,
        said=("passed_on",), to="text state.passed_on.to", reference="text state.passed_on.reference",
    ),
    "sighting.of_both_set": _say(
        Variant(N_("{who} recorded that {what} is of both children"), {"!state.of_both": _SET}),
        N_("{who} recorded that {what} is of this child alone"), said=("of_both", "withdrawn"),
    ),
    "card.moved": _say(
        N_("{who} moved {what} from “{from}” to “{to}”"), N_("{who} moved {what} to “{column}”"),
        N_("{who} moved {what} within its column"),
        said=("column", "rank"), from_="column was.column", to="column state.column", column="column now.column",
    ),
    "card.assigned": _ASSIGNED,
    "card.withdrawn": _say(N_("{who} withdrew {what}"), said=("withdrawn",)),
    "card.restored": _say(N_("{who} restored {what}"), said=("withdrawn",)),
    "note.added": _say(
        Variant(CALLED_BY, _CALL | {"state.call.incoming": [True]}),
        Variant(CALLED, _CALL),
        Variant(N_("{who} logged a call ({result}): {text}"), _CALL),
        Variant(N_("{who} wrote a note on {what}"), {"known": [False]}),
        Variant(N_("{who} wrote in the log"), {"known": [False]}),
        Variant(N_("{who} corrected a note on {what}: {text}"), {"!state.corrects": _SET}),
        Variant(N_("{who} corrected the log: {text}"), {"!state.corrects": _SET}),
        Variant(N_("{who} wrote a note on {what}: {text}"), {"state.category": ["comment"]}),
        Variant(N_("{who} wrote in the log: {text}"), {"state.category": ["comment"]}),
        N_("{who} wrote on {what} ({category}): {text}"),
        N_("{who} wrote in the log ({category}): {text}"),
        what="card state.card", category="category state.category", text="text state.text",
        result="call_result state.call.result", name="contact state.call",
    ),
    "shift.taken": _say(
        N_("{who} took the shift from {from} without a handover"), N_("{who} took the shift without a handover"),
        said=_SHIFT, from_="predecessor state",
    ),
    "shift.handed_over": _say(
        N_("{holder} took over the shift from {from}"), said=_SHIFT, holder="person state.holder", from_="person state.before",
    ),
    "handover.prepared": _handover(
        N_("{who} started handover {number}, for {name}"), N_("{who} started handover {number}"), name="person state.incoming",
    ),
    "handover.written": _handover(N_("{who} updated handover {number}: {fields}"), _OTHERWISE, said=("handover", "number")),
    "handover.confirmed": _handover(
        N_("{who} said for handover {number} that this is still true: {fields}"), _OTHERWISE,
        said=("handover", "number"), fields="confirmed",
    ),
    "handover.signed": _handover(SIGNED_HANDOVER),
    "handover.read": _handover(N_("{who} marked this search as read for handover {number}")),
    "handover.restated": _handover(
        N_("{who} summarised this search for handover {number}: {text}"), said=_RESTATEMENT, text="text restatement.text",
    ),
    "handover.answered": _say(
        Variant(N_("{who} confirmed the summary by {name}"), {"!restatement.correct": _SET}),
        N_("{who} answered the summary by {name}: not quite correct, “{text}”"),
        said=_RESTATEMENT, name="person restatement.by", text="text restatement.reason",
    ),
    "handover.accepted": _handover(
        N_("{who} accepted handover {number}: {text}"), sentences.ACCEPTED, text="text state.restatement",
    ),
    "handover.refused": _handover(sentences.REFUSED),
    "handover.withdrawn": _handover(sentences.WITHDRAWN),
    "alarm.raised": _alarm(
        N_("{who} raised the alarm “{what}” and asked {names}"), N_("{who} raised the alarm “{what}”; nobody was asked"),
        names="asked_first",
    ),
    "alarm.escalated": _alarm(
        N_("{what}: nobody had the alarm, so {who} asked {names}"),
        Variant(N_("{what}: nobody had the alarm, so {who} asked {all}"), _RELEASED_FIRST),
        Variant(N_("{what}: nobody had the alarm, so {who} asked {all} again"), {"again": [True]}),
        N_("{what}: nobody had the alarm, so {who} continued to ask"),
        names="asked", all="asked_again",
    ),
    "alarm.taken": _alarm(
        Variant(N_("{who} assigned the alarm “{what}” to {name} after {length}, until {time}"), _BY_OTHERS),
        Variant(N_("{who} assigned the alarm “{what}” to {name} until {time}"), _BY_OTHERS),
        N_("{name} took the alarm “{what}” after {length}, until {time}"),
        N_("{name} took the alarm “{what}” until {time}"),
        N_("{name} took the alarm “{what}” after {length}"), N_("{name} took the alarm “{what}”"),
        name="person state.taken_by", length="wait state", time="time state.until",
    ),
    "alarm.extended": _alarm(
        Variant(N_("{who} shortened the promise for “{what}” from {from} to {time}"), {"shortened": [True]}),
        N_("{who} extended the promise for “{what}” until {time}"),
        time="time state.until", from_="time before.until",
    ),
    "alarm.lapsed": _alarm(N_("The promise of {name} for “{what}” lapsed, so nobody had it"), name="person state.lapsed_by"),
    "alarm.handed_on": _alarm(N_("{who} handed the alarm “{what}” on to {name}"), name="last state.asked"),
    "alarm.handed_over": _alarm(
        N_("{name} took over the alarm “{what}” from {from} by handover {number}, until {time}"),
        N_("{name} took over the alarm “{what}” by handover {number}, until {time}"),
        name="person state.taken_by", from_="person before.taken_by", time="time state.until", number="text state.handover",
    ),
    "alarm.given_back": _alarm(N_("{who} gave the alarm “{what}” back, so nobody had it")),
    "alarm.released": _alarm(
        Variant(N_("The alarm “{what}” was reopened because {who} unassigned it"), {"!event.actor": _SET}),
        Variant(N_("The alarm “{what}” was reopened because {name} had lost access"), {_BECAUSE: ["access"]}),
        Variant(N_("The alarm “{what}” was reopened because the account of {name} could no longer act"), {_BECAUSE: ["account"]}),
        Variant(N_("The alarm “{what}” was reopened because {name} was no longer on duty"), {_BECAUSE: ["duty"]}),
        Variant(N_("The alarm “{what}” was reopened because {name} had handed over the shift"), {_BECAUSE: ["handover"]}),
        N_("The alarm “{what}” was reopened because {name} could no longer act, or was no longer on duty"),
        N_("The alarm “{what}” was reopened because the person who had it could no longer act, or was no longer on duty"),
        name="person was.taken_by",
    ),
    "alarm.archived": _say(
        Variant(N_("An alarm was archived a day after it ended"), {"board": ["operations"]}),
        N_("An alarm that had ended left the board"),
    ),
    "alarm.ended": _alarm(N_("The alarm “{what}” ended because it was no longer needed")),
    "duty.begun": _duty(N_("{name} is on duty until {until}"), until="time state.until"),
    "duty.extended": _duty(
        Variant(N_("{name} stays on duty until {until}"), {"own": [True]}),
        N_("{who} set the end of the duty of {name}: {until}"),
        until="time state.until",
    ),
    "duty.kept": _duty(N_("{name} keeps alarms after the duty")),
    "duty.ended": _duty(
        Variant(N_("The duty of {name} ended because its time was up"), {"state.ended": ["time"]}),
        Variant(N_("{who} ended the duty of {name}"), {"state.ended": ["coordinator"]}),
        N_("{name} ended the duty"),
    ),
    "planned_duty.added": _planned(N_("{who} planned a duty of {name}: {from} to {to}")),
    "planned_duty.changed": _planned(N_("{who} changed the planned duty of {name}: {from} to {to}")),
    "planned_duty.removed": _planned(
        N_("{who} removed the planned duty of {name}: {from} to {to}"), N_("{who} removed a planned duty"),
    ),
    "planned_duty.archived": _say(N_("A planned duty was archived a month after it ended")),
    "handed.unread": _handover(
        N_("{name} accepted handover {number} without having read this search"),
        said=("handover",), name="person state.unread_by",
    ),
    "handed.read": _handover(N_("{who} read this search after accepting handover {number}"), said=("handover",)),
    "handed.set": _handover(
        N_("The search for {name} was included in handover {number}"), N_("Search included in handover {number}"),
        said=("handover",), name="search event.id",
    ),
    "added": _say(
        Variant(N_("{who} added searched place {place}: {text}"), {"kind": ["place"]}),  # German declines it
        N_("{who} added {what}, which was Tip {number}: {text}"), N_("{who} added {what}: {text}"),
        number="text state.from_tip.number", text="title state", place="text state.number",
    ),
    "updated": _UPDATED,
    "undone": _say(Variant(N_("{who} undid: {what}"), {"kind": ["alarm"]}, ALL), N_("{who} undid: {what}"), what="event"),
    "erased": _say(N_("{what}: details erased"), what="type"),
    "otherwise": _say(_OTHERWISE),
}  # fmt: skip


def facts_for_scripts() -> dict[str, Any]:
    """Return the declarations that both composers need besides the sentences."""
    facts = {"creations": CREATIONS, "named": NAMED, "nullable": NULLABLE, "short": SHORT}
    return {**facts, "before_changes": BEFORE_CHANGES}


def for_scripts() -> dict[str, list[Any]]:
    """Return all sentences by type, as lists."""
    return {type: [[*map(list, variants)], slots, said] for type, (variants, slots, said) in SENTENCES.items()}
