"""Reading of texts: its time, memory and load; and looking for looks among the texts of 2,000 sightings and 14,000 tips."""

import asyncio
import gc
import http.client
import time
import tracemalloc
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Any
from urllib.parse import quote

from sqlmodel import Session, SQLModel, insert, select

from board.vocabulary import meanings
from board.vocabulary.concept import LANGUAGES
from board.vocabulary.parser import Parser
from board.vocabulary.vocabulary import load_vocabulary
from models.board import OPERATIONS
from models.ids import new_id
from models.searchable import folded_text
from models.sighting import Sighting
from models.tip import Tip
from tests.support.looks import PEOPLE, Looks
from tests.support.vocabulary import read_sentences
from tests.tools.bench import Figure, percentile
from tests.tools.bench._server import (
    create_coordinator,
    create_coordinators,
    execute,
    on_sqlite,
    open_search,
    open_service,
    serving,
)

SIGHTINGS, TIPS = 2_000, 14_000
TEXT = 500  # characters
ROUNDS = 30  # readings of each text
WARM, LOOKUPS = 20, 100
SAID = 2  # things that a person types


def measure() -> Iterator[Figure]:
    yield from _loading()
    yield from _reading()
    with on_sqlite() as settings:
        token = asyncio.run(_filled(settings))
        with serving(settings) as (_, port):
            took = _looked_up(port, token)
    on = f"{SIGHTINGS:,} sightings and {TIPS:,} tips; SQLite, one process"
    yield Figure("look-up by looks, p50", percentile(took, 50) * 1_000, "ms", None, on)
    yield Figure("look-up by looks, p95", percentile(took, 95) * 1_000, "ms", 150, on, low=True)


def _loading() -> Iterator[Figure]:
    load_vocabulary()
    load_vocabulary.cache_clear()
    began = time.process_time()
    load_vocabulary()
    yield Figure("loading of the vocabulary, at start", time.process_time() - began, "s", 0.1, "CPU time", low=True)
    load_vocabulary.cache_clear()
    tracemalloc.start()
    known = Parser(load_vocabulary())
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    yield Figure("memory of the vocabulary", held / 1e6, "MB", 10, f"{len(known.vocabulary.concepts):,} concepts", low=True)


def _reading() -> Iterator[Figure]:
    known = Parser(load_vocabulary())
    gc.freeze()  # as a server does when it has started
    sentences = read_sentences("sentences.tsv", known.vocabulary)
    for language in LANGUAGES:
        text = " ".join(sentence.texts[language] for sentence in sentences)
        texts = [text[start : start + TEXT] for start in range(0, len(text) - TEXT, TEXT)]
        took = sorted(_seconds(known, each) for _ in range(ROUNDS) for each in texts)
        for percent in (50, 99):
            value, aim = percentile(took, percent) * 1_000, 1.0 if percent == 99 else None
            yield Figure(
                f"reading of a text ({language}), p{percent}", value, "ms", aim, f"{TEXT} characters, CPU time", low=True
            )


def _seconds(known: Parser, text: str) -> float:
    began = time.thread_time()  # other work of the machine is not the parser's
    known.parse(text)
    return time.thread_time() - began


async def _filled(settings: dict[str, str]) -> str:
    """Create sightings and tips in four languages; return a token."""
    service = await open_service(settings)
    (token,) = await create_coordinators(service, 1)
    caller = await create_coordinator(service)
    board, looks = await open_search(service, caller), Looks(load_vocabulary(), Random(41))
    await execute(service, caller, board, "sighting.add", {"description": "first"})
    await execute(service, caller, OPERATIONS, "tip.add", {"description": "first"})
    for table, count in ((Sighting, SIGHTINGS), (Tip, TIPS)):
        texts = [_text(looks) for _ in range(count)]
        await service.database.write(partial(_copy, table, texts))
    await service.close()
    return token


def _text(looks: Looks) -> str:
    random = looks.random
    return looks.text(random.choice(list(PEOPLE)), random.sample(looks.child(), 4), random.choice(LANGUAGES))


def _copy(table: type[SQLModel], texts: list[str], session: Session) -> None:
    """Copy the only row of a table, with other texts."""
    row = session.exec(select(table)).one()
    given: dict[str, Any] = {column.key: getattr(row, column.key) for column in table.__table__.columns}  # type: ignore[attr-defined]
    session.execute(
        insert(table),
        [
            given | {"id": new_id(), "number": number, "description": text, "folded": folded_text([text])}
            for number, text in enumerate(texts, 2)
        ],
    )


def _looked_up(port: int, token: str) -> list[float]:
    """Return the sorted seconds of the look-ups, once the server has read the texts."""
    looks = Looks(meanings().parser.vocabulary, Random(42))
    took: list[float] = []
    for number in range(WARM + LOOKUPS):
        said = ", ".join(looks.phrase(each, looks.random.choice(LANGUAGES)) for each in looks.child()[:SAID])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        began = time.perf_counter()
        connection.request("GET", f"/api/v1/find?q={quote(said)}", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        answer.read()
        if number >= WARM:
            took.append(time.perf_counter() - began)
        assert answer.status == 200, answer.status
        connection.close()
    return sorted(took)
