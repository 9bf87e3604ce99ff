"""Activities of simulated users on a search.

They depend only on the state of the board, so that the users can continue after a restart.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from board.demo.simulated_texts import State, Texts
from models.times import format_utc

LEFT_FOR_OTHERS = 2  # unassigned tasks that are left for the person who watches
MAX_IN_HAND = 2  # tasks that one user does at the same time on a search
MAX_RESULT_LINES = 8  # last lines of a result that are kept
REPEAT_DUE = timedelta(hours=2)  # time from now at which a repeated task is due


@dataclass(frozen=True, slots=True)
class Step:
    """Command on the board of the search."""

    name: str
    data: dict[str, Any]

    @property
    def adds(self) -> str | None:
        """Kind of entity that the step adds; None if it adds none."""
        return {"sighting.add": "card", "task.add": "card", "note.add": "note"}.get(self.name)


@dataclass(frozen=True, slots=True)
class Activity:
    """Consecutive commands about a card. `types`: whether other users see that the card is being edited."""

    card: str | None
    steps: tuple[Step, ...] = ()
    types: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Account that acts. `team`: accounts of all simulated users."""

    account: str
    coordinator: bool
    team: frozenset[str]


@dataclass(slots=True)
class BoardView:
    """Search as a simulated user sees it."""

    search: State
    columns: dict[str, str] = field(default_factory=dict)  # id of the first column with each role
    sightings: dict[str, State] = field(default_factory=dict)  # without withdrawn ones
    tasks: dict[str, State] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)  # numbers of cards (including withdrawn ones) and of notes

    @classmethod
    def from_entities(cls, entities: Mapping[tuple[str, str], State]) -> "BoardView | None":
        """Return the view of these entities; None if the search is not open."""
        view = cls(next((state for (kind, _), state in entities.items() if kind == "search"), {}))
        for (kind, id), state in sorted(entities.items(), key=lambda each: (each[1].get("rank") or "", each[0])):
            if kind == "column":
                view.columns.setdefault(state["role"], id)
            if kind in ("sighting", "task", "note"):
                name = "note" if kind == "note" else "card"
                view.counts[name] = view.counts.get(name, 0) + 1
            if kind in ("sighting", "task") and not state["withdrawn"]:
                (view.sightings if kind == "sighting" else view.tasks)[id] = state
        return view if view.search.get("status") == "open" else None

    def role(self, card: State) -> str | None:
        """Return the role of the card's column; None if it is not the first column with its role."""
        return next((role for role, id in self.columns.items() if id == card["column"]), None)

    def move(self, id: str, role: str) -> tuple[Step, ...]:
        """Return the step that moves a card to the end of the first column with this role; () if the card is there already."""
        card, column = self.sightings.get(id) or self.tasks[id], self.columns.get(role)
        return (Step("card.move", {"card": id, "column": column}),) if column and card["column"] != column else ()

    def is_possible(self, step: Step) -> bool:
        """Return whether the entities that a step names still exist and are not withdrawn."""
        data, cards = step.data, self.sightings | self.tasks
        named = [data[name] for name in ("card", "sighting", "task") if name in data]
        items = cards[data["task"]]["checklist"] if data.get("task") in cards and step.name == "task.update" else {}
        return (
            all(id in cards for id in named)
            and data.get("column") in (None, *self.columns.values())
            and all(items.get(key) for key in data.get("checklist", ()) if step.name == "task.update")
        )

    def current_values(self, activity: Activity) -> State:
        """Return the current values of the fields that the first step changes, to detect changes by others."""
        card = (self.sightings | self.tasks).get(activity.card or "", {})
        return {name: card[name] for step in activity.steps[:1] for name in step.data if name in card}


def report_sighting(view: BoardView, texts: Texts, now: datetime) -> Activity | None:
    """Return an activity that reports a sighting; None if all texts are used."""
    used = {each["description"] for each in view.sightings.values()}
    data = texts.sighting(view.search["reference"], used, now)
    return Activity(None, (Step("sighting.add", data),), types=True) if data else None


def possible_activities(view: BoardView, me: Actor, texts: Texts, now: datetime, full: bool) -> list[tuple[float, Activity]]:
    """Return all possible activities now, each with a weight. `full`: no more cards may be added."""
    return [
        *_grade(view, texts),
        *_assess(view, texts, now, full),
        *_ask_details(view, texts),
        *_assign(view, me, texts),
        *_take(view, me),
        *_work(view, me, texts, now),
        *(_repeat(view, me, now) if full else ()),
        *_write(view, me, texts, now),
        *_review(view, texts),
    ]


def _grade(view: BoardView, texts: Texts) -> Iterator[tuple[float, Activity]]:
    for id, each in view.sightings.items():
        if each["assessment"] == "unassessed" and each["grade"]["content"] == 6:
            grade, reason = texts.grade(each)
            yield 6, Activity(id, (Step("sighting.grade", {"sighting": id, "grade": grade, "reason": reason}),), types=True)


def _assess(view: BoardView, texts: Texts, now: datetime, full: bool) -> Iterator[tuple[float, Activity]]:
    """Assess graded sightings. A credible sighting also gets a task, unless `full`."""
    for id, each in view.sightings.items():
        if each["assessment"] != "unassessed" or each["grade"]["content"] == 6:
            continue
        to, reason = texts.assessment(each, now)
        steps = [Step("sighting.assess", {"sighting": id, "assessment": to, "reason": reason})]
        followed = full or any(task["sighting"] == id for task in view.tasks.values())
        if to == "credible" and not followed and (task := texts.follow(each, now)) is not None:
            steps.append(Step("task.add", task | {"sighting": id}))
        yield 4, Activity(id, (*steps, *view.move(id, "done")), types=True)


