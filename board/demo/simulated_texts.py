"""Texts that simulated users write: sentences of live.toml, combined for one board and moment."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from board.demo.seed_data import HERE, clock
from models.times import format_utc

State = Mapping[str, Any]
MAX_TITLE = 200  # characters, by the contract


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts of live.toml, chosen by `random`. Times in the texts are relative to `now`."""

    data: Mapping[str, Any]
    random: Random

    def sighting(self, reference: str | None, used: Collection[str], now: datetime) -> dict[str, Any] | None:
        """Return the data of a sighting that is not on the board yet; None if all texts are used."""
        own = self.data["search"].get(reference, {})
        subjects, actions = own.get("who", self.data["anybody"]), own.get("did", self.data["did"])
        unused = [text for who in subjects for did in actions if (text := f"{who} {did}") not in used]
        if not unused:
            return None
        pick, source = self.random.choice, self.random.choice(self.data["source"])
        sighting_data: dict[str, Any] = {
            "description": pick(unused),
            "seen_at": format_utc(now - timedelta(minutes=self.random.randint(4, 50))),
            "channel": source["channel"],
            "source": {"kind": source["kind"], "sealed": False},
        }
        if "places" in own:
            sighting_data["place"] = dict(pick(own["places"]))
        if "who" in source:
            sighting_data["source_name"] = pick(source["who"])
        return sighting_data | {name: self.detail(name) for name in ("direction", "company") if self.random.random() < 0.5}

    def detail(self, name: str) -> str:
        """Return a detail of a sighting: direction, clothing or company."""
        return str(self.random.choice(self.data[{"direction": "directions"}.get(name, name)]))

    def is_ours(self, sighting: State) -> bool:
        """Return whether a sighting consists of these texts, so that it may be about the child."""
        actions = [*self.data["did"], *(did for own in self.data["search"].values() for did in own.get("did", ()))]
        return str(sighting["description"]).endswith(tuple(actions))

    def grade(self, sighting: State) -> tuple[dict[str, Any], str]:
        """Return a grade and its reason."""
        chosen = self.random.choice(self.data["grade"])
        return {"source": chosen["source"], "content": chosen["content"]}, self._reason(chosen, sighting)

    def assessment(self, sighting: State, now: datetime) -> tuple[str, str]:
        """Return an assessment that fits the grade of the content, and its reason."""
        chosen = self.random.choice([each for each in self.data["assess"] if sighting["grade"]["content"] in each["content"]])
        return chosen["to"], self._reason(chosen, sighting).format(clock=clock(now))

    def _reason(self, chosen: Mapping[str, Any], sighting: State) -> str:
        return str(self.random.choice([*chosen["plain"], *(chosen["reason"] if self.is_ours(sighting) else ())]))

    def follow(self, sighting: State, now: datetime) -> dict[str, Any] | None:
        """Return a task that follows from a sighting; None if no text fits."""
        place = (sighting["place"] or {}).get("text")
        fit = [
            each
            for each in self.data["follow"]
            if sighting["channel"] in each.get("channels", [sighting["channel"]])
            and sighting["source"]["kind"] in each.get("of", [sighting["source"]["kind"]])
            and (place or "{place}" not in each["title"])
        ]
        if not fit:
            return None
        chosen = self.random.choice(fit)
        items = {f"k{number}": {"text": text} for number, text in enumerate(chosen.get("items", []), 1)}
        title = chosen["title"].format(place=place, number=sighting["number"])[:MAX_TITLE]
        due = format_utc(now + timedelta(minutes=self.random.randint(30, 120)))
        return {"title": title, "checklist": items, "due": due} | {name: chosen[name] for name in ("instruction", "priority")}

    def result(self, title: str, now: datetime) -> str:
        """Return the result of a task; the last texts fit all tasks."""
        chosen = next(each for each in self.data["result"] if title.startswith(tuple(each["begins"])))
        return str(self.random.choice(chosen["text"])).format(clock=clock(now))

    def note(self, kind: str, coordinator: bool, now: datetime) -> dict[str, Any]:
        """Return an entry for the log of a search of this kind."""
        fit = [each for each in self.data["note"] if kind in each.get("only", [kind]) and kind not in each.get("but", [])]
        chosen = self.random.choice([each for each in fit if coordinator or not each.get("coordinator")])
        return {"category": chosen["category"], "text": chosen["text"].format(clock=clock(now))}

    def remark(self, kind: str, now: datetime) -> str:
        """Return a note for a card: a sighting or a task."""
        chosen = self.random.choice([each for each in self.data["remark"] if each.get("kind", kind) == kind])
        return str(chosen["text"].format(clock=clock(now)))


def texts(random: Random) -> Texts:
    return Texts(tomllib.loads((HERE / "live.toml").read_text(encoding="utf-8")), random)
