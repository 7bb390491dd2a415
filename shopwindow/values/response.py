"""What comes back from a search."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shopwindow.values.product import Product


@dataclass(frozen=True, slots=True)
class QueryInterpretation:
    """Something that was read out of a query's words, to show and to take back.

    Attributes:
        kind: "spelling", "price", "without", "brand", "category", or an attribute's name.
        text: The words, as typed. Given to `Query.verbatim`, they are searched for as they are.
        value: What they were taken for.
        is_filter: Whether every hit fulfils it; otherwise it only moves hits up or down. A price
            that no product has is read and shown, but given up as a filter.
    """

    kind: str
    text: str
    value: str
    is_filter: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One product of an answer, with the reason for its place.

    Attributes:
        product: The product as it was indexed.
        score: Higher is better; comparable within one answer.
        contributions: What each leg, wish and rule added or took, by name; they add up to `score`.
        matched_words: Words of the query (as typed) that stand in the product's own words.
        n_variants: Candidates that it stands for, itself included: variants of its group, and
            others with the same photo.
        retrieval_rank: Its place by the legs alone, before wishes, rules, diversity and sorting;
            from 1, and 0 where the legs did not find it.
        rules: Names of the merchandiser's rules that moved it.
        propensity: Probability with which it was put at this place, over 0 to 1; None when nothing
            was left to chance.
    """

    product: Product
    score: float
    contributions: Mapping[str, float]
    matched_words: tuple[str, ...] = ()
    n_variants: int = 1
    retrieval_rank: int = 0
    rules: tuple[str, ...] = ()
    propensity: float | None = None


@dataclass(frozen=True, slots=True)
class PriceBucket:
    """How many products of an answer cost so much.

    Attributes:
        low: Least price, inclusive; None for any.
        high: Greatest price, inclusive; None for any.
        count: Products that `Filters(price_min=low, price_max=high)` would leave of them.
    """

    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class SearchResponse:
    """One page of an answer.

    Attributes:
        hits: Best first; equal scores stand in a fixed order.
        query_id: Names this answer in events.
        next_cursor: Give it to the next `Query`; empty on the last page.
        facets: For each asked field, counts by value, most frequent first.
        facet_scope: What the counts are over: "catalogue" (all products that pass the filters)
            or "candidates" (those that the query retrieved).
        took_ms: Milliseconds spent in each step.
        interpretations: What was read out of the query's words.
        price_buckets: Ranges of prices with counts, cheapest first, when "price" is asked for; a product
            whose price is where two of them meet is in both.
        relaxed: Names of the filters that were given up because nothing passed them all.
        n_below_cutoff: Candidates that were left out because they have too little to do with the query.
        n_collapsed: Candidates that stand behind a variant of theirs, or another with the same photo.
        is_confident: Whether the text was found; when not, the hits are only what comes nearest.
        rules: Names of the merchandiser's rules that are in force for this query.
        redirect: Where a rule sends who searches this; empty when none does.
    """

    hits: tuple[Hit, ...]
    query_id: str
    next_cursor: str = ""
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    facet_scope: str = "catalog"
    took_ms: Mapping[str, float] = field(default_factory=dict)
    interpretations: tuple[QueryInterpretation, ...] = ()
    price_buckets: tuple[PriceBucket, ...] = ()
    relaxed: tuple[str, ...] = ()
    n_below_cutoff: int = 0
    n_collapsed: int = 0
    is_confident: bool = True
    rules: tuple[str, ...] = ()
    redirect: str = ""
