"""What there is to do on a search for a colleague of `demo --live`. Decided by what is on the board, and by nothing else: after
a restart, or a night, they go on where the board stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from board.demo.simulated_texts import State, Texts
from models.times import format_utc

LEFT = 2  # tasks that nobody took, and that stay for who looks on
AT_ONCE = 2  # tasks that one has in hand on a search
LINES = 8  # of a result: the last ones
ANEW = timedelta(hours=2)  # in which a task that is done anew is due


@dataclass(frozen=True, slots=True)
class Step:
    """One command on the board of the search."""

    name: str
    data: dict[str, Any]

    @property
    def adds(self) -> str | None:
        """What it makes one more of."""
        return {"sighting.add": "card", "task.add": "card", "note.add": "note"}.get(self.name)


@dataclass(frozen=True, slots=True)
class Activity:
    """Some commands in a row, at a card. `types`: so that the others see that somebody is editing it."""

    card: str | None
    steps: tuple[Step, ...] = ()
    types: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks what there is to do; `team` are the accounts of all who work along."""

    account: str
    coordinator: bool
    team: frozenset[str]


@dataclass(slots=True)
class BoardView:
    """A search, as somebody sees it."""

    search: State
    columns: dict[str, str] = field(default_factory=dict)  # the first one of each role
    sightings: dict[str, State] = field(default_factory=dict)  # not those that were withdrawn
    tasks: dict[str, State] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)  # of cards, withdrawn ones included, and notes

    @classmethod
    def at(cls, entities: Mapping[tuple[str, str], State]) -> "BoardView | None":
        """None where it is no open search."""
        look = cls(next((state for (kind, _), state in entities.items() if kind == "search"), {}))
        for (kind, id), state in sorted(entities.items(), key=lambda each: (each[1].get("rank") or "", each[0])):
            if kind == "column":
                look.columns.setdefault(state["role"], id)
            if kind in ("sighting", "task", "note"):
                name = "note" if kind == "note" else "card"
                look.counts[name] = look.counts.get(name, 0) + 1
            if kind in ("sighting", "task") and not state["withdrawn"]:
                (look.sightings if kind == "sighting" else look.tasks)[id] = state
        return look if look.search.get("status") == "open" else None

    def role(self, card: State) -> str | None:
        """Of the column that a card is in; None: none of the first ones."""
        return next((role for role, id in self.columns.items() if id == card["column"]), None)

    def move(self, id: str, role: str) -> tuple[Step, ...]:
        """To the end of the first column with this role, if there is one and it is elsewhere."""
        card, column = self.sightings.get(id) or self.tasks[id], self.columns.get(role)
        return (Step("card.move", {"card": id, "column": column}),) if column and card["column"] != column else ()

    def still(self, step: Step) -> bool:
        """Whether what a step is about is there: somebody may have put it away meanwhile."""
        data, cards = step.data, self.sightings | self.tasks
        named = [data[name] for name in ("card", "sighting", "task") if name in data]
        items = cards[data["task"]]["checklist"] if data.get("task") in cards and step.name == "task.update" else {}
        return (
            all(id in cards for id in named)
            and data.get("column") in (None, *self.columns.values())
            and all(items.get(key) for key in data.get("checklist", ()) if step.name == "task.update")
        )

    def about(self, errand: Activity) -> State:
        """What stands now where an errand begins: somebody may be quicker."""
        card = (self.sightings | self.tasks).get(errand.card or "", {})
        return {name: card[name] for step in errand.steps[:1] for name in step.data if name in card}


def take_in(look: BoardView, texts: Texts, now: datetime) -> Activity | None:
    """A sighting that comes in; None where all that may be said was said."""
    known = {each["description"] for each in look.sightings.values()}
    said = texts.sighting(look.search["reference"], known, now)
    return Activity(None, (Step("sighting.add", said),), types=True) if said else None


def to_do(look: BoardView, me: Actor, texts: Texts, now: datetime, full: bool) -> list[tuple[float, Activity]]:
    """Everything that could be done now, each with a weight: how much it presses. `full`: no more cards are to come."""
    return [
        *_grade(look, texts),
        *_assess(look, texts, now, full),
        *_ask_on(look, texts),
        *_hand_on(look, me, texts),
        *_take(look, me),
        *_work(look, me, texts, now),
        *(_ask_again(look, me, now) if full else ()),
        *_write(look, me, texts, now),
        *_look_through(look, texts),
    ]


def _grade(look: BoardView, texts: Texts) -> Iterator[tuple[float, Activity]]:
    for id, each in look.sightings.items():
        if each["assessment"] == "unassessed" and each["grade"]["content"] == 6:
            grade, reason = texts.grade(each)
            yield 6, Activity(id, (Step("sighting.grade", {"sighting": id, "grade": grade, "reason": reason}),), types=True)


def _assess(look: BoardView, texts: Texts, now: datetime, full: bool) -> Iterator[tuple[float, Activity]]:
    """Only after it was graded. A credible one is followed up by a task, where there is room for one."""
    for id, each in look.sightings.items():
        if each["assessment"] != "unassessed" or each["grade"]["content"] == 6:
            continue
        to, reason = texts.assessment(each, now)
        steps = [Step("sighting.assess", {"sighting": id, "assessment": to, "reason": reason})]
        followed = full or any(task["sighting"] == id for task in look.tasks.values())
        if to == "credible" and not followed and (task := texts.follow(each, now)) is not None:
            steps.append(Step("task.add", task | {"sighting": id}))
        yield 4, Activity(id, (*steps, *look.move(id, "done")), types=True)


