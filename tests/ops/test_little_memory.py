"""Server with 1 GiB of memory while two stolen accounts send the largest pictures and a third asks for papers, all at once.

The kernel ends children, never a worker. Each person gets a sentence, what is small goes on, and nothing acknowledged is lost.
"""

import io
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from PIL import Image

from board.child_process.parent import NO_MEMORY
from board.dev import Postgres, Redis
from board.files.picture_process import MAX_DECODED, PIXEL_BYTES
from tests.support.backends import fresh_database
from tests.support.crowd import NO_SENTENCE, Guest, run_until
from tests.support.memory_group import MemoryGroup, MemoryGroupUnavailable, memory_group
from tests.support.worker_processes import WorkerProcesses, running_workers

pytestmark = pytest.mark.slow

LIMIT, OTHERS = 1024**3, 400 * 1024**2  # bytes; what PostgreSQL, Redis and the system take of them
SECONDS, WITHIN_S = 20.0, 400.0
SIDE = int((MAX_DECODED / PIXEL_BYTES) ** 0.5)  # pixels: the largest picture that is decoded at all
WORKERS, AT_ONCE = 2, 4
REFUSED = {413, 429, 503}  # what an attacker may be answered, with a sentence
SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}


@pytest.fixture(scope="module")
def group() -> Iterator[MemoryGroup]:
    try:
        with memory_group(LIMIT) as made:
            yield made
    except MemoryGroupUnavailable as why:
        pytest.skip(f"the memory of a server can't be limited here: {why}")


@pytest.fixture
def others(group: MemoryGroup) -> Iterator[None]:
    """Stand-in for the other programs on such a machine: their memory is taken, and the kernel could end them."""
    hold = f"{group.joining}; held = bytearray(b'x') * {OTHERS}; print('held', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield
        assert process.poll() is None, "the kernel ended another program"


@dataclass
class Desk:
    workers: WorkerProcesses
    board: str
    people: dict[str, Guest]

    def __getitem__(self, name: str) -> Guest:
        return self.people[name]


@pytest.fixture
async def desk(
    group: MemoryGroup, postgres: Postgres, redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    files = tmp_path_factory.mktemp("files")
    settings = {"FILES_URL": f"file://{files}", "MAX_UPLOADS_PER_MINUTE": "0", "DISK_RESERVE": "0GiB"}
    roles = {"Alice": "coordinator", "Bob": "investigator", "Eve": "investigator", "Mallory": "investigator", "Victor": "viewer"}
    with fresh_database(postgres) as url:
        async with running_workers(url, WORKERS, redis.url, first=group.joining, **settings) as workers:
            people = {name: Guest.of(name, workers.url, await workers.hire(name, role)) for name, role in roles.items()}
            board = (await people["Alice"].command("operations", "search.open", SEARCH)).json()["opened"]
            people["Alice"].acked.clear()
            yield Desk(workers, board, people)
            for each in people.values():
                await each.http.aclose()
            assert await workers.end() == 0


def picture(side: int, kind: str = "PNG") -> bytes:
    """Return a square picture whose file is small, and whose pixels are not."""
    made = io.BytesIO()
    Image.effect_mandelbrot((256, 256), (-2, -1, 1, 1), 50).resize((side, side), Image.Resampling.NEAREST).convert(
        "RGBA" if kind == "PNG" else "RGB"
    ).save(made, kind)
    return made.getvalue()


async def test_attackers_are_refused_and_everything_else_goes_on(desk: Desk, group: MemoryGroup) -> None:
    pids, large, small = desk.workers.pids, picture(SIDE), picture(2_000, "JPEG")
    assert len(large) < 1_000_000
    for number in range(40):
        await desk["Alice"].command(desk.board, "note.add", {"text": f"{number}: " + "a long note about the bus stop " * 60})

    paper = f"/searches/{desk.board}/history.pdf"
    attacks = [
        desk[name].repeat(lambda number, name=name: desk[name].upload("picture", desk.board, "large.png", large))
        for name in ("Eve", "Mallory")
        for _ in range(AT_ONCE)
    ] + [desk["Victor"].repeat(lambda number: desk["Victor"].ask("paper", "GET", paper)) for _ in range(AT_ONCE)]
    work = [
        desk["Alice"].work(desk.board), desk["Bob"].work(desk.board),
        desk["Bob"].repeat(lambda number: desk["Bob"].upload("photo", desk.board, "photo.jpg", small)),
        desk["Alice"].repeat(lambda number: desk["Alice"].ask("paper", "GET", paper)),
    ]  # fmt: skip

    def has_shown_all() -> bool:
        """Return whether a child was killed, and Bob's photo and Alice's paper came through nevertheless."""
        return bool(group.kills and desk["Bob"].seconds["photo"] and desk["Alice"].seconds["paper"])

    await run_until(has_shown_all, [*attacks, *work], SECONDS, WITHIN_S)
    report = [f"{group.kills} children were killed; at most {group.peak / 1e6:.0f} MB were used"]
    sys.stdout.write("\n".join([*report, *(row for each in desk.people.values() for row in each.rows())]) + "\n")

    assert group.kills > 0, "there was enough memory"
    assert desk.workers.pids == pids
    for name in ("Eve", "Mallory", "Victor"):
        assert desk[name].statuses <= REFUSED | {200}, desk[name].rows()
    sentences = {sentence for each in desk.people.values() for counts in each.answers.values() for _, sentence in counts}
    assert NO_MEMORY in sentences
    assert has_shown_all()
    assert NO_SENTENCE not in sentences
    await check_that_work_went_on(desk)


async def check_that_work_went_on(desk: Desk) -> None:
    """No command was refused, each acknowledged note is in the journal, and now files and papers work."""
    journal = (await desk["Alice"].http.get(f"/api/v1/boards/{desk.board}/journal.json")).json()["events"]
    noted = {event["seq"] for event in journal if event["type"] == "note.added"}
    for name in ("Alice", "Bob"):
        assert {status for status, _ in desk[name].answers["command"]} == {200}, desk[name].rows()
    acked = [seq for name in ("Alice", "Bob") for seqs in desk[name].acked.values() for seq in seqs]
    assert len(acked) == len(set(acked))
    assert set(acked) <= noted
    assert (await desk["Bob"].upload("photo afterwards", desk.board, "photo.jpg", picture(2_000, "JPEG"))).status_code == 200
    assert (await desk["Alice"].ask("paper afterwards", "GET", f"/searches/{desk.board}/history.pdf")).status_code == 200
