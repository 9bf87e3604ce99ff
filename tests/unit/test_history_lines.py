"""Lines of a history on paper: their sentences and lists of fields, the marks of typed texts, and where they break."""

import re
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from board.config import sentences
from board.documents.content import Line, UserText, _piece
from board.documents.event_lines import event_line
from board.documents.field_values import FieldValues, plain
from board.documents.search_history import past_events
from board.documents.shown_changes import UNKNOWN
from tests.support.registry_events import ALICE, AT, BOB, FILES, SEARCH, Case, values_in
from tests.unit.test_readable_history import paper_text


def event_of(type: str, after: dict[str, Any], changes: list[str], **more: Any) -> dict[str, Any]:
    kind = "briefing" if type == "handover.answered" else type.partition(".")[0]
    event = {
        "seq": 7, "at": AT, "type": type, "kind": kind, "id": SEARCH, "actor": {"id": BOB, "name": "Bob"},
        "state": after, "changes": changes,
    }  # fmt: skip
    return event | more


def line(type: str, before: dict[str, Any] | None, after: dict[str, Any], changes: list[str], language: str = "en") -> str:
    return paper_text(Case(type, SEARCH, event_of(type, after, changes), before), language).partition(" · ")[2]


def marked(event: dict[str, Any], before: dict[str, Any] | None) -> Line:
    """Return the line of an event by Bob, who writes Dutch, for an English reader."""
    return event_line(event, before, SEARCH, FieldValues(values_in("en").names, {BOB: "nl"}, "en"))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (("desk", []), ("members", [ALICE]), "changed access from “All users” to “Members only” · Members: Alice Adam"),
        (("members", [ALICE]), ("desk", []), "changed access from “Members only” to “All users”"),
        (("members", [ALICE]), ("members", [ALICE, BOB]), "gave access to Bob Claes"),
        (("members", [ALICE, BOB]), ("members", [ALICE]), "took access from Bob Claes"),
        (
            ("desk", []),
            ("members", [ALICE, BOB]),
            "changed access from “All users” to “Members only” · Members: Alice Adam and Bob Claes",
        ),
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
    assert said == "Bob answered the summary by Alice Adam: not quite correct, “not the father”"


def test_a_material_says_once_what_it_is_and_in_which_languages() -> None:
    state = {"what": "poster", "languages": ["fr", "nl"], "decided_by": "Parket Gent"}
    said = line("material.approved", None, state, ["decided_by", "languages", "what"])
    assert said == "Bob approved for distribution: Poster (FR, NL) · Decided by: Parket Gent"


def test_a_decision_that_it_is_worrying_says_who_made_it() -> None:
    made = {"role": "officer", "name": "E. De Wolf", "at": AT, "by_way": "call", "reference": None}
    states: list[Any] = [{"worrying": True, "worrying_decided_by": each} for each in (made, None)]
    changes = ["worrying", *(f"worrying_decided_by.{name}" for name in made)]
    said, unsaid = (line("search.worrying_set", None, state, changes) for state in states)
    assert said.startswith("Bob recorded the decision of E. De Wolf (police officer): Worrying")
    assert unsaid.startswith("Bob decided: Worrying")


def test_a_field_is_listed_even_if_the_sentence_has_its_text() -> None:
    actor = {"actor": {"id": BOB, "name": "Bob Claes"}}
    event = event_of("task.added", {"title": "Call", "number": 5, "assignee": BOB}, ["assignee", "number", "title"], **actor)
    said = paper_text(Case("", SEARCH, event, None), "en").partition(" · ")[2]
    assert said == "Bob Claes added Task\u00a05: Call · Assigned to: Bob Claes"


def test_a_field_that_the_sentence_has_is_listed_once() -> None:
    note = {"text": "the school called", "category": "contact"}
    assert line("note.added", None, note, ["category", "text"]) == "Bob wrote in the log (contact): the school called"
    file = {"name": "a.jpg", "caption": "the gate", "picture": True}
    said = line("file.attached", None, file, ["caption", "name", "picture"])
    assert said == "Bob added a photo to the search: the gate · File name: a.jpg"
    sighting = {"description": "a girl", "number": 7, "from_tip": {"number": 4}}
    said = line("sighting.added", None, sighting, ["description", "from_tip.number", "number"])
    assert said == "Bob added Sighting\u00a07, which was Tip 4: a girl"


