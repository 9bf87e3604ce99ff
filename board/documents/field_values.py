"""Names and values in histories on paper, as on screens (static/js/format/values.js): never as ids, codes or raw timestamps."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from babel.numbers import format_decimal

from board import labels
from board.config import sentences
from board.config.earlier_disappearances import described, in_order
from board.documents.content import Line, Piece, UserText
from board.documents.text_languages import typed_text
from board.engine import kinds, occasions
from board.exports.tables import UNDISCLOSED
from board.i18n import enumeration, gettext_for, language_of, moment_text
from models.entity import State
from models.times import desk_date

_RAW_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RAW_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")  # in fields of a newer version


@dataclass(frozen=True, slots=True)
class EntityNames:
    """Names of accounts by id, and kinds and states of a board's entities by id. A state may contain only what a name needs."""

    accounts: Mapping[str, str]
    entities: dict[str, tuple[str, State]]

    def state(self, id: str | None, kind: str | None = None) -> State | None:
        """Return the state of an entity; None if it is unknown or of another kind."""
        found = self.entities.get(id or "")
        return found[1] if found is not None and kind in (None, found[0]) else None


class FieldValues:
    """Names and values on one board, in the language `reads`. `languages`: languages of the accounts, by id. `sex`: sex of the
    child, with which texts agree."""

    def __init__(self, names: EntityNames, languages: Mapping[str, str], reads: str, sex: str | None = None) -> None:
        self.names, self._languages, self.reads, self._sex = names, languages, reads, sex
        self.translate = gettext_for(reads)
        self.day: date | None = None  # day of the heading above the values: times on that day need no date

    def value(self, path: str, value: Any, kind: str, author: str | None = None) -> Piece | None:
        """Return the value of a field of a kind, marked with the language of its author if it is typed; None if it is not set."""
        if path == "worrying":
            return self._code(path, value, kind)
        if value in (None, ""):
            return None
        declared = kinds.find(kind)
        reader = self._readers.get((declared.reading_of(path) if declared else None) or "")
        if reader is not None:
            return reader(value) or None
        if path == "outcome.condition":
            return labels.value(path, kind, value, labels.agreeing(self.translate, self._sex))
        if isinstance(value, bool):
            code = self._code(path, value, kind) if path.startswith("restatements.") else None
            return code or self.translate(sentences.YES if value else sentences.NO)
        if isinstance(value, list):
            return self._list(path, value, kind, author)
        if isinstance(value, dict):
            return self._group(path, value, kind, author)
        code = self._code(path, value, kind)
        if code is not None:
            return f"{value} ({code})" if path.startswith("grade.") else code
        return self.typed(value, author) if isinstance(value, str) else self._number(value)

    def person(self, id: str | None) -> str:
        return self.names.accounts.get(id or "") or self.translate(sentences.SOMEONE)

    def people(self, ids: Iterable[str]) -> str:
        """Return the names of accounts: "Alice, Bob and Charlie"."""
        return enumeration(map(self.person, ids), self.reads)

    def entity(self, kind: str, state: State | None, author: str | None = None) -> Piece:
        """Return the name of an entity in this state."""
        declared, given = kinds.find(kind), state or {}
        if declared is not None and declared.is_numbered and given.get("number") is not None:
            return self._numbered(kind, given["number"])
        match kind:
            case "column" if state:
                return self.column(state, author)
            case "file" if given.get("caption") or given.get("name"):
                return self.typed(given.get("caption") or given["name"], author)
            case "material" if given.get("what"):
                return self._material(given)
            case "distribution" if given.get("recipient"):
                return self.typed(given["recipient"], author)
            case "alarm" if given.get("about"):
                return self._alarm(given)
            case "search":
                return self.translate(sentences.THE_SEARCH)
        return self.noun(kind)

    def card(self, id: str) -> Piece:
        """Return the name of a card, or of a note, by its id."""
        kind, state = self.names.entities.get(id, ("", None))
        return self.entity(kind, state) if state is not None else self.translate(sentences.NOT_ON_BOARD)

    def column(self, state: State | None, author: str | None = None) -> Piece:
        if state is None:
            return self.translate(sentences.NO_COLUMN)
        title = state.get("title")
        return self.typed(title, author) if title else self.translate(labels.VALUES["column.role"][state["role"]])

    def noun(self, kind: str) -> str:
        return kind_noun(kind, self.translate)

    def time(self, stamp: str) -> str:
        """Return "Tue 24 Nov 2026 22:34", always with the year; on the day of the heading only "22:34"."""
        if self.day is not None and desk_date(stamp) == self.day:
            return moment_text(stamp, "HH:mm", self.reads)
        return moment_text(stamp, "EEE d MMM y HH:mm", self.reads)

    def typed(self, words: str, author: str | None) -> UserText:
        """Return a text that an account typed, marked with its language."""
        if _RAW_ID.fullmatch(words):
            return UserText(self.names.accounts.get(words) or self.translate(UNDISCLOSED))
        if _RAW_TIME.fullmatch(words):
            return UserText(self.time(words))
        return typed_text(words, self._languages, author, self.reads)

    @cached_property
    def _readers(self) -> dict[str, Callable[[Any], Piece]]:
        """Functions that return the text of a value, by the reading of its field."""
        return {
            "time": self.time,
            "date": lambda value: moment_text(f"{value}T12:00:00.000Z", "d MMM y", self.reads),
            "person": self.person,
            "people": self.people,
            "card": self.card,
            "cards": lambda ids: ", ".join(map(plain, map(self.card, ids))),
            "column": lambda id: self.column(self.names.state(id, "column")),
            "file": self._file,
            "material": lambda id: self._material(self.names.state(id, "material")),
            "note": lambda _: self.noun("note"),
            "search": self._search,
        }

    def _code(self, path: str, value: Any, kind: str) -> str | None:
        kind = "task" if path == "priority" else kind  # “urgent” agrees with the word “priority”, not with the entity
        known = labels.value(path, kind, value, self.translate)
        has_codes = f"{kind}.{path}" in labels.VALUES or path in labels.VALUES
        return value.replace("_", " ") if known is None and has_codes and isinstance(value, str) else known

    def _list(self, path: str, items: list[Any], kind: str, author: str | None) -> Piece | None:
        codes = [self._code(path, item, kind) for item in items]
        text = ", ".join(code or str(item) for code, item in zip(codes, items, strict=True))
        return (text if None not in codes else self.typed(text, author)) or None

    def _group(self, path: str, group: State, kind: str, author: str | None) -> Piece | None:
        """Return a group of fields in one text."""
        match path.split("."):
            case ["earlier"]:
                text = self.translate(sentences.SEPARATOR).join(described(item, self.reads) for item in in_order(group))
            case ["earlier", _]:
                text = described(group, self.reads)
            case ["checklist", _]:
                text = f"{'☑' if group.get('done') else '☐'} {group.get('text')}"
            case ["criteria", _]:
                answer = self._code(f"{path}.answer", group.get("answer"), kind)
                text = f"{answer} ({group['basis']})" if group.get("basis") else str(answer)
            case _:
                text = self._place(group) if "lat" in group else self._fields(path, group, kind)
        return self.typed(text, author) if text else None

    def _fields(self, path: str, group: State, kind: str) -> str:
        declared = kinds.find(kind)
        paths = {f"{path}.{name}": value for name, value in group.items()}
        shown = (each for each in paths if declared is None or declared.reading_of(each) != "internal")
        texts = (self.value(each, paths[each], kind) for each in shown)
        return ", ".join(plain(text) for text in texts if text is not None)

    def _place(self, place: State) -> str:
        """Return "Gent-Zuid · 51.04000, 3.73000 · ± 50 m"."""
        point = f"{place['lat']:.5f},\u00a0{place.get('lon') or 0:.5f}" if place.get("lat") is not None else None
        radius = f"±\u00a0{self._distance(place['radius_m'])}" if place.get("radius_m") else None
        return " · ".join(filter(None, [place.get("text"), point, radius]))

    def _number(self, value: float) -> str:
        """Return "6" or "1,5", without a separator of thousands."""
        if value == int(value):
            return str(int(value))
        locale = language_of(self.reads).locale
        return format_decimal(value, locale=locale, decimal_quantization=False, group_separator=False)

    def _distance(self, metres: float) -> str:
        if metres >= 1000:
            km = format_decimal(int(metres / 100 + 0.5) / 10, locale=language_of(self.reads).locale)
            return self.translate(sentences.KM).format(km=km).replace(" ", "\u00a0", 1)
        return self.translate(sentences.METRES).format(m=int(metres + 0.5)).replace(" ", "\u00a0", 1)

    def _file(self, id: str) -> Piece:
        state = self.names.state(id) or {}
        name = state.get("caption") or state.get("name")
        return self.typed(name, None) if name else self.translate(sentences.YES)

    def _search(self, id: str) -> Piece:
        state = self.names.state(id, "search")
        if state is None:
            return self.noun("search")
        return self.typed(" · ".join(filter(None, [short_name(state["person"]), state["reference"]])), None)

    def _numbered(self, kind: str, number: int) -> str:
        return _tied(self.translate(sentences.NUMBERED).format(kind=self.noun(kind), number=number))

    def _alarm(self, state: State) -> str:
        return alarm_name(state, (self.names.state(state["about"]["id"]) or {}).get("number"), self.translate)

    def _material(self, state: State | None) -> str:
        """Return "Poster (FR, NL)"."""
        if not state or not state.get("what"):
            return self.noun("material")
        what = self._code("what", state["what"], "material")
        return f"{what} ({', '.join(language.upper() for language in state['languages'])})"


