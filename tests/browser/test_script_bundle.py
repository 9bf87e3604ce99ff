"""Scripts that are joined do what they did apart."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from board.paths import STATIC
from board.web import js_bundle, static_files
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

# What a browser finds in each module by itself: what it exports, of what kind, and the value where that can be compared.
SAID = """const said = (module) => Object.fromEntries(Object.entries(module).map(([name, value]) =>
  [name, ["object", "function"].includes(typeof value) ? typeof value : [typeof value, String(value)]]));"""
APART = f"async (names) => {{ {SAID} return Promise.all(names.map(async (name) => said(await import(`/static/${{name}}`)))); }}"
# The same, of all that a joined file hands out.
JOINED = f"""async (address) => {{ {SAID}
  const given = Object.entries(await import(address));
  return Object.fromEntries(given.map(([name, module]) => [name, typeof module === "object" && said(module)]));
}}"""


async def test_each_script_gives_joined_what_it_gives_apart(browsers: Browsers) -> None:
    folder = js_bundle.ModuleGraph(STATIC)
    views = js_bundle.page_entries(folder[js_bundle.MAIN])
    begin = {js_bundle.MAIN, js_bundle.WALL}  # they export nothing, and begin a page
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
        assert set(await window.page.evaluate(JOINED, static_files.script_url(page))) == set(apart[name]) == {"mount"}


TAKES, GIVES = 'import { b } from "./b.js";\n', "export const b = 1;\n"
REFUSED = {  # what stands in js/a.js, in js/b.js; what is said
    "another form of import": ('import "./b.js";\n', GIVES, "js/a.js: import"),
    "another form of export": ("export let a = 1;\n", GIVES, "js/a.js: export let a"),
    "an import at a later time": ('const b = () => import("./b.js");\n', GIVES, "js/a.js: import("),
    "what is worked out as it is exported": ("export default b + 1;\n", GIVES, "js/a.js: export default b + 1;"),
    "where it stands": ("const a = import.meta.url;\n", GIVES, "js/a.js: import.meta"),
    "what stands indented": ("  " + TAKES, GIVES, "js/a.js:   import"),
    "a second name that is exported at once": (TAKES, "export const a = 1, b = 2;\n", "js/a.js: js/b.js exports no b"),
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


UNLOADED = "[data-load-warning]"
# Ten seconds later: a page without scripts has nothing but its style to say so.
LATER = """() => {
  const [waiting] = document.getAnimations().filter((each) => each.animationName === "show-load-warning");
  waiting.finish();
  return waiting.effect.getTiming().delay;
}"""


WAITS, FAILED = "This page is not whole yet. If it stays so, load it again.", "This page did not load whole. Load it again."


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
