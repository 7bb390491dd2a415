"""Parses a query's text: negations, a price range, and the entities that it names."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.text import analyze
from search.query.entities import CatalogEntity, EntityIndex
from search.query.negation import extract_negations
from search.query.parsed_query import AttributeMatch, ParsedQuery
from search.query.phrases import segment_phrases
from search.query.price_filters import PriceConstraint, extract_price
from search.query.stems import stem_phrase
from shopwindow.values import WHOLE_TEXT, Query, QueryInterpretation


@dataclass(frozen=True, slots=True)
class QueryParser:
    """Parses queries against the entities of one catalogue.

    Attributes:
        entities: Brands, categories and attribute values of the catalogue.
        currency: ISO code of its prices; it decides what "riyal" and "dinar" mean; empty when they
            have none.
    """

    entities: EntityIndex
    currency: str = ""

    def parse(self, query: Query) -> ParsedQuery:
        """Parse a query's text.

        Args:
            query: Its own price filters take precedence over a price in its text; phrases in
                `verbatim` are left as they are.

        Returns:
            The text that is left to search for, and the constraints found in the rest.
        """
        text, verbatim = query.text.strip(), frozenset(query.verbatim)
        if WHOLE_TEXT in verbatim:
            return ParsedQuery(text, query.filters)
        negations = extract_negations(text, self._is_entity, verbatim)
        text, filters, interpretations = negations.remaining_text, query.filters, []
        price = extract_price(text, self.currency)
        if price and price.typed not in verbatim and filters.price_min is filters.price_max is None:
            text = " ".join(text.replace(price.typed, " ").split())
            filters = replace(
                filters, price_min=price.low, price_max=price.high, currency=price.currency
            )
            interpretations.append(
                QueryInterpretation("price", price.typed, _format_range(price), is_filter=True)
            )
        matches = tuple(m for m in self._match_entities(text) if m.typed not in verbatim)
        interpretations += [QueryInterpretation(m.kind, m.typed, m.name) for m in matches]
        interpretations += [
            QueryInterpretation("negation", typed, phrase)
            for phrase, typed in (*negations.demoted, *negations.excluded)
        ]
        return ParsedQuery(
            text=text,
            filters=filters,
            attribute_matches=matches,
            demoted=tuple(phrase for phrase, _ in negations.demoted),
            excluded=tuple(phrase for phrase, _ in negations.excluded),
            interpretations=tuple(interpretations),
        )

    def _is_entity(self, phrase: str) -> bool:
        return bool(self.entities.lookup(stem_phrase(phrase)))

    def _match_entities(self, text: str) -> Iterator[AttributeMatch]:
        """Yield the longest phrases that name entities, from left to right."""
        for tokens, entities in segment_phrases(analyze(text), self.entities.lookup):
            if entities:
                typed = " ".join(dict.fromkeys(token.source for token in tokens))
                yield _build_match(typed, entities)


def _build_match(typed: str, entities: list[CatalogEntity]) -> AttributeMatch:
    """Return the match of a phrase; the entity of most products gives it kind and name."""
    likeliest = max(entities, key=lambda entity: (entity.count, entity.name))
    conditions = tuple(entity.condition for entity in entities)
    return AttributeMatch(likeliest.kind, typed, likeliest.name, conditions)


def _format_range(price: PriceConstraint) -> str:
    unit = f" {price.currency}" if price.currency else ""
    if price.low is None:
        return f"≤ {price.high:.12g}{unit}"
    if price.high is None:
        return f"≥ {price.low:.12g}{unit}"
    return f"{price.low:.12g}–{price.high:.12g}{unit}"