def kind_noun(kind: str, translate: Callable[[str], str]) -> str:
    return translate(labels.KINDS.get(kind, kind.replace("_", " ")))


def alarm_name(state: State, number: int | None, translate: Callable[[str], str]) -> str:
    """Return "Urgent sighting 4". `number`: number of the alarm's card or tip."""
    kind = state["about"]["kind"]
    occasion = occasions.find(state.get("occasion") or occasions.code_of(state.get("rule", "")), kind)
    noun = kind_noun(kind, translate)
    name = noun if occasion.name == occasions.UNKNOWN.name else translate(occasion.name)
    if number is None:
        return name
    if occasion.numbered:
        return _tied(translate(occasion.numbered).format(number=number))
    card = _tied(translate(sentences.NUMBERED).format(kind=noun, number=number))
    return translate(sentences.WHAT_CARD).format(what=name, card=card)


def _tied(name: str) -> str:
    """Return a name with an unbreakable space before its number."""
    return re.sub(r" (?=\d)", "\u00a0", name, count=1)


def fields_of_name(kind: str, state: State) -> tuple[str, ...]:
    """Return the fields that the name of an entity in this state contains."""
    match kind:
        case "column":
            return ("title",) if state.get("title") else ("role",)
        case "file":
            return ("caption",) if state.get("caption") else ("name",)
        case "material":
            return "what", "languages"
        case "distribution":
            return ("recipient",)
    return ("number",)


def plain(text: Piece | Line) -> str:
    """Return a text as a string, without marks of languages."""
    if isinstance(text, list):
        return "".join(map(plain, text))
    return text.text if isinstance(text, UserText) else text


def short_name(person: State) -> str:
    """Return "Noor V.", because many people can read a history that lies on a desk."""
    last = (person.get("last_name") or "").strip()
    return f"{person['first_name']} {last[0].upper()}." if last else str(person["first_name"])
