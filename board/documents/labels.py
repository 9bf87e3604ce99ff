"""Labels of kinds, fields, events and values on paper, in the words of the screens (static/js/core/labels.js)."""

from collections.abc import Callable
from typing import Any

from board.exports.tables import CARDS, ROLES, SEARCHES
from board.i18n import N_

Translate = Callable[[str], str]

NOUNS = {
    "search": N_("Search"), "column": N_("Column"), "sighting": N_("Sighting"), "task": N_("Task"), "note": N_("Note"),
    "shift": N_("Shift"), "handover": N_("Handover"), "handed": N_("Handover"), "briefing": N_("Briefing"),
}  # fmt: skip
EVENTS = {
    "search.opened": N_("Search opened"), "search.updated": N_("Search changed"), "search.status_set": N_("Status set"),
    "search.worrying_set": N_("Worrying decided"), "search.appeal_set": N_("Appeal set"), "search.access_set": N_("Access set"),
    "search.outcome_set": N_("Outcome corrected"),
    "column.added": N_("Column added"), "column.renamed": N_("Column renamed"), "column.moved": N_("Column moved"),
    "column.removed": N_("Column removed"), "sighting.added": N_("Sighting added"), "sighting.updated": N_("Sighting changed"),
    "sighting.graded": N_("Sighting graded"), "sighting.assessed": N_("Sighting assessed"), "task.added": N_("Task added"),
    "task.updated": N_("Task changed"), "card.moved": N_("Card moved"), "card.assigned": N_("Card assigned"),
    "card.withdrawn": N_("Card withdrawn"), "card.restored": N_("Card restored"), "note.added": N_("Note added"),
    "shift.taken": N_("Shift taken"), "shift.handed_over": N_("Shift handed over"),
    "handover.prepared": N_("Handover begun"), "handover.written": N_("Handover written"),
    "handover.signed": N_("Handover signed"),
    "handover.read": N_("Read for the handover"), "handover.accepted": N_("Handover accepted"),
    "handover.refused": N_("Handover refused"), "handover.withdrawn": N_("Handover withdrawn"),
    "handed.set": N_("Search handed over"),
}  # fmt: skip
STATUS = {"open": N_("Open"), "found": N_("Found"), "closed": N_("Closed")}
KINDS = {
    "runaway": N_("Runaway"), "parental_abduction": N_("International parental abduction"),
    "unaccompanied_minor": N_("Unaccompanied foreign minor"), "third_party_abduction": N_("Abduction by a third party"),
    "undefined": N_("Undefined disappearance"),
}  # fmt: skip
LEVELS = {
    "none": N_("none"), "discreet": N_("discreet"), "posters": N_("posters"), "public": N_("public"),
    "child_alert": N_("Child Alert"),
}  # fmt: skip
CATEGORIES = {"comment": N_("Comment"), "decision": N_("Decision"), "contact": N_("Contact")}
HANDOVERS = {
    "prepared": N_("being prepared"), "signed": N_("signed, to be accepted"), "accepted": N_("accepted"),
    "refused": N_("refused"), "withdrawn": N_("withdrawn"),
}  # fmt: skip
_VALUES: dict[str, dict[str, str]] = {
    "status": STATUS, "appeal.level": LEVELS, "category": CATEGORIES, "role": ROLES,
    "channel": {
        "hotline": N_("hotline"), "app": N_("app"), "police": N_("police"), "field": N_("field"),
        "social_media": N_("social media"), "other": N_("other"), "unknown": N_("not known"),
    },
    "assessment": {
        "unassessed": N_("not assessed"), "credible": N_("credible"), "confirmed": N_("confirmed"),
        "not_the_child": N_("not the child"), "unverifiable": N_("cannot be verified"), "duplicate": N_("duplicate"),
    },
    "priority": {"low": N_("low"), "normal": N_("normal"), "urgent": N_("urgent")},
    "access": {"desk": N_("The whole desk"), "members": N_("Members only")},
    "source.kind": {"named": N_("named"), "anonymous": N_("anonymous"), "unknown": N_("not known")},
    "person.sex": {"f": N_("Girl"), "m": N_("Boy"), "x": N_("Other")},
    "outcome.condition": {
        "well": N_("alive and well"), "injured": N_("injured"), "deceased": N_("deceased"), "unknown": N_("unknown"),
    },
    "outcome.how": {
        "came_back": N_("came back"), "police": N_("found by the police"), "sighting": N_("through a sighting"),
        "other": N_("otherwise"),
    },
}  # fmt: skip
_CRITERIA = {
    "under_13": N_("Younger than 13"), "disability": N_("Disability, or lack of autonomy"),
    "medication": N_("Under treatment, or needs essential medication"), "danger_to_life": N_("Life believed to be in danger"),
    "third_party": N_("In threatening company, or victim of an offence"), "danger_to_others": N_("May endanger others"),
    "out_of_character": N_("Absence contrary to usual behaviour"),
}  # fmt: skip
_FIELDS = CARDS | SEARCHES | {
    "text": N_("Text"), "category": N_("Category"), "happened_at": N_("Happened at"), "card": N_("Card"),
    "corrects": N_("Corrects"), "role": N_("Role"), "outcome": N_("Outcome"), "appeal": N_("Appeal"), "place": N_("Place"),
    "grade": N_("Grade"), "source": N_("Source"), "person": N_("Person"), "last_seen": N_("Last seen"),
    "handover": N_("Handover"), "assessment": N_("Assessment"), "hypotheses": N_("Hypotheses"),
    "dropped": N_("Hypotheses dropped"), "contingencies": N_("If … then …"), "contacts": N_("Contacts owed"),
    "pinned": N_("Pinned"), "keeper": N_("Answers for it"),
    "source_name": N_("Name of the source"), "source_contact": N_("Contact of the source"),
}  # fmt: skip
TYPED = frozenset({  # fields with text typed by people
    "description", "title", "instruction", "result", "text", "clothing", "company", "direction", "place.text", "last_seen.text",
    "status_reason", "worrying_basis", "person.description", "assessment", "hypotheses", "dropped", "contingencies", "contacts",
    "outcome.place", "outcome.confirmed_by", "outcome.reason", "acknowledge",
})  # fmt: skip


def event(type: str, translate: Translate) -> str:
    """Return the label of an event type, such as "Sighting graded"; an unknown type is returned as it is."""
    return translate(EVENTS[type]) if type in EVENTS else type


def field(path: str, translate: Translate) -> str:
    """Return the label of a field, such as "Source grade" for `grade.source`, by the longest known part of the path."""
    parts = path.split(".")
    if parts[0] == "criteria" and len(parts) > 1 and parts[1] in _CRITERIA:
        return translate(_CRITERIA[parts[1]])
    for length in range(len(parts), 0, -1):
        known = _FIELDS.get(".".join(parts[:length]))
        if known:
            return translate(known)
    return path.replace("_", " ")


def value(path: str, kind: str, code: Any, translate: Translate) -> str | None:
    """Return the label of a code; None if the field or the code has none."""
    if path == "kind" and kind == "search":
        table = KINDS
    elif path == "worrying":
        return translate({True: N_("Worrying"), False: N_("Not worrying")}.get(code, N_("Not decided")))
    elif path.startswith("criteria.") and path.endswith(".answer"):
        table = {"yes": N_("Yes"), "no": N_("No"), "unknown": N_("Unknown")}
    elif path == "assessment" and kind == "briefing":
        return None
    else:
        table = _VALUES.get(path, {})
    return translate(table[code]) if isinstance(code, str) and code in table else None
