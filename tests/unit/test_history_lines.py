"""Lines of a history on paper: what they say of access, answers and materials, and where they break."""

from typing import Any

import pytest

from board.documents.content import _piece
from tests.support.registry_events import ALICE, AT, BOB, SEARCH, Case
from tests.unit.test_readable_history import paper_text


def line(type: str, before: dict[str, Any] | None, after: dict[str, Any], changes: list[str], language: str = "en") -> str:
    kind = "briefing" if type == "handover.answered" else type.partition(".")[0]
    event = {
        "seq": 7, "at": AT, "type": type, "kind": kind, "id": SEARCH, "actor": {"id": BOB, "name": "Bob"},
        "state": after, "changes": changes,
    }  # fmt: skip
    return paper_text(Case(type, SEARCH, event, before), language).partition(" · ")[2]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (("desk", []), ("members", [ALICE]), "changed access from “All users” to “Members only”: Alice Adam"),
        (("members", [ALICE]), ("desk", []), "changed access from “Members only” to “All users”"),
        (("members", [ALICE]), ("members", [ALICE, BOB]), "gave access to Bob Claes"),
        (("members", [ALICE, BOB]), ("members", [ALICE]), "took access from Bob Claes"),
    ],
)
def test_access_is_given_and_taken_of_members_only_searches(before: Any, after: Any, said: str) -> None:
    states = [{"access": access, "members": members} for access, members in (before, after)]
    changes = [name for name in ("access", "members") if states[0][name] != states[1][name]]
    assert line("search.access_set", states[0], states[1], changes) == f"Bob {said}"


def test_an_answer_is_not_in_the_words_of_the_reader() -> None:
    states: list[Any] = [{"restatements": {ALICE: {"text": "x", "correct": correct}}} for correct in (None, False)]
    states[1]["restatements"][ALICE]["reason"] = "not the father"
    changes = [f"restatements.{ALICE}.{name}" for name in ("correct", "reason")]
    said = line("handover.answered", states[0], states[1], changes)
    assert said == "Bob answered the summary by Alice Adam: not quite, not the father"


def test_a_material_says_once_what_it_is_and_in_which_languages() -> None:
    state = {"what": "poster", "languages": ["fr", "nl"], "decided_by": "Parket Gent"}
    said = line("material.approved", None, state, ["decided_by", "languages", "what"])
    assert said == "Bob approved for distribution: Poster (FR, NL) · Decided by: Parket Gent"


def test_fields_have_the_order_of_their_declaration() -> None:
    state = {"description": "a girl", "place": {"text": "Gent"}, "priority": "urgent", "number": 7}
    said = line("sighting.added", None, state, ["description", "number", "place.text", "priority"])
    assert said == "Bob added Sighting\u00a07: a girl · Place: Gent · Priority: urgent"


def test_a_priority_agrees_with_its_label_in_french() -> None:
    said = line("sighting.updated", {"priority": "normal", "number": 7}, {"priority": "urgent", "number": 7}, ["priority"], "fr")
    assert "«\u00a0normale\u00a0» en «\u00a0urgente\u00a0»" in said


@pytest.mark.parametrize(
    ("text", "tied"),
    [
        (" · a", "~· a"),
        ("7 tasks", "7~tasks"),
        ("6 → 1", "6~→~1"),
        ("(± m)", "(±~m)"),
        ("a b", "a b"),
        ("Task 5", "Task~5"),
        ("due 26 Nov 2026 09:02", "due~26~Nov~2026~09:02"),
        ("am 26. Nov. 2026 09:02", "am~26.~Nov.~2026~09:02"),
    ],
)
def test_lines_break_at_no_number_dot_or_arrow(text: str, tied: str) -> None:
    assert str(_piece(text)) == tied.replace("~", "\u00a0")
