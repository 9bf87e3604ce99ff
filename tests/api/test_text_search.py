"""Finding: by the words that one remembers, however they are written, and nothing of what one may not see."""

import unicodedata
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect, select, text
from sqlmodel import Session

from board.engine import kinds
from board.lookup import text_search
from models import searchable
from models.db.database import Database
from models.db.schema import metadata, migrate
from models.ids import new_id
from models.searchable import find_matches, folded_text, normalize, words
from tests.support import old_schemas
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.people import PATIENCE_S, Person, create_token
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

SIGHTING = {
    "description": "a girl by the fountain", "clothing": "yellow anorak", "direction": "towards the harbour",
    "company": "with a cyclist", "place": {"text": "Vrijdagmarkt"},
}  # fmt: skip
TASK = {"title": "ask the kiosk", "instruction": "mind the dog", "checklist": {"k1": {"text": "buy stamps", "done": False}}}
APART = unicodedata.normalize("NFD", "zoé")  # the accent as a separate character
ANY, SIGNS = st.characters(exclude_categories=["Cs"]), st.sampled_from("aZé½ŉßﬁİ_ -\u0301\u0345\u00ad")
HIDDEN = {"source": {"kind": "named"}, "source_name": "Godelieve", "source_contact": "0470 98 76 54"}

SEARCHED = [kind for kind in kinds.every() if kind.is_searchable]


async def ask(person: Person, q: str, **params: Any) -> httpx.Response:
    return await person.http.get("/api/v1/find", params={"q": q} | params)


async def hits(person: Person, q: str, **params: Any) -> list[dict[str, Any]]:
    response = await ask(person, q, **params)
    assert response.status_code == 200, response.text
    return list(response.json()["hits"])


async def found(person: Person, q: str, **params: Any) -> list[tuple[str, Any]]:
    return [(hit["kind"], hit["number"]) for hit in await hits(person, q, **params)]


def marked(part: dict[str, Any]) -> list[str]:
    """Return the marked words of a snippet: counted as a browser counts."""
    units = part["text"].encode("utf-16-le")
    return [units[2 * start : 2 * end].decode("utf-16-le") for start, end in part["marks"]]


async def newest(person: Person, board: str, kind: str) -> tuple[str, dict[str, Any]]:
    entities = (await person.snapshot(board))["entities"]
    return max((id, state) for (each, id), state in entities.items() if each == kind)


@pytest.mark.parametrize(
    ("command", "data", "q", "field", "kind"),
    [
        *(("sighting.add", SIGHTING, q, field, "sighting") for q, field in (
            ("fountain", "description"), ("anorak", "clothing"), ("harbour", "direction"), ("cyclist", "company"),
            ("vrijdagmarkt", "place.text"),
        )),
        *(("task.add", TASK, q, field, "task") for q, field in (
            ("kiosk", "title"), ("dog", "instruction"), ("stamps", "checklist.k1.text"),
        )),
        ("note.add", {"text": "the grandmother rang"}, "grandmother", "text", "note"),
        *(("search.update", data, q, field, "search") for data, q, field in (
            ({"reference": "Case-77aa"}, "77aa", "reference"),
            ({"person": {"first_name": "Wolfram"}}, "wolfram", "person.first_name"),
            ({"person": {"last_name": "Vandersmissen"}}, "vandersmissen", "person.last_name"),
            ({"person": {"description": "freckles"}}, "freckles", "person.description"),
            *(
                ({"details": {name: f"in {name} words"}}, name.split("_")[-1], f"details.{name}")
                for name in (
                    "taking_parent", "described_person", "vehicle_make", "vehicle_colour", "facility", "guardian", "destination",
                )
            ),
            ({"details": {"aliases": ["Zorro", "Bernardo"]}}, "bernardo", "details.aliases"),
            ({"details": {"countries": ["Marokko", "Tunesië"]}}, "marokko", "details.countries"),
            ({"earlier": {"k1": {"place": "in the marshes"}}}, "marshes", "earlier.k1.place"),
            ({"earlier": {"k1": {"note": "took the ferry"}}}, "ferry", "earlier.k1.note"),
            *(
                ({"person": {name: f"in {name} words"}}, name, f"person.{name}")
                for name in ("hair", "eyes", "features", "clothing", "needs")
            ),
        )),
    ],
)  # fmt: skip
async def test_a_word_is_found_where_it_stands(
    team: Team, command: str, data: dict[str, Any], q: str, field: str, kind: str
) -> None:
    search = await team.alice.open_search()
    assert await hits(team.victor, q, board=search) == []
    data = data | {"reference": f"Case-77aa-{search}"} if "reference" in data else data
    await team.bob.command(search, command, data)
    id, state = await newest(team.bob, search, kind)
    (hit,) = await hits(team.victor, q, board=search)
    (part,) = hit.pop("found")
    reference = (await newest(team.bob, search, "search"))[1]["reference"]
    assert hit == {
        "board": search, "reference": reference, "kind": kind, "id": id, "number": state.get("number"), "card": None,
        "withdrawn": False, "archived": False, "left": False, "statements": [],
    }  # fmt: skip
    assert part["field"] == field
    assert [word.casefold() for word in marked(part)] == [q]
    assert (await hits(team.victor, q))[0]["board"] == search


