"""Templates of tasks in data files: in English, with optional translations."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from board import i18n
from models.fields import Data, LongText, ShortText, Title

YEAR_MINUTES = 366 * 24 * 60

# optional titles and instructions in the other languages: `title_fr`, `instruction_fr`, …
_TRANSLATIONS: dict[str, Any] = {
    f"{name}_{code}": (type | None, None)
    for code in i18n.LANGUAGES if code != i18n.DEFAULT for name, type in (("title", Title), ("instruction", LongText))
}  # fmt: skip


class TaskTemplate(create_model("TranslatedTask", __base__=Data, **_TRANSLATIONS)):  # type: ignore[misc]
    """Task template in English, with optional translations."""

    key: ShortText | None = None
    title: Title
    instruction: LongText | None = None
    priority: Literal["low", "normal", "urgent"] = "normal"
    due_minutes: Annotated[int, Field(ge=1, le=YEAR_MINUTES)] | None = None

    def texts(self) -> Iterator[dict[str, str]]:
        """Yield the title and the instruction, each by language."""
        for name in ("title", "instruction"):
            if text := getattr(self, name):
                yield {language: getattr(self, f"{name}_{language}", None) or text for language in i18n.languages()}

    def text_in(self, language: str) -> dict[str, str | None]:
        """Return title and instruction in a language, or in English if there is no translation."""
        return {name: getattr(self, f"{name}_{language}", None) or getattr(self, name) for name in ("title", "instruction")}
