"""Pseudo-locale: each text in brackets, accented, and a third longer. Plain text on a page is untranslated."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from board import i18n

CODE = "eo"  # browsers accept this language, and it has two plural forms, as ours have
ACCENTS = str.maketrans("aceilnorsuyzACDEILNOSUYZ", "áçéíłñóřšúýžÁÇĎÉÍŁÑÓŠÚÝŽ")
# Words that are the same in every language: this program, formats of files, scopes of a token, a hash, a day where the browser
# has no words for it.
NAMES = re.compile(r"Searchboard|\b(?:GeoJSON|GPX|KML)\b|\b[0-9a-f]{64}\b|\b(?:read|write|intake)\b|M\d\d \d+ [A-Z][a-z]{2}\b")
VALUES = re.compile(r"(\{\w+\}|%\(\w+\)s)")

# Every text of a page and of its visible or spoken attributes: [text, where]. Dates, keys, and elements with a `lang`
# of their own are left out. A sentence with marks or links in it (`data-sentence`) is one text, and so is a word that may
# break (`<wbr>`).
TEXTS = """() => {
  const found = [[document.title, "title"]];
  const skip = "script, style, noscript, time, kbd, code, body [lang], [translate=no]";
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const place = node.parentElement;
    if (place.closest(`${skip}, [data-sentence], :has(> wbr)`) || !node.data.trim()) continue;
    found.push([node.data.trim(), place.outerHTML.slice(0, 160)]);
  }
  for (const each of document.querySelectorAll("[data-sentence], :has(> wbr)")) {
    found.push([each.textContent.trim(), each.outerHTML.slice(0, 160)]);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description", "aria-roledescription"]) {
    for (const each of document.body.querySelectorAll(`[${name}]`)) {
      if (!each.closest(skip)) found.push([each.getAttribute(name), `${name} of ${each.outerHTML.slice(0, 160)}`]);
    }
  }
  return found;
}"""

# Labels and controls that are wider than their place: [text, place].
# A heading for screen readers only has no place, itself or with what is around it. A count that hangs over the corner of a button
# is no part of its label: it is away while the label is measured.
CUT = """() => {
  const spoken = (each) => each !== null && (getComputedStyle(each).clipPath !== "none" || spoken(each.parentElement));
  const hangs = (each) => getComputedStyle(each).position === "absolute";
  const wide = (each) => {
    const away = [...each.children].filter(hangs);
    for (const count of away) count.style.display = "none";
    const isWide = each.scrollWidth > each.clientWidth + 1;
    for (const count of away) count.style.display = "";
    return isWide;
  };
  return [...document.querySelectorAll("button, summary, legend, label, dt, th, h1, h2, h3, a.button, .chip")]
    .filter((each) => each.checkVisibility() && !spoken(each)
      && getComputedStyle(each).textOverflow !== "ellipsis" && each.clientWidth && wide(each))
    .map((each) => `${each.textContent.trim().slice(0, 60)} | ${each.outerHTML.slice(0, 120)}`);
}"""


def pseudo_text(text: str) -> str:
    """Return `Move {card}` as `⟦Móvé {card} óéóé⟧`."""
    parts = [part if VALUES.fullmatch(part) else part.translate(ACCENTS) for part in VALUES.split(text)]
    more = max(2, len(VALUES.sub("", text)) * 3 // 10)
    return f"⟦{''.join(parts)}{'ó' if more < 6 else ''.join(' óéóé' for _ in range(more // 5))}⟧"


@contextmanager
def pseudo_locale_installed(folder: Path) -> Iterator[None]:
    """Install the pseudo-locale as a language of the board until the block ends."""
    listed = read_po(BytesIO((i18n.LOCALES / "messages.pot").read_bytes()))
    catalogue = Catalog(locale=CODE, fuzzy=False)
    for message in listed:
        if message.id:
            text = pseudo_text(message.id) if isinstance(message.id, str) else tuple(map(pseudo_text, message.id))
            catalogue.add(message.id, text, flags=message.flags, context=message.context)
    place = folder / CODE / "LC_MESSAGES" / "messages.po"
    place.parent.mkdir(parents=True)
    with place.open("wb") as file:
        write_po(file, catalogue)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "LOCALES", folder)
        forget()
        try:
            yield
        finally:
            forget()


def forget() -> None:
    for kept in (i18n.languages, i18n.translations):
        kept.cache_clear()


def untranslated_words(text: str, typed: list[str]) -> str:
    """Return what is left of a text without translated texts and without what somebody typed; empty where no word is left."""
    before = ""
    while before != text:
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    for each in typed:
        text = text.replace(each, " ")
    text = NAMES.sub(" ", text)
    return text.strip() if re.search(r"[A-Za-z]{2,}", text) else ""


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text in a state."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)
    elif isinstance(value, str):
        yield value.strip()
