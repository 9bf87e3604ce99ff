"""Talk with the child after it was found: sealed for the members of the search, and offered at the child's next disappearance."""

from typing import NotRequired

from sqlmodel import Session
from typing_extensions import TypedDict

from board.audit.entries import TalkRead
from board.commands.searches import talk_readers
from board.engine import access
from board.engine.event_writer import EventWriter
from board.engine.identity import Caller, renewed
from board.engine.recent_factor import require_recent_factor
from board.errors import Refused, invalid, not_found
from board.i18n import N_
from models import confidential
from models.board import Board
from models.search import Search
from models.talk import TalkAnswers
from realtime.wire.wire_types import Id, Time


class SetTalk(TalkAnswers):
    """Record the talk with a child that was found, also on a closed search. It replaces the talk that was recorded before.

    `offered`: whether it is offered to those who work on the next disappearance of the child.
    """

    offered: bool = True


Talk = TypedDict("Talk", {
    "why": str | None, "where": str | None, "with_whom": str | None, "helped": str | None, "would_help": str | None,
    "at": Time, "by": Id, "offered": bool, "unreadable": NotRequired[list[str]],
})  # fmt: skip
EarlierTalk = TypedDict("EarlierTalk", {"board": Id, "reference": str, "talk": Talk})
EarlierTalks = TypedDict("EarlierTalks", {"talks": list[EarlierTalk]})


def set_talk(writer: EventWriter, data: SetTalk) -> None:
    """Record the talk with the child. Only readers of a recorded talk replace it: others would overwrite answers that they can't
    see."""
    row = writer.find(Search, writer.board.id, "search")
    if row.outcome is None:
        raise invalid("search", N_("This child has not been found: there is no talk to record."))
    answers = data.model_dump(exclude={"offered"})
    if not any(answers.values()):
        raise invalid("why", N_("Enter at least one answer."))
    if row.talk_kept is not None and not (writer.account and talk_readers.may_read(writer.account, row)):
        raise Refused("forbidden", talk_readers.SEALED)
    kept = {"at": writer.now, "by": writer.account_id, "offered": data.offered}
    writer.update(row, "search.talk_set", {"talk": answers, "talk_kept": kept})


def read(session: Session, caller: Caller, board: str) -> tuple[Talk, TalkRead]:
    """Return the talk of a search, and the audit entry, which must be written before the response. Raises Refused."""
    current = renewed(session, caller)
    access.get_visible_board(session, current, board)
    row = session.get(Search, board)
    if row is None or row.talk_kept is None:
        raise not_found("talk")
    if not talk_readers.may_read(current.account, row):
        raise Refused("forbidden", talk_readers.SEALED)
    require_recent_factor(caller)
    return _talk(row), _entry(row)


def read_earlier(session: Session, caller: Caller, board: str) -> tuple[EarlierTalks, list[TalkRead]]:
    """Return the talks that are offered after the earlier disappearances of a child, and their audit entries."""
    current = renewed(session, caller)
    row = _searched(session, access.get_visible_board(session, current, board))
    if not talk_readers.is_investigator(current.account):
        raise Refused("forbidden")
    require_recent_factor(caller)
    found = offered_at(session, row, current)
    talks: list[EarlierTalk] = [{"board": each.id, "reference": each.reference, "talk": _talk(each)} for each in found]
    return {"talks": talks}, [_entry(each) for each in found]


def _searched(session: Session, board: Board) -> Search:
    row = session.get(Search, board.id)
    if row is None:
        raise Refused("not_found")
    return row


def offered_at(session: Session, row: Search, reader: Caller) -> list[Search]:
    """Return the earlier searches for a child whose talk is offered to a person."""
    ids = dict.fromkeys(item["search"] for item in (row.earlier or {}).values() if item["search"] is not None)
    earlier = [search for id in ids if (search := session.get(Search, id)) is not None]
    return [search for search in earlier if talk_readers.is_known_to(search, reader)]


def _talk(row: Search) -> Talk:
    assert row.talk_kept is not None
    answers, kept = row.talk or dict.fromkeys(TalkAnswers.model_fields), row.talk_kept
    talk: Talk = {
        "why": answers["why"], "where": answers["where"], "with_whom": answers["with_whom"], "helped": answers["helped"],
        "would_help": answers["would_help"], "at": kept["at"], "by": kept["by"], "offered": kept["offered"],
    }  # fmt: skip
    if "talk" in confidential.unreadable(row):
        talk["unreadable"] = list(TalkAnswers.model_fields)
    return talk


def _entry(row: Search) -> TalkRead:
    return TalkRead(id=row.id, board=row.id, reference=row.reference)
