"""Search responses: hits with their score contributions, facets and query interpretations."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shopwindow.values.product import Product


@dataclass(frozen=True, slots=True)
class QueryInterpretation:
    """How a part of the query text was understood; a visitor can see it and undo it.

    Attributes:
        kind: "spelling", "price", "negation", "brand", "category", or an attribute's name.
        text: The words, as typed. Put into `Query.verbatim`, they are searched for verbatim.
        value: What the words were interpreted as.
        is_filter: Whether every hit meets it; otherwise it only boosts or demotes hits. A price
            condition that no product meets is reported, but dropped as a filter.
    """

    kind: str
    text: str
    value: str
    is_filter: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One product of a response, with an explanation of its rank.

    Attributes:
        product: The product as it was indexed.
        score: Relevance score; higher is better; comparable within one response only.
        contributions: What each retriever, boost and rule added to the score or subtracted from
            it, by name; they add up to `score`.
        matched_words: Words of the query (as typed) that occur in the product's texts.
        n_variants: Candidates collapsed into this hit, itself included: variants of its group, and
            products with the same photo.
        retrieval_rank: Rank by retrieval alone, before boosts, rules, diversity and sorting; from
            1, and 0 where retrieval did not find it.
        rules: Names of the merchandising rules that moved it.
        propensity: Probability, over 0 to 1, with which it was put at this position; None when the
            ranking was deterministic.
        matched_image: Path or address of the photo that matched, one of `product.photos`; empty
            when it is the first of them, or photos had no part in finding the product.
    """

    product: Product
    score: float
    contributions: Mapping[str, float]
    matched_words: tuple[str, ...] = ()
    n_variants: int = 1
    retrieval_rank: int = 0
    rules: tuple[str, ...] = ()
    propensity: float | None = None
    matched_image: str = ""

    @property
    def shown_image(self) -> str:
        """Path or address of the photo to show: the one that matched, else the first."""
        return self.matched_image or next(iter(self.product.photos), "")


@dataclass(frozen=True, slots=True)
class PriceBucket:
    """A price range with the number of products in it.

    Attributes:
        low: Lowest price, inclusive; None when there is no lower bound.
        high: Highest price, inclusive; None when there is no upper bound.
        count: Products left when `Filters(price_min=low, price_max=high)` is added.
    """

    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class SearchResponse:
    """One page of search results.

    Attributes:
        hits: Best first; ties are in a fixed order.
        query_id: Identifies this response in events.
        next_cursor: Cursor of the next page, for `Query.cursor`; empty on the last page.
        facets: Counts by value for each requested field, most frequent first.
        facet_scope: What the counts are over: "catalog" (all products that pass the filters) or
            "candidates" (those that were retrieved for the query).
        took_ms: Milliseconds spent in each step, by its name.
        interpretations: How parts of the query text were understood.
        price_buckets: Price ranges with counts, cheapest first, when "price" is requested; a
            product priced exactly where two ranges meet is counted in both.
        relaxed: Names of the filters that were dropped because no product passed them all.
        n_below_cutoff: Candidates left out because their score is below the relevance cutoff.
        n_collapsed: Candidates collapsed into a variant of theirs, or a product with the same
            photo.
        n_without_rate: Products that a price filter leaves out, or an order by price puts last,
            because their currency has no exchange rate.
        price_currency: ISO code of the price buckets, and of price filters that name none; empty
            if no product has a currency.
        is_confident: Whether the text matched; when False, the hits are only the nearest ones.
        rules: Names of the merchandising rules that are active for this query.
        redirect: Address that a rule redirects this search to; empty when none does.
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
    n_without_rate: int = 0
    price_currency: str = ""
    is_confident: bool = True
    rules: tuple[str, ...] = ()
    redirect: str = ""
