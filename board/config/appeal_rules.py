"""Requirements of each level of an appeal, in a data file: who decides it, and what must be known. An installation can replace
the file with its own under FILES_PATH. An error names its line."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, create_model

from board import i18n
from board.config import data_files
from board.config.task_templates import TaskTemplate
from board.config.toml_lines import line_of
from board.errors import from_pydantic
from models.db.errors import ConfigurationError
from models.decision import DeciderRole
from models.fields import Data, Title
from models.search import ConditionKey

FILE = "appeal.toml"
MAX_CONDITIONS = 20
MAX_HOURS, MAX_PROLONGATIONS = 720, 20
HOTLINE = "116 000"

Number = Annotated[str, StringConstraints(pattern=r"^[0-9+][0-9 +]{2,19}$")]
Location = tuple[str | int, ...]
_TEXTS: dict[str, Any] = {f"text_{code}": (Title | None, None) for code in i18n.LANGUAGES if code != i18n.DEFAULT}


class Condition(create_model("TranslatedCondition", __base__=Data, **_TEXTS)):  # type: ignore[misc]
    """Condition that a level can require, in English, with optional translations."""

    key: ConditionKey
    text: Title

    def text_in(self, language: str) -> str:
        """Return the text in a language, or in English if there is no translation."""
        return getattr(self, f"text_{language}", None) or self.text


class LevelRules(Data):
    """Requirements of one level. `board/config/data/appeal.toml` explains them."""

    decided_by: list[DeciderRole] = Field(default_factory=list)
    required: bool = False
    worrying: bool = False
    photo: bool = False
    conditions: list[ConditionKey] = Field(default_factory=list, max_length=MAX_CONDITIONS)
    max_hours: Annotated[int, Field(ge=1, le=MAX_HOURS)] | None = None
    prolongations: Annotated[int, Field(ge=0, le=MAX_PROLONGATIONS)] = 0
    ends: bool = False
    numbers: list[Number] = Field(default_factory=lambda: [HOTLINE], min_length=1, max_length=4)
    after: TaskTemplate | None = None


class AppealFile(Data):
    """Conditions and levels of an installation."""

    condition: list[Condition] = Field(default_factory=list, max_length=MAX_CONDITIONS)
    levels: dict[Literal["discreet", "posters", "public", "child_alert"], LevelRules] = Field(default_factory=dict)


class AppealRules:
    """Requirements of the levels of an installation's appeals."""

    def __init__(self, file: AppealFile) -> None:
        self.conditions: Mapping[str, Condition] = {condition.key: condition for condition in file.condition}
        self._levels: Mapping[Any, LevelRules] = file.levels

    def of(self, level: str) -> LevelRules:
        """Return the requirements of a level."""
        return self._levels.get(level) or LevelRules()

    def ending(self) -> list[str]:
        """Return the levels that end automatically."""
        return [level for level, rules in self._levels.items() if rules.ends]

    def tasks(self) -> Iterator[TaskTemplate]:
        """Yield the tasks that are added when an appeal has ended automatically."""
        yield from (rules.after for rules in self._levels.values() if rules.after is not None)

    def for_scripts(self, language: str) -> dict[str, Any]:
        """Return the requirements by level, with the texts of the conditions in a language."""
        texts = {key: condition.text_in(language) for key, condition in self.conditions.items()}
        return {"levels": {level: rules.model_dump(exclude={"after"}) for level, rules in self._levels.items()}, "texts": texts}


def load(folder: str | None = None) -> AppealRules:
    """Return the rules of an installation. Raises ConfigurationError, with a sentence that names the line of the first error."""
    path = data_files.path_of(FILE, folder)
    try:
        text = path.read_text(encoding="utf-8")
        file = AppealFile.model_validate(tomllib.loads(text))
    except ValidationError as error:
        location = error.errors(include_url=False, include_input=False)[0]["loc"]
        field, sentence = next(iter((from_pydantic(error).fields or {}).items()))
        raise ConfigurationError(f"{path}, line {line_of(text, location)}, at {field}: {sentence}") from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} can't be read: {error}") from None
    for location, sentence in _errors(file):
        raise ConfigurationError(f"{path}, line {line_of(text, location)}: {sentence}")
    return AppealRules(file)


def _errors(file: AppealFile) -> Iterator[tuple[Location, str]]:
    """Yield the path and a sentence for each error that concerns several values."""
    keys = [condition.key for condition in file.condition]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            yield ("condition", number, "key"), f'two conditions have the key "{key}". Each needs a different one.'
    for level, rules in file.levels.items():
        for key in rules.conditions:
            if key not in keys:
                yield ("levels", level, "conditions"), f'the condition "{key}" has no [[condition]].'
        if rules.required and not rules.decided_by:
            yield ("levels", level, "required"), "a required decision needs people in decided_by."
        if (rules.prolongations or rules.ends) and rules.max_hours is None:
            yield ("levels", level), "an appeal that ends, or is prolonged, needs max_hours."


load_appeal_rules = data_files.loader(load)