def _ask_details(view: BoardView, texts: Texts) -> Iterator[tuple[float, Activity]]:
    """Add a missing detail to a sighting."""
    for id, each in view.sightings.items():
        for name in ("clothing", "company", "direction"):
            if each["assessment"] == "unassessed" and each[name] is None and texts.is_ours(each):
                yield 0.7, Activity(id, (Step("sighting.update", {"sighting": id, name: texts.detail(name)}),), types=True)


def _assign(view: BoardView, me: Actor, texts: Texts) -> Iterator[tuple[float, Activity]]:
    """Assign sightings, as the coordinator."""
    if not me.coordinator:
        return
    for id, each in view.sightings.items():
        if each["assessment"] == "unassessed" and each["assignee"] is None:
            assignee = texts.random.choice(sorted(me.team - {me.account}))
            yield 3, Activity(id, (Step("card.assign", {"card": id, "assignee": assignee}),))


def _take(view: BoardView, me: Actor) -> Iterator[tuple[float, Activity]]:
    """Take tasks that are assigned to this user, and unassigned tasks except LEFT_FOR_OTHERS of them."""
    waiting = {id: each for id, each in view.tasks.items() if view.role(each) in ("inbox", "todo")}
    in_hand = sum(each["assignee"] == me.account and view.role(each) == "doing" for each in view.tasks.values())
    unassigned = [id for id, each in waiting.items() if each["assignee"] is None]
    if in_hand >= MAX_IN_HAND:
        return
    for id, each in waiting.items():
        if each["assignee"] == me.account and (steps := view.move(id, "doing")):
            yield 1, Activity(id, steps)
        elif id in unassigned[:-LEFT_FOR_OTHERS]:
            yield 1, Activity(id, (Step("card.assign", {"card": id, "assignee": me.account}), *view.move(id, "doing")))


def _work(view: BoardView, me: Actor, texts: Texts, now: datetime) -> Iterator[tuple[float, Activity]]:
    """Tick an item of the checklist of a task. If all are ticked, write the result and move the task to done."""
    for id, each in view.tasks.items():
        if each["assignee"] != me.account or view.role(each) not in ("doing", "waiting"):
            continue
        items = sorted(((item["rank"], key) for key, item in each["checklist"].items() if item and not item["done"]))
        if items:
            yield 1.5, Activity(id, (Step("task.update", {"task": id, "checklist": {items[0][1]: {"done": True}}}),))
        elif moved := view.move(id, "done"):
            lines = [*(each["result"] or "").splitlines(), texts.result(each["title"], now)]
            result = "\n".join(lines[-MAX_RESULT_LINES:])
            yield 0.6, Activity(id, (Step("task.update", {"task": id, "result": result}), *moved), types=True)


def _repeat(view: BoardView, me: Actor, now: datetime) -> Iterator[tuple[float, Activity]]:
    """Repeat a finished task of the team if all sightings are assessed and no assigned task is left."""
    if any(each["assessment"] == "unassessed" for each in view.sightings.values()):
        return
    if any(each["assignee"] is not None and view.role(each) != "done" for each in view.tasks.values()):
        return
    done = [id for id, each in view.tasks.items() if each["assignee"] in me.team and view.role(each) == "done"]
    for id in done:
        changes: dict[str, Any] = {"due": format_utc(now + REPEAT_DUE)}
        if ticked := {key: {"done": False} for key, item in view.tasks[id]["checklist"].items() if item}:
            changes["checklist"] = ticked
        steps = (Step("task.update", {"task": id, **changes}), *view.move(id, "todo"))
        yield 0.5 / len(done), Activity(id, (*steps, Step("card.assign", {"card": id, "assignee": None})))


def _write(view: BoardView, me: Actor, texts: Texts, now: datetime) -> Iterator[tuple[float, Activity]]:
    """Write a note in the log of the search, or on a card that is not done."""
    note = texts.note(view.search["kind"], me.coordinator, now)
    yield 0.5, Activity(None, (Step("note.add", note),), types=True)
    for kind, cards in (("sighting", view.sightings), ("task", view.tasks)):
        for id, each in cards.items():
            mine = kind == "sighting" or each["assignee"] == me.account
            if mine and view.role(each) in ("inbox", "doing", "waiting"):
                yield 0.2, Activity(id, (Step("note.add", {"card": id, "text": texts.remark(kind, now)}),), types=True)


def _review(view: BoardView, texts: Texts) -> Iterator[tuple[float, Activity]]:
    """Read cards, move urgent ones to the top, and grade credible sightings again."""
    cards = view.sightings | view.tasks
    for id in cards:
        yield 3 / len(cards), Activity(id)
    for column in {each["column"] for each in cards.values()}:
        first, *others = [(id, each) for id, each in cards.items() if each["column"] == column]
        urgent = [id for id, each in others if each["priority"] == "urgent"]
        if urgent and first[1]["priority"] != "urgent" and view.role(first[1]) != "done":
            yield 0.3, Activity(urgent[0], (Step("card.move", {"card": urgent[0], "column": column, "before": first[0]}),))
    credible = [id for id, each in view.sightings.items() if each["assessment"] == "credible" and each["grade"]["content"] == 3]
    for id in credible:
        grade = {"grade": {"content": 2}, "reason": "Agrees with what came in since"}
        yield 0.1, Activity(id, (Step("sighting.grade", {"sighting": id, **grade}),), types=True)
