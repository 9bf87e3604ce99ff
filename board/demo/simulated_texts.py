"""What the colleagues of `demo --live` write: sentences of live.toml, put together for one board and this moment."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from board.demo.seed_data import HERE, clock
from models.times import format_utc

State = Mapping[str, Any]
TITLE = 200  # characters, by the contract


@dataclass(frozen=True, slots=True)
class Texts:
    """Made by `texts`. `random` chooses; what is said is as of `now`."""

    told: Mapping[str, Any]
    random: Random

    def sighting(self, reference: str | None, known: Collection[str], now: datetime) -> dict[str, Any] | None:
        """A new one that is not on the board yet; None where all were said."""
        own = self.told["search"].get(reference, {})
        whos, dids = own.get("who", self.told["anybody"]), own.get("did", self.told["did"])
        unsaid = [text for who in whos for did in dids if (text := f"{who} {did}") not in known]
        if not unsaid:
            return None
        pick, source = self.random.choice, self.random.choice(self.told["source"])
        said: dict[str, Any] = {
            "description": pick(unsaid),
            "seen_at": format_utc(now - timedelta(minutes=self.random.randint(4, 50))),
            "channel": source["channel"],
            "source": {"kind": source["kind"], "sealed": False},
        }
        if "places" in own:
            said["place"] = dict(pick(own["places"]))
        if "who" in source:
            said["source_name"] = pick(source["who"])
        return said | {name: self.detail(name) for name in ("direction", "company") if self.random.random() < 0.5}

    def detail(self, name: str) -> str:
        """Of a sighting: its direction, clothing or company."""
        return str(self.random.choice(self.told[{"direction": "directions"}.get(name, name)]))

    def ours(self, sighting: State) -> bool:
        """Whether it was made of these texts: then it is of somebody who may be the child."""
        dids = [*self.told["did"], *(did for own in self.told["search"].values() for did in own.get("did", ()))]
        return str(sighting["description"]).endswith(tuple(dids))

    def grade(self, sighting: State) -> tuple[dict[str, Any], str]:
        """A grade and its reason."""
        chosen = self.random.choice(self.told["grade"])
        return {"source": chosen["source"], "content": chosen["content"]}, self._reason(chosen, sighting)

    def assessment(self, sighting: State, now: datetime) -> tuple[str, str]:
        """What a sighting comes to, by how its content was graded, and why."""
        chosen = self.random.choice([each for each in self.told["assess"] if sighting["grade"]["content"] in each["content"]])
        return chosen["to"], self._reason(chosen, sighting).format(clock=clock(now))

    def _reason(self, chosen: Mapping[str, Any], sighting: State) -> str:
        return str(self.random.choice([*chosen["plain"], *(chosen["reason"] if self.ours(sighting) else ())]))

    def follow(self, sighting: State, now: datetime) -> dict[str, Any] | None:
        """A task that follows from a sighting; None where no text fits."""
        place = (sighting["place"] or {}).get("text")
        fit = [
            each
            for each in self.told["follow"]
            if sighting["channel"] in each.get("channels", [sighting["channel"]])
            and sighting["source"]["kind"] in each.get("of", [sighting["source"]["kind"]])
            and (place or "{place}" not in each["title"])
        ]
        if not fit:
            return None
        chosen = self.random.choice(fit)
        items = {f"k{number}": {"text": text} for number, text in enumerate(chosen.get("items", []), 1)}
        title = chosen["title"].format(place=place, number=sighting["number"])[:TITLE]
        due = format_utc(now + timedelta(minutes=self.random.randint(30, 120)))
        return {"title": title, "checklist": items, "due": due} | {name: chosen[name] for name in ("instruction", "priority")}

    def result(self, title: str, now: datetime) -> str:
        """What came of a task; the last ones fit all."""
        chosen = next(each for each in self.told["result"] if title.startswith(tuple(each["begins"])))
        return str(self.random.choice(chosen["text"])).format(clock=clock(now))

    def note(self, kind: str, coordinator: bool, now: datetime) -> dict[str, Any]:
        """An entry in the log of a search of this kind."""
        fit = [each for each in self.told["note"] if kind in each.get("only", [kind]) and kind not in each.get("but", [])]
        chosen = self.random.choice([each for each in fit if coordinator or not each.get("coordinator")])
        return {"category": chosen["category"], "text": chosen["text"].format(clock=clock(now))}

    def remark(self, kind: str, now: datetime) -> str:
        """A note on a card: a sighting or a task."""
        chosen = self.random.choice([each for each in self.told["remark"] if each.get("kind", kind) == kind])
        return str(chosen["text"].format(clock=clock(now)))


def texts(random: Random) -> Texts:
    return Texts(tomllib.loads((HERE / "live.toml").read_text(encoding="utf-8")), random)
