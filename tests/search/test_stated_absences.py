"""Absences stated in a text, by a word before the feature or after it."""

import pytest

from search.query.stated_absences import states_absence
from search.query.stems import stem_phrase


@pytest.mark.parametrize(
    ("text", "feature"),
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
def test_a_stated_absence_is_found(text: str, feature: str) -> None:
    assert states_absence(stem_phrase(text), stem_phrase(feature))


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        ("belt with a silver buckle", "buckle"),
        ("without laces, but with a buckle", "buckle"),
        ("dress with sleeves", "buckle"),
        ("", "buckle"),
        ("فستان بأكمام طويلة", "أكمام"),
    ],
)
def test_no_absence_is_found_where_none_is_stated(text: str, feature: str) -> None:
    assert not states_absence(stem_phrase(text), stem_phrase(feature))
