"""Installation under attack, as the attackers know it: what a stolen account could learn."""

import json
from dataclasses import asdict, dataclass
from typing import Self

ROLES = ("viewer", "investigator", "coordinator", "admin", "intake")


@dataclass(frozen=True, slots=True)
class Target:
    """Addresses, tokens and ids. `tokens`: by role. `secret_board`: a members-only search without an attacker as its member.
    `victim`: e-mail address of an honest coordinator. `files`: folder of stored files, for the file writer."""

    urls: list[str]
    boards: list[str]
    secret_board: str
    secret_name: str  # of its child
    tokens: dict[str, str]
    victim: str
    redis_url: str | None = None
    files: str | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))
