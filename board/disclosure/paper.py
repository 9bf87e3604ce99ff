"""Paper of a disclosure: each row and event with its labels, in the reader's language. Values without a label are in the JSON
file alone."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from board import labels
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
from board.i18n import N_, gettext_for
from board.service import BoardService
from models.disclosure import Disclosure
from models.times import format_utc

MAX_ITEMS = 1_500  # of a paper, about a hundred pages; it says that the JSON file has the others
MAX_CHARACTERS = 400_000  # of text: 4 MB of HTML is the limit
WITHHELD_TEXT = N_("withheld")
COLUMNS = {  # labels of columns of tables that are no kinds
    "at": N_("Time"), "created_at": N_("Created at"), "used_at": N_("Last used"), "until": N_("Until"), "since": N_("Since"),
    "reason": N_("Reason"), "name": N_("Name"), "email": N_("E-mail"), "role": N_("Role"), "device": N_("Browser and system"),
    "detail": N_("File"), "type": N_("Type"), "reach": N_("Telephone or e-mail"), "source_name": N_("Name"),
    "source_contact": N_("Telephone or e-mail"),
}  # fmt: skip
_CODE = re.compile(r"colleague (\d+)|this person|withheld")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


class DisclosurePaper:
    """Composer of the paper of a request."""

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

    def add(self, item: Item) -> None:
        """Add an item. Items without a labelled value are only counted."""
        self.count += 1
        block = self._event(item) if item["table"] == "event" else self._entity(item)
        if block is None:
            self._unlabelled[item["group"]] += 1
        else:
            self._sections[item["group"]].append(block)
            self._size += len(str(block))

    def document(self, printed: str, *, is_complete: bool) -> Document:
        rest = N_("This is too long for paper. The JSON file has everything.")
        notes = [*files.RULES, *([] if is_complete else [rest])]
        kind = next(label for kind, label in LABELS.items() if kind == self._row.kind)
        facts: list[content.Fact] = [(self._translate(N_("About")), [self._translate(kind)])]
        if found_by := " · ".join(filter(None, (self._row.name, self._row.reach))):
            facts.append((self._translate(N_("Found by")), [UserText(found_by)]))
        facts.append((self._translate(N_("Reason")), [UserText(self._row.reason)]))
        facts.append((self._translate(N_("Entries")), [str(self.count)]))
        title = self._translate(N_("What is stored about a person"))
        file = f"disclosure-{self._row.id[-12:]}"
        return Document(title, self._lang, file, printed, facts, [self._translate(note) for note in notes], list(self._filled()))

    def _filled(self) -> Iterator[Section]:
        for group, blocks in self._sections.items():
            rest, count = self._translate(N_("Entries without text, in the JSON file alone: {count}")), self._unlabelled[group]
            if blocks or count:
                note = rest.format(count=count) if count else ""
                yield Section([self._translate(GROUPS[group])], blocks=_merged(blocks), note=note)

    def _event(self, item: Item) -> Block:
        kind, values = item["kind"], item["values"]
        by = f" · {self._coded(item['by'])}" if item["by"] else ""
        line: Line = [content.datetime_text(item["at"], self._lang), f" · {labels.event(item['type'], self._translate)}{by}"]
        changes = values.get("changes") or [path for path in values if path.startswith("state.")]
        for path in changes:
            value = value_at(values["state"], path) if "state" in values else values[path]
            line += self._labelled(path.removeprefix("state."), value, kind, before=" · ")
        if isinstance(values.get("reason"), str):
            line += [" · ", self._typed(values["reason"])]
        return Block("", [line])

    def _entity(self, item: Item) -> Block | None:
        kind, values = self._kinds.get(item["table"]), item["values"]
        lines: list[Line] = []
        for name, value in values.items():
            line = self._labelled(name, value, kind.name) if kind else self._column(name, value)
            lines += [line] if line else []
        if not lines:
            return None
        if kind is None:
            return Block("", [_joined(lines)])
        numbered, noun = self._translate(sentences.NUMBERED), self._values.noun(kind.name)
        title = numbered.format(kind=noun, number=values["number"]) if values.get("number") is not None else noun
        return Block(title[:1].upper() + title[1:], lines)

    def _labelled(self, path: str, value: Any, kind: str, before: str = "") -> Line:
        """Return a field with its label; nothing if it has no value, or means nothing to people."""
        declared = kinds.find(kind)
        column = path.partition(".")[0]
        is_field = declared is not None and any(spec.column == column for spec in declared.fields)
        if value in (None, "", [], {}) or not is_field or (declared and declared.reading_of(path) == "internal"):
            return []
        label = labels.with_colon(labels.field(path, self._translate, kind), self._translate)
        if isinstance(value, list) and any(isinstance(part, dict) for part in value):
            text: content.Piece | None = UserText("; ".join(_flat(part) for part in value))
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
            shown = self._translate(WHAT.get(value, value))
        label = labels.with_colon(self._translate(COLUMNS[name]), self._translate)
        return [f"{label} ", self._shown(shown)]

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
    """Return the HTML of the paper of a request. Raises Refused `not_found` if the caller may no longer read it."""
    composed = DisclosurePaper(row, lang)
    async for items in files.items_of(service, caller, walk, f"disclosure-{row.id[-12:]}.pdf"):
        for item in items:
            if not composed.is_full:
                composed.add(item)
        if composed.is_full:
            break
    printed = gettext_for(lang)(sentences.PRINTED).format(
        name=caller.account.name, at=content.datetime_text(format_utc(service.clock()), lang)
    )
    return content.html(composed.document(printed, is_complete=walk.is_done and not composed.is_full))


def _flat(value: Any) -> str:
    """Return the values of a group as one text."""
    if isinstance(value, dict):
        return ", ".join(filter(None, map(_flat, value.values())))
    return ", ".join(map(_flat, value)) if isinstance(value, list) else "" if value is None else str(value)


def _joined(lines: Iterable[Line]) -> Line:
    """Return lines as one, with dots between them."""
    joined: Line = []
    for line in lines:
        joined += [" · ", *line] if joined else line
    return joined


def _merged(blocks: list[Block]) -> list[Block]:
    """Return blocks of which those in a row without a heading are one list."""
    merged: list[Block] = []
    for block in blocks:
        if merged and not block.heading and not merged[-1].heading:
            merged[-1].lines.extend(block.lines)
        else:
            merged.append(Block(block.heading, list(block.lines)))
    return merged
