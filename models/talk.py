"""Talk with a child that was found: it is never in a state or event."""

from typing import Annotated

from models.declared import part
from models.fields import Data, Id, LongText, Time
from models.texts import N_


class TalkAnswers(Data):
    """Record of a child's answers in the talk after it was found.

    `why`: why it left.
    `where`: where it was.
    `with_whom`: with whom it was.
    `helped`: what helped.
    `would_help`: what would keep it from leaving again.
    """

    why: Annotated[LongText | None, part(N_("Why did the child leave?"), control="long", personal=True)] = None
    where: Annotated[LongText | None, part(N_("Where was the child?"), control="long", personal=True)] = None
    with_whom: Annotated[LongText | None, part(N_("Who was with the child?"), control="long", personal=True)] = None
    helped: Annotated[LongText | None, part(N_("What helped?"), control="long", personal=True)] = None
    would_help: Annotated[
        LongText | None, part(N_("What would keep the child from leaving again?"), control="long", personal=True)
    ] = None


class TalkKept(Data):
    """Note that a talk is recorded.

    `by`: account that recorded it.
    `offered`: whether it is offered to those who work on the next disappearance of the child.
    """

    at: Annotated[Time, part(N_("Talk recorded at"), reads_as="time")]
    by: Annotated[Id, part(N_("Talk recorded by"), reads_as="person")]
    offered: Annotated[bool, part(N_("Offered at the next disappearance"))]
