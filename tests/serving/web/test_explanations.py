"""Why a hit has its rank: names, bars and rank changes."""

import re

import numpy as np
import pytest

from shopwindow.ranking import BasketStatistics, ComplementFeatures, score_complements
from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.cards import render_gallery
from shopwindow.serving.web.translations import MESSAGE_KEYS
from shopwindow.values import Hit, Product
from shopwindow.values.display_formats import Language

DRESS = Product("d", "Red dress", image="d.png")
QUERY_CONTEXT = CardContext("en", has_query=True)


def test_negative_contributions_are_shown() -> None:
    contributions = {
        "lexical": 0.8,
        "negation": -1.0,
        "negative_examples": -0.4,
        "diversity": -0.1,
        "rules": 0.3,
    }
    html = render_gallery([Hit(Product("1", "Mug"), -0.4, contributions)], QUERY_CONTEXT)
    assert html.count('<li class="sw-negative"') == 3
    assert "Has what you excluded" in html
    assert 'title="Similar to what you excluded: -0.400"' in html
    assert "width:50%" in html  # the largest similarity contribution fills a bar
    assert "Free of what you excluded" in render_gallery(
        [Hit(Product("1", "Mug"), 1, {"negation": 0.1})], QUERY_CONTEXT
    )


def test_the_rules_that_moved_a_hit_are_named() -> None:
    hit = Hit(Product("1", "Mug"), 9.0, {"pinned": 9.0}, rules=("Eid <first>",), retrieval_rank=7)
    html = render_gallery([hit], QUERY_CONTEXT)
    assert "Store rule: Eid &lt;first&gt;" in html
    assert "Pinned by the store" in html
    assert "Rank 7 before rules" in html


@pytest.mark.parametrize(
    ("hit", "context"),
    [
        (
            Hit(
                Product("1", "Mug"), 1.0, {"lexical": 0.5, "attribute_match": 0.1}, retrieval_rank=1
            ),
            QUERY_CONTEXT,
        ),
        (Hit(Product("1", "Mug"), 1.0, {"lexical": 0.5, "attribute_match": 0.1}), QUERY_CONTEXT),
        (Hit(Product("1", "Mug"), 1.0, {"lexical": 0.5}, retrieval_rank=7), QUERY_CONTEXT),
        (
            Hit(
                Product("1", "Mug"), 1.0, {"lexical": 0.5, "attribute_match": 0.1}, retrieval_rank=7
            ),
            CardContext("en", has_query=True, is_sorted_by_relevance=False),
        ),
    ],
)
def test_the_rank_before_reranking_is_shown_only_for_reranked_hits(
    hit: Hit, context: CardContext
) -> None:
    assert not re.search(r"Rank \d", render_gallery([hit], context))


def test_an_explored_product_shows_its_propensity() -> None:
    contributions = {"similarity": 0.2, "exploration": 0.3, "price": 0.1}
    html = render_gallery(
        (Hit(DRESS, 0.6, contributions, propensity=0.0512),), CardContext("en", surface="feed")
    )
    assert "New: still learning" in html
    assert "Chance of being shown here: 5.1%" in html
    assert "In your usual price range" in html
    usual = render_gallery(
        (Hit(DRESS, 0.2, {"similarity": 0.2}, propensity=0.9),), CardContext("en")
    )
    assert "still learning" not in usual


def test_each_contribution_of_a_complement_has_a_name_and_a_bar() -> None:
    dress = ComplementFeatures("a", "dresses", "clothes", department="fashion")
    score = score_complements(
        dress, np.zeros(2, np.float32), [], np.zeros((0, 2), np.float32), BasketStatistics()
    )
    languages: tuple[Language, ...] = ("en", "ar")
    for name in score.contributions:
        assert {f"recommendation_{name}", name} & set(MESSAGE_KEYS), name
        for language in languages:
            context = CardContext(language, surface="complements")
            assert f">{name}<" not in render_gallery((Hit(DRESS, 0.5, {name: 0.5}),), context)
    contributions = {"title_similarity": 0.4, "department": 0.1, "popularity": 0.01}
    context = CardContext("en", surface="complements")
    html = render_gallery((Hit(DRESS, 0.51, contributions),), context)
    assert re.findall(r"width:(\d+)%", html) == ["100", "25", "2"]
    assert "Different department" in render_gallery(
        (Hit(DRESS, -0.1, {"department": -0.1}),), context
    )


def test_negative_contributions_have_names_of_their_own() -> None:
    contributions = {"similarity": 0.5, "price": -0.1, "preferences": -0.2}
    html = render_gallery((Hit(DRESS, 0.2, contributions),), CardContext("en", surface="feed"))
    assert "Outside your usual price range" in html
    assert "Brands and categories you rarely choose" in html
    assert "Similar to what you like" in html
    ranked = CardContext("en", has_query=True)
    moved = Hit(DRESS, 0.4, {"lexical": 0.5, "personal": -0.1}, retrieval_rank=3)
    assert "Outside your preferences" in render_gallery((moved,), ranked)
    assert "Rank 3 before reranking" in render_gallery((moved,), ranked)
