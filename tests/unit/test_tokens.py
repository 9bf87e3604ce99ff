"""The design tokens: contrast of each text and each mark on each ground, in both themes and in replay (WCAG 2.2, AA)."""

import re

import pytest

from board.bootstrap import ROOT
from board.paths import TEMPLATES

CSS = ROOT / "static" / "css"
THEMES = ("light", "dark")
GROUNDS = ("background", "surface-sunken", "surface", "surface-raised")
TEXTS = ("text", "text-2", "text-3", "grave", "found", "closed", "alert", "accent", "sighting", "task")
MARKS = ("border-strong", "grave-band", "grave", "found", "closed", "alert", "accent", "sighting", "task")
ON = {  # by ground with a meaning of its own, the texts that stand on it
    "grave-wash": ("grave", "text", "text-2"),
    "alert-wash": ("alert", "text", "text-2"),
    "alert-solid": ("on-alert",),
    "accent-wash": ("accent", "text", "text-2"),
    "accent": ("on-accent",),
    "sighting-wash": ("sighting", "text"),
    "hit-wash": ("text",),
}
Palette = dict[str, tuple[str, str]]  # by token, the colour in the light and in the dark theme

TEXT_CONTRAST, MARK_CONTRAST = 4.5, 3.0


def colours(name: str) -> Palette:
    """Return the colours that a file defines, as light and dark, by token."""
    defined = re.findall(r"--([\w-]+): (?:light-dark\((#\w+), (#\w+)\)|(#\w+));", (CSS / name).read_text())
    return {token: (light or both, dark or both) for token, light, dark, both in defined}


PRESENT = colours("tokens.css")
PALETTES = {"present": PRESENT, "past": PRESENT | colours("replay.css")}


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rgb` or `#rrggbb`, from 0 to 1."""
    digits = colour[1:] if len(colour) == len("#rrggbb") else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def too_low(palette: Palette, theme: int, pairs: list[tuple[str, str]], least: float) -> list[str]:
    found = {f"{front} on {ground}": ratio(palette[front][theme], palette[ground][theme]) for front, ground in pairs}
    return [f"{pair}: {contrast:.2f}" for pair, contrast in found.items() if contrast < least]


def test_ratio_is_that_of_wcag() -> None:
    assert ratio("#000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert ratio("#b3132b", "#b3132b") == 1


@pytest.mark.parametrize("theme", range(len(THEMES)), ids=THEMES)
@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_each_text_is_readable_on_each_ground(palette: Palette, theme: int) -> None:
    pairs = [(text, ground) for ground in GROUNDS for text in TEXTS]
    pairs += [(text, ground) for ground, texts in ON.items() for text in texts]
    pairs += [("past", ground) for ground in (*GROUNDS, "past-wash") if "past" in palette]
    pairs += [("on-past", "past")] * ("past" in palette)

    assert too_low(palette, theme, pairs, TEXT_CONTRAST) == []


@pytest.mark.parametrize("theme", range(len(THEMES)), ids=THEMES)
@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_each_mark_is_visible_on_each_ground(palette: Palette, theme: int) -> None:
    pairs = [(mark, ground) for ground in GROUNDS for mark in MARKS]
    pairs += [("grave-band", "grave-wash"), ("alert", "alert-wash")]

    assert too_low(palette, theme, pairs, MARK_CONTRAST) == []


def test_colour_that_is_too_pale_is_found() -> None:
    pale = PRESENT | {"text-3": ("#9aa4ae", "#9aa4ae")}

    assert too_low(pale, THEMES.index("light"), [("text-3", "surface")], TEXT_CONTRAST) == ["text-3 on surface: 2.53"]


# A palette of its own is defined where it holds: in replay, on paper. Displays scale with their glass, paper is measured in pt.
RAW = re.compile(r"(?:#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\()|\bfont(?:-size)?:[^;/]*\d(?:px|rem)", re.IGNORECASE)
SCRIM = "background: rgb(8 12 18 / 45%);"  # behind a dialog, in both themes


def raw_values(sheet: str) -> list[str]:
    """Return the lines of a style sheet with a colour or a size of text that is no token."""
    lines = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL).splitlines()
    found = [line.strip() for line in lines if RAW.search(line) and not re.match(r"\s*--[\w-]+:", line)]
    return [line for line in found if line != SCRIM]


def test_pages_take_colours_and_sizes_of_text_from_tokens() -> None:
    sheets = {path.name: raw_values(path.read_text()) for path in CSS.glob("*.css") if path.name != "tokens.css"}

    assert len(sheets) > 25, "there is something to see"
    assert {name: lines for name, lines in sheets.items() if lines} == {}


def test_page_without_files_has_the_colours_of_the_tokens() -> None:
    pairs = set(re.findall(r"light-dark\([^)]*\)", (TEMPLATES / "busy.css").read_text()))
    assert len(pairs) > 3
    assert pairs <= set(re.findall(r"light-dark\([^)]*\)", (CSS / "tokens.css").read_text()))


@pytest.mark.parametrize("line", ["color: #fff;", "font-size: 13px;", "font: 700 12px/1 serif;", "background: rgb(0 0 0);"])
def test_raw_value_is_found(line: str) -> None:
    assert raw_values(f".card {{\n  {line}\n}}") == [line]


@pytest.mark.parametrize("line", ["color: var(--text);", "font-size: 0.875em;", "font: 9pt var(--font-family);", "--past: #fff;"])
def test_token_and_paper_are_no_raw_values(line: str) -> None:
    assert raw_values(f".card {{\n  {line}\n}}") == []
