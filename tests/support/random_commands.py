"""Random commands on a board, as a desk in a hurry might give them: most are sensible, some are not."""

from random import Random
from typing import Any

from tests.support.people import BoardReplica

OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "came_back"}
POINTS = ({"point": {"lat": 51.2, "lon": 2.9}}, {"point": {"radius_m": 80}}, {"point": None})  # of the outcome


def random_command(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    """Return name and data of a random command on this search."""
    return random.choice(_KINDS)(random, screen, accounts)


def _pick(random: Random, screen: BoardReplica, *kinds: str) -> str:
    ids = sorted(id for kind in kinds for id in screen.of_kind(kind))
    return random.choice(ids) if ids else "none"


def _text(random: Random) -> str:
    return f"seen {random.randrange(1_000)} near the station, tüesday"


def _add_sighting(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    data: dict[str, Any] = {"description": _text(random), "priority": random.choice(["low", "normal", "urgent"])}
    if random.random() < 0.5:
        radius = random.choice([None, 50, 2_000.5])
        data["place"] = {"text": "Gent", "lat": random.choice([51.05, 50.9]), "lon": 3.72, "radius_m": radius}
    if random.random() < 0.3:
        data |= {"column": _pick(random, screen, "column"), "assignee": random.choice(accounts)}
    return "sighting.add", data


def _add_task(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    items = {f"k{number}": {"text": f"item {number}"} for number in range(random.randrange(4))}
    return "task.add", {"title": _text(random), "checklist": items}


def _add_place(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    outline = random.choice([None, [[51.05, 3.72], [51.06, 3.73], [51.05, 3.74]]])
    kind = random.choice(["area", "track", "unknown"])
    location = random.choice([None, {"text": "Gent"}, {"lat": 51.0, "lon": 3.7, "radius_m": 300}])
    return "place.add", {"name": _text(random), "kind": kind, "outline": outline, "location": location}


def _update_place(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    patch: dict[str, Any] = random.choice([{"outline": None}, {"kind": "route"}, {"location": None}, {"certainty": "sure"}])
    return "place.update", {"place": _pick(random, screen, "place"), **patch}


def _update_sighting(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    patch: dict[str, Any] = random.choice(
        [
            {"description": _text(random)},
            {"place": None},
            {"place": {"text": "Aalst"}},
            {"source": {"sealed": True}},
            {"direction": random.choice([None, "north"]), "clothing": "yellow"},
            {"received_at": "2026-11-24T10:00:00+01:00"},
        ]
    )
    return "sighting.update", {"sighting": _pick(random, screen, "sighting"), **patch}


def _update_task(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    patch: dict[str, Any] = random.choice(
        [
            {"title": _text(random)},
            {"due": random.choice([None, "2026-11-24T23:00:00Z"])},
            {"checklist": {f"k{random.randrange(4)}": random.choice([None, {"done": True}, {"text": "anew"}])}},
            {"result": "nobody there", "priority": "urgent"},
        ]
    )
    return "task.update", {"task": _pick(random, screen, "task"), **patch}


def _grade(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    grade = {"source": random.choice("ABCDEF"), "content": random.randrange(1, 7)}
    return "sighting.grade", {"sighting": _pick(random, screen, "sighting"), "grade": grade, "reason": "looked again"}


def _assess(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    assessment = random.choice(["credible", "confirmed", "not_the_child", "duplicate", "unassessed"])
    other = {"duplicate_of": _pick(random, screen, "sighting")} if assessment == "duplicate" else {}
    return "sighting.assess", {"sighting": _pick(random, screen, "sighting"), "assessment": assessment, **other}


def _look(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    return "sighting.looked_at", {"sighting": _pick(random, screen, "sighting")}


def _pass_on(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    more = random.choice([{}, {"at": "2026-11-24T23:00:00Z"}, {"reference": _text(random)}])
    return "sighting.pass_on", {"sighting": _pick(random, screen, "sighting"), "to": _text(random), **more}


def _move(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    data = {"card": _pick(random, screen, "sighting", "task"), "column": _pick(random, screen, "column")}
    if (beside := random.choice(["before", "after", None])) is not None:
        data[beside] = _pick(random, screen, "sighting", "task")
    return "card.move", data


def _assign(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    return "card.assign", {"card": _pick(random, screen, "sighting", "task"), "assignee": random.choice([*accounts, None])}


def _withdraw(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    name = random.choice(["card.withdraw", "card.restore"])
    return name, {"card": _pick(random, screen, "sighting", "task", "place"), "reason": "by mistake"}


def _note(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    card = {"card": _pick(random, screen, "sighting", "task")} if random.random() < 0.5 else {}
    return "note.add", {"text": _text(random), "category": random.choice(["comment", "decision", "contact"]), **card}


def _update_search(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    patch: dict[str, Any] = random.choice(
        [
            {"kind": random.choice(["runaway", "undefined"])},
            {"person": {"age": random.choice([None, 11]), "description": _text(random)}},
            {"person": {"clothing": _text(random), "height_cm": random.choice([None, 142])}},
            {"person": {"needs": _text(random), "needs_until": random.choice([None, "2026-11-24T15:10:00Z"])}},
            {"last_seen": random.choice([None, {"text": "Korenmarkt"}])},
            {"criteria": {"under_13": {"answer": "yes", "basis": "the family"}}},
            {"lead": random.choice([None, *accounts])},
            {
                "details": {
                    "vehicle_plate": random.choice([None, "1-ABC-123"]),
                    "aliases": random.choice([None, [], [_text(random)]]),
                }
            },
            {
                "earlier": {
                    f"k{random.randrange(3)}": random.choice([None, {"days": random.randrange(9), "place": _text(random)}])
                }
            },
        ]
    )
    return "search.update", patch


def _set_status(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    status = random.choice(["open", "open", "found", "closed"])
    more: dict[str, Any] = {"found": {"outcome": OUTCOME}, "closed": random.choice([{}, {"acknowledge": _text(random)}])}.get(  # type: ignore[assignment]
        status, {}
    )
    return "search.set_status", {"status": status, "reason": "told", **more}


def _decide(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    return random.choice(  # type: ignore[return-value]
        [
            ("search.set_worrying", {"worrying": random.choice([True, False, None]), "basis": _text(random)}),
            ("search.set_appeal", {"level": random.choice(["none", "posters", "public"]), "until": "2027-01-01T00:00:00Z"}),
            ("search.set_goal", {"text": random.choice([None, _text(random)]), "until": "2027-01-01T00:00:00Z"}),
            (
                "search.set_outcome",
                {"outcome": random.choice([{"family_told": random.random() < 0.5}, {"place": _text(random)}, *POINTS])},
            ),
        ]
    )


def _undo(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    """Undo mostly a recent event; never one that changes who sees the search, as the test's own idea of that would be wrong."""
    said = [event for event in screen.events[-40:] if event.get("type") != "search.access_set"]
    return "undo", {"seq": random.choice(said[-8:] if random.random() < 0.7 else said)["seq"] if said else 1}


def _hand_over(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    """Change texts of the first handover while it is prepared; mark it read when it is signed."""
    patch: dict[str, Any] = random.choice(
        [{"hypotheses": _text(random)}, {"contacts": None}, {"pinned": [_pick(random, screen, "task", "note")]}]
    )
    read = {"handover": 1, "seq": random.randrange(max(1, screen.seq))}
    return random.choice([("handover.write", {"handover": 1, **patch}), ("handover.read", read)])


def _arrange(random: Random, screen: BoardReplica, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    column, beside = _pick(random, screen, "column"), {random.choice(["before", "after"]): _pick(random, screen, "column")}
    full = {card["column"] for kind in ("sighting", "task") for card in screen.of_kind(kind).values()}
    empty = sorted(screen.of_kind("column").keys() - full)
    return random.choice(  # type: ignore[return-value]
        [
            ("column.add", {"title": random.choice([None, _text(random)]), "role": random.choice(["todo", "done"]), **beside}),
            ("column.rename", {"column": column, "title": random.choice([None, _text(random)])}),
            ("column.move", {"column": column, **beside}),
            ("column.remove", {"column": random.choice([column, *empty])}),
        ]
    )


_KINDS = [
    _add_sighting, _add_sighting, _add_task, _update_sighting, _update_sighting, _update_task, _update_task, _grade, _assess,
    _look, _pass_on, _add_place, _update_place,
    _move, _move, _move, _assign, _withdraw, _note, _update_search, _set_status, _arrange, _decide, _undo,
    _hand_over,
]  # fmt: skip