def test_typed_names_are_marked_in_undone_events() -> None:
    event = event_of("distribution.withdrawn", {"recipient": "De Lijn"}, [], undoes=3)
    assert UserText("De Lijn", "nl") in marked(event, {"recipient": "De Lijn"})
    assert plain(marked(event, None)).endswith(" · Bob undid: Distribution withdrawn · De Lijn")


def test_typed_names_without_an_author_are_typed_texts() -> None:
    values = values_in("en")
    assert values.value("photo", FILES[0], "search") == UserText("photo")
    assert values.value("placed.board", SEARCH, "tip") == UserText("Noor V. · DEMO")
    opened = event_of("search.opened", {"person": {"first_name": "Noor"}}, [])
    assert UserText("Noor") in marked(opened, None)


def test_former_values_are_not_marked_with_the_language_of_the_new_ones() -> None:
    before = {"number": 7, "clothing": "un manteau", "direction": "vers le nord"}
    after = before | {"clothing": "een jas", "direction": "naar het noorden"}
    several = marked(event_of("sighting.updated", after, ["clothing", "direction"]), before)
    single = marked(event_of("sighting.updated", after, ["clothing"]), before)
    for told in (several, single):
        assert {UserText("un manteau"), UserText("een jas", "nl")} <= {piece for piece in told if isinstance(piece, UserText)}
    goal = event_of("search.goal_set", {"goal": None}, ["goal.text"])
    assert UserText("trouver le sac") in marked(goal, {"goal": {"text": "trouver le sac"}})


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Bob changed Task 7 · Result: {long} · Due: {due}"),
        ("fr", "Bob a modifié Tâche 7 · Résultat : {long} · Échéance : {due}"),
    ],
)
def test_changed_fields_are_named_once(language: str, text: str) -> None:
    before, long, due = {"number": 7, "result": None, "due": None}, "She takes line 2. " * 5, "2026-12-01T11:05:00.000Z"
    after = before | {"result": long, "due": due}
    said = line("task.updated", before, after, ["result", "due"], language).replace("\xa0", " ")
    assert said == text.format(long=long, due=values_in(language).time(due)).replace("\xa0", " ")


def test_a_reason_is_where_its_translation_has_it() -> None:
    values = values_in("en")
    translate = values.translate
    values.translate = lambda text: "Reason {reason}: {told}!" if text == sentences.BECAUSE else translate(text)
    event = event_of("sighting.looked_at", {"number": 7}, [], reason="she knows her")
    assert plain(event_line(event, None, SEARCH, values)).endswith(" · Reason she knows her: Bob looked at Sighting\u00a07!")


@pytest.mark.parametrize(("language", "text"), [("en", "1234.5"), ("fr", "1234,5"), ("nl", "1234,5"), ("de", "1234,5")])
def test_a_number_has_the_decimal_mark_of_the_language(language: str, text: str) -> None:
    values = values_in(language)
    assert [values.value("length", value, "task") for value in (1234.5, 1234.0, 0.00001)] == [text, "1234", f"0{text[4]}00001"]


def test_a_file_without_a_caption_is_named_by_its_file_name() -> None:
    assert values_in("en").entity("file", {"name": "a.jpg"}) == UserText("a.jpg")


def test_the_state_before_an_event_is_unknown_after_an_erased_one() -> None:
    file = {"kind": "file", "id": FILES[0], "at": AT}
    events = [
        file | {"type": "file.attached", "state": {"name": "a.jpg"}},
        file | {"type": "file.updated", "erased": True},
        file | {"type": "file.updated", "state": {"name": "b.jpg"}},
    ]
    stored: list[Any] = [SimpleNamespace(to_json=lambda event=event: orjson.dumps(event)) for event in events]
    past = list(past_events(stored, SEARCH, {}, is_complete=True))
    assert [each.before for each in past] == [None, {"name": "a.jpg"}, UNKNOWN]


