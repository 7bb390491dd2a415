"""Why a hit stands where it stands: words, parts of its score, rules, its place without them."""

from collections.abc import Iterable

from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.markup import Markup, tag
from shopwindow.serving.web.translations import MESSAGE_KEYS, translate
from shopwindow.values import Hit

_LEAST_PART = 0.005  # a bar thinner than that shows nothing
_OF_LEGS = frozenset({"lexical", "text", "text_image", "image"})
_OF_FEEDS = frozenset(
    {"similarity", "preferences", "price", "co_engagement", "popularity", "freshness"}
)
_OF_COMPLEMENTS = frozenset(
    {
        "co_purchase",
        "category_lift",
        "visual_similarity",
        "title_similarity",
        "color_similarity",
        "department",
    }
)
_OF_LIKENESS = _OF_LEGS | _OF_FEEDS | _OF_COMPLEMENTS | {"personal"}
_FEEDS = frozenset({"feed", "store", "complements"})
_EXPLORED = "exploration"


def find_max_contribution(hits: Iterable[Hit]) -> float:
    """Return the largest part of likeness or taste, whose bar is full; rules may add far more."""
    parts = (
        part
        for hit in hits
        for name, part in hit.contributions.items()
        if name in _OF_LIKENESS and part
    )
    return max(parts, default=1.0)


def render_explanation(
    hit: Hit, context: CardContext, rank: int, max_contribution: float
) -> Markup:
    """Return matched words, a bar for each part, and what moved the hit.

    Args:
        hit: The hit.
        context: What the cards share.
        rank: Where it stands, from 1.
        max_contribution: The part that fills a bar.
    """
    about = translate("word", context.language)
    words = [tag("li", word, dir="auto", title=about) for word in hit.matched_words]
    parts = sorted(hit.contributions.items(), key=lambda item: -item[1])
    bars = [
        _bar(n, part, context, max_contribution) for n, part in parts if abs(part) >= _LEAST_PART
    ]
    moved = _moved(hit, context, rank)
    if not words and not bars and not moved:
        return Markup("")
    return tag(
        "div.sw-why",
        tag("ul.sw-words", *words) if words else "",
        tag("ul.sw-bars", *bars) if bars else "",
        tag("ul.sw-moved", *moved) if moved else "",
        role="group",
        aria_label=translate("why", context.language),
    )


def _moved(hit: Hit, look: CardContext, place: int) -> list[Markup]:
    """Return the rules that moved a hit, and its place by likeness alone where it had another.

    A place is told of a hit that something moved, not of those that only made room for it.
    """
    language = look.language
    told = [
        tag("li.sw-rule", translate("rule", language, name=name), dir="auto") for name in hit.rules
    ]
    if hit.propensity is not None and _EXPLORED in hit.contributions:
        told.append(tag("li.sw-tried", translate("tried", language, n=_percent(hit.propensity))))
    acted = bool(hit.rules) or bool(hit.contributions.keys() - _OF_LEGS)
    was_elsewhere = hit.retrieval_rank not in {0, place}
    if look.has_query and look.is_sorted_by_relevance and acted and was_elsewhere:
        told.append(tag("li", translate("was_at", language, n=hit.retrieval_rank)))
    return told


def _bar(part: str, value: float, look: CardContext, longest: float) -> Markup:
    name = _part_name(part, value, look)
    percent = f"{100 * min(abs(value) / longest, 1.0):.0f}%"
    bar = tag("span.sw-bar", tag("i", style=f"width:{percent}"), aria_hidden="true")
    kind = "li" if value > 0 else "li.sw-minus"
    return tag(kind, tag("span.sw-part", name), bar, title=f"{name}: {value:+.3f}")


def _part_name(part: str, value: float, look: CardContext) -> str:
    if part == "negation" and value > 0:
        part = "lacking"
    name = part
    if look.is_similar_page:
        name = f"similar_{part}"
    elif look.surface in _FEEDS:
        name = f"feed_{part}"
    if value < 0:
        name = next((n for n in (f"{name}_minus", f"{part}_minus") if n in MESSAGE_KEYS), name)
    known = name if name in MESSAGE_KEYS else part
    return translate(known, look.language) if known in MESSAGE_KEYS else part.replace("_", " ")


def _percent(share: float) -> str:
    return f"{100 * share:.2g}"
