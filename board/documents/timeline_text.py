"""Texts of the items of a timeline, in the reader's language. Screens and paper show the same texts."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import orjson

from board import labels
from board.config import sentences
from board.config.event_sentences import CALLED, CALLED_BY, SIGNED_HANDOVER
from board.documents.decision_text import decided
from board.documents.event_text import describe
from board.documents.field_values import FieldValues, plain
from board.documents.shown_changes import UNKNOWN
from board.timeline.items import APPEAL_SET, FOUND, LAST_SEEN, Item
from models.contact import Contact
from models.entity import State
from models.handover import Handover, SearchHandover
from models.note import Note
from models.place import Place
from models.search import Search
from models.sighting import Grade, Sighting

UNGRADED = Grade()
MAX_TEXT = 200  # characters of a text in an answer or a row; the card shows all of it
MAX_PAPER_TEXT = 1_000  # characters of a text on paper, which has no card to open


class ItemText(NamedTuple):
    """Texts of an item. `grade`: "B2", for example, or that nobody has graded it. `verdict`: assessment of a sighting, or
    certainty of a searched place, in words. `by`: who recorded it, or who searched a place. `names_author`: the text names who
    recorded it."""

    title: str
    text: str = ""
    place: str = ""
    grade: str = ""
    verdict: str = ""
    by: str = ""
    names_author: bool = False


def text_of(item: Item, board: str, values: FieldValues, length: int = MAX_TEXT) -> ItemText:
    """Return the texts of an item of a search's timeline, each of at most `length` characters."""
    compose: dict[str, Callable[[Item, FieldValues], ItemText]] = {
        LAST_SEEN: _last_seen, FOUND: _found, Sighting.KIND: _sighting, Note.KIND: _note, Place.KIND: _searched_place,
        SearchHandover.KIND: _signature, Handover.KIND: _acceptance, Search.KIND: partial(_decision, board=board),
    }  # fmt: skip
    text = compose[item.kind](item, values)
    by = text.by or values.names.accounts.get(item.account or "", "")
    return text._replace(text=cut(text.text, length), place=cut(text.place, length), by=cut(by, length))


def cut(text: str, length: int) -> str:
    """Return a text on one line, cut at a word if it is longer than `length`."""
    line = " ".join(text.splitlines())
    return line if len(line) <= length else f"{line[:length].rpartition(' ')[0] or line[:length]}…"


def _last_seen(item: Item, values: FieldValues) -> ItemText:
    place = item.state["last_seen"] or {}
    return ItemText(values.translate(sentences.LAST_SEEN_RECORDED), place=place.get("text") or "")


def _sighting(item: Item, values: FieldValues) -> ItemText:
    state, grade = item.state, item.state["grade"]
    verdict = plain(values.value("assessment", state["assessment"], Sighting.KIND) or "")
    title = plain(values.entity(Sighting.KIND, state))
    is_graded = (grade["source"], grade["content"]) != (UNGRADED.source, UNGRADED.content)
    text = f"{grade['source']}{grade['content']}" if is_graded else values.translate(sentences.NOT_GRADED)
    return ItemText(title, state["description"], _place(state["place"], values), text, verdict)


def _found(item: Item, values: FieldValues) -> ItemText:
    return found_text(item.state, values)


def found_text(search: State, values: FieldValues) -> ItemText:
    """Return how the child was found, and where."""
    outcome = search["outcome"]
    told = [plain(values.value(f"outcome.{name}", outcome[name], Search.KIND) or "") for name in ("condition", "how")]
    title = plain(values.value("status", search["status"], Search.KIND) or "")
    return ItemText(title, " · ".join(filter(None, told)), place=outcome["place"] or "")


def _place(place: State | None, values: FieldValues) -> str:
    """Return "Veldstraat 30 · ± 10 m", without coordinates, because the map shows them."""
    without_point = {**place, "lat": None, "lon": None} if place else None
    return plain(values.value("place", without_point, Sighting.KIND) or "")


def _searched_place(item: Item, values: FieldValues) -> ItemText:
    state = item.state
    verdict = _certainty(state["certainty"], values) if state["certainty"] != "unknown" else ""
    title, place = plain(values.entity(Place.KIND, state)), _place(state["location"], values)
    return ItemText(title, state["name"], place, verdict=verdict, by=state["searched_by"] or "")


def _certainty(certainty: str, values: FieldValues) -> str:
    """Return "Certainty: not sure", because the value alone could be about anything."""
    label = labels.with_colon(labels.field("certainty", values.translate, Place.KIND), values.translate)
    return f"{label} {plain(values.value('certainty', certainty, Place.KIND) or '')}"


def _note(item: Item, values: FieldValues) -> ItemText:
    title = plain(values.value("category", item.state["category"], Note.KIND) or "")
    call = _call(item, values)
    return ItemText(title, call or item.state["text"], names_author=call is not None)


def _call(item: Item, values: FieldValues) -> str | None:
    """Return who called whom, as in the history; None if the note is not about a call with a contact whose name is known."""
    call = item.state.get("call")
    contact = values.names.state(call["contact"], Contact.KIND) if call else None
    if call is None or contact is None:
        return None
    result = labels.value("last_call.result", Contact.KIND, call["result"], values.translate) or call["result"]
    sentence = values.translate(CALLED_BY if call["incoming"] else CALLED)
    return sentence.format(who=values.person(item.account), name=contact["name"], result=result, text=item.state["text"])


def _decision(item: Item, values: FieldValues, board: str) -> ItemText:
    assert item.event is not None
    if item.event.type == APPEAL_SET and item.when.end is not None:
        return _appeal(item, values)
    event = orjson.loads(item.event.to_json())
    before = UNKNOWN if item.before is None else item.before
    sentence = plain(describe(event, before, board, values).sentence)
    return ItemText(labels.event(item.event.type, values.translate), sentence, names_author=True)


def _appeal(item: Item, values: FieldValues) -> ItemText:
    """Return the level of an appeal, for the period in which it ran, and who decided it."""
    appeal, title = item.state["appeal"], labels.field("appeal", values.translate, Search.KIND)
    level = plain(values.value("appeal.level", appeal["level"], Search.KIND) or "")
    parts = [f"{labels.with_colon(title, values.translate)} {level}", decided(appeal.get("decided_by"), values.reads)]
    return ItemText(title, " · ".join(filter(None, parts)))


def _signature(item: Item, values: FieldValues) -> ItemText:
    return _handover(SIGNED_HANDOVER, item.state["handover"], item, values)


def _acceptance(item: Item, values: FieldValues) -> ItemText:
    return _handover(sentences.ACCEPTED, item.state["number"], item, values)


def _handover(sentence: str, number: int, item: Item, values: FieldValues) -> ItemText:
    """Return "Handover 3", and who signed or accepted it."""
    who = values.names.accounts.get(item.account or "") or values.translate(sentences.SOMEONE)
    title = values.translate(sentences.NUMBERED).format(kind=values.noun(Handover.KIND), number=number)
    return ItemText(title, values.translate(sentence).format(who=who, number=number), names_author=True)
