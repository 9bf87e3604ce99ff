"""Labels of kinds, fields, values and events: all that Python, the scripts and the translators have of them.

The texts are msgids, to be translated when they are shown. The scripts get these tables with their translations
(`/i18n/{language}.json`, static/js/core/labels.js).
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from board.i18n import N_

Translate = Callable[[str], str]
Texts = Mapping[str, str]

KINDS = {
    "search": N_("Search"), "column": N_("Column"), "sighting": N_("Sighting"), "task": N_("Task"), "card": N_("Card"),
    "note": N_("Note"), "shift": N_("Shift"), "handover": N_("Handover"), "handed": N_("Handover"), "briefing": N_("Briefing"),
}  # fmt: skip
# By path; by `kind.path` for a kind in which the path has another label.
FIELDS = {
    "access": N_("Access"), "acknowledge": N_("Closed anyway because"), "appeal": N_("Appeal"), "appeal.level": N_("Appeal"),
    "appeal.from": N_("Appeal from"), "appeal.until": N_("Appeal until"), "assessment": N_("Assessment"),
    "assignee": N_("Assigned to"), "before": N_("Before"), "card": N_("Card"), "category": N_("Category"),
    "channel": N_("Channel"), "checklist": N_("Checklist"), "clothing": N_("Clothing"), "column": N_("Column"),
    "company": N_("Alone or with whom"), "contacts": N_("Contacts owed"), "contingencies": N_("If … then …"),
    "corrects": N_("Corrects"), "criteria": N_("Criteria"),
    # translators: the six criteria are those of a Belgian ministerial directive. French and Dutch wordings are
    # ours: a native speaker should check them.
    "criteria.under_13": N_("Younger than 13"),
    "criteria.disability": N_("Disability, or lack of autonomy"),
    "criteria.medication": N_("Under treatment, or needs essential medication"),
    "criteria.danger_to_life": N_("Life believed to be in danger"),
    "criteria.third_party": N_("In threatening company, or victim of an offence"),
    "criteria.out_of_character": N_("Absence contrary to usual behaviour"),
    # translators: this criterion is asked no more: it was found in one older source only. It stands in old
    # searches.
    "criteria.danger_to_others": N_("May endanger others"),
    "description": N_("Description"), "digest": N_("Digest"), "direction": N_("Direction"), "dropped": N_("Hypotheses dropped"),
    "due": N_("Due"), "duplicate_of": N_("Duplicate of"), "ended_at": N_("Ended at"), "ended_by": N_("Ended by"),
    "faults": N_("Faults of the system"), "grade": N_("Grade"), "grade.content": N_("Content grade"),
    "grade.source": N_("Source grade"), "handover": N_("Handover"), "happened_at": N_("Happened at"),
    "holder": N_("Holds the shift"), "hypotheses": N_("Hypotheses"), "id": N_("Id"), "incoming": N_("Incoming"),
    "instruction": N_("Instruction"), "keeper": N_("Answers for it"), "kind": N_("Kind"), "last_seen": N_("Last seen"),
    "last_seen.lat": N_("Last seen, latitude"), "last_seen.lon": N_("Last seen, longitude"), "last_seen.text": N_("Last seen"),
    "late": N_("Late entry"), "lead": N_("Lead"), "members": N_("Members"), "missing_since": N_("Missing since"),
    "number": N_("Number"), "opened_at": N_("Opened at"), "outcome": N_("Outcome"), "outcome.condition": N_("Condition"),
    "outcome.confirmed_by": N_("Confirmed by"), "outcome.family_told": N_("Family told"), "outcome.found_at": N_("Found at"),
    "outcome.how": N_("How"), "outcome.place": N_("Where found"), "outcome.police_told": N_("Police told"),
    "outcome.reason": N_("In a sentence: what happened"), "outgoing": N_("Outgoing"), "person": N_("Person"),
    "person.age": N_("Age"), "person.birth_date": N_("Date of birth"), "person.description": N_("Description of the person"),
    "person.first_name": N_("First name"), "person.last_name": N_("Last name"), "person.sex": N_("Sex"), "pinned": N_("Pinned"),
    "place": N_("Place"), "place.lat": N_("Latitude"), "place.lon": N_("Longitude"), "place.radius_m": N_("Uncertainty (m)"),
    "place.text": N_("Place"), "position": N_("Position"), "prepared_at": N_("Prepared at"), "prepared_by": N_("Prepared by"),
    "priority": N_("Priority"), "rank": N_("Place in the column"), "reads": N_("Read"), "reason": N_("Reason"),
    "received_at": N_("Received at"), "reference": N_("Reference"), "remarks": N_("Remarks"), "restatement": N_("Restated"),
    "result": N_("Result"), "role": N_("Role"), "searches": N_("Searches"), "seen_at": N_("Seen at"),
    "sighting": N_("Sighting"), "signed_at": N_("Signed at"), "since": N_("Since"), "source": N_("Source"),
    "source.kind": N_("Source"), "source.sealed": N_("Sealed source"), "source_contact": N_("Contact of the source"),
    "source_kept": N_("Name or contact of the source is kept"), "source_name": N_("Name of the source"),
    "status": N_("Status"), "status_reason": N_("Reason"), "take_down": N_("Take-down task"), "text": N_("Text"),
    "title": N_("Title"), "withdrawn": N_("Withdrawn"), "worrying": N_("Worrying"), "worrying_basis": N_("Basis"),
}  # fmt: skip
# By path or `kind.path`, then by code, in the order of menus. The answers to all criteria have one path.
VALUES = {
    "search.kind": {
        "runaway": N_("Runaway"), "parental_abduction": N_("International parental abduction"),
        "unaccompanied_minor": N_("Unaccompanied foreign minor"), "third_party_abduction": N_("Abduction by a third party"),
        "undefined": N_("Undefined disappearance"),
    },
    "status": {"open": N_("Open"), "found": N_("Found"), "closed": N_("Closed")},
    "handover.status": {
        "prepared": N_("being prepared"), "signed": N_("signed, to be accepted"), "accepted": N_("accepted"),
        "refused": N_("refused"), "withdrawn": N_("withdrawn"),
    },
    "account.role": {
        "viewer": N_("Viewer"), "investigator": N_("Investigator"), "coordinator": N_("Coordinator"),
        "admin": N_("Administrator"),
    },
    "column.role": {
        "inbox": N_("New"), "todo": N_("To do"), "doing": N_("Doing"), "waiting": N_("Waiting"), "done": N_("Done"),
    },
    "channel": {
        "hotline": N_("hotline"), "app": N_("app"), "police": N_("police"), "field": N_("field"),
        "social_media": N_("social media"), "other": N_("other"), "unknown": N_("not known"),
    },
    "sighting.assessment": {
        "unassessed": N_("not assessed"), "credible": N_("credible"), "confirmed": N_("confirmed"),
        "not_the_child": N_("not the child"), "unverifiable": N_("cannot be verified"), "duplicate": N_("duplicate"),
    },
    "priority": {"low": N_("low"), "normal": N_("normal"), "urgent": N_("urgent")},
    "outcome.condition": {
        "well": N_("alive and well"), "injured": N_("injured"), "deceased": N_("deceased"), "unknown": N_("unknown"),
    },
    "outcome.how": {
        "came_back": N_("came back"), "police": N_("found by the police"), "sighting": N_("through a sighting"),
        "other": N_("otherwise"),
    },
    "access": {"desk": N_("The whole desk"), "members": N_("Members only")},
    "category": {"comment": N_("Comment"), "decision": N_("Decision"), "contact": N_("Contact")},
    "criteria.answer": {"yes": N_("Yes"), "no": N_("No"), "unknown": N_("Unknown")},
    "worrying": {"true": N_("Worrying"), "false": N_("Not worrying"), "null": N_("Not decided")},
    "person.sex": {"f": N_("Girl"), "m": N_("Boy"), "x": N_("Other")},
    "appeal.level": {
        "none": N_("none"), "discreet": N_("discreet"), "posters": N_("posters"), "public": N_("public"),
        "child_alert": N_("Child Alert"),
    },
    "source.kind": {"named": N_("named"), "anonymous": N_("anonymous"), "unknown": N_("not known")},
    "grade.source": {
        "A": N_("Completely reliable"), "B": N_("Usually reliable"), "C": N_("Fairly reliable"), "D": N_("Not usually reliable"),
        "E": N_("Unreliable"), "F": N_("Reliability cannot be judged"),
    },
    "grade.content": {
        "1": N_("Confirmed by other sources"), "2": N_("Probably true"), "3": N_("Possibly true"), "4": N_("Doubtful"),
        "5": N_("Improbable"), "6": N_("Truth cannot be judged"),
    },
}  # fmt: skip
EVENTS = {
    "search.opened": N_("Search opened"), "search.updated": N_("Search changed"), "search.status_set": N_("Status set"),
    "search.worrying_set": N_("Worrying decided"), "search.appeal_set": N_("Appeal set"), "search.access_set": N_("Access set"),
    "search.outcome_set": N_("Outcome corrected"), "column.added": N_("Column added"), "column.renamed": N_("Column renamed"),
    "column.moved": N_("Column moved"), "column.removed": N_("Column removed"), "sighting.added": N_("Sighting added"),
    "sighting.updated": N_("Sighting changed"), "sighting.graded": N_("Sighting graded"),
    "sighting.assessed": N_("Sighting assessed"), "task.added": N_("Task added"), "task.updated": N_("Task changed"),
    "card.moved": N_("Card moved"), "card.assigned": N_("Card assigned"), "card.withdrawn": N_("Card withdrawn"),
    "card.restored": N_("Card restored"), "note.added": N_("Note added"), "shift.taken": N_("Shift taken"),
    "shift.handed_over": N_("Shift handed over"), "handover.prepared": N_("Handover begun"),
    "handover.written": N_("Handover written"), "handover.signed": N_("Handover signed"),
    "handover.read": N_("Read for the handover"), "handover.accepted": N_("Handover accepted"),
    "handover.refused": N_("Handover refused"), "handover.withdrawn": N_("Handover withdrawn"),
    "handed.set": N_("Search handed over"), "search.erased": N_("Search erased"), "sighting.erased": N_("Sighting erased"),
    "task.erased": N_("Task erased"), "note.erased": N_("Note erased"), "briefing.erased": N_("Briefing erased"),
}  # fmt: skip
# By the last part of an event's type, as in "graded by Maria".
DONE = {
    "opened": N_("opened"), "updated": N_("changed"), "changed": N_("changed"), "status_set": N_("status set"),
    "worrying_set": N_("worrying decided"), "appeal_set": N_("appeal set"), "access_set": N_("access set"),
    "outcome_set": N_("outcome corrected"), "added": N_("added"), "renamed": N_("renamed"), "moved": N_("moved"),
    "solved": N_("solved"), "removed": N_("removed"), "graded": N_("graded"), "assessed": N_("assessed"),
    "assigned": N_("assigned"), "withdrawn": N_("withdrawn"), "restored": N_("restored"), "erased": N_("erased"),
    "taken": N_("taken"), "handed_over": N_("handed over"), "prepared": N_("begun"), "written": N_("written"),
    "signed": N_("signed"), "read": N_("read"), "accepted": N_("accepted"), "refused": N_("refused"), "set": N_("handed over"),
}  # fmt: skip


def register(
    *,
    kinds: Texts = MappingProxyType({}),
    fields: Texts = MappingProxyType({}),
    values: Mapping[str, Texts] = MappingProxyType({}),
    events: Texts = MappingProxyType({}),
    done: Texts = MappingProxyType({}),
) -> None:
    """Add labels, such as those of a new kind. Raises ValueError, and adds nothing, if a key has another label already."""
    new = [("kind", KINDS, kinds), ("field", FIELDS, fields), ("event", EVENTS, events), ("deed", DONE, done)]
    new += [(f"value of {path}:", VALUES.setdefault(path, {}), codes) for path, codes in values.items()]
    for name, table, texts in new:
        for key in texts.keys() & table.keys():
            if texts[key] != table[key]:
                raise ValueError(f'The {name} {key} has the label "{table[key]}"; it cannot be "{texts[key]}" too.')
    for _, table, texts in new:
        table.update(texts)


def tables() -> dict[str, Any]:
    """Return all labels for the scripts."""
    return {"kinds": KINDS, "fields": FIELDS, "values": VALUES, "events": EVENTS, "done": DONE}


def event(type: str, translate: Translate) -> str:
    """Return the label of an event type, such as "Sighting graded"; an unknown type is returned as it is."""
    return translate(EVENTS[type]) if type in EVENTS else type


def field(path: str, translate: Translate, kind: str = "") -> str:
    """Return the label of a field, such as "Source grade" for `grade.source`, by the longest known part of the path."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        part = ".".join(parts[:length])
        known = FIELDS.get(f"{kind}.{part}") or FIELDS.get(part)
        if known:
            return translate(known)
    return path.replace("_", " ")


def value(path: str, kind: str, value: Any, translate: Translate) -> str | None:
    """Return the label of a field's value; None if the field or the value has none."""
    if path.startswith("criteria."):
        path = f"criteria.{path.rpartition('.')[2]}"
    table = VALUES.get(f"{kind}.{path}") or VALUES.get(path) or {}
    text = table.get(value if isinstance(value, str) else json.dumps(value))
    return None if text is None else translate(text)
