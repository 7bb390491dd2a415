"""From a query's text to what it asks for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.text.analyzer import analyse
from search.query.entities import Term, Terms
from search.query.negation import negatives_of
from search.query.parsed_query import Understood, Wish
from search.query.phrases import phrases
from search.query.price_filters import PriceWish, price_of
from search.query.stems import stems_of
from shopwindow.values.query import ALL, Query
from shopwindow.values.response import Reading


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads queries against the names of one catalogue.

    Attributes:
        terms: The names.
    """

    terms: Terms

    def read(self, query: Query) -> Understood:
        """Take a query's text apart.

        Args:
            query: Its filters win over what its text says; what stands in its `literal` is left
                as it is.

        Returns:
            The text that is left to search for, and what the rest of it asks for.
        """
        text, kept = query.text.strip(), frozenset(query.literal)
        if ALL in kept:
            return Understood(text, query.filters)
        negatives = negatives_of(text, self._is_name, kept)
        text, filters, readings = negatives.rest, query.filters, []
        price = price_of(text)
        if price and price.typed not in kept and filters.price_min is filters.price_max is None:
            rest = " ".join(text.replace(price.typed, " ").split())
            filters = replace(filters, price_min=price.low, price_max=price.high)
            text = rest
            readings.append(Reading("price", price.typed, _range(price), is_filter=True))
        wishes = tuple(each for each in self._wishes(text) if each.typed not in kept)
        readings += [Reading(each.kind, each.typed, each.name) for each in wishes]
        struck = (*negatives.unwanted, *negatives.banned)
        readings += [Reading("without", typed, phrase) for phrase, typed in struck]
        return Understood(
            text=text,
            filters=filters,
            wishes=wishes,
            unwanted=tuple(phrase for phrase, _ in negatives.unwanted),
            banned=tuple(phrase for phrase, _ in negatives.banned),
            readings=tuple(readings),
        )

    def _is_name(self, phrase: str) -> bool:
        return bool(self.terms.meanings(stems_of(phrase)))

    def _wishes(self, text: str) -> Iterator[Wish]:
        """Yield the longest phrases that are names, from left to right."""
        for words, terms in phrases(analyse(text), self.terms.meanings):
            if terms:
                yield _wish(" ".join(dict.fromkeys(word.typed for word in words)), terms)


def _wish(typed: str, terms: list[Term]) -> Wish:
    leading = max(terms, key=lambda term: (term.count, term.name))
    return Wish(leading.kind, typed, leading.name, tuple(term.condition for term in terms))


def _range(price: PriceWish) -> str:
    if price.low is None:
        return f"≤ {price.high:g}"
    return f"≥ {price.low:g}" if price.high is None else f"{price.low:g}–{price.high:g}"
