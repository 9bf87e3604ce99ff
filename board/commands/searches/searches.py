"""Searches: opening, correcting, status (found, closed, reopened), and access."""

from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import Any

from pydantic import Field, create_model
from sqlalchemy import bindparam, func, true
from sqlalchemy import select as core_select
from sqlmodel import Session, select

from board.audit import writer as audit_writer
from board.audit.entries import MemberAdded
from board.commands import past_times
from board.commands.cards import columns, tasks
from board.commands.command import Patch
from board.commands.files import photos
from board.commands.materials import materials, take_downs
from board.commands.searches import appeal_ends, appeals, closing, links, references, search_causes, search_details, visibility
from board.commands.searches.suggested_criteria import undecided
from board.commands.sightings import late_reports
from board.config import sentences
from board.config.predefined_tasks import criteria
from board.engine import program_accounts, unit_of_work
from board.engine.access import can_see, is_visible_on_displays
from board.engine.event import EVENT, EVENTS, JournalEvent, is_at
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind, UndoRules
from board.engine.merge_patch import apply_patch
from board.engine.rights_version import bump_rights_version
from board.errors import OperationError, Refused, invalid
from board.i18n import N_, P_, message
from models.accounts import ROLES, Account
from models.alert import EVERYBODY
from models.board import OPERATIONS, Board
from models.db.tables import columns_of, table_of
from models.decision import DecidedBy
from models.declared import data_of
from models.display import ALL_DISPLAYS
from models.entity import State
from models.fields import Data, Id, RequiredLongText, RequiredShortText
from models.ids import id_bytes, new_epoch, new_id
from models.occasion import Occasion, WallTexts
from models.search import Access, Criterion, Outcome, Search, Status
from realtime.wire.protocol import Command

_ANSWERS: dict[str, Any] = {key: (Criterion, Field(default_factory=Criterion)) for key in criteria()}
Criteria: Any = create_model("Criteria", __base__=Data, **_ANSWERS)


_S, _B = columns_of(Search), columns_of(Board)
_OPENED = (  # the first event of its board tells who opened a search
    core_select(func.count())
    .select_from(table_of(Search).join(table_of(Board), _B.id == _S.id).join(EVENTS, is_at(_B.number, 1)))
    .where(_S.archived_at.is_(None), EVENT.account == bindparam("account"))
)


class CheckedFields(Data):
    """Fields whose items are checked: by the catalogue of criteria, and by the rules of earlier disappearances."""

    criteria: Criteria = Field(default_factory=Criteria)
    earlier: search_details.Earlier | None = None


Fields: Any = data_of(Search, CheckedFields)


class OpenSearch(Fields):  # type: ignore[misc]  # the fields that the row declares
    """Open a search, with its own board, five columns and the first tasks of its kind. The ack's `opened` is the new board. A
    full board never refuses it. But it is `too_large` if your account has already opened 500 of the searches on `operations`.

    `reference`: by default, year and number, such as 2026-0412.
    """

    access: Access = "desk"
    members: list[Id] = Field(default_factory=list, max_length=500)


class UpdateSearch(Patch):
    """Change a search by a merge patch on its fields. A new `kind` changes no other field. `earlier` is patched by key, like a
    checklist: a key is removed if it is null, or if all its fields are null."""


class SetStatus(Data):
    """Set the status of a search. It is never refused for space. `found` also ends the current appeal and adds its take-down
    tasks; it is never refused because of open items. `closed` can require `acknowledge`; see *Closing*.

    `outcome`: required with `found`, otherwise not allowed.
    `acknowledge`: only with `closed`; at most 400 characters.
    """

    status: Status
    reason: RequiredLongText
    outcome: Outcome | None = None
    acknowledge: RequiredShortText | None = None


class SetWorrying(Data):
    """Set whether a disappearance is worrying. The criteria suggest an answer; a person decides.

    `worrying`: null clears the decision.
    `decided_by`: who decided.
    """

    NULLABLE = ("worrying",)

    worrying: bool | None
    basis: RequiredShortText
    decided_by: DecidedBy | None = None


