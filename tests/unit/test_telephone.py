"""Telephone numbers: as people say them, as they are dialled, and the sentence that refuses the others."""

import pytest

from models import telephone


@pytest.mark.parametrize(
    ("typed", "dialled", "shown"),
    [
        ("0470 12 34 56", "+32470123456", "+32 470 12 34 56"),
        ("02/475.44.11", "+3224754411", "+32 2 475 44 11"),
        ("(02) 475 44 11", "+3224754411", "+32 2 475 44 11"),
        ("0032 2 475 44 11", "+3224754411", "+32 2 475 44 11"),
        ("+32 (0)470 12 34 56", "+32470123456", "+32 470 12 34 56"),
        ("+33 6 12 34 56 78", "+33612345678", "+33 6 12 34 56 78"),
        ("+31 6 12 34 56 78", "+31612345678", "+31 6 12345678"),
        ("+32 2 475 44 11 ext. 12", "+3224754411;ext=12", "+32 2 475 44 11 ext. 12"),
        ("0800 30 300", "+3280030300", "+32 800 30 300"),
        ("116 000", "116000", "116 000"),
        ("112", "112", "112"),
        ("٠٤٧٠١٢٣٤٥٦", "+32470123456", "+32 470 12 34 56"),
    ],
)
def test_number_is_stored_as_dialled_and_shown_as_read(typed: str, dialled: str, shown: str) -> None:
    assert telephone.checked(typed) == dialled
    assert telephone.shown(dialled) == shown
    assert telephone.checked(shown) == dialled, "what a form shows is accepted again"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("0612345678", telephone.NOT_HERE),  # French, without the code of the country
        ("0800-CHILD", telephone.NOT_A_NUMBER),
        ("call me", telephone.NOT_A_NUMBER),
        ("0470 12 34 56 mobile", telephone.NOT_A_NUMBER),
        ("", telephone.NOT_A_NUMBER),
        ("+", telephone.NOT_A_NUMBER),
        ("++32 470 12 34 56", telephone.NOT_A_NUMBER),
        ("+999 123 456", telephone.NOT_A_NUMBER),
        ("1" * 40, telephone.WRONG_LENGTH),
        ("+" + "4" * 40, telephone.WRONG_LENGTH),
        ("+32 470", telephone.WRONG_LENGTH),
        ("<script>", telephone.NOT_A_NUMBER),
    ],
)
def test_other_number_is_refused_by_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        telephone.checked(typed)
    assert str(refused.value) == sentence