async def test_a_task_is_found_by_its_result(team: Team) -> None:
    search = await team.alice.open_search()
    await team.bob.command(search, "task.add", TASK)
    task, _ = await newest(team.bob, search, "task")
    assert await found(team.bob, "nothing", board=search) == []
    await team.bob.command(search, "task.update", {"task": task, "result": "nothing there"})
    (hit,) = await hits(team.bob, "nothing", board=search)
    assert (hit["id"], hit["found"][0]["field"]) == (task, "result")


async def test_all_words_have_to_be_there_each_by_its_beginning(team: Team) -> None:
    search = await team.alice.open_search()
    await team.bob.command(search, "sighting.add", SIGHTING)
    number = (await newest(team.bob, search, "sighting"))[1]["number"]
    for q in ("yellow anorak", "anorak yellow", "ano yel", "YELLOW fountain harb", "yel yellow", " anorak, (yellow)! "):
        assert await found(team.bob, q, board=search) == [("sighting", number)], q
    for q in ("yellow anorak blue", "norak", "yello_", "yellowish", "%", "ano%k", "_norak", "", " ", "…", "\\"):
        assert await found(team.bob, q, board=search) == ([("sighting", number)] if q == "yello_" else []), q


async def test_excerpts_show_the_fewest_texts_that_have_all_words(team: Team) -> None:
    search = await team.alice.open_search()
    await team.bob.command(search, "sighting.add", SIGHTING | {"company": "a yellow dog by a fountain"})
    (hit,) = await hits(team.bob, "fountain yellow harbour", board=search)
    assert [(part["field"], marked(part)) for part in hit["found"]] == [
        ("company", ["yellow", "fountain"]),
        ("direction", ["harbour"]),
    ]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Zoé", "zoe"), ("Zoe", "ZOÉ"), ("ZOÉ", APART), (APART, "Zoé"), ("Straße", "strasse"), ("STRASSE", "straße"),
        ("Œuvre", "oeuvre"), ("İzmir", "izmir"), ("Łódź", "lodz"), ("Søren", "soren"), ("Čeněk", "cenek"), ("Ελένη", "ΕΛΕΝΗ"),
        ("مُحَمَّد", "محمد"), ("ﬁets", "fiets"), ("co\u00adoperation", "cooperation"), ("½", "1⁄2"),
    ],
)  # fmt: skip
async def test_accents_and_capitals_make_no_difference(team: Team, written: str, asked: str) -> None:
    search = await team.alice.open_search()
    await team.bob.command(search, "note.add", {"text": f"🙂 seen: {written}, in town"})
    (hit,) = await hits(team.bob, asked, board=search)
    assert marked(hit["found"][0]) == [written]
    assert await hits(team.bob, f"{asked}x", board=search) == []


