"""Photos and files: uploaded in parts, attached, fetched by those who may, withdrawn."""

import asyncio
import io
import uuid
from typing import Any

import pytest
from PIL import Image

from board.client import Refusal
from board.commands.files import files
from realtime.wire import protocol  # noqa: F401
from tests.support import pictures_with_metadata as pictures
from tests.support import uploads
from tests.support.appeals import set_child_alert
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person, create_token
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

SIZES = ("thumb", "view", "original", "content")


def as_picture(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


async def refused(who: Person, board: str, name: str, data: dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await who.command(board, name, data)
    return refusal.value


async def stored(team: Team, prefix: str) -> list[str]:
    return sorted([each.key async for each in team.server.service.files.list(prefix)])


async def state(who: Person, board: str, file: str) -> dict[str, Any]:
    return dict((await who.snapshot(board))["entities"]["file", file])


async def search_state(who: Person, board: str) -> dict[str, Any]:
    return dict((await who.snapshot(board))["entities"]["search", board])


# -- the way of a photo ---------------------------------------------------------------------------------------------------


async def test_a_photo_is_sent_attached_and_seen_by_another(team: Team) -> None:
    search = await team.alice.open_search()
    screen = await team.bob.subscribe(search)
    content = pictures.jpeg(2400, 1800)
    made = await uploads.send_and_finish(team.alice, search, content, "IMG_0001.JPG")
    assert (made["state"], made["media_type"], made["size"], made["picture"]) == ("ready", "image/jpeg", len(content), True)
    assert (made["width"], made["height"]) == (2400, 1800)
    assert made["found"] == {
        "taken_at": pictures.TAKEN_AT, "place": {"lat": pictures.LAT, "lon": pictures.LON}, "device": pictures.DEVICE,
    }  # fmt: skip
    file = await uploads.attach_upload(team.alice, search, made["upload"], caption="at the bus stop")
    await team.bob.wait_until(lambda: file in screen.of_kind("file"))
    told = screen.of_kind("file")[file]
    assert (told["name"], told["caption"], told["sha256"]) == ("IMG_0001.JPG", "at the bus stop", made["sha256"])
    assert (told["card"], told["note"], told["taken_at"], told["withdrawn"]) == (None, None, None, None)
    assert told["added_by"] == team.alice.account["id"]
    assert told["added_at"] >= "2026"
    for size, longest in (("thumb", 320), ("view", 1600)):
        response = await uploads.fetch(team.bob, search, file, size)
        assert (response.status_code, response.headers["content-type"]) == (200, "image/webp")
        assert as_picture(response.content).size == (longest, longest * 3 // 4)
    assert await stored(team, f"uploads/{made['upload']}/") == [], "its parts are gone"


async def test_served_files_say_how_they_are_to_be_treated(team: Team) -> None:
    search = await team.alice.open_search()
    photo = await uploads.attach(team.alice, search, pictures.jpeg())
    letter = await uploads.attach(team.alice, search, b"Dear Sir,\n", "a letter to “Mum”.txt")
    for file, size in ((photo, "thumb"), (photo, "view"), (photo, "original"), (letter, "content")):
        headers = (await uploads.fetch(team.alice, search, file, size)).headers
        assert headers.get_list("content-security-policy") == ["default-src 'none'; sandbox"]
        assert headers.get_list("cache-control") == ["private, no-cache"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["etag"].startswith('"')
        is_picture = size in ("thumb", "view")
        assert headers["content-type"] == ("image/webp" if is_picture else "application/octet-stream")
        assert headers["content-disposition"].startswith("inline" if is_picture else "attachment; filename=")
    assert "filename*=UTF-8''a%20letter%20to%20%E2%80%9CMum%E2%80%9D.txt" in headers["content-disposition"]


async def test_a_current_copy_is_not_sent_again_and_a_withdrawn_one_is_gone(team: Team) -> None:
    search = await team.alice.open_search()
    file = await uploads.attach(team.bob, search, pictures.jpeg())
    tag = (await uploads.fetch(team.charlie, search, file)).headers["etag"]
    same = await uploads.fetch(team.charlie, search, file, **{"If-None-Match": tag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    await team.alice.command(search, "file.withdraw", {"file": file, "reason": "another child"})
    for size in SIZES:
        for given in ({}, {"If-None-Match": tag}, {"If-None-Match": "*"}):
            response = await uploads.fetch(team.alice, search, file, size, **given)
            assert (response.status_code, response.json()["code"]) == (404, "not_found"), size
    told = (await state(team.bob, search, file))["withdrawn"]
    assert (told["reason"], told["by"]) == ("another child", team.alice.account["id"])
    assert told["at"]


async def test_a_file_of_a_hidden_search_is_not_found_by_any_address(team: Team) -> None:
    search = await team.secret_search(team.bob)
    file = await uploads.attach(team.alice, search, pictures.jpeg())
    other = await team.alice.open_search()
    assert (await uploads.fetch(team.bob, search, file)).status_code == 200
    for size in SIZES:
        for board in (search, other, "operations", UNKNOWN_ID):
            assert (await uploads.fetch(team.charlie, board, file, size)).status_code == 404
    await team.alice.command(search, "search.set_access", {"access": "members", "members": [team.alice.account["id"]]})
    for size in SIZES:
        assert (await uploads.fetch(team.bob, search, file, size)).status_code == 404, "its rights are those of now"


async def test_a_viewer_sees_photos_and_sends_none(team: Team) -> None:
    search = await team.alice.open_search()
    file = await uploads.attach(team.alice, search, pictures.jpeg())
    assert (await uploads.fetch(team.victor, search, file, "view")).status_code == 200
    response = await uploads.send_part(team.victor, search, str(uuid.uuid4()), b"abc", 0)
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    reader = await team.add_person("Rita", "coordinator", "read")
    assert (await uploads.fetch(reader, search, file)).status_code == 200
    assert (await uploads.send_part(reader, search, str(uuid.uuid4()), b"abc", 0)).status_code == 403


async def test_an_intake_token_and_nobody_get_nothing(team: Team) -> None:
    search = await team.alice.open_search()
    file = await uploads.attach(team.alice, search, pictures.jpeg())
    token = await create_token(team.server.service, "Hotline", "coordinator", "intake")
    for headers, status in (({"Authorization": f"Bearer {token}"}, 403), ({"Authorization": ""}, 401)):
        for size in SIZES:
            response = await team.alice.http.get(uploads.file_path(search, file, size), headers=headers)
            assert response.status_code == status


async def test_each_download_of_an_original_is_logged_and_few_may_have_it(team: Team) -> None:
    search = await team.alice.open_search(reference="DEMO-77")
    content = pictures.jpeg()
    file = await uploads.attach(team.bob, search, content, "IMG_0001.jpg")
    for who in (team.bob, team.alice):
        response = await uploads.fetch(who, search, file, "original")
        assert (response.status_code, response.content) == (200, content)
    denied = await uploads.fetch(team.charlie, search, file, "original")
    assert (denied.status_code, denied.json()["code"]) == (403, "forbidden")
    entries = (await team.ada.http.get("/api/v1/audit", params={"kind": "original.read"})).json()["entries"]
    mine = [each for each in entries if each["id"] == file]
    assert [each["actor"]["name"] for each in mine] == ["Alice", "Bob"]
    read = {"board": search, "reference": "DEMO-77", "count": 1, "since": None, "screen": "api", "why": "role"}
    assert mine[0]["about"] == read
    assert mine[0]["kind"] == "file"


async def test_a_photo_of_the_search_is_public_with_its_appeal_alone(team: Team) -> None:
    search = await team.alice.open_search()
    file = await uploads.attach(team.bob, search, pictures.jpeg())
    await team.bob.command(search, "search.set_photo", {"file": file})
    found = await search_state(team.bob, search)
    assert (found["photo"], found["public_photo"]) == (file, None)
    for level, public in (("posters", None), ("public", file), ("discreet", None), ("none", None)):
        await team.alice.command(search, "search.set_appeal", {"level": level})
        assert (await search_state(team.bob, search))["public_photo"] == public, level
    assert (await team.bob.snapshot("operations"))["entities"]["search", search]["photo"] == file
    await set_child_alert(team.alice, search)
    assert (await search_state(team.bob, search))["public_photo"] == file
    await team.alice.command(search, "search.set_appeal", {"level": "public"})
    (appeal,) = (await team.alice.command(search, "search.set_appeal", {"level": "none"}))["seqs"]
    await team.alice.command(search, "undo", {"seq": appeal})
    assert (await search_state(team.bob, search))["public_photo"] == file, "it follows the appeal back"
    outcome = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
    await team.alice.command(search, "search.set_status", {"status": "found", "reason": "home", "outcome": outcome})
    assert (await search_state(team.bob, search))["public_photo"] is None


async def photos(who: Person, search: str) -> tuple[Any, Any]:
    """Return the photo of a search in the handover report and in the list of closed searches."""
    sections = (await who.http.get("/api/v1/handover")).json()["searches"]
    listed = (await who.http.get("/api/v1/closed", params={"limit": 200})).json()["searches"]
    return (
        next((each["search"]["photo"] for each in sections if each["board"] == search), "no section"),
        next((each["photo"] for each in listed if each["board"] == search), "not listed"),
    )


async def test_a_photo_is_named_in_the_report_and_among_closed_searches(team: Team) -> None:
    search = await team.secret_search(team.bob)
    file = await uploads.attach(team.bob, search, pictures.jpeg())
    await team.bob.command(search, "search.set_photo", {"file": file})
    assert await photos(team.bob, search) == (file, "not listed")
    assert await photos(team.charlie, search) == ("no section", "not listed")
    closing = {"status": "closed", "reason": "home", "acknowledge": "as it is"}
    await team.alice.command(search, "search.set_status", closing)
    assert (await photos(team.bob, search))[1] == file
    assert await photos(team.charlie, search) == ("no section", "not listed")
    page = (await team.bob.http.get("/closed")).text
    assert f'src="/api/v1/boards/{search}/files/{file}/thumb"' in page
    assert file not in (await team.charlie.http.get("/closed")).text
    await team.alice.command(search, "file.withdraw", {"file": file, "reason": "another child"})
    assert (await photos(team.bob, search))[1] is None
    assert file not in (await team.bob.http.get("/closed")).text
    await team.alice.command(search, "search.set_status", {"status": "open", "reason": "missing again"})
    assert await photos(team.bob, search) == (None, "not listed")


async def test_only_a_picture_of_the_same_search_becomes_its_photo(team: Team) -> None:
    search, other = await team.alice.open_search(), await team.alice.open_search()
    letter = await uploads.attach(team.alice, search, b"Dear Sir", "letter.txt")
    foreign = await uploads.attach_ready(team.alice, other)
    gone = await uploads.attach_ready(team.alice, search)
    await team.alice.command(search, "file.withdraw", {"file": gone, "reason": "blurred"})
    for file, code in ((letter, "invalid"), (foreign, "not_found"), (gone, "invalid"), (UNKNOWN_ID, "not_found")):
        refusal = await refused(team.alice, search, "search.set_photo", {"file": file})
        assert (refusal.code, set(refusal.fields)) == (code, {"file"})


async def test_withdrawing_the_photo_takes_it_off_in_the_same_transaction(team: Team) -> None:
    search = await team.alice.open_search()
    file = await uploads.attach_ready(team.bob, search)
    (photo,) = (await team.bob.command(search, "search.set_photo", {"file": file}))["seqs"]
    seqs = (await team.bob.command(search, "file.withdraw", {"file": file, "reason": "another child"}))["seqs"]
    assert len(seqs) == 2
    assert (await search_state(team.bob, search))["photo"] is None
    assert (await refused(team.bob, search, "undo", {"seq": seqs[1]})).code == "conflict", "its photo was withdrawn"
    assert (await refused(team.bob, search, "undo", {"seq": seqs[0]})).code == "forbidden"
    await team.alice.command(search, "undo", {"seq": seqs[0]})
    assert (await state(team.bob, search, file))["withdrawn"] is None
    await team.bob.command(search, "undo", {"seq": seqs[1]})
    assert (await search_state(team.bob, search))["photo"] == file
    assert photo


async def test_a_file_is_withdrawn_by_coordinators_and_who_attached_it(team: Team) -> None:
    search = await team.alice.open_search()
    mine, theirs = await uploads.attach_ready(team.bob, search), await uploads.attach_ready(team.charlie, search)
    assert (await refused(team.bob, search, "file.withdraw", {"file": theirs, "reason": "x"})).code == "forbidden"
    await team.bob.command(search, "file.withdraw", {"file": mine, "reason": "x"})
    await team.alice.command(search, "file.withdraw", {"file": theirs, "reason": "x"})
    again = await refused(team.alice, search, "file.withdraw", {"file": theirs, "reason": "y"})
    assert (again.code, set(again.fields)) == ("conflict", {"withdrawn"})
    assert (await refused(team.alice, search, "file.update", {"file": theirs, "caption": "y"})).code == "conflict"


async def test_attaching_is_undone_by_withdrawing(team: Team) -> None:
    search = await team.alice.open_search()
    upload = await uploads.ready(team.bob, search)
    (attached,) = (await team.bob.command(search, "file.attach", {"upload": upload}))["seqs"]
    assert (await refused(team.charlie, search, "undo", {"seq": attached})).code == "forbidden"
    (undone,) = (await team.bob.command(search, "undo", {"seq": attached}))["seqs"]
    event = (await team.bob.http.get(f"/api/v1/boards/{search}/events", params={"after": undone - 1})).json()["events"][0]
    assert (event["type"], event["undoes"], event["state"]["withdrawn"]["reason"]) == ("file.withdrawn", attached, None)
    assert (await refused(team.bob, search, "undo", {"seq": attached})).code == "conflict"


async def test_the_facts_of_a_file_are_changed_and_undone(team: Team) -> None:
    search = await team.alice.open_search()
    (added,) = (await team.alice.command(search, "sighting.add", {"description": "a girl"}))["seqs"]
    card = next(id for kind, id in (await team.alice.snapshot(search))["entities"] if kind == "sighting")
    file = await uploads.attach_ready(team.bob, search)
    data = {"file": file, "caption": "at the bus", "taken_at": "2026-11-24T23:01:02+01:00", "card": card}
    (changed,) = (await team.charlie.command(search, "file.update", data))["seqs"]
    found = await state(team.alice, search, file)
    assert (found["caption"], found["taken_at"], found["card"]) == ("at the bus", "2026-11-24T22:01:02.000Z", card)
    for wrong in ({"name": "x"}, {"caption": "x" * 401}, {"taken_at": "yesterday"}, {"card": UNKNOWN_ID}, {"sha256": "0" * 64}):
        assert (await refused(team.bob, search, "file.update", {"file": file} | wrong)).fields.keys() == wrong.keys()
    await team.bob.command(search, "undo", {"seq": changed})
    found = await state(team.alice, search, file)
    assert (found["caption"], found["taken_at"], found["card"]) == (None, None, None)
    assert added


async def test_a_file_of_a_note_or_a_card_of_this_search_alone(team: Team) -> None:
    search, other = await team.alice.open_search(), await team.alice.open_search()
    for board in (search, other):
        await team.alice.command(board, "note.add", {"text": "see the photo"})
        await team.alice.command(board, "task.add", {"title": "call"})
    mine, theirs = [dict((await team.alice.snapshot(board))["entities"].keys()) for board in (search, other)]
    first = await uploads.attach_ready(team.bob, search, note=mine["note"])
    assert (await state(team.bob, search, first))["note"] == mine["note"]
    upload = await uploads.ready(team.bob, search)
    both = {"note": mine["note"], "card": mine["task"]}
    for wrong, field in (({"note": theirs["note"]}, "note"), ({"card": theirs["task"]}, "card"), (both, "note")):
        assert (await refused(team.bob, search, "file.attach", {"upload": upload} | wrong)).fields.keys() == {field}
    await team.bob.command(search, "file.attach", {"upload": upload, "card": mine["task"]})


async def test_an_upload_is_attached_once_by_who_sent_it_and_where(team: Team) -> None:
    search, other = await team.alice.open_search(), await team.alice.open_search()
    upload = await uploads.ready(team.bob, search)
    for who, board in ((team.charlie, search), (team.alice, search), (team.bob, other)):
        refusal = await refused(who, board, "file.attach", {"upload": upload})
        assert (refusal.code, set(refusal.fields)) == ("not_found", {"upload"})
    half = str(uuid.uuid4())
    await uploads.send_part(team.bob, search, half, b"abc", 0, 1)
    assert (await refused(team.bob, search, "file.attach", {"upload": half})).code == "invalid"
    commands = [team.bob.command(search, "file.attach", {"upload": upload}) for _ in range(3)]
    done = await asyncio.gather(*commands, return_exceptions=True)
    assert sorted(each.code if isinstance(each, Refusal) else "ack" for each in done) == ["ack", "conflict", "conflict"]


async def test_a_closed_search_takes_files_and_lets_them_be_withdrawn(team: Team) -> None:
    search = await team.alice.open_search()
    await team.alice.command(search, "search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
    file = await uploads.attach(team.bob, search, b"the verdict", "verdict.txt")
    (gone,) = (await team.bob.command(search, "file.withdraw", {"file": file, "reason": "wrong search"}))["seqs"]
    await team.alice.command(search, "undo", {"seq": gone})
    assert (await uploads.fetch(team.victor, search, file, "content")).content == b"the verdict"
    for name, data in (("file.update", {"file": file, "caption": "x"}), ("search.set_photo", {"file": None})):
        assert (await refused(team.alice, search, name, data)).code == "closed"


async def test_a_search_has_so_many_files(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 2)
    monkeypatch.setattr(files, "MAX_WITHDRAWN", 1)
    search = await team.alice.open_search()
    first, _ = [await uploads.attach_ready(team.alice, search) for _ in range(2)]
    upload = await uploads.ready(team.alice, search)
    refusal = await refused(team.alice, search, "file.attach", {"upload": upload})
    assert (refusal.code, refusal.body["message"]) == ("too_large", "A search can have at most 2 files. Withdraw some first.")
    (gone,) = (await team.alice.command(search, "file.withdraw", {"file": first, "reason": "blurred"}))["seqs"]
    assert (await refused(team.alice, search, "file.attach", {"upload": upload})).code == "too_large", "they are kept, too"
    monkeypatch.setattr(files, "MAX_WITHDRAWN", 2)
    await team.alice.command(search, "file.attach", {"upload": upload})
    assert (await refused(team.alice, search, "undo", {"seq": gone})).code == "too_large"


async def test_files_are_named_on_paper_and_in_exports(team: Team) -> None:
    search = await team.alice.open_search()
    upload = await uploads.ready(team.bob, search, "IMG_0042.jpg")
    file = await uploads.attach_upload(team.bob, search, upload, caption="at the bus stop")
    await team.bob.command(search, "search.set_photo", {"file": file})
    await team.alice.command(search, "search.set_appeal", {"level": "public"})
    await team.alice.command(search, "file.withdraw", {"file": file, "reason": "another child"})
    lines = (await team.alice.http.get(f"/api/v1/boards/{search}/journal.csv")).text.splitlines()
    (photo_set,) = [line for line in lines if "search.photo_set" in line and "photo: IMG_0042.jpg" in line]
    assert "public_photo" not in "".join(lines), "it follows from the others"
    (attached,) = [line for line in lines if "file.attached" in line]
    assert "added_by: Bob" in attached
    paper = (await team.alice.http.get(f"/searches/{search}/history.md")).text
    assert "IMG\\_0042.jpg" in paper or "IMG_0042.jpg" in paper
    assert "at the bus stop" in paper
    assert "another child" in paper
    assert "0" * 64 not in paper
    assert file not in paper
    assert photo_set
    cards = (await team.alice.http.get("/api/v1/boards/operations/cards.csv")).text
    assert file not in cards


async def test_a_photo_is_new_to_others_and_its_publicity_is_not_told_twice(team: Team) -> None:
    search = await team.alice.open_search()
    await team.alice.command(search, "search.set_appeal", {"level": "public"})
    board = (await team.charlie.http.get(f"/api/v1/boards/{search}")).json()
    await team.charlie.http.post("/api/v1/seen", json={name: board[name] for name in ("board", "epoch", "seq")})
    file = await uploads.attach_ready(team.bob, search)
    await team.bob.command(search, "search.set_photo", {"file": file})
    (told,) = (await team.charlie.http.get("/api/v1/since", params={"board": search})).json()["boards"]
    changes = {each["kind"]: each for each in told["net"]}
    assert changes["file"]["change"] == "added"
    assert [each["path"] for each in changes["search"]["fields"]] == ["photo"]
