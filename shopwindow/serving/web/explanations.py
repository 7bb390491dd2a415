"""Why a hit has its rank: matched words, score contributions, rules, its rank before them."""

from collections.abc import Iterable

from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.markup import Markup, tag
from shopwindow.serving.web.translations import MESSAGE_KEYS, translate
from shopwindow.values import Hit
from shopwindow.values.display_formats import format_number, format_percent

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
    tooltip = translate("matched_word", context.language)
    words = [tag("li", word, dir="auto", title=tooltip) for word in hit.matched_words]
    contributions = sorted(hit.contributions.items(), key=lambda item: -item[1])
    bars = [
        _render_bar(name, value, context, max_contribution)
        for name, value in contributions
        if abs(value) >= _MIN_CONTRIBUTION
    ]
    changes = _render_rank_changes(hit, context, rank)
    if not words and not bars and not changes:
        return Markup("")
    return tag(
        "div.sw-explanation",
        tag("ul.sw-matched-words", *words) if words else "",
        tag("ul.sw-contributions", *bars) if bars else "",
        tag("ul.sw-rank-changes", *changes) if changes else "",
        role="group",
        aria_label=translate("explanation", context.language),
    )


def _render_rank_changes(hit: Hit, context: CardContext, rank: int) -> list[Markup]:
    """Return the rules that moved a hit, and its rank before reranking where it differs.

    The rank is shown for a hit that was itself reranked, not for one that only made room.
    """
    language = context.language
    items = [
        tag("li.sw-rule", translate("rule", language, name=name), dir="auto") for name in hit.rules
    ]
    if hit.propensity is not None and _EXPLORATION in hit.contributions:
        chance = format_percent(hit.propensity, language, significant_digits=2)
        text = translate("exploration_chance", language, chance=chance)
        items.append(tag("li.sw-exploration", text))
    is_reranked = bool(hit.rules) or bool(hit.contributions.keys() - _RETRIEVAL)
    rank_changed = hit.retrieval_rank not in {0, rank}
    if context.has_query and context.is_sorted_by_relevance and is_reranked and rank_changed:
        key = "rank_before_rules" if hit.rules else "rank_before_reranking"
        items.append(tag("li", translate(key, language, n=hit.retrieval_rank)))
    return items


def _render_bar(
    contribution: str, value: float, context: CardContext, max_contribution: float
) -> Markup:
    name = _describe_contribution(contribution, value, context)
    percent = f"{100 * min(abs(value) / max_contribution, 1.0):.0f}%"
    amount = format_number(value, context.language, decimals=3, signed=True)
    bar = tag("span.sw-bar", tag("i", style=f"width:{percent}"), aria_hidden="true")
    item = "li" if value > 0 else "li.sw-negative"
    return tag(item, tag("span.sw-contribution", name), bar, title=f"{name}: {amount}")


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
