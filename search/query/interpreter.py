"""From a query's text to what it asks for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.text.analyzer import analyze
from search.query.entities import CatalogEntity, EntityIndex
from search.query.negation import extract_negations
from search.query.parsed_query import AttributeMatch, ParsedQuery
from search.query.phrases import segment_phrases
from search.query.price_filters import PriceConstraint, extract_price
from search.query.stems import stem_phrase
from shopwindow.values.query import WHOLE_TEXT, Query
from shopwindow.values.response import QueryInterpretation


@dataclass(frozen=True, slots=True)
class QueryParser:
    """Reads queries against the names of one catalogue.

    Attributes:
        entities: The names.
    """

    entities: EntityIndex

    def parse(self, query: Query) -> ParsedQuery:
        """Take a query's text apart.

        Args:
            query: Its filters win over what its text says; what stands in its `literal` is left
                as it is.

        Returns:
            The text that is left to search for, and what the rest of it asks for.
        """
        text, kept = query.text.strip(), frozenset(query.verbatim)
        if WHOLE_TEXT in kept:
            return ParsedQuery(text, query.filters)
        negatives = extract_negations(text, self._is_name, kept)
        text, filters, readings = negatives.remaining_text, query.filters, []
        price = extract_price(text)
        if price and price.typed not in kept and filters.price_min is filters.price_max is None:
            rest = " ".join(text.replace(price.typed, " ").split())
            filters = replace(filters, price_min=price.low, price_max=price.high)
            text = rest
            readings.append(
                QueryInterpretation("price", price.typed, _range(price), is_filter=True)
            )
        wishes = tuple(each for each in self._wishes(text) if each.typed not in kept)
        readings += [QueryInterpretation(each.kind, each.typed, each.name) for each in wishes]
        struck = (*negatives.demoted, *negatives.excluded)
        readings += [QueryInterpretation("negation", typed, phrase) for phrase, typed in struck]
        return ParsedQuery(
            text=text,
            filters=filters,
            attribute_matches=wishes,
            demoted=tuple(phrase for phrase, _ in negatives.demoted),
            excluded=tuple(phrase for phrase, _ in negatives.excluded),
            interpretations=tuple(readings),
        )

    def _is_name(self, phrase: str) -> bool:
        return bool(self.entities.lookup(stem_phrase(phrase)))

    def _wishes(self, text: str) -> Iterator[AttributeMatch]:
        """Yield the longest phrases that are names, from left to right."""
        for words, terms in segment_phrases(analyze(text), self.entities.lookup):
            if terms:
                yield _wish(" ".join(dict.fromkeys(word.source for word in words)), terms)


def _wish(typed: str, terms: list[CatalogEntity]) -> AttributeMatch:
    leading = max(terms, key=lambda term: (term.count, term.name))
    return AttributeMatch(
        leading.kind, typed, leading.name, tuple(term.condition for term in terms)
    )


def _range(price: PriceConstraint) -> str:
    if price.low is None:
        return f"≤ {price.high:g}"
    return f"≥ {price.low:g}" if price.high is None else f"{price.low:g}–{price.high:g}"
