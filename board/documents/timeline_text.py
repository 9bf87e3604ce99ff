"""Texts of the items of a timeline, in the reader's language: the same on screens and paper."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import orjson

from board import labels
from board.config import sentences
from board.config.event_sentences import SIGNED_HANDOVER
from board.documents.event_text import describe
from board.documents.field_values import FieldValues, plain
from board.documents.shown_changes import UNKNOWN
from board.timeline.items import FOUND, LAST_SEEN, Item
from models.entity import State
from models.handover import Handover, SearchHandover
from models.note import Note
from models.place import Place
from models.search import Search
from models.sighting import Grade, Sighting

UNGRADED = Grade()
MAX_TEXT = 200  # characters of a text in an answer or a row; the card has all of it
MAX_PAPER_TEXT = 1_000  # characters of a text on paper, which has no card to open


class ItemText(NamedTuple):
    """Texts of an item. `grade`: such as "B2", or that nobody has graded it. `verdict`: assessment of a sighting, or certainty of
    a searched place, in words. `by`: who recorded it, or who searched a place."""

    title: str
    text: str = ""
    place: str = ""
    grade: str = ""
    verdict: str = ""
    by: str = ""


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
    """Return how the child was found, and where."""
    outcome = item.state["outcome"]
    told = [plain(values.value(f"outcome.{name}", outcome[name], Search.KIND) or "") for name in ("condition", "how")]
    title = plain(values.value("status", item.state["status"], Search.KIND) or "")
    return ItemText(title, " · ".join(filter(None, told)), place=outcome["place"] or "")


def _place(place: State | None, values: FieldValues) -> str:
    """Return "Veldstraat 30 · ± 10 m": the point is on the map."""
    without_point = {**place, "lat": None, "lon": None} if place else None
    return plain(values.value("place", without_point, Sighting.KIND) or "")


def _searched_place(item: Item, values: FieldValues) -> ItemText:
    state = item.state
    verdict = plain(values.value("certainty", state["certainty"], Place.KIND) or "") if state["certainty"] != "unknown" else ""
    title, place = plain(values.entity(Place.KIND, state)), _place(state["location"], values)
    return ItemText(title, state["name"], place, verdict=verdict, by=state["searched_by"] or "")


def _note(item: Item, values: FieldValues) -> ItemText:
    return ItemText(plain(values.value("category", item.state["category"], Note.KIND) or ""), item.state["text"])


def _decision(item: Item, values: FieldValues, board: str) -> ItemText:
    assert item.event is not None
    event = orjson.loads(item.event.to_json())
    before = UNKNOWN if item.before is None else item.before
    sentence = plain(describe(event, before, board, values).sentence)
    return ItemText(labels.event(item.event.type, values.translate), sentence)


def _signature(item: Item, values: FieldValues) -> ItemText:
    return _handover(SIGNED_HANDOVER, item.state["handover"], item, values)


def _acceptance(item: Item, values: FieldValues) -> ItemText:
    return _handover(sentences.ACCEPTED, item.state["number"], item, values)


def _handover(sentence: str, number: int, item: Item, values: FieldValues) -> ItemText:
    """Return "Handover 3", and who signed or accepted it."""
    who = values.names.accounts.get(item.account or "") or values.translate(sentences.SOMEONE)
    title = values.translate(sentences.NUMBERED).format(kind=values.noun(Handover.KIND), number=number)
    return ItemText(title, values.translate(sentence).format(who=who, number=number))
