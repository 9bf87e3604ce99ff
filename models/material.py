"""Materials: posters, vignettes and briefs that were approved for giving out, with the approved facts."""

from typing import Any, ClassVar, Literal

from pydantic import Field as PydanticField

from models.entity import Entity, json_column, partial_index
from models.fields import Data, Date, Id, LongText, Name, Time, Title

What = Literal["poster", "vignette", "brief"]
Language = Literal["fr", "nl", "de", "en"]
Shown = Literal["last_name", "age", "looks", "clothing", "time", "place", "photo", "birth_date", "needs"]


class Texts(Data):
    """Custom sentences by language. At most 400 characters each; 4,000 for a `brief`."""

    fr: LongText | None = None
    nl: LongText | None = None
    de: LongText | None = None
    en: LongText | None = None


class Content(Data):
    """Approved facts that a material shows. A fact that is not shown is null.

    `last_name`: its initial, unless the full name is shown.
    """

    reference: Title
    kind: str
    first_name: Title
    last_name: Name | None = None
    age: int | None = PydanticField(default=None, ge=0, le=130)
    birth_date: Date | None = None
    sex: Literal["f", "m", "x"] | None = None
    height_cm: int | None = None
    build: str | None = None
    hair: Name | None = None
    eyes: Name | None = None
    features: Name | None = None
    clothing: Name | None = None
    needs: Name | None = None
    missing_since: Time | None = None
    place: Name | None = None
    photo: Id | None = None


class Withdrawal(Data):
    """Withdrawal of a material or distribution."""

    reason: LongText | None = None
    at: Time
    by: Id


class Material(Entity, table=True):
    """Poster, vignette or brief that was approved for giving out. *0.4.0*

    `shows`: `birth_date` and `needs` only for a `brief`.
    `texts`: a custom sentence for each language; at most 400 characters, 4,000 for a `brief`.
    `content`: the approved facts; null if not shown.
    `decided_by`: person or authority that decided: police, prosecutor, family.
    `ended_at`: time from which it must no longer be given out; see *Materials*.
    """

    KIND: ClassVar[str] = "material"
    STATE: ClassVar[tuple[str, ...]] = (
        "what", "languages", "shows", "texts", "content", "until", "decided_by", "approved_by", "approved_at", "ended_at",
        "withdrawn",
    )  # fmt: skip

    __table_args__ = (partial_index("material_ends", "ends_at", where="ended_at IS NULL"),)

    what: str
    languages: list[str] = json_column(list[Language])
    shows: list[str] = json_column(list[Shown])
    texts: dict[str, Any] = json_column(Texts)
    content: dict[str, Any] = json_column(Content)
    until: str
    decided_by: str  # police, prosecutor, family
    approved_by: str
    approved_at: str
    ended_at: str | None = None
    withdrawn: dict[str, Any] | None = json_column(Withdrawal, nullable=True)
    # Never part of a state:
    ends_at: str  # the earlier of `until` and the end of the appeal
