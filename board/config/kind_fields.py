"""Details of each kind of search, in a data file. An installation can replace the file with its own under FILES_PATH."""

from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field

from board.config import data_files
from board.i18n import N_
from models.fields import Data
from models.search import Details

FILE = "kind_fields.toml"


def _check_names(names: list[str]) -> list[str]:
    if unknown := [name for name in names if name not in Details.model_fields]:
        raise ValueError(f"Unknown field {unknown[0]!r}.")
    if len(set(names)) < len(names):
        raise ValueError(N_("Remove the duplicates."))
    return names


Names = Annotated[list[str], AfterValidator(_check_names)]


class FieldsOfKind(Data):
    """Fields of one kind of search, in order: in its form, in the header of its pages, and in its facts."""

    form: Names = Field(default_factory=list)
    header: Names = Field(default_factory=list)
    facts: Names = Field(default_factory=list)


class KindFields(Data):
    """Fields of each kind of search. An omitted kind has none."""

    runaway: FieldsOfKind = Field(default_factory=FieldsOfKind)
    parental_abduction: FieldsOfKind = Field(default_factory=FieldsOfKind)
    unaccompanied_minor: FieldsOfKind = Field(default_factory=FieldsOfKind)
    third_party_abduction: FieldsOfKind = Field(default_factory=FieldsOfKind)
    undefined: FieldsOfKind = Field(default_factory=FieldsOfKind)


load_kind_fields = data_files.loader(partial(data_files.read, FILE, KindFields))
