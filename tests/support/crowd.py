"""People with tokens on a running server: some send expensive requests without pause, others work. The answers of
each are counted by status and sentence."""

import asyncio
import itertools
import re
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2 as httpx

TIMEOUT_S = 90.0
PAUSE_S = 0.2  # pause of a person who works, and after a refusal
NO_SENTENCE = "no sentence"
_ERROR = re.compile(r"<main[^>]*>.*?<p[^>]*>(.*?)</p>", re.DOTALL)

Answer = tuple[int, str]
Ask = Callable[[int], Awaitable[httpx.Response]]


def sentence_of(response: httpx.Response) -> str:
    """Return the sentence of a refusal, or the media type of an answer."""
    type = response.headers.get("content-type", "").partition(";")[0]
    if response.is_success:
        return type
    if type == "application/json":
        body = response.json()
        return str(next(iter(body.get("fields", {}).values()), body["message"]))
    if type == "text/plain":
        return response.text.strip() or NO_SENTENCE
    found = _ERROR.search(response.text)
    return " ".join(re.sub("<[^>]*>", " ", found[0]).split()) if found else NO_SENTENCE


@dataclass
class Guest:
    """Person with a token. `seconds`: time of each successful answer, by request. `answers`: counts of all answers."""

    name: str
    http: httpx.AsyncClient
    answers: dict[str, Counter[Answer]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    acked: dict[str, list[int]] = field(default_factory=dict)  # seqs by command

    @classmethod
    def of(cls, name: str, url: str, token: str) -> Self:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)  # so that requests reach all workers
        return cls(name, httpx.AsyncClient(base_url=url, headers=headers, timeout=TIMEOUT_S, trust_env=False, limits=limits))

    async def ask(self, what: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Call the server, and count the answer; a broken connection counts as status 0."""
        began = time.monotonic()
        try:
            response = await self.http.request(method, path, **options)
        except httpx.HTTPError as error:
            self.answers[what][0, type(error).__name__] += 1
            raise
        self.answers[what][response.status_code, sentence_of(response)] += 1
        if response.is_success:
            self.seconds[what].append(time.monotonic() - began)
        return response

    async def upload(self, what: str, board: str, name: str, content: bytes) -> httpx.Response:
        """Send a file of at most 1 MB, and finish it."""
        path = f"/api/v1/boards/{board}/uploads/{uuid.uuid4()}"
        headers = {"Upload-Offset": "0", "Upload-Length": str(len(content)), "Upload-Name": name}
        sent = await self.ask(f"{what}, sent", "PATCH", path, content=content, headers=headers)
        return await self.ask(what, "POST", f"{path}/finish", json={}) if sent.is_success else sent

    async def command(self, board: str, name: str, data: dict[str, Any]) -> httpx.Response:
        id = str(uuid.uuid4())
        path = f"/api/v1/boards/{board}/commands"
        response = await self.ask("command", "POST", path, json={"id": id, "name": name, "data": data})
        if response.is_success:
            self.acked[id] = response.json()["seqs"]
        return response

    async def work(self, board: str) -> None:
        """Add notes until cancelled."""
        for number in itertools.count():
            await self.command(board, "note.add", {"text": f"{self.name} called back, {number} times."})
            await asyncio.sleep(PAUSE_S)

    async def repeat(self, ask: Ask, pause_s: float = 0) -> None:
        """Send a request until cancelled, with a pause after each answer, and a short one after a refusal."""
        for number in itertools.count():
            try:
                refused = not (await ask(number)).is_success
            except httpx.HTTPError:
                refused = True
            await asyncio.sleep(PAUSE_S if refused else pause_s)

    @property
    def statuses(self) -> set[int]:
        return {status for counts in self.answers.values() for status, _ in counts}

    def p95(self, what: str = "command") -> float:
        ordered = sorted(self.seconds[what])
        return ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]

    def rows(self) -> list[str]:
        """Return the answers to this person, as lines."""
        rows = [f"{self.name}:"]
        for what, counts in sorted(self.answers.items()):
            took = sorted(self.seconds[what])
            speed = f"  p50 {took[len(took) // 2]:.3f}, p95 {self.p95(what):.3f}, max {took[-1]:.3f} s" if took else ""
            rows.append(f"  {what}:{speed}")
            rows += [f"    {status} × {count}: {sentence}" for (status, sentence), count in sorted(counts.items())]
        return rows


async def run_until(true: Callable[[], object], tasks: Sequence[Awaitable[None]], seconds: float, within_s: float) -> None:
    """Run endless tasks for `seconds`, then until a condition is true, or for `within_s`. Raises the error of a task that
    failed."""
    running, began = [asyncio.ensure_future(each) for each in tasks], time.monotonic()
    try:
        while (spent := time.monotonic() - began) < seconds or (not true() and spent < within_s):
            done, _ = await asyncio.wait(running, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
    finally:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
