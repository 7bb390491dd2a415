"""Texts that a spreadsheet would run as formulas are escaped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopwindow.values.spreadsheet import escape_formula, is_formula, unescape_formula

FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)",  # plain
    "＝1+1", "＋1", "－1", "＠SUM(A1)",  # full-width
    "﹦1+1", "﹢1", "﹣1", "﹫SUM(A1)", "⁼1", "⁺1", "₌1",  # small, raised, lowered
    "\t=1", "\r=1", "\n=1", "\ttext", "\rtext", " =1", "\u00a0=1", "\u3000＝1", "\x0b=1", "\x1f=1",
    "\ufeff=1", "\u200b=1", "\u200f=1", "\u2066=1", "\u00ad=1", "\ufe0f=1", "\u034f=1", "\u2800=1",
    "\u3164=1", "\ufeff \u200b\t＝1", "\x00=1",
)  # fmt: skip
PLAIN_TEXTS = (
    "",
    " ",
    "\u200b",
    "Red mug",
    "a=1",
    "1-1",
    "'tis",
    "خزانة = 3",
    "50 - 60",
    "♥ =1",
    "(=1)",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_escaped_with_an_apostrophe(text: str) -> None:
    assert is_formula(text)
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN_TEXTS)
def test_a_plain_text_is_unchanged(text: str) -> None:
    assert not is_formula(text)
    assert escape_formula(text) == text


@given(st.text(st.sampled_from("'=＝+-@ \t\ufeff\u200baب")))
def test_unescaping_restores_the_text(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text
    assert not is_formula(escape_formula(text))