def _ask_on(look: BoardView, texts: Texts) -> Iterator[tuple[float, Activity]]:
    """A detail that was not asked for yet."""
    for id, each in look.sightings.items():
        for name in ("clothing", "company", "direction"):
            if each["assessment"] == "unassessed" and each[name] is None and texts.ours(each):
                yield 0.7, Activity(id, (Step("sighting.update", {"sighting": id, name: texts.detail(name)}),), types=True)


def _hand_on(look: BoardView, me: Actor, texts: Texts) -> Iterator[tuple[float, Activity]]:
    """The coordinator says who sees to it."""
    if not me.coordinator:
        return
    for id, each in look.sightings.items():
        if each["assessment"] == "unassessed" and each["assignee"] is None:
            whom = texts.random.choice(sorted(me.team - {me.account}))
            yield 3, Activity(id, (Step("card.assign", {"card": id, "assignee": whom}),))


def _take(look: BoardView, me: Actor) -> Iterator[tuple[float, Activity]]:
    """One's own, and those that nobody has; some of them are left for others."""
    waiting = {id: each for id, each in look.tasks.items() if look.role(each) in ("inbox", "todo")}
    in_hand = sum(each["assignee"] == me.account and look.role(each) == "doing" for each in look.tasks.values())
    nobodys = [id for id, each in waiting.items() if each["assignee"] is None]
    if in_hand >= AT_ONCE:
        return
    for id, each in waiting.items():
        if each["assignee"] == me.account and (steps := look.move(id, "doing")):
            yield 1, Activity(id, steps)
        elif id in nobodys[:-LEFT]:
            yield 1, Activity(id, (Step("card.assign", {"card": id, "assignee": me.account}), *look.move(id, "doing")))


def _work(look: BoardView, me: Actor, texts: Texts, now: datetime) -> Iterator[tuple[float, Activity]]:
    """Ticks one of the checklist; where all are ticked, writes what came of it."""
    for id, each in look.tasks.items():
        if each["assignee"] != me.account or look.role(each) not in ("doing", "waiting"):
            continue
        items = sorted(((item["rank"], key) for key, item in each["checklist"].items() if item and not item["done"]))
        if items:
            yield 1.5, Activity(id, (Step("task.update", {"task": id, "checklist": {items[0][1]: {"done": True}}}),))
        elif moved := look.move(id, "done"):
            lines = [*(each["result"] or "").splitlines(), texts.result(each["title"], now)]
            result = "\n".join(lines[-LINES:])
            yield 0.6, Activity(id, (Step("task.update", {"task": id, "result": result}), *moved), types=True)


def _ask_again(look: BoardView, me: Actor, now: datetime) -> Iterator[tuple[float, Activity]]:
    """Where nothing new comes and all in hand is done, a task of ours is done anew: an answer is good for its hour only."""
    if any(each["assessment"] == "unassessed" for each in look.sightings.values()):
        return
    if any(each["assignee"] is not None and look.role(each) != "done" for each in look.tasks.values()):
        return
    done = [id for id, each in look.tasks.items() if each["assignee"] in me.team and look.role(each) == "done"]
    for id in done:
        anew: dict[str, Any] = {"due": format_utc(now + ANEW)}
        if ticked := {key: {"done": False} for key, item in look.tasks[id]["checklist"].items() if item}:
            anew["checklist"] = ticked
        steps = (Step("task.update", {"task": id, **anew}), *look.move(id, "todo"))
        yield 0.5 / len(done), Activity(id, (*steps, Step("card.assign", {"card": id, "assignee": None})))


def _write(look: BoardView, me: Actor, texts: Texts, now: datetime) -> Iterator[tuple[float, Activity]]:
    """In the log of the search, or on a card that is not done."""
    note = texts.note(look.search["kind"], me.coordinator, now)
    yield 0.5, Activity(None, (Step("note.add", note),), types=True)
    for kind, cards in (("sighting", look.sightings), ("task", look.tasks)):
        for id, each in cards.items():
            mine = kind == "sighting" or each["assignee"] == me.account
            if mine and look.role(each) in ("inbox", "doing", "waiting"):
                yield 0.2, Activity(id, (Step("note.add", {"card": id, "text": texts.remark(kind, now)}),), types=True)


def _look_through(look: BoardView, texts: Texts) -> Iterator[tuple[float, Activity]]:
    """What is left when all is done: reads, puts what is urgent first, weighs a credible sighting anew."""
    cards = look.sightings | look.tasks
    for id in cards:
        yield 3 / len(cards), Activity(id)
    for column in {each["column"] for each in cards.values()}:
        first, *others = [(id, each) for id, each in cards.items() if each["column"] == column]
        urgent = [id for id, each in others if each["priority"] == "urgent"]
        if urgent and first[1]["priority"] != "urgent" and look.role(first[1]) != "done":
            yield 0.3, Activity(urgent[0], (Step("card.move", {"card": urgent[0], "column": column, "before": first[0]}),))
    credible = [id for id, each in look.sightings.items() if each["assessment"] == "credible" and each["grade"]["content"] == 3]
    for id in credible:
        grade = {"grade": {"content": 2}, "reason": "Agrees with what came in since"}
        yield 0.1, Activity(id, (Step("sighting.grade", {"sighting": id, **grade}),), types=True)