def alarm(seq: int, type: str, at: str, taken_by: str | None = None) -> Any:
    state: dict[str, Any] = {"rule": "r", "about": {"kind": "search", "id": SEARCH}, "raised_at": "2026-11-25T12:51:57.000Z"}
    state |= {"asked": [], "until": None, "taken_by": taken_by, "taken_at": f"2026-11-26T{at}.000Z" if taken_by else None}
    event = {"seq": seq, "type": f"alarm.{type}", "kind": "alarm", "id": FILES[0], "at": f"2026-11-26T{at}.000Z", "state": state}
    return SimpleNamespace(to_json=lambda: orjson.dumps(event))


def test_the_wait_for_a_reopened_alarm_begins_when_it_was_reopened() -> None:
    events = [
        alarm(1, "raised", "08:00:00"), alarm(2, "taken", "08:04:00", BOB), alarm(3, "released", "08:22:46"),
        alarm(4, "escalated", "08:22:47"), alarm(5, "taken", "08:24:26", ALICE),
    ]  # fmt: skip
    values = values_in("en")
    lines = [event_line(event, before, SEARCH, values) for event, before, _ in past_events(events, SEARCH, {}, is_complete=True)]
    assert plain(lines[1]).endswith("” after 19\u00a0h")
    assert plain(lines[4]).endswith("” after 1\u00a0min")


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
        ("Alice has it until 12:22", "Alice has it until~12:22"),
        ("am 26. Nov. 2026 09:02", "am~26.~Nov.~2026~09:02"),
    ],
)
def test_lines_break_at_no_number_dot_or_arrow(text: str, tied: str) -> None:
    assert str(_piece(text)) == tied.replace("~", "\u00a0")


GRADED = {"source": "B", "content": 2}


def test_a_new_sighting_that_nobody_graded_has_no_grade() -> None:
    def text(grade: dict[str, Any]) -> str:
        return line(
            "sighting.added", None, {"number": 7, "description": "a girl", "grade": grade}, ["grade.source", "grade.content"]
        )

    assert text({"source": "F", "content": 6}) == "Bob added Sighting\u00a07: a girl"
    assert "Source grade: B" in text(GRADED)


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
def test_a_first_grade_replaces_no_other(language: str) -> None:
    def graded(source: str, content: int) -> str:
        before = {"number": 7, "grade": {"source": source, "content": content}}
        return line("sighting.graded", before, before | {"grade": GRADED}, [], language)

    assert ("F6" in graded("F", 6), "C4" in graded("C", 4), "B2" in graded("F", 6)) == (False, True, True)


def test_a_value_that_was_empty_has_no_former_value() -> None:
    def due(before: Any, after: Any) -> str:
        state = {"number": 5, "due": before, "result": None}
        return line("task.updated", state, state | {"due": after, "result": "x"}, ["due", "result"])

    assert "empty" not in due(None, AT)
    assert re.search(r"· Due: removed \(was: .+\d\d:\d\d\) · Result: x$", due(AT, None))


def test_label_of_a_checklist_stands_once() -> None:
    items = {f"a{number}": {"text": text, "done": False, "rank": "a"} for number, text in enumerate(("quay", "deck, both sides"))}
    state = {"number": 5, "title": "Boats", "column": "c", "checklist": items}
    said = line("task.added", None, state, ["title", *(f"checklist.{key}" for key in items)])
    assert (said.count("Checklist"), said[said.index("Checklist") :]) == (1, "Checklist: ☐ quay; ☐ deck, both sides")


@pytest.mark.parametrize(
    ("language", "label"),
    [("en", "Answer needed"), ("fr", "Réponse attendue"), ("nl", "Antwoord nodig"), ("de", "Antwort nötig")],
)
def test_a_flag_is_told_by_its_label_alone(language: str, label: str) -> None:
    state = {"text": "May she be told?", "category": "comment", "card": None, "please_answer": True}
    assert line("note.added", None, state, ["text", "please_answer"], language).endswith(f" · {label}")
