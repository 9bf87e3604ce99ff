"""Labels of kinds, fields, values and events, for Python, the scripts and the translators.

The texts are msgids, to be translated when they are shown. The scripts get these tables with their translations
(`/i18n/{language}.json`, static/js/core/labels.js).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from board.config import sentences
from board.i18n import N_, P_

Translate = Callable[[str], str]
Texts = Mapping[str, str]

# Texts that agree with the child in French: by text, by the sex of the child.
AGREEING: dict[str, Texts] = {
    "alive and well": {"f": P_("of a girl", "alive and well")},
    sentences.SEEN: {"f": P_("of a girl", "seen {at}"), "m": P_("of a boy", "seen {at}")},
}
# Labels that no declaration of a kind has; the declarations add theirs by `declare`.
_KINDS = {"card": N_("Card")}
_FIELDS = {
    # translators: the six criteria are those of a Belgian ministerial directive. French and Dutch wordings are
    # ours: a native speaker should check them.
    "criteria.under_13": N_("Younger than 13"),
    "criteria.disability": N_("Disability, or lack of autonomy"),
    "criteria.medication": N_("Under treatment, or needs essential medication"),
    "criteria.danger_to_life": N_("Life believed to be in danger"),
    "criteria.third_party": N_("In threatening company, or victim of an offence"),
    "criteria.out_of_character": N_("Absence contrary to usual behaviour"),
    # translators: this criterion is no longer asked, as only one older source has it; kept for older searches.
    "criteria.danger_to_others": N_("May endanger others"),
    "earlier.*": N_("Earlier disappearance"), "id": N_("Id"),
    "source.name": N_("Name"),  # path in events, for which no field is declared, because the value is only in `source_name`
    "display.name": N_("Name"), "display.profile": N_("Who can see this display"), "display.language": N_("Language"),
    "display.shows": N_("Content"), "display.theme": N_("Theme"), "display.sound": N_("Sound"),
}  # fmt: skip
_VALUES: dict[str, Texts] = {
    "account.role": {
        "viewer": N_("Viewer"), "investigator": N_("Investigator"), "coordinator": N_("Coordinator"),
        "admin": N_("Administrator"),
    },
    "criteria.answer": {"yes": N_("Yes"), "no": N_("No"), "unknown": N_("Unknown")},  # to each criterion
    "restatements.correct": {"true": N_("correct"), "false": N_("not quite correct")},
    # translators: kinds of places, after a name as in "Leuven, station"; a locality is a village or a part of a municipality
    "place_kind": {
        "municipality": N_("municipality"), "locality": N_("locality"), "city": N_("city abroad"), "station": N_("station"),
        "school": N_("school"), "shelter": N_("shelter"), "youth_centre": N_("youth centre"), "hospital": N_("hospital"),
        "service_area": N_("service area"), "stop": N_("stop"), "other": N_("place"),
    },
}  # fmt: skip
_EVENTS = {
    "search.erased": N_("Search erased"), "sighting.erased": N_("Sighting erased"), "task.erased": N_("Task erased"),
    "tip.erased": N_("Tip erased"), "note.erased": N_("Note erased"), "briefing.erased": N_("Briefing erased"),
    "report.erased": N_("Report erased"), "wake.erased": N_("Look again: erased"),
    "handed.erased": N_("Handover of a search erased"), "contact.erased": N_("Contact erased"),
    "place.erased": N_("Searched place erased"),
}  # fmt: skip
_CARD_ERASED = N_("Card erased")  # for an installation's own kinds
# Kinds by name, fields by path, values by path and code (in the order of menus), events by type. A path that means something else
# in one kind is also listed as `kind.path`.
KINDS: dict[str, str] = {}
FIELDS: dict[str, str] = {}
VALUES: dict[str, Texts] = {}
EVENTS: dict[str, str] = {}
# By the last part of an event's type, as in "graded by Maria".
DONE = {
    "opened": N_("opened"), "updated": N_("changed"), "changed": N_("changed"), "status_set": N_("status changed"),
    "worrying_set": N_("decided if worrying"), "appeal_set": N_("appeal changed"), "access_set": N_("access changed"),
    "goal_set": N_("goal changed"), "looked_at": N_("looked at"), "passed_on": N_("passed on"),
    "talk_set": N_("talk with the child recorded"), "of_both_set": N_("children changed"),
    "outcome_set": N_("outcome corrected"), "added": N_("added"), "renamed": N_("renamed"), "moved": N_("moved"),
    "solved": N_("dealt with"), "removed": N_("removed"), "graded": N_("graded"), "assessed": N_("assessed"),
    "assigned": N_("assigned"), "withdrawn": N_("withdrawn"), "restored": N_("restored"), "erased": N_("erased"),
    "taken": N_("taken without a handover"), "handed_over": N_("handed over"), "prepared": N_("started"),
    "written": N_("updated"), "confirmed": N_("confirmed"), "unread": N_("accepted unread"),
    "signed": N_("signed"), "read": N_("read"), "restated": N_("summarised"), "answered": N_("answered"),
    "accepted": N_("accepted"), "refused": N_("refused"), "set": N_("added to the handover"), "archived": N_("archived"),
    "raised": N_("raised"), "escalated": N_("more people asked"), "handed_on": N_("handed on"), "released": N_("reopened"),
    "extended": N_("promised for longer"), "lapsed": N_("promise lapsed"), "given_back": N_("given back"),
    "ended": N_("ended"), "alarm.taken": N_("taken"), "begun": N_("begun"), "duty.extended": N_("end changed"),
    "kept": N_("alarms kept"), "called": N_("call logged"),
    "asked": N_("question asked"), "call_ended": N_("call ended"), "joined": N_("joined to a search"), "closed": N_("closed"),
    "reopened": N_("reopened"), "reported": N_("reported again"), "linked": N_("linked searches changed"),
    "photo_set": N_("photo changed"), "attached": N_("attached"),
    "placed": N_("placed on a search"), "brought_back": N_("back on the board"), "dismissed": N_("dismissed"),
    "removal_proposed": N_("removal proposed"), "file.removed": N_("removed from the disk"),
    "approved": N_("approved"), "take_down_due": N_("take-down due"), "taken_down": N_("asked to take it down"),
}  # fmt: skip
# The same for nouns that are feminine in French, where a participle agrees with its noun.
_FEMININE = {
    "updated": P_("of a search, task, card, note, column or handover", "changed"),
    "changed": P_("of a search, task, card, note, column or handover", "changed"),
    "added": P_("of a search, task, card, note, column or handover", "added"),
    "renamed": P_("of a search, task, card, note, column or handover", "renamed"),
    "moved": P_("of a search, task, card, note, column or handover", "moved"),
    "removed": P_("of a search, task, card, note, column or handover", "removed"),
    "assigned": P_("of a search, task, card, note, column or handover", "assigned"),
    "withdrawn": P_("of a search, task, card, note, column or handover", "withdrawn"),
    "restored": P_("of a search, task, card, note, column or handover", "restored"),
    "erased": P_("of a search, task, card, note, column or handover", "erased"),
}
DONE |= {
    f"{kind}.{verb}": text
    for kind in ("search", "task", "card", "note", "column", "handover", "alarm")
    for verb, text in _FEMININE.items()
}
DONE |= {f"alarm.{verb}": DONE["raised"] for verb in ("added",)}  # the word of its other events
DONE["material.withdrawn"] = _FEMININE["withdrawn"]
_LEFT = N_("left the board")
DONE |= {f"{kind}.{verb}": _LEFT for kind in ("card", "sighting", "task", "note") for verb in ("archived", "removed")}
DONE |= {f"{kind}.removed": DONE["archived"] for kind in ("search", "tip", "alarm")}  # nothing else removes them from a board


def declare(kinds: Texts, fields: Texts, values: Mapping[str, Texts], events: Texts) -> None:
    """Set the labels of all declared kinds."""
    KINDS.clear()
    KINDS.update(_KINDS | {**kinds})
    FIELDS.clear()
    FIELDS.update(_FIELDS | {**fields})
    VALUES.clear()
    VALUES.update(_VALUES | {**values})
    EVENTS.clear()
    EVENTS.update(_EVENTS | {**events})


def erased(kind: str) -> str:
    """Return the label of the erasure of a card, for a translation."""
    return _EVENTS.get(f"{kind}.erased", _CARD_ERASED)


def tables() -> dict[str, Any]:
    """Return all labels for the scripts."""
    return {"kinds": KINDS, "fields": FIELDS, "values": VALUES, "events": EVENTS, "done": DONE}


def event(type: str, translate: Translate) -> str:
    """Return the label of an event type, such as "Sighting graded"; an unknown type is returned as it is."""
    return translate(EVENTS[type]) if type in EVENTS else type


def child(first_name: str, age: int | None) -> str:
    """Return "Noor, 11", as everyone in a room may read it."""
    return first_name if age is None else f"{first_name}, {age}"


def with_colon(label: str, translate: Translate) -> str:
    """Return a label with a colon, which has a space before it in French; a question has none."""
    return label if label.endswith("?") else translate(sentences.WITH_COLON).format(label=label)


def field(path: str, translate: Translate, kind: str = "") -> str:
    """Return the label of a field, such as "Source grade" for `grade.source`, by the longest known part of the path."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        part, member = ".".join(parts[:length]), ".".join([*parts[: length - 1], "*"])
        known = FIELDS.get(f"{kind}.{part}") or FIELDS.get(part) or FIELDS.get(member)
        if known:
            return translate(known)
    return path.replace("_", " ")


def agreeing(translate: Translate, sex: str | None) -> Translate:
    """Return a translation function whose texts agree with a child of this sex."""
    return lambda text: translate(AGREEING.get(text, {}).get(sex or "", text))


def value(path: str, kind: str, value: Any, translate: Translate) -> str | None:
    """Return the label of a field's value; None if the field or the value has none."""
    group, _, _ = path.partition(".")
    if group in ("criteria", "restatements"):
        path = f"{group}.{path.rpartition('.')[2]}"
    elif group in ("reports", "links"):
        path = f"{group}.*.{path.rpartition('.')[2]}"
    elif path.startswith("content.typed_in."):
        path = "languages"
    path = path.replace("appeal.before.", "appeal.")
    table = VALUES.get(f"{kind}.{path}") or VALUES.get(path) or {}
    text = table.get(value if isinstance(value, str) else json.dumps(value))
    return None if text is None else translate(text)
