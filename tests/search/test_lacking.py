"""A text that says what is not there, in words before the thing or behind it."""

import pytest

from search.query.stated_absences import states_absence
from search.query.stems import stem_phrase


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("leather belt without buckle", "buckles"),
        ("belt strap without belt buckle", "buckle"),
        ("soap, fragrance-free", "fragrance"),
        ("no buckle, one piece", "buckle"),
        ("dress without any long sleeves", "long sleeves"),
        ("فستان بدون أكمام", "أكمام"),
        ("عطر خالي من الكحول", "كحول"),
    ],
)
def test_it_says_so(text: str, thing: str) -> None:
    assert states_absence(stem_phrase(text), stem_phrase(thing))


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("belt with a silver buckle", "buckle"),
        ("without laces, but with a buckle", "buckle"),
        ("dress with sleeves", "buckle"),
        ("", "buckle"),
        ("فستان بأكمام طويلة", "أكمام"),
    ],
)
def test_it_does_not(text: str, thing: str) -> None:
    assert not states_absence(stem_phrase(text), stem_phrase(thing))
