"""Materials: posters, vignettes and briefs. A coordinator approves them after an outside decision.

An approved material does not change. Later changes of the search appear only on a material that is approved after them.
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from pydantic import Field, model_validator
from sqlalchemy import bindparam, func, select

from board import labels
from board.commands import past_times
from board.commands.materials import printed_texts, take_downs
from board.commands.searches.appeal_requirements import check_decider
from board.config.appeal_rules import LevelRules
from board.engine import unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind, UndoRules
from board.errors import Refused, invalid
from board.i18n import N_, message
from models.db import rows
from models.db.tables import columns_of
from models.decision import DecidedBy
from models.declared import data_of
from models.entity import State
from models.fields import Data, Id, LongText, Name
from models.ids import new_id
from models.material import Material, PrintedWords, Shown
from models.search import SHOWN_BY, Search

MAX_MATERIALS = 100  # per search, including ended ones
UNNAMED = "-"  # replaced by a refusal: a decision needs a name
MAX_PUBLIC_TEXT = 400  # characters of the custom text on a poster or vignette; a brief has space for more

LEVELS = {  # levels of the appeal that allow a material; a brief goes to the police and needs no appeal
    "poster": ("posters", "public", "child_alert"),
    "vignette": ("discreet", "posters", "public", "child_alert"),
    "brief": ("none", "discreet", "posters", "public", "child_alert"),
}
ONLY_BRIEF: tuple[Shown, ...] = ("birth_date", "needs")  # never shown in public
_PATHS = {"time": "missing_since", "place": "last_seen.text", "photo": "photo"}  # fields outside `person`
NEEDS_LEVEL = {
    "poster": N_("A poster needs an appeal of level posters, public or Child Alert."),
    "vignette": N_("A vignette needs an appeal, at least a discreet one."),
}

_M = columns_of(Material)
_RUNNING = select(_M.id).where(_M.board == bindparam("board"), _M.ended_at.is_(None)).order_by(_M.id)
_COUNT = select(func.count()).where(_M.board == bindparam("board"))


Fields: Any = data_of(Material)


class ApproveMaterial(Fields):  # type: ignore[misc]  # the fields that the row declares
    """Approve a material. Its `content` is copied from the search now. See *Materials*.

    `languages`: one or more.
    `texts`: a custom sentence for each language.
    `place`: place to show; by default, the place of the search.
    `until`: in the future.
    `decided_by`: the person or authority that decided, as a text, or as an object like `decision`.
    `decision`: who decided. Its role must be one that may decide the search's appeal, except for a brief. *0.4.0*
    `words`: translations of the words that were not understood, see *Texts of a material*. *0.4.0*
    """

    place: Name | None = None
    decision: DecidedBy | None = None
    words: PrintedWords = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _accept_an_object(cls, data: Any) -> Any:
        decided_by = data.get("decided_by") if isinstance(data, dict) else None
        decision = decided_by if isinstance(decided_by, dict) else data.get("decision") if isinstance(data, dict) else None
        if not isinstance(decision, dict):
            return data
        return data | {"decision": decision, "decided_by": decision.get("name") or UNNAMED}


class WithdrawMaterial(Data):
    """Withdraw a material. This writes `material.withdrawn`, which sets `withdrawn`. Then it writes `material.ended`, which sets
    `ended_at`, unless the material has already ended. It can't be undone: approve the material again."""

    material: Id
    reason: LongText | None = None


def approve(writer: EventWriter, data: ApproveMaterial) -> None:
    """Approve a material, which shows the current facts of the search. Raises Refused `invalid` if the appeal does not allow it,
    and `conflict` if another account changed a shown fact after the command's base."""
    row = writer.find(Search, writer.board.id, "search")
    check(row, data)
    rules = writer.task_catalogue.appeal.of(row.appeal["level"])
    _check_decision(writer, rules, data)
    if data.until <= writer.now:
        raise invalid("until", N_("The end must be in the future."))
    appeal_until = row.appeal.get("until")
    if data.what != "brief" and appeal_until is not None and data.until > appeal_until:
        raise invalid("until", N_("The appeal ends before that."))
    _require_shown_facts(writer, row, data.shows)
    if unit_of_work.execute(writer.session, _COUNT, {"board": row.id}).scalar_one() >= MAX_MATERIALS:
        raise Refused("too_large")
    languages, folder = _ordered(data.languages), writer.task_catalogue.folder
    facts = content(row, data, rules.numbers, partial(unit_of_work.get, writer.session, Search))
    printed_texts.check_words(facts, languages, data.words, folder)
    values = data.model_dump(exclude={"place", "words"}) | {
        "id": new_id(), "board": row.id, "languages": languages, "shows": _ordered(data.shows),
        "content": printed_texts.with_printed_texts(facts, languages, data.words, folder),
        "approved_by": writer.account_id, "approved_at": writer.now, "ends_at": _ends_at(data.what, data.until, row),
    }  # fmt: skip
    writer.create(rows.new_row(Material, values), "material.approved")


def _check_decision(writer: EventWriter, rules: LevelRules, data: ApproveMaterial) -> None:
    """Check that the person who decided on a material may decide it. Raises Refused `invalid`."""
    if data.decision is None:
        return
    past_times.check(writer, "decision.at", data.decision.at)
    wrong = check_decider(rules, data.decision.role, "decision.role") if data.what != "brief" else {}
    if wrong:
        raise Refused("invalid", fields=wrong)


def check(row: Search, data: ApproveMaterial) -> None:
    """Check that a search allows a material with these facts. Raises Refused `invalid`."""
    if row.status != "open":
        raise invalid("what", N_("The search is not open: nothing more is given out."))
    if not allows(row, data.what):
        raise invalid("what", NEEDS_LEVEL[data.what])
    check_shown(data)