class SetAccess(Data):
    """Set who may see a search."""

    access: Access
    members: list[Id] = Field(max_length=500)


def open_search(writer: EventWriter, data: OpenSearch) -> None:
    """Open a search, with its own board, five columns and the first tasks of its kind."""
    create(writer, data)


def create(writer: EventWriter, data: OpenSearch, reports: State | None = None) -> tuple[Search, EventWriter]:
    """Add a search; return it with the writer for its board. `reports`: the reports that it was opened from."""
    _require_few_opened(writer)
    past_times.check(writer, "missing_since", data.missing_since)
    _check_members(writer, data.access, data.members)
    generated = references.next_reference(writer) if data.reference is None else None
    if data.reference is not None:
        references.check(writer, data.reference, None)
    writer.require_person(data.lead, "lead")
    values = data.model_dump()
    search_details.check_links(writer, None, values["earlier"])
    id = new_id()
    number = unit_of_work.next_board_number(writer.session)  # `operations` is locked, so no other search gets it
    on_search = writer.on_new_board(Board(id=id, number=number, kind="search", epoch=new_epoch(), at=writer.now))
    row = Search(
        id=id, board=id, opened_at=writer.now, appeal=appeals.NONE, made_reference=generated, reports=reports,
        **(values | {"reference": data.reference or generated, "members": list(dict.fromkeys(data.members))}),
    )  # fmt: skip
    on_search.create(row, "search.opened", reserved=True)
    columns.create_default_columns(on_search)
    on_search.session.flush()
    for template in on_search.task_catalogue.first_tasks(data.kind):
        tasks.add_from_template(on_search, template)
    return row, on_search


def _require_few_opened(writer: EventWriter) -> None:
    """Raise Refused `too_large` if the author has opened too many of the searches on `operations`."""
    params = {"account": id_bytes(writer.account_id)}
    count = int(unit_of_work.execute(writer.session, _OPENED, params).scalar_one())
    if count >= writer.shares.searches:
        sentence = N_(
            "You opened {count} searches that are still on All searches, the most for one account. Close those that are over, "
            "or ask another coordinator to open this one."
        )
        raise Refused("too_large", message(sentence, count=count))


def update(writer: EventWriter, data: UpdateSearch) -> None:
    """Correct the facts of a search. Its kind may change too."""
    row = writer.find(Search, writer.board.id, "search")
    # answers to former criteria stay
    former_answers = {key: answer for key, answer in row.criteria.items() if key not in Criteria.model_fields}
    answers = {key: answer for key, answer in row.criteria.items() if key not in former_answers}
    before = {field: getattr(row, field) for field in Fields.model_fields} | {"criteria": answers}
    values = apply_patch(Fields, before, data.model_extra or {})
    values["criteria"] |= former_answers
    if values["missing_since"] != row.missing_since:
        past_times.check(writer, "missing_since", values["missing_since"])
    values["reference"] = values["reference"] or row.reference
    if values["reference"] != row.reference:  # an unchanged reference can stay, even if it is no longer unique
        references.check(writer, values["reference"], row.id)
    if values["lead"] != row.lead:
        writer.require_person(values["lead"], "lead")
    search_details.check_links(writer, row.earlier, values["earlier"])
    writer.update(row, "search.updated", values)


