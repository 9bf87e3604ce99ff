"""PDF of a disclosure: each row and event with its labels, in the reader's language. Values without a label are only in the JSON
file."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from board import labels
from board.audit.log.pages import KINDS as AUDIT_KINDS
from board.audit.log.read_sentences import WHAT
from board.config import sentences
from board.disclosure import files
from board.disclosure.masking import THIS_PERSON, WITHHELD
from board.disclosure.sources import GROUPS
from board.disclosure.steps import Item
from board.disclosure.subject import LABELS
from board.disclosure.walk import Walk
from board.documents import content
from board.documents.content import Block, Document, Line, Section, UserText
from board.documents.field_values import EntityNames, FieldValues
from board.engine import kinds
from board.engine.conditions import value_at
from board.engine.identity import Caller
from board.i18n import N_, gettext_for, translations
from board.service import BoardService
from models.board import OPERATIONS
from models.db.read_pacing import paced
from models.disclosure import Disclosure
from models.texts import ngettext
from models.times import format_utc

MAX_ITEMS = 1_500  # items in the PDF, about a hundred pages; a note says that the JSON file has everything
MAX_CHARACTERS = 400_000  # characters of text, which fit in the 4 MB of HTML that `pdf` accepts
WITHHELD_TEXT = N_("withheld")
UNREADABLE_ENTRIES = ngettext(
    "{count} entry that may be about this person is missing: its confidential part cannot be read.",
    "{count} entries that may be about this person are missing: their confidential parts cannot be read.",
)
COLUMNS = {  # labels for the columns of tables that are not kinds
    "at": N_("Time"), "created_at": N_("Created at"), "used_at": N_("Last used"), "until": N_("Until"), "since": N_("Since"),
    "reason": N_("Reason"), "name": N_("Name"), "email": N_("E-mail"), "role": N_("Role"), "device": N_("Browser and system"),
    "detail": N_("File"), "type": N_("Type"), "reach": N_("Telephone or e-mail"), "source_name": N_("Name"),
    "source_contact": N_("Telephone or e-mail"), "earlier": N_("Former details"),
}  # fmt: skip
_GROUPS = ("person", "details", "criteria", "belongings", "outcome", "talk")  # groups whose fields get a line each
_IDS = ("internal", "card", "cards", "column", "file", "material", "note", "search")  # readings of ids: people can't read them
_CODE = re.compile(r"colleague (\d+)|this person|withheld")
_AUDIT = {type: label for _, types in AUDIT_KINDS.values() for type, label in types.items()}  # by type, or its first part
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


class DisclosurePaper:
    """Composer of the PDF of a request."""

    def __init__(self, row: Disclosure, lang: str) -> None:
        self._row, self._lang, self._translate = row, lang, gettext_for(lang)
        self._sections: dict[str, list[Block]] = {group: [] for group in GROUPS}
        self._unlabelled = dict.fromkeys(GROUPS, 0)
        self._kinds = {str(kind.model.__tablename__): kind for kind in kinds.every()}
        self._values = FieldValues(EntityNames({}, {}), {}, lang)
        self._size = self.count = 0

    @property
    def is_full(self) -> bool:
        return self.count >= MAX_ITEMS or self._size >= MAX_CHARACTERS

    def add_page(self, items: list[Item]) -> None:
        """Add items until the PDF is full."""
        for item in paced(items):
            if not self.is_full:
                self.add(item)

    def add(self, item: Item) -> None:
        """Add an item. Items without a labelled value are only counted."""
        self.count += 1
        block = self._event(item) if item["table"] == "event" else self._entity(item)
        if block is None:
            self._unlabelled[item["group"]] += 1
        else:
            self._sections[item["group"]].append(block)
            self._size += len(str(block))

    def document(self, printed: str, *, is_complete: bool, unreadable: int = 0) -> Document:
        rest = N_("This is too long for paper. The JSON file has everything.")
        rules = " ".join(self._translate(rule) for rule in files.RULES)
        notes = [rules, *([] if is_complete else [self._translate(rest)])]
        if unreadable:
            notes.append(translations(self._lang).ungettext(*UNREADABLE_ENTRIES, unreadable).format(count=unreadable))
        kind = next(label for kind, label in LABELS.items() if kind == self._row.kind)
        facts: list[content.Fact] = [(self._translate(N_("About")), [self._translate(kind)])]
        if found_by := " · ".join(filter(None, (self._row.name, self._row.reach))):
            facts.append((self._translate(N_("Found by")), [UserText(found_by)]))
        facts.append((self._translate(N_("Reason")), [UserText(self._row.reason)]))
        facts.append((self._translate(N_("Entries")), [str(self.count)]))
        title = self._translate(N_("What is stored about a person"))
        file = f"disclosure-{self._row.id[-12:]}"
        return Document(title, self._lang, file, printed, facts, notes, list(self._filled()))

    def _filled(self) -> Iterator[Section]:
        for group, blocks in self._sections.items():
            rest, count = self._translate(N_("Entries without text, in the JSON file alone: {count}")), self._unlabelled[group]
            if blocks or count:
                note = rest.format(count=count) if count else ""
                yield Section([self._translate(GROUPS[group])], blocks=_merged(blocks), note=note)

    def _event(self, item: Item) -> Block | None:
        """Return the line of an event; None for a search's event on `operations`, which is a copy."""
        kind, values = item["kind"], item["values"]
        if item["board"] == OPERATIONS and kind == "search":
            return None
        by = f" · {self._coded(item['by'])}" if item["by"] else ""
        about = f" · {item['reference']}" if item["reference"] and self._row.board is None else ""
        line: Line = [content.datetime_text(item["at"], self._lang), f" · {self._event_label(item)}{about}{by}"]
        changes = values.get("changes") or [path for path in values if path.startswith("state.")]
        for path in changes:
            value = value_at(values["state"], path) if "state" in values else values[path]
            line += self._labelled(path.removeprefix("state."), value, kind, before=" · ")
        if isinstance(values.get("reason"), str):
            line += [" · ", self._typed(values["reason"])]
        return Block("", [line])

    def _event_label(self, item: Item) -> str:
        if item["group"] != "audit":
            return labels.event(item["type"], self._translate)
        return self._audit_label(item["type"])

    def _audit_label(self, type: str) -> str:
        return self._translate(_AUDIT.get(type) or _AUDIT.get(type.partition(".")[0], type))

    def _entity(self, item: Item) -> Block | None:
        kind, values = self._kinds.get(item["table"]), item["values"]
        lines = [
            line for name, value in values.items()
            for line in (self._labelled_parts(name, value, kind.name) if kind else [self._column(name, value)]) if line
        ] + [self._unreadable(name, kind.name if kind else "") for name in item.get("unreadable", ())]  # fmt: skip
        if not lines:
            return None
        if kind is None:
            return Block("", [_joined(lines)])
        numbered, noun = self._translate(sentences.NUMBERED), self._values.noun(kind.name)
        title = numbered.format(kind=noun, number=values["number"]) if values.get("number") is not None else noun
        about = f" · {item['reference']}" if item["reference"] and self._row.board is None else ""
        return Block(f"{title[:1].upper()}{title[1:]}{about}", lines)

    def _labelled_parts(self, path: str, value: Any, kind: str) -> list[Line]:
        """Return a field with its label, or each field of a group with its own label."""
        if isinstance(value, dict) and path in _GROUPS:
            return [self._labelled(f"{path}.{name}", part, kind) for name, part in value.items()]
        return [self._labelled(path, value, kind)]

    def _labelled(self, path: str, value: Any, kind: str, before: str = "") -> Line:
        """Return a field with its label; [] if it has no value, or means nothing to people."""
        declared = kinds.find(kind)
        column = path.partition(".")[0]
        is_field = declared is not None and any(spec.column == column for spec in declared.fields)
        reading = declared.reading_of(path) if declared else None
        if value in (None, "", [], {}) or not is_field or reading in _IDS:
            return []
        label = labels.with_colon(labels.field(path, self._translate, kind), self._translate)
        if isinstance(value, list) and any(isinstance(part, dict) for part in value):
            text: content.Piece | None = UserText("; ".join(_flat(part) for part in value))
        elif reading in ("person", "people"):  # masked already
            text = value if isinstance(value, str) else ", ".join(map(str, value))
        else:
            text = self._values.value(path, value, kind) if value != WITHHELD else value
        return [f"{before}{label} ", self._shown(text)] if text is not None else []

    def _column(self, name: str, value: Any) -> Line:
        if name not in COLUMNS or not isinstance(value, str) or not value:
            return []
        shown: content.Piece = UserText(value)
        if _TIME.fullmatch(value):
            shown = content.datetime_text(value, self._lang)
        elif name == "role":
            shown = labels.value("account.role", "", value, self._translate) or value
        elif name == "type":
            shown = self._translate(WHAT[value]) if value in WHAT else self._audit_label(value)
        label = labels.with_colon(self._translate(COLUMNS[name]), self._translate)
        return [f"{label} ", self._shown(shown)]

    def _unreadable(self, name: str, kind: str) -> Line:
        """Return a column that cannot be decrypted, with its label."""
        label = self._translate(COLUMNS[name]) if name in COLUMNS else labels.field(name, self._translate, kind)
        return [f"{labels.with_colon(label, self._translate)} ", self._translate(sentences.UNREADABLE)]

    def _typed(self, text: str) -> UserText:
        return UserText(self._coded(text))

    def _shown(self, piece: content.Piece) -> content.Piece:
        return self._typed(piece.text) if isinstance(piece, UserText) else self._coded(piece)

    def _coded(self, text: str) -> str:
        """Return a text with the codes of masked ids in the reader's language."""
        return _CODE.sub(self._code, text)

    def _code(self, match: re.Match[str]) -> str:
        if match[0] == WITHHELD:
            return self._translate(WITHHELD_TEXT)
        if match[0] == THIS_PERSON:
            return self._translate(N_("this person"))
        return self._translate(N_("colleague {number}")).format(number=match[1])


