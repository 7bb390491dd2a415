"""Why a hit has its rank: matched words, score contributions, rules, its rank before them."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.components import render_component
from shopwindow.serving.web.translations import MESSAGE_KEYS, translate
from shopwindow.values import Hit
from shopwindow.values.display_formats import Language, format_number, format_percent

_MIN_CONTRIBUTION = 0.005  # a bar thinner than that shows nothing
_RETRIEVAL = frozenset({"lexical", "text", "text_image", "image"})
_RECOMMENDATION = frozenset(
    {"similarity", "preferences", "price", "co_engagement", "popularity", "freshness"}
)
_COMPLEMENT = frozenset(
    {
        "co_purchase",
        "category_lift",
        "visual_similarity",
        "title_similarity",
        "color_similarity",
        "department",
    }
)
_SIMILARITY = _RETRIEVAL | _RECOMMENDATION | _COMPLEMENT | {"personal"}
_RECOMMENDATION_SURFACES = frozenset({"feed", "store", "complements"})
_EXPLORATION = "exploration"


def find_max_contribution(hits: Iterable[Hit]) -> float:
    """Return the largest contribution of similarity or preferences, whose bar is full.

    Rules may contribute far more; they do not set the scale.
    """
    contributions = (
        contribution
        for hit in hits
        for name, contribution in hit.contributions.items()
        if name in _SIMILARITY and contribution
    )
    return max(contributions, default=1.0)


@dataclass(frozen=True, slots=True)
class ContributionBar:
    """One score contribution, as a bar.

    Attributes:
        name: What contributed.
        value: How much, as text.
        percent: How far the bar is filled.
        is_negative: Whether it lowers the score.
    """

    name: str
    value: str
    percent: int
    is_negative: bool


def render_explanation(
    hit: Hit, context: CardContext, rank: int, max_contribution: float
) -> Markup:
    """Return matched words, a bar for each contribution, and what changed the rank.

    Args:
        hit: The hit.
        context: What the cards share.
        rank: Rank of the hit, from 1.
        max_contribution: The contribution that fills a bar.
    """
    language = context.language
    bars = _build_bars(hit, context, max_contribution)
    rules = [translate("rule", language, name=name) for name in hit.rules]
    exploration_chance = _describe_exploration(hit, language)
    earlier_rank = _describe_earlier_rank(hit, context, rank)
    if not (hit.matched_words or bars or rules or exploration_chance or earlier_rank):
        return Markup("")
    return render_component(
        "explanation",
        label=translate("explanation", language),
        matched_words=hit.matched_words,
        matched_word_help=translate("matched_word", language),
        bars=bars,
        rules=rules,
        exploration_chance=exploration_chance,
        earlier_rank=earlier_rank,
    )


def _build_bars(hit: Hit, context: CardContext, max_contribution: float) -> list[ContributionBar]:
    """Return the contributions that are large enough to show, largest first."""
    contributions = sorted(hit.contributions.items(), key=lambda item: -item[1])
    return [
        ContributionBar(
            _describe_contribution(name, value, context),
            format_number(value, decimals=3, signed=True),
            round(100 * min(abs(value) / max_contribution, 1.0)),
            is_negative=value < 0,
        )
        for name, value in contributions
        if abs(value) >= _MIN_CONTRIBUTION
    ]


def _describe_exploration(hit: Hit, language: Language) -> str:
    """Return the chance that put a hit where it is; empty where nothing was explored."""
    if hit.propensity is None or _EXPLORATION not in hit.contributions:
        return ""
    chance = format_percent(hit.propensity, language, significant_digits=2)
    return translate("exploration_chance", language, chance=chance)


def _describe_earlier_rank(hit: Hit, context: CardContext, rank: int) -> str:
    """Return the rank of a hit before reranking; empty where it is the same.

    It is said of a hit that was itself reranked, not of one that only made room.
    """
    is_reranked = bool(hit.rules) or bool(hit.contributions.keys() - _RETRIEVAL)
    rank_changed = hit.retrieval_rank not in {0, rank}
    if not (context.has_query and context.is_sorted_by_relevance and is_reranked and rank_changed):
        return ""
    key = "rank_before_rules" if hit.rules else "rank_before_reranking"
    return translate(key, context.language, n=hit.retrieval_rank)


def _describe_contribution(contribution: str, value: float, context: CardContext) -> str:
    """Return the text of a contribution: of its surface and sign where there is one."""
    name = contribution
    if context.is_similar_page:
        name = f"similar_{contribution}"
    elif context.surface in _RECOMMENDATION_SURFACES:
        name = f"recommendation_{contribution}"
    keys = [name, contribution]
    if value < 0:
        keys = [f"{name}_minus", f"{contribution}_minus", *keys]
    key = next((key for key in keys if key in MESSAGE_KEYS), None)
    return translate(key, context.language) if key else contribution.replace("_", " ")
