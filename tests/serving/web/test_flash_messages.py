"""The message about the effect of an interaction."""

import re

import pytest

from shopwindow.serving.web.flash_messages import describe_effect
from shopwindow.serving.web.visitor_state import InteractionEffect, InterestChange
from shopwindow.values import Product

DRESS = Product("d", "Red dress", image="d.png")
MUG = Product("m", "Blue mug", image="m.png")


@pytest.mark.parametrize(
    ("effect", "line"),
    [
        (
            InteractionEffect("click", 20, 12, 3, InterestChange(DRESS, 0.45, 0.2)),
            "After this click: 12 of 20 products are new; "
            "interest “Red dress” went from 20% to 45%.",
        ),
        (
            InteractionEffect("cart", 20, 0, 3),
            "After adding it to the cart: 3 of 20 products changed rank.",
        ),
        (
            InteractionEffect("like", interest_change=InterestChange(DRESS, 1.0, 0.998)),
            "After this like: interest “Red dress” stays at 100%.",
        ),
        (InteractionEffect("like", 20), "After this like: the order did not change."),
        (InteractionEffect("click"), "After this click: nothing changed."),
        (
            InteractionEffect("hide", 20, 1, 3, InterestChange(MUG, 1.0, None, is_dislike=True)),
            "After hiding it: 1 of 20 products are new; new dislike “Blue mug” (100%).",
        ),
    ],
)
def test_an_effect_is_described_in_one_line(effect: InteractionEffect, line: str) -> None:
    assert describe_effect(effect, "en") == line
    assert not re.search(
        r"[a-z]{3}", describe_effect(effect, "ar").replace("Red dress", "").replace("Blue mug", "")
    )