def check_shown(data: ApproveMaterial) -> None:
    """Check that the recipients of a material may see the facts that it shows. Raises Refused `invalid`."""
    if data.what == "brief":
        return
    if not set(ONLY_BRIEF).isdisjoint(data.shows):
        raise invalid("shows", N_("Date of birth and needs are for the police alone: a brief may show them."))
    for language, sentence in data.texts.model_dump().items():
        if sentence is not None and len(sentence) > MAX_PUBLIC_TEXT:
            raise invalid(f"texts.{language}", message(N_("At most {count} characters."), count=MAX_PUBLIC_TEXT))


def allows(row: Search, what: str) -> bool:
    """Return whether a search is open and the level of its appeal allows a material."""
    return row.status == "open" and row.appeal["level"] in LEVELS[what]


def content(row: Search, data: ApproveMaterial, numbers: list[str], find: Callable[[str], Search | None]) -> State:
    """Return the facts of a search that a material shows, and the telephone numbers. `find`: returns a linked search."""
    person, shows = row.person, set(data.shows)
    facts: State = {"reference": row.reference, "kind": row.kind, "first_name": person["first_name"]}
    last_name = person.get("last_name") or None
    facts |= shown_details(row, data.shows)
    facts["last_name"] = last_name if last_name is None or "last_name" in shows else f"{last_name[0]}."
    facts["missing_since"] = row.missing_since if "time" in shows else None
    facts["place"] = (data.place or (row.last_seen or {}).get("text")) if "place" in shows else None
    facts["photo"] = row.photo if "photo" in shows else None
    facts["numbers"] = numbers
    facts["together"] = _together(row, data.what, find)
    return facts


def shown_details(row: Search, shows: Collection[str]) -> State:
    """Return the details of a child that a material shows; null if it does not show them."""
    return {name: row.person.get(name) if code in shows else None for name, code in SHOWN_BY.items()}


def _together(row: Search, what: str, find: Callable[[str], Search | None]) -> list[str] | None:
    """Return the children who disappeared together with this one, if their own searches allow this material."""
    ids = [id for id, link in (row.links or {}).items() if link["how"] == "together"]
    shown = [other for other in map(find, ids) if other is not None and allows(other, what)]
    return [labels.child(other.person["first_name"], other.person["age"]) for other in shown] or None


def withdraw(writer: EventWriter, data: WithdrawMaterial) -> None:
    """Withdraw a material, and end it unless it has ended."""
    row = writer.find(Material, data.material, "material")
    if row.withdrawn is not None:
        return
    withdrawn = {"reason": data.reason, "at": writer.now, "by": writer.account_id}
    writer.update(row, "material.withdrawn", {"withdrawn": withdrawn}, data.reason)
    if row.ended_at is None:
        end(writer, row)


def follow_search(writer: EventWriter, search: Search) -> None:
    """End the materials that a search no longer allows, after a change of its appeal or status. The other materials end with the
    appeal."""
    for row in unit_of_work.select(writer.session, Material, _RUNNING, {"board": writer.board.id}):
        if not allows(search, row.what):
            end(writer, row)
        else:
            writer.set_hidden(row, {"ends_at": _ends_at(row.what, row.until, search)})


def end(writer: EventWriter, row: Material) -> None:
    """End a material: it must no longer be given out, and each recipient must be asked to take it down."""
    if writer.update(row, "material.ended", {"ended_at": writer.now}, conflicts=False):
        take_downs.begin(writer, row.id)


def _ends_at(what: str, until: str, search: Search) -> str:
    appeal_until = search.appeal.get("until") if what != "brief" else None
    return min(until, appeal_until) if appeal_until is not None else until


def _ordered(codes: list[Any]) -> list[Any]:
    return list(dict.fromkeys(codes))


def _require_shown_facts(writer: EventWriter, row: Search, shows: list[Shown]) -> None:
    """Raise Refused `conflict` if another account changed a fact that the material shows after the command's base."""
    if writer.command.base is None or row.seq <= writer.command.base:
        return
    paths = {"person.first_name", "person.last_name"} | {_PATHS[code] for code in shows if code in _PATHS}
    paths |= {f"person.{name}" for name, code in SHOWN_BY.items() if code in shows}
    changed = writer.changed_since(row, writer.command.base, except_account=writer.account_id)
    conflicts = {name: sentence for name, sentence in changed.items() if name in paths}
    if conflicts:
        raise Refused("conflict", fields=conflicts, current=row.state())


# -- undo and declaration -------------------------------------------------------------------------------------------------


def _dangling(writer: EventWriter, row: Material, values: State) -> dict[str, str]:
    search = writer.find(Search, writer.board.id, "search")
    is_over = row.withdrawn is not None or row.until <= writer.now or not allows(search, row.what)
    if values.get("ended_at", "") is None and is_over:
        return {"ended_at": N_("The search no longer allows this. Approve it again.")}
    return {}


def _apply_undo(writer: EventWriter, row: Material, event: JournalEvent, values: State) -> None:
    search = writer.find(Search, writer.board.id, "search")
    writer.update(row, event.type, values, undoes=event.seq)
    writer.set_hidden(row, {"ends_at": _ends_at(row.what, row.until, search)})
    if row.ended_at is None:
        take_downs.cancel(writer, row.id)


KIND = Kind(
    model=Material,
    title=N_("Material"),
    data=ApproveMaterial,
    events={
        "material.approved": EventSpec(N_("Material approved"), "material.approve"),
        "material.ended": EventSpec(N_("Material ended"), "material.withdraw", undoable=True),
        "material.withdrawn": EventSpec(N_("Material withdrawn"), "material.withdraw"),
    },
    counted=False,
    undo=UndoRules(dangling=_dangling, apply=_apply_undo),
)  # fmt: skip
