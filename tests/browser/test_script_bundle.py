"""Scripts that are joined do what they did apart."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from board.config import page_table
from board.paths import STATIC
from board.web import js_bundle, static_files
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

# Exports of each module alone: name, type, and the value if it can be compared.
SAID = """const said = (module) => Object.fromEntries(Object.entries(module).map(([name, value]) =>
  [name, ["object", "function"].includes(typeof value) ? typeof value : [typeof value, String(value)]]));"""
APART = f"async (names) => {{ {SAID} return Promise.all(names.map(async (name) => said(await import(`/static/${{name}}`)))); }}"
# Exports of each module in a bundle, in the same form.
JOINED = f"""async (address) => {{ {SAID}
  const given = Object.entries(await import(address));
  return Object.fromEntries(given.map(([name, module]) => [name, typeof module === "object" && said(module)]));
}}"""


@pytest.mark.slow
async def test_each_script_gives_joined_what_it_gives_apart(browsers: Browsers) -> None:
    folder = js_bundle.ModuleGraph(STATIC)
    views = page_table.modules()
    begin = {js_bundle.MAIN, js_bundle.WALL}  # they export nothing, and start a page
    names = [name for name in folder.in_order([*begin, *views.values()]) if name not in begin]
    window = await browsers.stranger()
    await window.page.goto("/login")
    apart = dict(zip(names, await window.page.evaluate(APART, names), strict=True))
    assert {name: set(gives) for name, gives in apart.items()} == {name: set(folder[name].exports) for name in names}
    main = await window.page.evaluate(JOINED, static_files.script_url("main"))
    everywhere = [name for name in folder.in_order([js_bundle.MAIN]) if name not in begin]
    assert len(everywhere) > 40
    assert {name: main[js_bundle.variable(name)] for name in everywhere} == {name: apart[name] for name in everywhere}
    for page, name in views.items():
        joined = set(await window.page.evaluate(JOINED, static_files.script_url(page)))
        assert joined == set(apart[name])
        assert [each for each in joined if not each.endswith("Page")] == ["mount"]


TAKES, GIVES = 'import { b } from "./b.js";\n', "export const b = 1;\n"
REFUSED = {  # what stands in js/a.js, in js/b.js; what is said
    "another form of import": ('\nimport "./b.js";\n', GIVES, 'js/a.js, line 2: import "./b.js";'),
    "a package": ('import { b } from "b";\n', GIVES, 'js/a.js, line 1: "b"'),
    "another form of export": ("export let a = 1;\n", GIVES, "js/a.js, line 1: export let a"),
    "an export of everything": ('export * from "./b.js";\n', GIVES, "js/a.js, line 1: export *"),
    "a computed import at a later time": ("const b = () => import(`./b.js`);\n", GIVES, "js/a.js, line 1: import("),
    "an expression that is exported": ("export default b + 1;\n", GIVES, "js/a.js, line 1: export default b + 1;"),
    "a default function": ("export default function b() {}\n", GIVES, "js/a.js, line 1: export default function"),
    "the module's own address": ("const a = import.meta.url;\n", GIVES, "js/a.js, line 1: import.meta"),
    "a text that is no script": ("const a = ;\n", GIVES, "js/a.js"),
    "a variable that is exported": (TAKES, "export const a = 1; export var b = 2;\n", "js/b.js, line 1: export var b"),
    "a name that is not exported": (TAKES, "const b = 1;\n", "js/a.js: js/b.js exports no b"),
    "one that imports itself": (TAKES, 'import { a } from "./a.js";\n' + GIVES, "js/a.js imports itself, by js/b.js"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_unknown_bundle_is_refused(what: str, tmp_path: Path) -> None:
    one, other, why = REFUSED[what]
    (tmp_path / "js").mkdir()
    (tmp_path / "js/a.js").write_text(one)
    (tmp_path / "js/b.js").write_text(other)
    with pytest.raises(ValueError, match=re.escape(why)):
        js_bundle.ModuleGraph(tmp_path).in_order(["js/a.js"])


MODULE = r"""/** The first line. */
import {
  a,
  b as c, // a comment
} from "./b.js"; import * as all from "./b.js";
/*! of a licence */
export const { d, e: [f] } = all, g = `// no comment, nor import { a } from "./b.js"`; /* a comment
of two lines */ export async function h(/** @type {import("./b.js").B} */ i) { return /\/\*/.test(i); } // the last
export { c as k };
export default g;
"""
REST = r"""




/*! of a licence */
const { d, e: [f] } = all, g = `// no comment, nor import { a } from "./b.js"`;
 async function h(  i) { return /\/\*/.test(i); }


