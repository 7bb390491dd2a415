"""From a query's text to what it asks for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.query import Query, Reading
from index.analyser import Word, analyse
from search.understanding.negatives import negatives_of
from search.understanding.prices import PriceWish, price_of
from search.understanding.readings import Understood, Wish
from search.understanding.terms import LONGEST, Term, Terms, stems_of

ALL = "*"


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
        words, start = analyse(text), 0
        while start < len(words):
            size, terms = self._longest(words[start : start + LONGEST])
            if terms:
                typed = " ".join(word.surface for word in words[start : start + size])
                yield _wish(typed, terms)
            start += size

    def _longest(self, words: tuple[Word, ...]) -> tuple[int, list[Term]]:
        for size in range(len(words), 0, -1):
            terms = self.terms.meanings(tuple(word.stem for word in words[:size]))
            if terms:
                return size, terms
        return 1, []


def _wish(typed: str, terms: list[Term]) -> Wish:
    leading = max(terms, key=lambda term: (term.count, term.name))
    return Wish(leading.kind, typed, leading.name, tuple(term.condition for term in terms))


def _range(price: PriceWish) -> str:
    if price.low is None:
        return f"≤ {price.high:g}"
    return f"≥ {price.low:g}" if price.high is None else f"{price.low:g}–{price.high:g}"