async def test_the_newest_come_first_and_one_learns_that_there_are_more(team: Team) -> None:
    one, other = await team.alice.open_search(), await team.alice.open_search()
    for number, board in enumerate((one, other, "operations", one)):
        await team.bob.command(board, "note.add", {"text": f"turnstile {number}"})
    await team.bob.command(one, "sighting.add", {"description": "turnstile 4"})
    whole = (await ask(team.victor, "turnstile")).json()
    assert [hit["found"][0]["text"] for hit in whole["hits"]] == [f"turnstile {number}" for number in (4, 3, 2, 1, 0)]
    assert [hit["board"] for hit in whole["hits"]] == [one, one, "operations", other, one]
    assert whole["hits"][2]["reference"] is None
    assert whole["more"] is False
    for limit in (1, 3, 5):
        some = (await ask(team.victor, "turnstile", limit=limit)).json()
        assert some == {"hits": whole["hits"][:limit], "more": limit < 5}
    assert [hit["found"][0]["text"] for hit in await hits(team.victor, "turnstile", board=one)] == [
        "turnstile 4", "turnstile 3", "turnstile 0",
    ]  # fmt: skip


async def test_the_board_operations_has_the_searches_and_its_own_notes(team: Team) -> None:
    search = await team.alice.open_search(person={"first_name": "Quirine"})
    for board in (search, "operations"):
        await team.bob.command(board, "note.add", {"text": "Quirine's aunt"})
    assert [(hit["kind"], hit["board"]) for hit in await hits(team.victor, "quirine", board="operations")] == [
        ("note", "operations"),
        ("search", search),
    ]


async def test_a_note_on_a_card_names_it_and_a_withdrawn_card_is_marked(team: Team) -> None:
    search = await team.alice.open_search()
    await team.bob.command(search, "sighting.add", {"description": "a tandem"})
    card, _ = await newest(team.bob, search, "sighting")
    await team.bob.command(search, "note.add", {"text": "no tandem", "card": card})
    await team.bob.command(search, "card.withdraw", {"card": card})
    note, sighting = await hits(team.victor, "tandem", board=search)
    assert (note["card"], note["number"], note["withdrawn"]) == (card, None, False)
    assert (sighting["id"], sighting["withdrawn"]) == (card, True)
    await team.bob.command(search, "card.restore", {"card": card})
    assert [hit["withdrawn"] for hit in await hits(team.victor, "tandem", board=search)] == [False, False]


async def test_corrected_text_is_found_by_its_current_words(team: Team) -> None:
    search = await team.alice.open_search()
    await team.bob.command(search, "sighting.add", {"description": "a skateboard"})
    card, state = await newest(team.bob, search, "sighting")
    await team.bob.command(search, "sighting.update", {"sighting": card, "description": "a moped", "place": {"text": "Aalst"}})
    assert await found(team.bob, "skateboard", board=search) == []
    assert await found(team.bob, "moped aalst", board=search) == [("sighting", state["number"])]


async def test_a_source_is_never_sought_in(team: Team) -> None:
    search = await team.alice.open_search()
    await team.bob.command(search, "sighting.add", {"description": "a lighthouse"} | HIDDEN)
    for person in (team.alice, team.bob, team.ada):
        assert await found(person, "lighthouse", board=search) != []
        for q in ("Godelieve", "0470", "named"):
            assert await found(person, q, board=search) == []


