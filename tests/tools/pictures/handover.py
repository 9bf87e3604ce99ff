"""Scenes of a handover, as it goes on: begun, written, signed, and answered by the incoming coordinator."""

from typing import Any

from tests.tools.pictures.demo import Demo
from tests.tools.pictures.shot import Scene, Shot
from tests.tools.pictures.steps import click, popup

WRITTEN = {
    "assessment": "With her father at his sister’s near Innsbruck. The sister has answered: Mila sleeps there, and is well.",
    "hypotheses": "He drives on with her before the mediator calls again.",
    "dropped": "A flight: no booking, and he hired a car at Aachen on Tuesday evening.",
    "contingencies": "If the father does not answer by 15:22, the authority goes on with the request for return.",
    "contacts": "Mediator at 10:52. Mother at 12:00. Federal magistrate at 14:00. No press before that.",
}
WRITTEN_OF_NOOR = {
    "assessment": "Alone on line 2 since 09:01, we believe. She knows the way to her aunt’s in Oostende.",
    "hypotheses": "She is on her way to her aunt. Or to somebody whom she called with the phone card.",
}
OF_THE_SHIFT = {"faults": "The printer of the second room does not work.", "remarks": "Sophie Lambert is on call from 18:00."}
SUMMARISED: dict[str, tuple[str, dict[str, Any] | None]] = {
    "DEMO-10": ("The mediator calls again at 10:52, and nobody rings at the door before 15:22.", None),
    "DEMO-01": ("She is alone, and boarded line 2 at Zuid, it seems. The posters are up.", {"correct": True}),
    "DEMO-02": ("Théo is called at noon.", {"correct": False, "reason": "Théo is not found yet."}),
}

# -- scenes -------------------------------------------------------------------------------------------------------------------


async def as_seeded(demo: Demo) -> None:
    """Leave the demo as it was made."""


async def handover_begun(demo: Demo) -> None:
    await demo.command("alice", "operations", "handover.prepare", {})
    demo.numbers["handover"] = str((await handover(demo))["number"])


async def handover_hidden(demo: Demo) -> None:
    """Name Nadia, who has no access to one of the searches."""
    await demo.command(
        "alice",
        "operations",
        "handover.write",
        {"handover": int(demo.numbers["handover"]), "incoming": await id_of(demo, "nadia")},
    )
    await demo.command(
        "alice", demo.boards["DEMO-02"], "search.set_access", {"access": "members", "members": [await id_of(demo, "alice")]}
    )


async def handover_seen(demo: Demo) -> None:
    """Undo what `handover_hidden` did, and write."""
    await demo.command("alice", demo.boards["DEMO-02"], "search.set_access", {"access": "desk", "members": []})
    await demo.command("alice", "operations", "handover.write", {"handover": int(demo.numbers["handover"]), "incoming": None})
    await handover_written(demo)


async def id_of(demo: Demo, name: str) -> str:
    return str((await demo.get(name, "/me"))["id"])


async def handover_written(demo: Demo) -> None:
    """Write all six answers about one search, two about another, and what concerns the shift as a whole."""
    number = int(demo.numbers["handover"])
    for board, texts in ((demo.boards["DEMO-10"], WRITTEN), (demo.boards["DEMO-01"], WRITTEN_OF_NOOR)):
        pinned = {"pinned": [demo.cards["task"]]} if board == demo.boards["DEMO-10"] else {}
        await demo.command("alice", board, "handover.write", {"handover": number, **texts, **pinned})
    await demo.command("alice", "operations", "handover.write", {"handover": number, **OF_THE_SHIFT})


async def handover_signed(demo: Demo) -> None:
    report = await demo.get("alice", "/handover")
    positions = {section["board"]: section["seq"] for section in report["searches"]}
    await demo.command(
        "alice", "operations", "handover.sign", {"handover": int(demo.numbers["handover"]), "positions": positions}
    )


async def handover_answered(demo: Demo) -> None:
    """Let the incoming coordinator read three searches and summarise them, and the outgoing one answer two of the summaries."""
    number = int(demo.numbers["handover"])
    report = await demo.get("nadia", f"/handovers/{number}")
    read = [section for section in report["searches"] if section["board"] in (demo.boards[each] for each in SUMMARISED)]
    for section in read:
        await demo.command("nadia", section["board"], "handover.read", {"handover": number, "seq": section["seq"]})
    for reference, (text, answer) in SUMMARISED.items():
        board = demo.boards[reference]
        await demo.command("nadia", board, "handover.restate", {"handover": number, "text": text})
        entities = (await demo.get("nadia", f"/boards/{board}"))["entities"]
        state = next(each["state"] for each in entities if each["kind"] == "briefing")
        ((account, said),) = state["restatements"].items()
        if answer is not None:
            reply = {"handover": number, "account": account, "at": said["at"], **answer}
            await demo.command("alice", board, "handover.answer", reply)


async def handover(demo: Demo) -> Any:
    entities = (await demo.get("alice", "/boards/operations"))["entities"]
    return next(each["state"] for each in entities if each["kind"] == "handover")


HANDOVER = (
    Scene(
        handover_begun,
        (
            Shot("handover-write", "/handover"),
            Shot("handover-withdraw-dialog", "/handover", click("[data-act=withdraw]"), dialog="withdraw"),
            Shot("handover-take-dialog", "/handover", click("[data-act=take]"), person="nadia", dialog="take"),
            Shot("handover-sign-dialog", "/handover", click("[data-act=sign]"), dialog="sign"),
        ),
    ),
    Scene(handover_hidden, (Shot("handover-let-in-dialog", "/handover", click("[data-act=let-in]"), dialog="let-in"),)),
    Scene(
        handover_seen,
        (
            Shot("handover-written", "/handover#s-{mila}", whole=True),
            Shot("handover-menu", "/handover", popup("[data-act=handover-menu]")),
        ),
    ),
    Scene(
        handover_signed,
        (
            Shot("handover-read", "/handover", person="nadia"),
            Shot("handover-refuse-dialog", "/handover", click("[data-act=refuse]"), person="nadia", dialog="refuse"),
            Shot("handover-signed", "/handovers/{handover}"),
        ),
    ),
    Scene(
        handover_answered,
        (
            Shot("handover-answer", "/handover#s-{mila}", shows="[data-act=correct]"),
            Shot("handover-answer-dialog", "/handover#s-{mila}", click("[data-act=not-quite]"), dialog="answer"),
            Shot("handover-answered", "/handover#s-{noor}", person="nadia"),
            Shot("handover-answered-whole", "/handovers/{handover}", person="nadia", whole=True),
        ),
    ),
)
