"""Scripts, styles and words are fetched once, and never of two versions."""

import json
import re
import shutil
from pathlib import Path

import httpx2 as httpx
import pytest

from board import labels
from board.config import page_table
from board.paths import STATIC, TEMPLATES
from board.web import declarations, js_bundle, static_files
from tests.support.people import Person, Server, session_cookie

LASTING = "public, max-age=31536000, immutable"


async def test_versioned_files_are_cached_for_ever_and_others_revalidated(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url, headers={"accept-language": "fr"}) as http:
        page = (await http.get("/login")).text
        named = re.findall(r'(?:src|href)="(/(?:static|i18n)/[^"]+)"', page)
        assert {each.rpartition(".")[2].partition("?")[0] for each in named} == {"js", "css", "svg", "json", "woff2"}
        for address in named:
            answer = await http.get(address)
            assert (answer.status_code, answer.headers["cache-control"]) == (200, LASTING), address
        main = next(each for each in named if each.endswith("/main.js"))
        lasting = (await http.get(main)).content
        # A worker of another version may get the request: it serves its own file without caching.
        answer = await http.get(re.sub(r"v-\w+", "v-0", main))
        assert (answer.content, answer.headers["cache-control"]) == (lasting, "no-cache")
        assert (await http.get("/static/js/main.js")).headers["cache-control"] == "no-cache"
        assert (await http.get("/i18n/fr.json?v=0")).headers["cache-control"] == "no-cache"
        for name in ("js/none.js", "vendor/lit-html/lit-html.d.ts"):
            missing = await http.get(static_files.url_for(name))
            assert (missing.status_code, missing.headers["cache-control"]) == (404, "no-cache")
        assert (await http.get("/static/vendor/lit-html/lit-html.d.ts")).status_code == 404


async def test_public_files_are_compressed_and_personal_pages_are_not(alice: Person) -> None:
    search = await alice.open_search()
    packed = {"accept-encoding": "gzip"}
    async with httpx.AsyncClient(base_url=alice.server.url, headers={"accept-encoding": "identity"}) as http:
        for address in (
            static_files.script_url("main"),
            static_files.url_for(static_files.STYLES),
            static_files.catalogue_url("fr"),
        ):
            plain, short = await http.get(address), await http.get(address, headers=packed)  # type: ignore[arg-type]
            assert (plain.headers.get("content-encoding"), short.headers["content-encoding"]) == (None, "gzip")
            assert plain.content == short.content
            assert short.num_bytes_downloaded < plain.num_bytes_downloaded * 0.6
            assert short.headers["vary"].lower() == "accept-encoding"
    browser = {"Cookie": f"board_session={await session_cookie(alice.server.service, str((await me(alice))['email']))}"}
    async with httpx.AsyncClient(base_url=alice.server.url, headers=packed | browser) as http:
        for address in ("/login", "/", "/api/v1/me", f"/api/v1/boards/{search}"):
            assert "content-encoding" not in (await http.get(address)).headers
    # A snapshot for a program is compressed, as no foreign page can trigger it; personal data is not.
    assert (await alice.http.get(f"/api/v1/boards/{search}", headers=packed)).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in (await alice.http.get("/api/v1/me", headers=packed)).headers


async def me(person: Person) -> dict[str, object]:
    return dict((await person.http.get("/api/v1/me")).json())


JOINED = {name: text for name, text in js_bundle.bundles(STATIC, page_table.modules()).items() if name.endswith(".js")}


def _modules(name: str) -> set[str]:
    """Return the modules of a joined file."""
    return set(re.findall(r"^// (\S+\.js)$", JOINED[name], re.MULTILINE))


