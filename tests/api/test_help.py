"""Help pages at `/help`: every document, its links, and nothing else; and `/.well-known/security.txt`."""

import asyncio
import http.client
import json
import re
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import httpx2 as httpx
import pytest
from pydantic import ValidationError

from board.config.settings import Settings
from board.help import documents, find, security_txt
from board.help.markdown import render
from board.paths import DOCS
from tests.support.people import PATIENCE_S, Server, create_token, running_server


@pytest.fixture
async def stranger(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP client that is not signed in."""
    async with httpx.AsyncClient(base_url=server.url) as client:
        yield client


def test_every_document_can_be_reached_from_the_index() -> None:
    reached, waiting = {"/help"}, ["/help"]
    by_url = {each.url: each for each in documents.documents().values()}
    while waiting:
        for link in re.findall(r'href="(/help[^"#]*)', by_url[waiting.pop()].html):
            if link in by_url and link not in reached:
                reached.add(link)
                waiting.append(link)
    assert reached == by_url.keys()


def test_every_link_leads_to_a_heading_that_exists() -> None:
    anchors = {each.url: {heading.anchor for heading in each.headings} for each in documents.documents().values()}
    anchors |= {f"/help/{name}": set() for name in documents.attachments()}
    for each in documents.documents().values():
        for link in re.findall(r'href="([/#][^"]*)"', each.html):
            page, _, fragment = urljoin(each.url, link).partition("#")
            assert page in anchors, f"{each.name}: {link}"
            assert not fragment or fragment in anchors[page], f"{each.name}: {link}"


def test_every_document_has_one_title_and_no_heading_twice() -> None:
    for each in documents.documents().values():
        assert each.title, each.name
        assert each.html.count("<h1") == 1, each.name
        names = [heading.anchor for heading in each.headings]
        assert len(names) == len(set(names)), each.name


def test_no_style_or_script_is_inline() -> None:
    for each in documents.documents().values():
        assert not re.search(r"<script|\sstyle=|\son\w+=", each.html), each.name


def test_reading_order_goes_from_the_first_to_the_last() -> None:
    order = [each for part in documents.contents() for each in part.documents]
    assert [part.title for part in documents.contents()] == list(documents.PARTS)
    assert documents.neighbours(order[0]) == (None, order[1])
    assert documents.neighbours(order[-1]) == (order[-2], None)
    assert documents.neighbours(documents.documents()[documents.INDEX]) == (None, None)


async def test_every_document_is_served_without_signing_in(stranger: httpx.AsyncClient) -> None:
    for each in documents.documents().values():
        answer = await stranger.get(each.url)
        assert answer.status_code == 200, each.url
        assert f"{each.title}</h1>" in answer.text.replace("&quot;", '"'), each.url
    for name in documents.attachments():
        answer = await stranger.get(f"/help/{name}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == "attachment"


@pytest.mark.sample(every=4)
@pytest.mark.parametrize(
    "path",
    [
        "how-to/nothing", "how-to", "how-to/install.md", "index", "..", "../settings.py", "%2e%2e/settings.py",
        "..%2fsettings.py", "how-to/..%2f..%2fsettings", "/etc/passwd", "%2fetc%2fpasswd", "how-to/install%00", "contract",
        "files", "files/../index.md", "HOW-TO/install",
    ],
)  # fmt: skip
async def test_missing_document_is_not_found(server: Server, path: str) -> None:
    status, text = await asyncio.to_thread(asked_as_written, server.url, f"/help/{path}")
    assert status == 404
    assert "SECRET" not in text


def asked_as_written(url: str, path: str) -> tuple[int, str]:
    """Return status and text of an answer. Other clients shorten a path with dots before they send it."""
    with closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE_S)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


async def test_a_document_is_read_and_not_written(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post("/help/how-to/install", headers={"Origin": str(stranger.base_url).rstrip("/")})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


async def test_signed_in_reader_sees_their_name_beside_the_document(server: Server) -> None:
    token = await create_token(server.service, "Alice", "viewer")
    async with httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as alice:
        assert 'data-account-name="Alice"' in (await alice.get("/help")).text


async def test_the_frame_is_in_the_readers_language_and_the_text_in_english(stranger: httpx.AsyncClient) -> None:
    for language in ("en", "fr", "nl", "de"):
        text = (await stranger.get("/help/how-to/install", headers={"Accept-Language": language})).text
        assert f'<html lang="{language}"' in text
        assert '<article lang="en"' in text
        assert ('data-testid="in-english"' in text) == (language != "en")


@pytest.mark.parametrize(
    ("asked", "title", "part"),
    [
        ("fr", "Aide de Searchboard", "Marches à suivre"),
        ("nl", "Hulp bij Searchboard", "Stap voor stap"),
        ("de", "Hilfe zu Searchboard", "Schritt für Schritt"),
    ],
)
async def test_index_is_in_the_readers_language_and_says_what_is_not(
    stranger: httpx.AsyncClient, asked: str, title: str, part: str
) -> None:
    text = (await stranger.get("/help", headers={"Accept-Language": asked})).text
    assert f'<article lang="{asked}"' in text
    assert f"<h1>{title}</h1>" in text
    assert f"<h3>{part}</h3>" in text
    assert f'<p class="part">{part}</p>' in text
    assert 'data-testid="in-english"' in text
    for heading in documents.PARTS:
        assert f"<h3>{heading}</h3>" not in text or heading == "Tutorial", heading
    for each in (each for listed in documents.contents(asked) for each in listed.documents):
        assert f'href="{each.url}" lang="{each.language}"' in text, each.name


def test_pages_of_users_are_apart_from_those_for_servers_and_programs() -> None:
    for language in ("en", "fr", "nl", "de"):
        names = {audience: set[str]() for audience in documents.AUDIENCES}
        for part in documents.contents(language):
            names[part.audience] |= {each.name for each in part.documents}
        users, servers = names.values()
        assert {name.partition("/")[0] for name in users} == {"guides", "tutorial", "how-to", "reference"}
        assert {"reference/keys", "reference/glossary", "how-to/closed-searches", "guides/coordinator"} <= users
        assert {"how-to/install", "reference/contract", "reference/settings", "explanation/architecture"} <= servers
        assert not users & servers


async def test_contents_of_another_audience_are_folded(stranger: httpx.AsyncClient) -> None:
    for path, open_ones in (
        ("/help", [True, False]),
        ("/help/guides/wall", [True, False]),
        ("/help/how-to/install", [True, True]),
    ):
        text = (await stranger.get(path)).text
        assert [bool(each) for each in re.findall(r'<details class="audience" (open)?', text)] == open_ones, path


# -- find ---------------------------------------------------------------------------------------------------------------------


def found_titles(query: str, language: str = "en") -> dict[str, list[str]]:
    return {audience: [each.section.title for each in listed] for audience, listed in find.find(query, language).items()}


def test_sections_are_found_by_all_words_and_titles_come_first() -> None:
    (titles,) = found_titles("roll back").values()
    assert titles[0] == "Upgrade and roll back"
    assert found_titles("roll zzqx") == found_titles("") == found_titles("   ") == {}
    assert list(found_titles("alarm")) == list(documents.AUDIENCES)
    assert found_titles("ROLL BACK") == found_titles("roll back")


def test_guides_are_found_in_the_readers_language_without_accents() -> None:
    assert "Guide pour la coordination · Remettre le service" in found_titles("releve preparer", "fr")["For users"]
    assert found_titles("RELÈVE préparer", "fr") == found_titles("releve preparer", "fr")
    assert "For users" not in found_titles("releve preparer", "en")


def test_each_result_leads_to_its_heading_and_shows_the_word() -> None:
    anchors = {f"{each.url}#{heading.anchor}" for each in documents.documents().values() for heading in each.headings}
    for listed in find.find("screen", "en").values():
        assert 0 < len(listed) <= find.MAX_RESULTS
        for section, (before, word, after) in ((each.section, each.excerpt) for each in listed):
            assert section.url in anchors or section.heading == section.document.title
            assert word.lower() in ("screen", ""), section.title
            assert len(before) + len(after) <= find.EXCERPT + 8
            assert f"{before}{word}{after}".strip("… ") in section.text


def test_long_query_is_cut() -> None:
    assert find.find("e " * 10_000, "en").keys() == documents.AUDIENCES.keys()
    assert find.find("x" * 10_000, "en") == {}


async def test_strangers_find_words_in_the_help(stranger: httpx.AsyncClient) -> None:
    text = (await stranger.get("/help", params={"q": "pairing lasts"})).text
    assert 'href="/help/guides/wall#every-morning"' in text
    assert "<mark>pairing</mark>" in text
    assert 'value="pairing lasts"' in text
    nothing = (await stranger.get("/help", params={"q": "<b>zzqx</b>"})).text
    assert "Nothing in the help has all these words." in nothing
    assert "<b>zzqx" not in nothing
    assert "<h1>Guide for wall displays</h1>" in (await stranger.get("/help/guides/wall", params={"q": "zzqx"})).text.replace(
        '<h1 id="guide-for-wall-displays">', "<h1>"
    )


async def test_titles_lead_to_documents(stranger: httpx.AsyncClient) -> None:
    titles = json.loads((await stranger.get("/help/titles.json")).text)["titles"]
    assert {"title": "Install on a server", "url": "/help/how-to/install"} in titles
    assert {"title": "Install on a server", "heading": "4. Database", "url": "/help/how-to/install#4-database"} in titles
    assert {each["url"].partition("#")[0] for each in titles} == {each.url for each in documents.documents().values()}


# -- rendering ----------------------------------------------------------------------------------------------------------------


def rendered(text: str) -> str:
    return render(text, {"other.md": "/help/other"}.get).html


def test_html_is_shown_as_text() -> None:
    assert "&lt;script&gt;" in rendered("# Title\n\n<script>alert(1)</script>\n")
    assert "&lt;b&gt;" in rendered("A <b>word</b>.")
    assert "<b>" not in rendered("```html\n<b>\n```\n")


def test_an_address_that_runs_is_no_link() -> None:
    assert "href" not in rendered("[x](javascript:alert(1))")
    assert "href" not in rendered("[x](data:text/html,y)")


def test_a_link_to_a_document_leads_to_its_page_and_another_file_is_text() -> None:
    assert 'href="/help/other#part"' in rendered("[x](other.md#part)")
    assert 'href="https://example.org/a.md"' in rendered("[x](https://example.org/a.md)")
    assert 'href="#part"' in rendered("[x](#part)")
    assert rendered("[x](../settings.py)") == "<p><span>x</span></p>\n"


def test_headings_are_named_as_on_github_and_never_twice() -> None:
    made = render("# One\n\n## A `b`: c\n\n## A b c\n\n### Über\n\n#### Deep\n", lambda link: None)
    assert [(each.level, each.anchor) for each in made.headings] == [(2, "a-b-c"), (2, "a-b-c-1"), (3, "über")]
    assert '<h2 id="a-b-c"><a href="#a-b-c">A <code>b</code>: c</a></h2>' in made.html
    assert made.title == "One"


def test_tables_and_code_scroll_by_keyboard() -> None:
    assert '<div class="wide" tabindex="0"><table>' in rendered("| a |\n|--:|\n| 1 |\n").replace("\n", "")
    assert '<pre tabindex="0"><code>' in rendered("```sh\nls\n```\n")


# -- security.txt -------------------------------------------------------------------------------------------------------------


async def test_security_txt_is_not_found_where_no_contact_is_set(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get(security_txt.PATH)).status_code == 404


async def test_security_txt_has_the_contact(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path, security_contact="safe@board.example", public_url="https://board.example/") as server,
        httpx.AsyncClient(base_url=server.url) as client,
    ):
        answer = await client.get(security_txt.PATH)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields["Contact"] == "mailto:safe@board.example"
    assert fields["Canonical"] == "https://board.example/.well-known/security.txt"
    expires = datetime.fromisoformat(fields["Expires"])
    assert 150 < (expires - datetime.now(UTC)).days < 366
    assert fields["Preferred-Languages"].split(", ")[0] == "en"


@pytest.mark.parametrize("contact", ["mailto:a@b.example", "https://b.example/report", "tel:+32-2-000-00-00", "a@b.example"])
def test_a_contact_is_an_address(contact: str) -> None:
    assert Settings(_env_file=None, security_contact=contact).security_contact in (contact, f"mailto:{contact}")


@pytest.mark.parametrize("contact", ["nobody", "http://b.example", "javascript:x", "a@b.example\nExpires: never", "mailto:x"])
def test_another_contact_is_refused(contact: str) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, security_contact=contact)


def test_an_empty_contact_is_none() -> None:
    assert Settings(_env_file=None, security_contact="").security_contact is None


def test_the_documents_are_packed_with_the_program() -> None:
    assert {file.suffix for file in DOCS.rglob("*") if file.is_file()} <= {".md", ".yml", ".json", ".png"}
    assert DOCS.is_relative_to(Path(documents.__file__).parents[1])


# -- guides of the roles ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [
        ("fr-BE,fr", "fr", "Guide pour la coordination"),
        ("nl", "nl", "Gids voor coördinatoren"),
        ("de", "de", "Anleitung für die Koordination"),
        ("en", "en", "Guide for coordinators"),
        ("pt", "en", "Guide for coordinators"),
    ],
)
async def test_a_guide_is_in_the_readers_language_else_in_english(
    stranger: httpx.AsyncClient, asked: str, language: str, title: str
) -> None:
    text = (await stranger.get("/help/guides/coordinator", headers={"Accept-Language": asked})).text
    assert f'<article lang="{language}"' in text
    assert f"{title}</h1>" in text
    index = (await stranger.get("/help", headers={"Accept-Language": asked})).text
    assert title in index


async def test_titles_of_guides_are_in_the_readers_language(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/help/titles.json", headers={"Accept-Language": "nl"})
    assert {"title": "Gids voor wandschermen", "url": "/help/guides/wall"} in answer.json()["titles"]


async def test_pictures_of_a_guide_are_served_as_images(stranger: httpx.AsyncClient) -> None:
    text = (await stranger.get("/help/guides/hotline", headers={"Accept-Language": "de"})).text
    (source,) = re.findall(r'<img src="(/help/[^"]+)" alt="[^"]+"', text)
    assert source.endswith(".de.png")
    answer = await stranger.get(source)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert "Content-Disposition" not in answer.headers
    assert answer.content.startswith(b"\x89PNG")
    for path in ("guides/pictures/none.png", "guides/pictures", "guides/coordinator.fr", "guides"):
        assert (await stranger.get(f"/help/{path}")).status_code == 404, path