async def compose(service: BoardService, caller: Caller, walk: Walk, row: Disclosure, lang: str) -> str:
    """Return the HTML for the PDF of a request. Raises Refused `not_found` if the caller may no longer read it."""
    composed = DisclosurePaper(row, lang)
    file = f"disclosure-{row.id[-12:]}.pdf"
    async for _ in files.pages_of(service, caller, walk, file, composed.add_page):
        if composed.is_full:
            break
    at = content.datetime_text(format_utc(service.clock()), lang)
    printed = gettext_for(lang)(sentences.PRINTED).format(name=caller.account.name, at=at)
    is_complete = walk.is_done and not composed.is_full
    document = partial(composed.document, printed, is_complete=is_complete, unreadable=walk.unreadable)
    return await service.exports.read(caller, lambda _: content.html(document()))


def _flat(value: Any) -> str:
    """Return the values of a group as one text."""
    if isinstance(value, dict):
        return ", ".join(filter(None, map(_flat, value.values())))
    return ", ".join(map(_flat, value)) if isinstance(value, list) else "" if value is None else str(value)


def _joined(lines: Iterable[Line]) -> Line:
    """Join lines into one, separated by " · "."""
    joined: Line = []
    for line in lines:
        joined += [" · ", *line] if joined else line
    return joined


def _merged(blocks: list[Block]) -> list[Block]:
    """Merge consecutive blocks without a heading into one."""
    merged: list[Block] = []
    for block in blocks:
        if merged and not block.heading and not merged[-1].heading:
            merged[-1].lines.extend(block.lines)
        else:
            merged.append(Block(block.heading, list(block.lines)))
    return merged