async def test_a_page_gets_what_it_needs_and_no_more(alice: Person) -> None:
    page = (await alice.http.get(f"/searches/{await alice.open_search()}")).text
    named = re.findall(r'(?:src|href)="/static/v-\w+/js/([^"]+)"', page)
    assert sorted(named) == ["bundles/main.js", "bundles/search.js"]
    assert _modules("main.js") >= {
        "js/main.js",
        "js/core/connection/session.js",
        "js/shared/alerts/bell.js",
        "js/shared/freshness_indicator.js",
    }
    assert _modules("search.js") >= {"js/pages/search/page.js", "js/shared/board/card/card.js"}
    assert not _modules("search.js") & {"js/pages/intake/page.js", "js/pages/account/one_time_secret.js", *_modules("main.js")}
    assert _modules("wall.js") >= {"js/display/main.js", "js/core/connection/freshness.js"}
    assert not [name for name in _modules("wall.js") if name.startswith(("js/shared/", "js/pages/"))]


LOADED_LATER = {"sortable", "board_map", "point_map"}  # scripts that are loaded when they are needed


async def test_every_script_is_in_a_page_and_every_page_has_its_scripts() -> None:
    ours = {each.relative_to(STATIC).as_posix() for each in (STATIC / "js").rglob("*.js")}
    assert {each for name in JOINED for each in _modules(name) if each.startswith("js/")} == ours
    drawn = {page.name for page in page_table.PAGES if page.module}
    assert {name.removesuffix(".js") for name in JOINED} == drawn | {"main", "wall", *LOADED_LATER}
    templates = {each for file in TEMPLATES.rglob("*.html") for each in re.findall(r"block page %}(\w+)", file.read_text())}
    assert templates - {"error"} <= {page.name for page in page_table.PAGES}
    assert _modules("sortable.js") == {"vendor/sortablejs/modular/sortable.esm.js"}  # loaded after the first draw
    assert not _modules("search.js") & _modules("sortable.js")


async def test_all_sheets_are_given() -> None:
    sheets = {f"{each}.css" for sheets in static_files.SHEETS.values() for each in sheets}
    css = STATIC / "css"
    assert sheets | {"map.css"} == {each.relative_to(css).as_posix() for each in css.rglob("*.css")}  # loaded with a first map


def test_styles_use_only_properties_and_layers_that_exist() -> None:
    styles = "".join(each.read_text() for each in (STATIC / "css").rglob("*.css"))
    scripts = "".join(each.read_text() for each in (STATIC / "js").rglob("*.js"))
    defined = set(re.findall(r"(--[\w-]+):", styles)) | set(re.findall(r'"(--[\w-]+)"', scripts))
    assert set(re.findall(r"var\((--[\w-]+)", styles)) <= defined
    (order,) = re.findall(r"@layer ([^{;]+);", styles)
    assert set(re.findall(r"@layer ([\w-]+) \{", styles)) == set(order.split(", "))


def test_another_text_is_another_version_and_another_hour_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    static = Path(shutil.copytree(STATIC, tmp_path / "static", copy_function=shutil.copy))
    before = static_files.version()
    monkeypatch.setattr(static_files, "STATIC", static)
    static_files._version.cache_clear()
    assert static_files.version() == before  # a copy has other times
    (static / "js" / "main.js").write_text("another text")
    static_files._version.cache_clear()
    assert static_files.version() != before
    monkeypatch.undo()
    static_files._version.cache_clear()
    assert static_files.version() == before
    monkeypatch.setitem(labels.KINDS, "vehicle", "Vehicle")
    static_files._version.cache_clear()
    assert static_files.version() != before
    monkeypatch.undo()
    static_files._version.cache_clear()


async def test_english_gets_labels_without_messages(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        english, dutch = [(await http.get(static_files.catalogue_url(language))).json() for language in ("en", "nl")]
    facts = {"language": "en", "locale": "en-GB", "nouns_capitalised": False, "messages": {}}
    assert english == facts | json.loads(json.dumps(declarations.for_scripts("en")))
    assert (dutch["labels"], dutch["kinds"]) == (english["labels"], english["kinds"])
    assert dutch["messages"]["Sighting"] == "Waarneming"


def test_no_animation_is_endless() -> None:
    """Sixty frames a second of a whole wall take a core where no graphics card draws; and nothing blinks."""
    lines = [line for sheet in (STATIC / "css").rglob("*.css") for line in sheet.read_text().splitlines()]
    assert [line for line in lines if "animation" in line], "this check does not look where the sheets are"
    assert [line for line in lines if "infinite" in line] == []
