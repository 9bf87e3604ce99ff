"""Materials: posters, vignettes and briefs. A coordinator approves them after an outside decision.

An approved material does not change. Later changes of the search appear only on a material that is approved after them.
"""

from typing import Annotated, Any, get_args

from pydantic import Field
from sqlalchemy import text

from board.commands.materials import take_downs
from board.engine import unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, FieldSpec, Kind, UndoRules
from board.errors import Refused, invalid
from board.i18n import N_, message
from models.db import rows
from models.entity import State
from models.fields import Data, Id, LongText, Name, RequiredShortText, Time
from models.ids import new_id
from models.material import Language, Material, Shown, Texts, What
from models.search import Search

MAX_MATERIALS = 100  # per search, including ended ones
MAX_PUBLIC_TEXT = 400  # characters of the custom text on a poster or vignette; a brief has space for more

LEVELS = {  # levels of the appeal that allow a material; a brief goes to the police and needs no appeal
    "poster": ("posters", "public", "child_alert"),
    "vignette": ("discreet", "posters", "public", "child_alert"),
    "brief": ("none", "discreet", "posters", "public", "child_alert"),
}
ONLY_BRIEF: tuple[Shown, ...] = ("birth_date", "needs")  # never shown in public
LOOKS = ("sex", "height_cm", "build", "hair", "eyes", "features")
_PATHS = {
    "looks": tuple(f"person.{name}" for name in LOOKS), "time": ("missing_since",), "place": ("last_seen.text",),
    "photo": ("photo",),
}  # fmt: skip
SHOWN: tuple[Shown, ...] = get_args(Shown)
NEEDS_LEVEL = {
    "poster": N_("A poster needs an appeal of level posters, public or Child Alert."),
    "vignette": N_("A vignette needs an appeal, at least a discreet one."),
}

_RUNNING = text("SELECT id FROM material WHERE board = :board AND ended_at IS NULL ORDER BY id")
_COUNT = text("SELECT count(*) FROM material WHERE board = :board")


class ApproveMaterial(Data):
    """Approve a material. Its `content` is copied from the search now. See *Materials*.

    `languages`: one or more.
    `texts`: a custom sentence for each language.
    `place`: place to show; by default, the place of the search.
    `until`: in the future.
    `decided_by`: the person or authority that decided.
    """

    what: What
    languages: Annotated[list[Language], Field(min_length=1, max_length=4)]
    shows: Annotated[list[Shown], Field(max_length=9)]
    texts: Texts = Field(default_factory=Texts)
    place: Name | None = None
    until: Time
    decided_by: RequiredShortText


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
    if data.until <= writer.now:
        raise invalid("until", N_("The end must be in the future."))
    appeal_until = row.appeal.get("until")
    if data.what != "brief" and appeal_until is not None and data.until > appeal_until:
        raise invalid("until", N_("The appeal ends before that."))
    _require_shown_facts(writer, row, data.shows)
    if unit_of_work.execute(writer.session, _COUNT, {"board": row.id}).scalar_one() >= MAX_MATERIALS:
        raise Refused("too_large")
    values = {
        "id": new_id(), "board": row.id, "what": data.what, "languages": _ordered(data.languages), "shows": _ordered(data.shows),
        "texts": data.texts.model_dump(), "content": content(row, data), "until": data.until, "decided_by": data.decided_by,
        "approved_by": writer.account_id, "approved_at": writer.now, "ends_at": _ends_at(data.what, data.until, row),
    }  # fmt: skip
    writer.create(rows.new_row(Material, values), "material.approved")


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


def content(row: Search, data: ApproveMaterial) -> State:
    """Return the facts of a search that a material shows."""
    person, shows = row.person, set(data.shows)
    facts: State = {"reference": row.reference, "kind": row.kind, "first_name": person["first_name"]}
    last_name = person.get("last_name") or None
    facts["last_name"] = last_name if last_name is None or "last_name" in shows else f"{last_name[0]}."
    for name in ("age", "birth_date", "clothing", "needs"):
        facts[name] = person.get(name) if name in shows else None
    for name in LOOKS:
        facts[name] = person.get(name) if "looks" in shows else None
    facts["missing_since"] = row.missing_since if "time" in shows else None
    facts["place"] = (data.place or (row.last_seen or {}).get("text")) if "place" in shows else None
    facts["photo"] = row.photo if "photo" in shows else None
    return facts


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
    paths = {"person.first_name", "person.last_name"}.union(*(_PATHS.get(name, (f"person.{name}",)) for name in shows))
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


LANGUAGES = {"fr": N_("French"), "nl": N_("Dutch"), "de": N_("German"), "en": N_("English")}

KIND = Kind(
    model=Material,
    title=N_("Material"),
    data=ApproveMaterial,
    fields=(
        FieldSpec(
            "what", N_("What to give out"), control="choice", required=True,
            choices={"poster": N_("Poster"), "vignette": N_("Vignette"), "brief": N_("Brief for the police")},
        ),
        FieldSpec("languages", N_("Languages"), choices=LANGUAGES),
        FieldSpec(
            "shows", N_("What it shows"),
            choices={
                "last_name": N_("Full name"), "age": N_("Age"), "looks": N_("What the child looks like"),
                "clothing": N_("Clothing"), "time": N_("Missing since"), "place": N_("Last seen"),
                "photo": N_("Photo"), "birth_date": N_("Date of birth"), "needs": N_("Needs"),
            },
        ),
        FieldSpec("texts", N_("Custom text")),
        *(FieldSpec(f"texts.{code}", N_("Custom text"), control="long", personal=True, prose=True) for code in LANGUAGES),
        FieldSpec("content", N_("Details as approved"), personal=True, reads_as="internal"),
        FieldSpec("content.sex", N_("Sex"), personal=True, choices={"f": N_("Girl"), "m": N_("Boy"), "x": N_("Other")}),
        FieldSpec("until", N_("Show until"), control="time", required=True),
        FieldSpec("decided_by", N_("Decided by"), control="text", required=True, personal=True, prose=True),
        FieldSpec("approved_by", N_("Approved by"), type=Id, control="person"),
        FieldSpec("approved_at", N_("Approved at"), type=Time),
        FieldSpec("ended_at", N_("No longer given out since"), type=Time | None),
        FieldSpec("withdrawn", N_("Withdrawn")),
        FieldSpec("withdrawn.reason", N_("Reason"), personal=True, prose=True),
        FieldSpec("withdrawn.at", N_("Withdrawn at"), reads_as="time"),
        FieldSpec("withdrawn.by", N_("Withdrawn by"), reads_as="person"),
    ),
    events={
        "material.approved": EventSpec(N_("Material approved"), "material.approve"),
        "material.ended": EventSpec(N_("Material ended"), "material.withdraw", undoable=True),
        "material.withdrawn": EventSpec(N_("Material withdrawn"), "material.withdraw"),
    },
    counted=False,
    undo=UndoRules(dangling=_dangling, apply=_apply_undo),
)  # fmt: skip