def set_status(writer: EventWriter, data: SetStatus) -> None:
    """Set the status (open, found, closed) with a reason. Finding the child ends the appeal, reopening clears the outcome, and
    closing with open items needs an acknowledgement."""
    if (data.status == "found") != (data.outcome is not None):
        raise invalid("outcome", N_("The outcome (when, condition, how) is required for status Found, and only for Found."))
    if data.acknowledge is not None and data.status != "closed":
        raise invalid("acknowledge", N_("Send an acknowledgement only when you close a search."))
    row = writer.find(Search, writer.board.id, "search")
    values: dict[str, Any] = {"status": data.status, "status_reason": data.reason, "acknowledge": None}
    if data.outcome is not None:
        values["outcome"] = data.outcome.model_dump() | {"reason": data.outcome.reason or data.reason}
    elif data.status == "open":
        values["outcome"] = None
    else:
        values |= closing.close(writer, row, data.acknowledge)
    if writer.update(row, "search.status_set", values, data.reason, acknowledge=data.acknowledge):
        # displays use the time of the events, which can be ahead of the clock
        writer.set_hidden(row, {"status_at": max(event.at for event in writer.result.events)})
    if data.status == "found":
        appeals.end_appeal(writer, row, data.reason)
    elif data.status == "closed":
        materials.follow_search(writer, row)


def set_worrying(writer: EventWriter, data: SetWorrying) -> None:
    """Record a person's decision whether the disappearance is worrying, and its basis."""
    if data.decided_by is not None:
        past_times.check(writer, "decided_by.at", data.decided_by.at)
    row = writer.find(Search, writer.board.id, "search")
    decided_by = data.decided_by.model_dump() if data.decided_by is not None else None
    values = {"worrying": data.worrying, "worrying_basis": data.basis, "worrying_decided_by": decided_by}
    writer.update(row, "search.worrying_set", values)


def set_access(writer: EventWriter, data: SetAccess) -> None:
    """Set the access to a search: all accounts, or only its members."""
    _check_members(writer, data.access, data.members)
    row = writer.find(Search, writer.board.id, "search")
    _apply_access(writer, row, {"access": data.access, "members": list(dict.fromkeys(data.members))})


def _apply_access(writer: EventWriter, row: Search, values: State, undoes: int | None = None) -> None:
    accounts = writer.session.exec(select(Account.id)).all()
    former_viewers = viewers(row, accounts)
    if writer.update(row, "search.access_set", values, undoes=undoes):
        visibility.record_change(writer, row, former_viewers ^ viewers(row, accounts))


def viewers(row: Search, accounts: Iterable[str]) -> set[str]:
    """Return the accounts among these that see a search, and ALL_DISPLAYS if displays do."""
    return {id for id in accounts if can_see(id, row.access, row.members)} | (
        {ALL_DISPLAYS} if is_visible_on_displays(row) else set()
    )


def add_member(session: Session, id: str, account: Account, now: str) -> None:
    """Add a member to a members-only search whose members can no longer act. Audited, for administrators. Raises OperationError
    if the search does not exist."""
    operations, board = unit_of_work.lock_board(session, OPERATIONS), unit_of_work.lock_board(session, id)
    row = unit_of_work.get(session, Search, id)
    if row is None or board is None or operations is None:
        raise OperationError(N_("No search has this id."))
    if account.id in row.members:
        return
    writer = EventWriter(session, None, Command("", id, "search.set_access", {}), board, operations, now)
    could_see = can_see(account.id, row.access, row.members)
    writer.update(row, "search.access_set", {"members": [*row.members, account.id]}, N_("Added by an administrator."))
    visibility.record_change(writer, row, set() if could_see else {account.id})
    bump_rights_version(session)
    entry = MemberAdded(id=account.id, name=account.name, board=id, reference=row.reference)
    audit_writer.write(session, entry, also_alerts=set(row.members) - {account.id})


def _check_members(writer: EventWriter, access: str, members: list[str]) -> None:
    """Check that members are accounts, and that at least one is an enabled coordinator and not a program."""
    accounts = {account.id: account for account in writer.session.exec(select(Account).where(Account.id.in_(members)))}  # type: ignore[attr-defined]
    coordinators = [
        account.id for account in accounts.values() if account.enabled and ROLES.index(account.role) >= ROLES.index("coordinator")
    ]
    has_coordinator = len(program_accounts.program_accounts_among(writer.session, coordinators)) < len(coordinators)
    if access == "members" and not has_coordinator and len(accounts) == len(set(members)):
        raise invalid("members", N_("At least one member must be a coordinator who can sign in."))
    for member in members:
        if member not in accounts:
            writer.require_account(member, "members")


