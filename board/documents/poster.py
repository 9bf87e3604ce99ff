"""Posters, vignettes and briefs on paper, from the approved facts. Nothing is cut: long texts are set smaller until everything
fits on one page (board/documents/pdf_process.py)."""

import base64
import re
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal
from urllib.parse import quote

from markupsafe import Markup

from board import labels
from board.config import sentences
from board.config.appeal_rules import HOTLINE
from board.documents.content import template
from board.documents.decision_text import decision_text
from board.i18n import N_, P_, gettext_for, language_of, moment_text
from models.entity import State
from models.search import LOOKS

Paper = Literal["a3", "a4", "a6"]
PAPERS: dict[str, tuple[Paper, ...]] = {"poster": ("a4", "a3"), "vignette": ("a6",), "brief": ("a4",)}

_SIZES: dict[Paper, tuple[int, float]] = {"a3": (297, 14.14), "a4": (210, 10.0), "a6": (105, 6.6)}  # width in mm, points per rem
_NAME_WIDTH = {"poster": 0.43, "vignette": 0.50, "brief": 0.56}  # width for the name, as a fraction of the paper's width
_MAX_NAME_SIZE = {"poster": 4.2, "vignette": 3.2, "brief": 3.0}  # rem
_MIN_NAME_SIZE = 1.3  # rem
_LETTER = 0.66  # width of a bold letter, as a fraction of its size
_MM = 2.835  # points per millimetre
_MOMENT = "EEEE d MMMM y, HH:mm"

TITLES = {
    # translators: huge, at the top of a poster
    "poster": P_("on a poster", "Missing"),
    "vignette": P_("on a poster", "Missing"),
    "brief": N_("Missing child: brief for the police"),
}
MARKS = {"draft": N_("Draft: not approved"), "ended": N_("No longer valid")}


