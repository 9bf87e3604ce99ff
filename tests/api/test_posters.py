"""Posters, vignettes and briefs on paper: their words, their QR code and their mark are read back from the PDF."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2 as httpx
import pypdfium2
import pytest
import segno
from PIL import Image
from pydantic import ValidationError

from board.config.settings import Settings
from board.documents import pdf as documents_pdf
from board.documents import poster
from board.i18n import LANGUAGES
from tests.api.test_campaign import FOUND, PERSON, Campaign, begun
from tests.api.test_documents import text_of
from tests.support import uploads
from tests.support.people import Person
from tests.support.team import Team, running_team

PAGE = "https://example.org/missing/{reference}"
ALL = ["last_name", "age", "looks", "clothing", "time", "place", "photo"]
LONG_NAME = "Maximilian-Alexander Johannes Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"
TITLES = {"en": "MISSING", "fr": "DISPARITION", "nl": "VERMIST", "de": "VERMISST"}
COATS = {"en": "red coat", "fr": "Manteau rouge", "nl": "Rode jas", "de": "Roter Mantel"}
DRAFTS = {
    "en": "DRAFT: NOT APPROVED", "fr": "BROUILLON : NON APPROUVÉ", "nl": "CONCEPT: NIET GOEDGEKEURD",
    "de": "ENTWURF: NICHT GENEHMIGT",
}  # fmt: skip
MILLIMETRES = {"a3": (297, 420), "a4": (210, 297), "a6": (105, 148)}
POINTS_A_MM = 72 / 25.4


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Team]:
    """A team whose posters lead to a page."""
    async with running_team(tmp_path_factory.mktemp("posters"), poster_url=PAGE) as started:
        yield started


async def fetched(person: Person, scene: Campaign, path: str, **query: Any) -> httpx.Response:
    address = f"/api/v1/boards/{scene.search}/materials/{path}"
    if path.startswith("preview"):
        return await person.http.post(address, json=query, timeout=documents_pdf.TIMEOUT_S)
    return await person.http.get(address, params=query, timeout=documents_pdf.TIMEOUT_S)


async def page_of(person: Person, scene: Campaign, path: str, **query: Any) -> str:
    """Return the words of a paper that has one page."""
    return words_of(await fetched(person, scene, path, **query))


def words_of(answer: httpx.Response) -> str:
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text[:300]
    (page,) = text_of(answer.content)
    return re.sub(r"\s+", " ", page.replace("\xa0", " ").replace("\ufffe", ""))


def size_of(content: bytes) -> tuple[int, int]:
    """Return width and height of the first page in mm."""
    width, height = pypdfium2.PdfDocument(content)[0].get_size()
    return round(width / POINTS_A_MM), round(height / POINTS_A_MM)


@pytest.mark.sample
@pytest.mark.parametrize("language", TITLES)
@pytest.mark.parametrize("what", poster.PAPERS)
async def test_each_paper_has_its_facts_in_each_language(desk: Team, what: str, language: str) -> None:
    scene = await begun(desk, missing_since="2026-11-24T15:30:00Z")
    data = {"what": what, "languages": [language], "shows": ALL, "texts": {language: "Peut-être à Bruxelles."}}
    material = (await scene.approved(**data, until="2098-12-04T17:00:00Z"))["id"]
    reference = (await scene.state("search", scene.search))["reference"]
    for paper in poster.PAPERS[what]:
        answer = await fetched(desk.bob, scene, f"{material}.pdf", language=language, paper=paper)
        assert size_of(answer.content) == MILLIMETRES[paper]
        name = f"{reference}-{what}-{language}-{paper}.pdf"
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        page = words_of(answer)
        for words in ("Mila Bernard", "116 000", reference, "Korenmarkt, Gent", COATS[language], "16:30", "18:00", "Peut-être à"):
            assert words in page, words
        assert LANGUAGES[language].name in page
        assert (TITLES[language] in page) == (what != "brief")
        assert "insulin" not in page
        assert "2012" not in page
        assert DRAFTS[language] not in page
        assert ("the prosecutor of Ghent" in page) == (what == "brief"), "who decided is for the police"


async def test_a_brief_alone_shows_what_is_for_the_police(desk: Team) -> None:
    scene = await begun(desk, "none")
    material = (await scene.approved(what="brief", languages=["en"], shows=["birth_date", "needs"]))["id"]
    page = await page_of(desk.bob, scene, f"{material}.pdf")
    for words in ("27 March 2012", "insulin", "Mila B.", "Runaway", "For the police only"):
        assert words in page, words
    assert "Bernard" not in page


@pytest.mark.sample(every=3)
@pytest.mark.parametrize("what", poster.PAPERS)
async def test_a_long_name_and_long_texts_are_whole_on_one_page(desk: Team, what: str) -> None:
    scene = await begun(desk)
    long = {name: f"{name} begins {'and goes on ' * 13}{name} ends" for name in ("hair", "features", "clothing")}
    person = PERSON | long | {"first_name": LONG_NAME, "last_name": "Van " * 20 + "Ruysschaert"}
    place = {"text": "place begins " + "and goes on " * 13 + "place ends"}
    await scene.does("search.update", {"person": person, "last_seen": place})
    texts = {"en": "The sentence begins " + "and goes on " * 27 + "sentence ends"}
    material = (await scene.approved(what=what, languages=["en"], shows=ALL, texts=texts))["id"]
    page = await page_of(desk.bob, scene, f"{material}.pdf")
    squeezed = re.sub(r"[\s-]", "", page)  # a long word may be broken
    for words in ("Ruysschaert", "place ends", "hair ends", "features ends", "clothing ends", "sentence ends", LONG_NAME):
        assert re.sub(r"[\s-]", "", words) in squeezed, words


async def test_a_draft_and_what_has_ended_say_so_across_the_page(desk: Team) -> None:
    scene = await begun(desk)
    shown = {"what": "poster", "shows": ["age", "clothing"], "text": "Écrit à l’instant"}
    for language, words in DRAFTS.items():
        page = await page_of(desk.bob, scene, "preview.pdf", language=language, **shown)
        assert words in page
        assert "Écrit à l’instant" in page
    picture = await fetched(desk.bob, scene, "preview.png", language="fr", **shown)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.content.startswith(b"\x89PNG")
    material = (await scene.approved(languages=["en"]))["id"]
    assert "NO LONGER VALID" not in await page_of(desk.bob, scene, f"{material}.pdf")
    await scene.does("search.set_status", FOUND)
    assert "NO LONGER VALID" in await page_of(desk.bob, scene, f"{material}.pdf")


async def test_later_changes_of_the_facts_are_on_no_paper(desk: Team) -> None:
    scene = await begun(desk)
    material = (await scene.approved(languages=["en"]))["id"]
    await scene.does("search.update", {"person": {"clothing": "a green coat"}})
    assert "green" not in await page_of(desk.bob, scene, f"{material}.pdf")
    assert "a green coat" in await page_of(desk.bob, scene, "preview.pdf", what="poster", language="en", shows=["clothing"])


@pytest.mark.parametrize(
    "value", ["missing", "ftp://example.org/", "https://example.org/{board}", f"https://example.org/{'x' * 500}"]
)
def test_a_page_that_no_qr_code_may_lead_to_ends_the_start(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTER_URL", value)
    with pytest.raises(ValidationError, match="address of a page"):
        Settings(_env_file=None)
    monkeypatch.setenv("POSTER_URL", PAGE)
    assert Settings(_env_file=None).poster_url == PAGE


async def test_the_photo_is_on_the_paper_until_it_is_withdrawn(desk: Team) -> None:
    scene = await begun(desk)
    photo = io.BytesIO()
    Image.new("RGB", (900, 1200), (0, 160, 0)).save(photo, "JPEG")
    file = await uploads.attach(desk.alice, scene.search, photo.getvalue())
    await scene.does("search.set_photo", {"file": file})
    shown = (await scene.approved(languages=["en"], shows=["photo"]))["id"]
    hidden = (await scene.approved(languages=["en"], shows=[]))["id"]
    assert (await scene.state("material", shown))["content"]["photo"] == file

    async def is_green(material: str) -> bool:
        answer = await fetched(desk.bob, scene, f"{material}.pdf")
        image = pypdfium2.PdfDocument(answer.content)[0].render(scale=1).to_pil().convert("RGB")
        colours: Any = image.getcolors(image.width * image.height)
        return any(count > image.width * 10 and green > 120 and red + blue < 60 for count, (red, green, blue) in colours)

    assert await is_green(shown)
    assert not await is_green(hidden)
    await scene.does("file.withdraw", {"file": file, "reason": "another child"})
    assert not await is_green(shown)


# -- the QR code ----------------------------------------------------------------------------------------------------------


def modules_of(content: bytes, count: int) -> list[list[bool]]:
    """Return the modules of the QR code of a poster, read from its picture: the largest light square in the dark band."""
    image = pypdfium2.PdfDocument(content)[0].render(scale=4).to_pil().convert("L")
    width, height = image.size

    def dark(x: float, y: float) -> bool:
        shade: Any = image.getpixel((int(x), int(y)))
        return bool(shade < 128)

    def longest_run(x: int) -> tuple[int, int]:
        """Return length and top of the longest light run of a column of the band."""
        runs, top = [(0, 0)], None
        for y in band:
            if not dark(x, y):
                top = y if top is None else top
                runs.append((y - top + 1, top))
            else:
                top = None
        return max(runs)

    dark_rows = [y for y in range(height // 2, height) if dark(2, y)]
    band = range(dark_rows[0], dark_rows[-1] + 1)
    columns = {x: longest_run(x) for x in range(width // 2, width)}
    side = max(length for length, _ in columns.values())
    left = min(x for x, (length, _) in columns.items() if length == side)
    module = side / (count + 8)  # with a quiet zone of four modules
    top = columns[left][1]
    return [[dark(left + (x + 4.5) * module, top + (y + 4.5) * module) for x in range(count)] for y in range(count)]


@pytest.mark.parametrize("what", ["poster", "vignette"])
async def test_the_qr_code_leads_to_the_page_of_the_search(desk: Team, what: str) -> None:
    scene = await begun(desk)
    material = (await scene.approved(what=what, languages=["en"]))["id"]
    reference = (await scene.state("search", scene.search))["reference"]
    code = segno.make(poster.page_url(PAGE, reference), error="m", micro=False)
    wanted = [[bool(module) for module in row] for row in code.matrix]
    answer = await fetched(desk.bob, scene, f"{material}.pdf")
    assert modules_of(answer.content, len(wanted)) == wanted


async def test_no_qr_code_is_printed_without_its_page(team: Team) -> None:
    scene = await begun(team)
    material = (await scene.approved(languages=["en"]))["id"]
    page = await page_of(team.bob, scene, f"{material}.pdf")
    assert "More about this search" not in page
    assert "116 000" in page


# -- bad input, rights, and the record ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"language": "en"}, "language"),
        ({"language": "xx"}, "language"),
        ({"paper": "a6"}, "paper"),
        ({"paper": ""}, "paper"),
    ],
)
async def test_another_language_or_paper_than_approved_is_refused(desk: Team, query: dict[str, Any], field: str) -> None:
    scene = await begun(desk)
    material = (await scene.approved())["id"]
    answer = await fetched(desk.bob, scene, f"{material}.pdf", **query)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"what": "banner"}, "what"),
        ({"what": "poster", "shows": ["age", "shoe"]}, "shows"),
        ({"what": "poster", "shows": ["needs"]}, "shows"),
        ({"what": "vignette", "paper": "a4"}, "paper"),
        ({"what": "poster", "text": "x" * 401}, "texts.fr"),
        ({"what": "brief", "text": "x" * 4_001}, "text"),
        ({"what": "poster", "place": "x" * 201}, "place"),
        ({"what": "poster", "until": "soon"}, "until"),
        ({"what": "poster", "child": "Mila"}, "child"),
    ],
)
async def test_a_draft_of_what_may_not_be_approved_is_refused(desk: Team, query: dict[str, Any], field: str) -> None:
    scene = await begun(desk)
    answer = await fetched(desk.bob, scene, "preview.pdf", language="fr", **query)
    assert answer.status_code == 422, answer.text
    assert [name.split(".0")[0].split(".1")[0] for name in answer.json()["fields"]] == [field]


async def test_typed_markup_is_text_on_paper_and_nothing_is_fetched(desk: Team) -> None:
    scene = await begun(desk)
    hostile = '<img src="file:///etc/passwd"><style>*{display:none}</style>{{7*7}}&lt;'
    await scene.does("search.update", {"person": {"clothing": hostile}})
    material = (await scene.approved(languages=["en"], texts={"en": hostile}, decided_by=hostile))["id"]
    page = await page_of(desk.bob, scene, f"{material}.pdf")
    assert "".join(page.split()).count("{{7*7}}&lt;") == 2, "wherever the lines break"
    assert "root:" not in page


async def test_papers_are_for_those_who_see_the_board_and_on_record(desk: Team) -> None:
    scene = Campaign(desk, await desk.secret_search(desk.bob, person=PERSON))
    material = (await scene.approved(what="brief"))["id"]
    assert (await fetched(desk.bob, scene, f"{material}.pdf")).status_code == 200
    for person in (desk.charlie, desk.ada):
        assert (await fetched(person, scene, f"{material}.pdf")).status_code == 404
        assert (await fetched(person, scene, "preview.png", what="brief", language="fr")).status_code == 404
    other = await begun(desk)
    assert (await fetched(desk.bob, other, f"{material}.pdf")).status_code == 404
    async with httpx.AsyncClient(base_url=desk.server.url) as nobody:
        assert (await nobody.get(f"/api/v1/boards/{scene.search}/materials/{material}.pdf")).status_code == 401
    read = await desk.ada.http.get("/api/v1/audit", params={"limit": 200})
    files = [
        entry["about"]["file"]
        for entry in read.json()["entries"]
        if (entry["type"], entry["id"]) == ("export.read", scene.search)
    ]
    assert len(files) == 1, "a reading that was refused is none"
    assert files[0].endswith("-brief-fr-a4.pdf")


async def test_many_previews_of_one_person_wait_for_each_other(desk: Team) -> None:
    scene = await begun(desk)
    answers = await asyncio.gather(*(fetched(desk.bob, scene, "preview.png", what="poster", language="fr") for _ in range(4)))
    assert {answer.status_code for answer in answers} <= {200, 429}
    assert 200 in {answer.status_code for answer in answers}