async def test_outsiders_find_nothing_and_members_do(team: Team) -> None:
    secret = await team.secret_search(team.bob, person={"first_name": "Xanthippe"})
    await team.bob.command(secret, "sighting.add", {"description": "Xanthippe, by train"})
    await team.bob.command(secret, "task.add", {"title": "ring Xanthippe"})
    await team.bob.command(secret, "note.add", {"text": "Xanthippe again"})
    for params in ({}, {"board": secret}):
        kinds = [hit["kind"] for hit in await hits(team.bob, "xanthippe", **params)]
        assert kinds == ["note", "task", "sighting", "search"]
    assert [hit["kind"] for hit in await hits(team.bob, "xanthippe", board="operations")] == ["search"]
    for outsider in (team.charlie, team.ada, team.victor):
        for params in ({}, {"limit": 1}, {"board": "operations"}):  # type: ignore[assignment]
            assert (await ask(outsider, "xanthippe", **params)).json() == {"hits": [], "more": False}
        refused, unknown = await ask(outsider, "xanthippe", board=secret), await ask(outsider, "xanthippe", board=new_id())
        assert refused.status_code == unknown.status_code == 404
        assert refused.text == unknown.text


async def test_rights_are_those_of_the_moment(team: Team) -> None:
    secret = await team.secret_search(team.bob)
    await team.bob.command(secret, "note.add", {"text": "a zeppelin"})
    alice = team.alice.account["id"]
    assert await found(team.bob, "zeppelin") == [("note", None)]
    await team.alice.command(secret, "search.set_access", {"access": "members", "members": [alice]})
    assert await found(team.bob, "zeppelin") == []
    assert await found(team.alice, "zeppelin") == [("note", None)]
    await team.alice.command(secret, "search.set_access", {"access": "desk", "members": [alice]})
    assert await found(team.bob, "zeppelin") == await found(team.charlie, "zeppelin") == [("note", None)]


async def test_permissions_decide_who_may_search(team: Team) -> None:
    scopes = ("intake", "read")
    intake, read = [await create_token(team.server.service, f"Find {scope}", "viewer", scope) for scope in scopes]
    async with httpx.AsyncClient(base_url=team.server.url, timeout=PATIENCE_S) as somebody:
        for token, status in ((intake, 403), (read, 200), ("nonsense", 401)):
            headers = {"Authorization": f"Bearer {token}"}
            assert (await somebody.get("/api/v1/find", params={"q": "a"}, headers=headers)).status_code == status
        assert (await somebody.get("/api/v1/find", params={"q": "a"})).status_code == 401


@pytest.mark.parametrize(
    ("q", "params", "field"),
    [("a" * 201, {}, "q"), ("a", {"limit": 0}, "limit"), ("a", {"limit": 201}, "limit"), ("a", {"limit": "x"}, "limit")],
)
async def test_query_size_is_bounded(team: Team, q: str, params: dict[str, Any], field: str) -> None:
    assert (await ask(team.bob, "a" * 200, limit=200)).status_code == 200
    response = await ask(team.bob, q, **params)
    assert response.status_code == 422
    assert list(response.json()["fields"]) == [field]


async def test_many_words_are_taken(team: Team) -> None:
    search = await team.alice.open_search()
    alphabet = " ".join(map(chr, range(ord("a"), ord("z") + 1)))
    await team.bob.command(search, "note.add", {"text": alphabet})
    assert await found(team.bob, alphabet, board=search) == [("note", None)]
    assert await found(team.bob, f"{alphabet} 1", board=search) == []


async def test_excerpt_of_a_long_text_has_most_words(team: Team) -> None:
    search = await team.alice.open_search()
    far = "carousel " + "filler " * 60 + "𝒳 the carousel near a lantern and a fiddler " + "filler " * 60
    await team.bob.command(search, "note.add", {"text": far})
    (hit,) = await hits(team.bob, "carousel lantern fiddl", board=search)
    (part,) = hit["found"]
    assert marked(part) == ["carousel", "lantern", "fiddler"]
    assert part["text"].startswith("…filler")
    assert part["text"].endswith("filler…")
    assert part["text"].strip("…") in far
    assert len(part["text"]) <= text_search.CHARS_BEFORE + text_search.CHARS_AFTER + 2