"""


def test_a_module_keeps_its_lines_without_comments_imports_and_exports(tmp_path: Path) -> None:
    module = js_bundle.Module("js/a.js", MODULE)
    assert module.imports == [("js/b.js", "a", "a"), ("js/b.js", "b", "c"), ("js/b.js", None, "all")]
    assert module.exports == {**{name: name for name in "dfgh"}, "k": "c", "default": "g"}
    assert [line.rstrip() for line in module.text.split("\n")] == [line.rstrip() for line in REST.split("\n")]
    assert module.text.count("\n") == MODULE.count("\n")


def test_source_maps_lead_every_line_to_where_it_is_written() -> None:
    given = js_bundle.bundles(STATIC, page_table.modules())
    assert {name for name in given if name.endswith(".map")} == {f"{name}.map" for name in given if name.endswith(".js")}
    for name in ("main.js", "search.js", "wall.js"):
        lines, written = given[name].split("\n"), json.loads(given[f"{name}.map"])
        assert lines[-2] == f"//# sourceMappingURL={name}.map"
        sources = [(STATIC / js_bundle.FOLDER / each).resolve().read_text().split("\n") for each in written["sources"]]
        compared, source, line = 0, 0, 0
        for text, segment in zip(lines, written["mappings"].split(";"), strict=False):
            if segment:
                column, to_source, to_line, to_column = _numbers(segment)
                source, line = source + to_source, line + to_line
                assert column == to_column == 0
                own = sources[source][line]
                if text.strip() and "/*" not in own and "import(" not in own:
                    assert text in own
                    compared += 1
        assert compared > 1_000


def _numbers(segment: str) -> list[int]:
    """Return the numbers of a segment of a source map."""
    found, number, shift = [], 0, 0
    for digit in map(js_bundle.BASE64.index, segment):
        number, shift = number | (digit & 31) << shift, shift + 5
        if not digit & 32:
            found.append(-(number >> 1) if number & 1 else number >> 1)
            number = shift = 0
    return found


def test_licences_stay_in_bundles() -> None:
    whole = "".join(js_bundle.bundles(STATIC, page_table.modules()).values())
    assert whole.count("@license") > 5
    assert "@type" not in whole


UNLOADED = "[data-load-warning]"
# Ten seconds later: a page without scripts has nothing but its style to say so.
LATER = """() => {
  const [waiting] = document.getAnimations().filter((each) => each.animationName === "show-load-warning");
  waiting.finish();
  return waiting.effect.getTiming().delay;
}"""


WAITS, FAILED = (
    "This page is still loading. If this message stays, reload the page.",
    "This page did not load completely. Reload it.",
)


async def test_a_page_of_which_a_part_did_not_come_says_so(browsers: Browsers) -> None:
    alice, board = await browsers.window("Alice"), await browsers.search()
    alice.may_fail("net::ERR_FAILED", "Failed to fetch dynamically imported module")
    await alice.page.route("**/js/bundles/search.js", lambda route: route.abort())
    await alice.page.goto(f"/searches/{board}")
    await expect(alice(UNLOADED)).to_have_text(FAILED, use_inner_text=True)
    await alice.page.unroute_all()
    await alice.page.route("**/js/bundles/main.js", lambda route: route.abort())
    await alice.page.reload()
    await expect(alice(UNLOADED)).to_be_hidden()  # it may be on its way
    assert await alice.page.evaluate(LATER) == 10_000
    await expect(alice(UNLOADED)).to_have_text(WAITS, use_inner_text=True)
    await alice.page.unroute_all()
    await alice.open(f"/searches/{board}")
    await expect(alice(UNLOADED)).to_have_count(0)


async def test_a_page_whose_parts_are_of_two_versions_does_not_begin(browsers: Browsers) -> None:
    """Mixed versions occur while one machine behind an address is updated, and another not yet."""

    async def of_another(route: Route) -> None:
        given = await route.fetch()
        await route.fulfill(response=given, body=re.sub(r"as_of_\w+", "as_of_another", await given.text()))

    alice, board = await browsers.window("Alice"), await browsers.search()
    alice.may_fail("does not provide an export named 'as_of_another'")
    await alice.page.route("**/js/bundles/search.js", of_another)
    await alice.page.goto(f"/searches/{board}")
    await expect(alice(UNLOADED)).to_have_text(FAILED, use_inner_text=True)


def test_a_library_that_is_imported_later_is_a_bundle_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / "js/a.js").write_text('export const a = () => import("../vendor/big.esm.js");\n')
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor/big.esm.js").write_text("const big = 1;\nexport default big;\nexport { big };\n")
    folder = js_bundle.ModuleGraph(tmp_path)
    assert folder.in_order(["js/a.js"]) == ["js/a.js"]
    assert 'import("./big.js")' in folder.bundle(["js/a.js"])
    ((bundle, library),) = folder.later(["js/a.js"])
    assert (bundle, library) == ("big.js", "vendor/big.esm.js")
    assert folder.part(library, [], "v").endswith(
        "export default vendor$big_esm.default;\nexport const { big } = vendor$big_esm;\n"
    )
    assert "import(script)" in js_bundle.Module(js_bundle.MAIN, "const a = (script) => import(script);\n").text


def test_a_later_part_imports_modules_of_all_pages_and_has_its_own(tmp_path: Path) -> None:
    files = {
        js_bundle.MAIN: 'import { a } from "./a.js";\nconst main = a;\n', js_bundle.WALL: "const wall = 1;\n",
        "js/a.js": "export const a = 1;\n", "js/own.js": "export const own = 2;\n",
        "js/page.js": 'export const mount = () => import("./part.js");\n',
        "js/part.js": 'import { a } from "./a.js";\nimport { own } from "./own.js";\nexport const part = a + own;\n',
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    made = js_bundle.bundles(tmp_path, {"page": "js/page.js"})
    assert re.match(r'import \{ js\$a, as_of_\w+ \} from "./main.js";\n// js/own.js', made["part.js"])
    assert "js$a = (" not in made["part.js"]
    assert "own.js" not in made["page.js"]
    (tmp_path / "js/page.js").write_text(
        'import { own } from "./own.js";\nexport const mount = () => import("./part.js", own);\n'
    )
    with pytest.raises(ValueError, match=re.escape("js/part.js is imported later by the page page, which has js/own.js already")):
        js_bundle.bundles(tmp_path, {"page": "js/page.js"})