# -- undo, alerts and declaration -----------------------------------------------------------------------------------------


def _dangling(writer: EventWriter, row: Search, values: State) -> dict[str, str]:
    is_taken = "reference" in values and references.is_taken(writer, values["reference"], row.id)
    sentences = {"reference": N_("Another search already has this reference.")} if is_taken else {}
    if "appeal" in values and appeal_ends.is_over(row.status, values["appeal"], writer):
        sentences["appeal.until"] = N_("Its time is over. Set it again, by a new decision.")
    return {**sentences, **photos.dangling(writer, values)}


def _apply_undo(writer: EventWriter, row: Search, event: JournalEvent, values: State) -> None:
    if event.type == "search.access_set":
        _check_members(writer, values.get("access", row.access), values.get("members", row.members))
        _apply_access(writer, row, values, event.seq)
    elif event.type == "search.appeal_set":
        appeals.apply_appeal(writer, row, values["appeal"], undoes=event.seq)
    elif event.type == "search.linked":
        links.undo(writer, row, values["links"], event.seq)
    else:
        writer.update(row, event.type, values, undoes=event.seq)


def _alerts(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, str]]:
    if event.type == "search.status_set" and "status" in fields:
        yield "status", EVERYBODY


def _alarms(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Yield whether a search may be worrying: it was opened with a criterion that applies or is suggested and still has one, or a
    person decided that it is worrying."""
    if event.type == "search.opened":
        yield "worrying_search", undecided(after)
    elif "worrying" in fields:
        yield "worrying_search", after["worrying"] is True
    elif after["worrying"] is None and not undecided(after):
        yield "worrying_search", False


_significant = partial(EventSpec, significant={})

KIND = Kind(
    model=Search,
    title=N_("Search"),
    data=Fields,
    boards=(),  # a search is an entity of its own board and of `operations`
    events={
        "search.opened": _significant(N_("Search opened"), "search.open"),
        "search.updated": EventSpec(N_("Search changed"), "search.update", undoable=True),
        "search.status_set": _significant(N_("Status changed"), "search.set_status", result="status"),
        "search.worrying_set": _significant(
            N_("Decided if worrying"), "search.set_worrying", undoable=True, result="worrying"
        ),
        "search.appeal_set": _significant(N_("Appeal changed"), "search.set_appeal", undoable=True, result="appeal.level"),
        "search.access_set": EventSpec(N_("Access changed"), "search.set_access", undoable=True),
        "search.goal_set": _significant(N_("Goal changed"), "search.set_goal", undoable=True, result="goal.text"),
        "search.photo_set": EventSpec(N_("Photo changed"), "search.set_photo", undoable=True),
        "search.outcome_set": EventSpec(N_("Outcome corrected"), "search.set_outcome", undoable=True),
        "search.linked": EventSpec(N_("Linked searches changed"), "search.link", undoable=True),
        "search.reported": EventSpec(N_("Reported again"), "report.join"),
        "search.archived": EventSpec(N_("Search archived")),
    },
    undo=UndoRules(dangling=_dangling, apply=_apply_undo),
    alerts=_alerts,
    occasions={
        "worrying_search": Occasion(
            N_("Worrying disappearance?"), short=P_("alarm, short", "Worrying?"), rule="worrying_search", by_responsible="skip",
            # translators: on wall displays; the mark in capitals has at most 14 letters
            wall=WallTexts(sentences.WORRYING_MARK, "", N_("worrying or not"), N_("worrying or not")),
        ),
        "take_down_overdue": take_downs.OCCASION,
        "queue_late": late_reports.QUEUE_LATE,
        **search_causes.OCCASIONS,
    },
    alarms=_alarms,
    reported=lambda search, due_before: true(),
    derived=("public_photo",),
    derive=photos.derive,
)  # fmt: skip