@pytest.mark.parametrize("written", ["x" * 4_000, "x " * 2_000, " " * 500 + "x", "ẍ" * 4_000, "x" + " " * 3_000])
async def test_a_strange_text_is_shown_too(team: Team, written: str) -> None:
    search = await team.alice.open_search()
    await team.bob.command(search, "note.add", {"text": written})
    (hit,) = await hits(team.bob, written.strip()[0], board=search)
    (part,) = hit["found"]
    assert all(word and word in written for word in marked(part))
    assert len(part["text"]) <= text_search.CHARS_BEFORE + text_search.CHARS_AFTER + 2


@given(st.text(alphabet=ANY | SIGNS), st.text(alphabet=ANY | SIGNS))
def test_a_text_is_folded_sign_by_sign(one: str, other: str) -> None:
    """Offsets in a folded text lead back to the text."""
    assert normalize(one + other) == normalize(one) + normalize(other)
    assert normalize(normalize(one)) == normalize(one)


@given(st.text(alphabet=ANY | SIGNS))
def test_every_word_of_a_text_is_found_in_it(written: str) -> None:
    for word in words(written):
        assert f" {word}" in folded_text([written])
        where = find_matches(written, [word])
        assert where
        assert all(any(each.startswith(word) for each in words(written[at.start : at.end])) for at in where)


async def test_older_data_is_found_too(team: Team, backend: Backend, tmp_path: Any) -> None:
    """A database of the version before, brought to this one, has the words that it would have been given."""
    search = await team.alice.open_search(person={"first_name": "Noor", "last_name": "Ünal", "description": "tall"})
    await team.bob.command(search, "sighting.add", SIGHTING)
    await team.bob.command(search, "sighting.add", {"description": "nothing else"})
    await team.bob.command(search, "task.add", TASK)
    await team.bob.command(search, "note.add", {"text": "Ça va"})
    database = team.server.service.database
    before = await database.read(lambda session: _folded(session, search))
    assert all(before.values())
    with backend.settled(tmp_path) as settings:
        old = Database(settings["database_url"])
        try:
            database.read_now(lambda source: old.write_now(lambda target: _as_before(source, target)))
            migrate(old)
            assert old.read_now(lambda session: _folded(session, search)) == before
        finally:
            await old.close()


def _folded(session: Session, board: str) -> dict[str, set[str]]:
    """Return the words of each row of a board; their order finds nothing."""
    tables = [metadata.tables[str(kind.model.__tablename__)].c for kind in SEARCHED]
    found = (session.execute(select(table.id, table.folded).where(table.board == board)) for table in tables)
    return {id: {*words.split()} for rows in found for id, words in rows}


def _as_before(source: Session, target: Session) -> None:
    """The rows of one database in another, of the version before words were kept."""
    old_schemas.reset_to_revision(target, "0004")
    tables = inspect(target.connection()).get_table_names()
    for table in (metadata.tables[str(kind.model.__tablename__)] for kind in SEARCHED if kind.model.__tablename__ in tables):
        old_schemas.insert_rows(target, table, [dict(row) for row in source.execute(select(table)).mappings()])


async def test_slow_query_is_ended(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    database = team.server.service.database
    endless = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n")
    monkeypatch.setattr(text_search, "_find_hits", lambda session, *_: session.execute(endless))
    monkeypatch.setattr(text_search, "TIMEOUT_S", 0.01)
    response = await ask(team.bob, "anything")
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert database.read_now(lambda session: session.execute(select(metadata.tables["search"].c.id)).first())


def test_words_that_are_kept_are_in_no_state() -> None:
    assert all("folded" not in kind.model.STATE for kind in SEARCHED)
    assert searchable.folded_text(["Red, red dog", None, "DOG's"]) == " red dog s"
