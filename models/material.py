"""Materials: posters, vignettes and briefs that were approved for giving out, with the approved facts."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as PydanticField

from models import decision
from models.decision import DecidedBy
from models.declared import field, group, part
from models.entity import Entity, partial_index
from models.fields import Data, Date, Id, LongText, Name, RequiredShortText, ShortText, Time, Title
from models.search import MAX_LINKS, SEXES
from models.texts import N_

What = Literal["poster", "vignette", "brief"]
Language = Literal["fr", "nl", "de", "en"]
Shown = Literal["last_name", "age", "looks", "clothing", "time", "place", "photo", "birth_date", "needs"]
WHAT = {"poster": N_("Poster"), "vignette": N_("Vignette"), "brief": N_("Brief for the police")}
LANGUAGES = {"fr": N_("French"), "nl": N_("Dutch"), "de": N_("German"), "en": N_("English")}
SHOWN = {
    "last_name": N_("Full name"), "age": N_("Age"), "looks": N_("What the child looks like"), "clothing": N_("Clothing"),
    "time": N_("Missing since"), "place": N_("Last seen"), "photo": N_("Photo"), "birth_date": N_("Date of birth"),
    "needs": N_("Needs"),
}  # fmt: skip
Translated = Literal["hair", "eyes", "features", "clothing", "needs"]  # details of the child that are translated
MAX_WORDS = 40
Languages = Annotated[list[Language], PydanticField(min_length=1, max_length=len(LANGUAGES))]
Shows = Annotated[list[Shown], PydanticField(max_length=len(SHOWN))]
CustomText = Annotated[LongText | None, part(N_("Custom text"), control="long", personal=True, prose=True)]


class CustomTexts(Data):
    """Custom sentences by language. At most 400 characters each; 4,000 for a `brief`."""

    fr: CustomText = None
    nl: CustomText = None
    de: CustomText = None
    en: CustomText = None


class PrintedTexts(Data):
    """Text as printed, by language. Null in languages that the material does not have."""

    fr: LongText | None = None
    nl: LongText | None = None
    de: LongText | None = None
    en: LongText | None = None


class PrintedWord(Data):
    """Decision of a person about a word that the vocabulary lacks, or about the complete text of a field.

    It is printed as its translation. In languages without one, it is left out, or is printed as typed, in quotation marks.
    """

    field: Translated
    word: Name
    fr: ShortText | None = None
    nl: ShortText | None = None
    de: ShortText | None = None
    en: ShortText | None = None
    as_typed: bool = False
    left_out: bool = False


PrintedWords = Annotated[list[PrintedWord], PydanticField(max_length=MAX_WORDS)]


class TranslatedTexts(Data):
    """Details of the child as printed. A detail that is not shown is null."""

    hair: PrintedTexts | None = None
    eyes: PrintedTexts | None = None
    features: PrintedTexts | None = None
    clothing: PrintedTexts | None = None
    needs: PrintedTexts | None = None


class TypedLanguages(Data):
    """Languages in which the details of the child were typed."""

    hair: Language | None = None
    eyes: Language | None = None
    features: Language | None = None
    clothing: Language | None = None
    needs: Language | None = None


class Content(Data):
    """Approved facts that a material shows. A fact that is not shown is null.

    `last_name`: its initial, unless the full name is shown.
    `numbers`: telephone numbers, in order; null in materials of earlier versions, which show 116 000. *0.4.0*
    `together`: first name and age of the children who disappeared together with this one, and may be shown too; null if there are
    none. *0.4.0*
    `printed`: details of the child in each language of the material; null in materials of earlier versions, which show them as
    typed. *0.4.0*
    `typed_in`: languages in which those details were typed. *0.4.0*
    `words`: translations by the person who approved it, and the words that were approved as typed. *0.4.0*
    """

    reference: Title
    kind: str
    first_name: Title
    last_name: Name | None = None
    age: int | None = PydanticField(default=None, ge=0, le=130)
    birth_date: Date | None = None
    sex: Annotated[Literal["f", "m", "x"] | None, part(N_("Sex"), personal=True, choices=SEXES)] = None
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
    numbers: Annotated[list[str] | None, PydanticField(max_length=4)] = None
    together: Annotated[list[str] | None, PydanticField(max_length=MAX_LINKS)] = None
    printed: TranslatedTexts | None = None
    typed_in: TypedLanguages | None = None
    words: PrintedWords | None = None


class Withdrawal(Data):
    """Withdrawal of a material or distribution."""

    reason: Annotated[LongText | None, part(N_("Reason"), personal=True, prose=True)] = None
    at: Annotated[Time, part(N_("Withdrawn at"), reads_as="time")]
    by: Annotated[Id, part(N_("Withdrawn by"), reads_as="person")]


class Material(Entity, table=True):
    """Poster, vignette or brief that was approved for giving out. *0.4.0*

    `shows`: `birth_date` and `needs` only for a `brief`.
    `texts`: a custom sentence for each language; at most 400 characters, 4,000 for a `brief`.
    `content`: the approved facts; null if not shown.
    `decided_by`: person or authority that decided: police, prosecutor, family; with a `decision`, its `name`.
    `decision`: who decided, with role, time and reference; null if only the text is known. *0.4.0*
    `ended_at`: time from which it must no longer be given out; see *Materials*.
    """

    KIND: ClassVar[str] = "material"
    __table_args__ = (partial_index("material_ends", "ends_at", where="ended_at IS NULL"),)

    what: str = field(What, N_("What to give out"), ..., by_people=True, control="choice", required=True, choices=WHAT)
    languages: list[str] = group(Languages, N_("Languages"), by_people=True, required=True, choices=LANGUAGES)
    shows: list[str] = group(Shows, N_("What it shows"), by_people=True, required=True, choices=SHOWN)
    texts: dict[str, Any] = group(CustomTexts, N_("Custom text"), by_people=True)
    content: dict[str, Any] = group(Content, N_("Details as approved"), personal=True, reads_as="internal")
    until: str = field(Time, N_("Show until"), ..., by_people=True, control="time", required=True)
    # police, prosecutor, family
    decided_by: str = field(
        RequiredShortText, N_("Decided by"), ..., by_people=True, control="text", required=True, personal=True, prose=True
    )
    decision: dict[str, Any] | None = group(DecidedBy, N_("Decision"), nullable=True, personal=True, parts=decision.parts())
    approved_by: str = field(Id, N_("Approved by"), ..., control="person")
    approved_at: str = field(Time, N_("Approved at"), ...)
    ended_at: str | None = field(Time, N_("No longer given out since"))
    withdrawn: dict[str, Any] | None = group(Withdrawal, N_("Withdrawn"), nullable=True)
    # Never part of a state:
    ends_at: str  # the earlier of `until` and the end of the appeal
