"""Last scene: the disks are nearly full, and Nadia proposed to remove a withdrawn file of Noor's."""

from functools import partial

from board.audit import writer
from board.audit.entries import SpaceLow
from tests.tools.pictures.demo import Demo
from tests.tools.pictures.night import withdrawn_listed
from tests.tools.pictures.shot import NOOR, Scene, Shot
from tests.tools.pictures.steps import all_of, click, open_menu

LOW = (("files", "board-1"), ("database", "board-1"), ("installation", None))  # of which space, and on which machine


async def space_ran_low(demo: Demo) -> None:
    """Alert Robin about each space, withdraw a file, and let Nadia propose to remove it."""
    robin, noor = (await demo.get("robin", "/me"))["id"], demo.boards["DEMO-01"]
    for name, machine in LOW:
        entry = SpaceLow(id="server", of=name, machine=machine, free_mb=310, reserve_mb=1_024)
        await demo.service.database.write(partial(writer.write, entry=entry, also_alerts=(robin,)))
    file = next(each["id"] for each in await demo.entities("alice", noor, "file") if each["state"]["card"] is not None)
    await demo.command("alice", noor, "file.withdraw", {"file": file, "reason": "Another child can be recognised"})
    await demo.command("nadia", noor, "file.propose_removal", {"file": file, "reason": "That child is not missing"})


SPACE = Scene(
    space_ran_low,
    (
        Shot(
            "removal-proposed",
            NOOR,
            all_of(withdrawn_listed, click("dialog [data-act=open-file]")),
            dialog="file",
            shows="[data-testid=removal-proposed]",
        ),
        Shot("alerts-space", "/", open_menu("details.bell", ".alerts li"), person="robin"),
        Shot("audit-space", "/audit?kind=space", person="robin"),
    ),
)
