"""Scripts that are joined do what they did apart."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from board import files, scripts
from tests.office import Office

pytestmark = pytest.mark.browser

# What a browser finds that each module exports.
EXPORTED = "async (names) => Promise.all(names.map(async (name) => Object.keys(await import(`/static/${name}`)).sort()))"


async def test_each_script_gives_what_a_browser_finds_in_it(office: Office) -> None:
    folder = scripts.Folder(files.STATIC)
    names = folder.needed([scripts.WALL, *scripts.views(folder[scripts.MAIN]).values(), scripts.MAIN])
    begin = {scripts.MAIN, scripts.WALL}  # they export nothing, and begin a page
    rest = [name for name in names if name not in begin]
    window = await office.stranger()
    await window.page.goto("/login")
    found = await window.page.evaluate(EXPORTED, rest)
    assert dict(zip(rest, found, strict=True)) == {name: sorted(folder[name].given) for name in rest}
    assert not any(folder[name].given for name in begin)


TAKES, GIVES = 'import { b } from "./b.js";\n', "export const b = 1;\n"
REFUSED = {  # what stands in js/a.js, in js/b.js; what is said
    "another form of import": ('import "./b.js";\n', GIVES, "js/a.js: import"),
    "another form of export": ("export let a = 1;\n", GIVES, "js/a.js: export let a"),
    "an import at a later time": ('const b = () => import("./b.js");\n', GIVES, "js/a.js: import("),
    "a second name that is exported at once": (TAKES, "export const a = 1, b = 2;\n", "js/a.js: js/b.js exports no b"),
    "a name that is not exported": (TAKES, "const b = 1;\n", "js/a.js: js/b.js exports no b"),
    "one that imports itself": (TAKES, 'import { a } from "./a.js";\n' + GIVES, "js/a.js imports itself, by js/b.js"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_known_is_refused(what: str, tmp_path: Path) -> None:
    one, other, why = REFUSED[what]
    (tmp_path / "js").mkdir()
    (tmp_path / "js/a.js").write_text(one)
    (tmp_path / "js/b.js").write_text(other)
    with pytest.raises(ValueError, match=re.escape(why)):
        scripts.Folder(tmp_path).needed(["js/a.js"])


UNLOADED = "[data-unloaded]"
# Ten seconds later: a page without scripts has nothing but its style to say so.
LATER = """() => {
  const [waiting] = document.getAnimations().filter((each) => each.animationName === "unloaded");
  waiting.finish();
  return waiting.effect.getTiming().delay;
}"""


async def test_a_page_of_which_a_part_did_not_come_says_so(office: Office) -> None:
    alice, board = await office.window("Alice"), await office.search()
    alice.may_fail("net::ERR_FAILED", "Failed to fetch dynamically imported module")
    await alice.page.route("**/js/pages/search.js", lambda route: route.abort())
    await alice.page.goto(f"/searches/{board}")
    await expect(alice(UNLOADED)).to_be_visible()
    await alice.page.unroute_all()
    await alice.page.route("**/js/pages/main.js", lambda route: route.abort())
    await alice.page.reload()
    await expect(alice(UNLOADED)).to_be_hidden()  # it may be on its way
    assert await alice.page.evaluate(LATER) == 10_000
    await expect(alice(UNLOADED)).to_be_visible()
    await alice.page.unroute_all()
    await alice.open(f"/searches/{board}")
    await expect(alice(UNLOADED)).to_have_count(0)
