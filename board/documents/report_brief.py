"""Brief for the police from the report of a disappearance: all answers on one page, without empty fields."""

from sqlmodel import Session, select

from board import labels
from board.config import sentences
from board.documents.content import Document, Fact, Piece
from board.documents.field_values import EntityNames, FieldValues
from board.documents.text_languages import detail_text
from board.engine import kinds
from board.i18n import N_
from board.vocabulary.readable import DETAILS
from models import confidential
from models.accounts import Account
from models.entity import State
from models.missing_report import MissingReport

_OMITTED = ("number", "status", "decision", "ended_at", "source_name", "source_contact", "possible_kind", "kind", "callback")
_FIRST = ("person.first_name", "person.last_name", "person.age", "person.birth_date", "person.sex", "siblings", "missing_since")
_APART = ("criteria", "earlier.", "suggested", "last_seen.l")  # shown elsewhere; coordinates are of no use on paper
_GROUPS = ("person", "last_seen", "belongings", "details")


class ReportBrief:
    """Brief from one report. The caller has checked access. `shows_caller`: the reader may read the name and contact of the
    person who called."""

    def __init__(self, session: Session, row: MissingReport, reads: str, shows_caller: bool, folder: str | None = None) -> None:
        accounts = session.exec(select(Account.id, Account.name, Account.language)).all()
        names = EntityNames({id: name for id, name, _ in accounts}, {})
        self._row, self._state, self._reads, self._shows_caller = row, row.state(), reads, shows_caller
        self._folder = folder
        self._values = FieldValues(names, {id: language for id, _, language in accounts}, reads, row.person.get("sex"))

    def document(self, printed: str) -> Document:
        say = self._values.translate
        title = say(N_("Report {number}: brief for the police")).format(number=self._row.number)
        notes = [say(N_("As told on the telephone, and not verified. Personal data of a child: for the police only."))]
        return Document(title, self._reads, f"report-{self._row.number}-brief", printed, self._facts(), notes)

    def _facts(self) -> list[Fact]:
        paths = [path for path in self._paths() if path not in _FIRST]
        return [
            *(fact for path in _FIRST if (fact := self._fact(path))), *self._kind(), *self._caller(),
            *(fact for path in paths if (fact := self._fact(path))), *self._criteria(),
        ]  # fmt: skip

    def _paths(self) -> list[str]:
        """Return the paths of the fields that people read; a group is replaced by its parts."""
        specs = kinds.named(MissingReport.KIND).fields
        shown = [spec.path for spec in specs if spec.reading != "internal" and spec.path.partition(".")[0] not in _OMITTED]
        return [path for path in shown if path not in _GROUPS and not path.startswith(_APART)]

    def _fact(self, path: str) -> Fact | None:
        typed, (group, _, name) = _at(self._state, path), path.partition(".")
        if group == "person" and name in DETAILS and isinstance(typed, str) and typed:
            return self._label(path), [detail_text(typed, name, self._reads, self._folder)]
        value = self._values.value(path, typed, MissingReport.KIND, self._row.taken_by)
        return (self._label(path), [value]) if value is not None else None

    def _kind(self) -> list[Fact]:
        """Return the type, or the possible type with a question mark."""
        kind = self._state["kind"] or self._state["possible_kind"]
        text = self._values.value("kind", kind, MissingReport.KIND)
        mark = "" if self._state["kind"] else "?"
        return [(self._label("kind"), [text, mark])] if text is not None else []

    def _caller(self) -> list[Fact]:
        named = ("source_name", "source_contact") if self._shows_caller else ()
        facts = [(path, self._source_text(path)) for path in named]
        return [(self._label(path), [text]) for path, text in facts if text is not None]

    def _source_text(self, path: str) -> Piece | None:
        if path in confidential.unreadable(self._row):
            return self._values.translate(sentences.UNREADABLE)
        return self._values.value(path, getattr(self._row, path), MissingReport.KIND)

    def _criteria(self) -> list[Fact]:
        """Return the answered criteria, and those that the answers suggest."""
        answers, suggested = self._state["criteria"], self._state["suggested"]
        answered = {key: answer for key, answer in answers.items() if answer["answer"] != "unknown" or answer["basis"]}
        facts = [(key, self._values.value(f"criteria.{key}", answer, MissingReport.KIND)) for key, answer in answered.items()]
        facts += [(key, self._values.translate(sentences.SUGGESTED)) for key in suggested if key not in answered]
        return [(self._label(f"criteria.{key}"), [text]) for key, text in facts if text is not None]

    def _label(self, path: str) -> str:
        return labels.field(path, self._values.translate, MissingReport.KIND)


def _at(state: State, path: str) -> object:
    group, _, name = path.partition(".")
    return (state[group] or {}).get(name) if name else state[group]