@dataclass(frozen=True, slots=True)
class LabelledText:
    """Text of a material, with its label."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Poster:
    """Material to print, in one language. `qr`: SVG. `photo`: data URI. `mark`: text across a material that must not be given
    out."""

    what: str
    language: str
    paper: Paper
    rem: float
    title: str
    name: str
    name_size: float
    headline: list[str]
    since: list[LabelledText]
    looks: list[LabelledText]
    custom_text: str
    call: str
    number: str
    other_numbers: list[str]
    free: str
    notice: str
    qr: Markup
    qr_text: str
    photo: str
    end: str
    footer: list[str]
    decision: list[LabelledText]
    mark: str


def poster(
    material: State, language: str, paper: Paper, mark: Literal["", "draft", "ended"] = "",
    photo: tuple[str, bytes] | None = None, url: str | None = None, approved_by: str = "",
) -> Poster:  # fmt: skip
    """Return a material in a language, for a paper of this size. `photo`: media type and bytes. `url`: the setting POSTER_URL."""
    translate, what, content = gettext_for(language), material["what"], material["content"]
    numbers = content.get("numbers") or [HOTLINE]
    name = " ".join(part for part in (content["first_name"], content["last_name"]) if part)
    width, rem = _SIZES[paper]
    until = moment_text(material["until"], _MOMENT, language)
    text = N_("Show it until {at}. Then take it down.") if what == "poster" else N_("Valid until {at}. Then destroy it.")
    end = translate(text).format(at=until)
    notice = {
        "vignette": translate(N_("For the people who were given it. Do not post or share it.")),
        "brief": translate(N_("Personal data of a child. For the police only.")),
    }
    return Poster(
        what=what, language=language, paper=paper, rem=rem, title=translate(TITLES[what]), name=name,
        name_size=_name_size(what, name, width / rem * _MM), headline=_headline(content, language, what),
        since=_since(content, language), looks=_looks(content, language),
        custom_text=(material["texts"] or {}).get(language) or "",
        call=translate(N_("Have you seen this child? Call")), number=numbers[0],
        other_numbers=[translate(N_("or {number}")).format(number=number) for number in numbers[1:]],
        free=translate(N_("free of charge, day and night")), notice=notice.get(what, ""),
        qr=_qr(url, content["reference"]), qr_text=translate(N_("More about this search")),
        photo=f"data:{photo[0]};base64,{base64.b64encode(photo[1]).decode()}" if photo is not None else "", end=end,
        footer=[content["reference"], language_of(language).name], decision=_decision(material, language, approved_by),
        mark=translate(MARKS[mark]) if mark else "",
    )  # fmt: skip


def html(poster: Poster) -> str:
    """Return a material as an HTML page without external resources."""
    return template("poster.html").render(poster=poster)


def _name_size(what: str, name: str, width: float) -> float:
    """Return the size of the name in rem at which its longest word fits on a line. `width`: width of the paper in rem."""
    longest = max(map(len, re.split(r"[\s-]+", name)), default=1)
    return max(_MIN_NAME_SIZE, min(_MAX_NAME_SIZE[what], width * _NAME_WIDTH[what] / (_LETTER * longest)))


def _headline(content: State, language: str, what: str) -> list[str]:
    """Return the line below the name: age and sex and, on a brief, the kind of search."""
    catalogue = gettext_for(language)
    age = content["age"]
    parts = [catalogue(N_("{age} years old")).format(age=age) if age is not None else None]
    parts.append(labels.value("person.sex", "search", content["sex"], catalogue))
    if what == "brief":
        parts.append(catalogue(labels.VALUES["search.kind"][content["kind"]]))
    together = content.get("together")  # content of earlier versions lacks it
    parts.append(
        catalogue(sentences.TOGETHER).format(children=catalogue(sentences.SEPARATOR).join(together)) if together else None
    )
    return [part for part in parts if part]


def _since(content: State, language: str) -> list[LabelledText]:
    translate, facts = gettext_for(language), list[LabelledText]()
    if content["missing_since"]:
        at = moment_text(content["missing_since"], _MOMENT, language)
        facts.append(LabelledText(translate(N_("Missing since")), at))
    if content["place"]:
        facts.append(LabelledText(translate(N_("Last seen")), content["place"]))
    return facts


def _looks(content: State, language: str) -> list[LabelledText]:
    translate, facts = gettext_for(language), list[LabelledText]()
    content = content | _printed(content, language)
    for name in LOOKS:
        value = content[name] if name != "sex" else None  # shown next to the age
        if value not in (None, ""):
            text = f"{value} cm" if name == "height_cm" else labels.value(f"person.{name}", "search", value, translate) or value
            label = translate(N_("Height")) if name == "height_cm" else labels.field(f"person.{name}", translate)
            facts.append(LabelledText(label, str(text)))
    birth_date = content["birth_date"]
    day = moment_text(f"{birth_date}T12:00:00Z", "d MMMM y", language) if birth_date else None
    more = (("clothing", content["clothing"]), ("birth_date", day), ("needs", content["needs"]))
    return facts + [LabelledText(labels.field(f"person.{name}", translate), text) for name, text in more if text]


def _printed(content: State, language: str) -> State:
    """Return the details of a child as printed in a language; a detail that was left out is "". Content of earlier versions has
    none."""
    printed = content.get("printed") or {}
    return {name: texts[language] for name, texts in printed.items() if (texts or {}).get(language) is not None}


def _decision(material: State, language: str, approved_by: str) -> list[LabelledText]:
    """Return who decided and who approved; empty unless it is a brief."""
    if material["what"] != "brief" or not material.get("decided_by"):
        return []
    translate = gettext_for(language)
    decision = material.get("decision")
    decided_by = decision_text(decision, language) if decision else material["decided_by"]
    facts = [LabelledText(labels.field("decided_by", translate, "material"), decided_by)]
    if approved_by:
        at = moment_text(material["approved_at"], "d MMM y, HH:mm", language)
        facts.append(LabelledText(labels.field("approved_by", translate, "material"), f"{approved_by}, {at}"))
    return facts


def page_url(url: str, reference: str) -> str:
    """Return the address of the page about a search. `url`: the setting POSTER_URL."""
    return url.replace("{reference}", quote(reference, safe=""))


def _qr(url: str | None, reference: str) -> Markup:
    """Return a QR code for the page about a search as SVG; empty without such a page or without the library."""
    if url is None or find_spec("segno") is None:
        return Markup("")
    import segno  # the extra `paper`

    code = segno.make(page_url(url, reference), error="m", micro=False)
    # safe: it consists of squares and contains no typed text
    return Markup(code.svg_inline(border=4, omitsize=True, dark="#000", light="#fff"))  # noqa: S704
